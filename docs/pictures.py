"""The README's pictures: the page at work on synthetic slices, with the model of this checkout.

    python docs/pictures.py

Writes read.png, light.png, series.png, teach.png, scoreboard.png, phone.png and page.gif beside
this file. Wants Chromium and the extra "test".
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "ui"))

from tabs import CHROMIUM, PANEL, PATIENCE, QUIET
from uses import TABS

from hemo.reader import Reader
from hemo.ui.page import launch

SCREEN, PHONE = (1280, 800), (390, 844)
FILM_WIDTH, COLOURS = 880, 64
USES = {use.__name__: use for use in TABS}


def main() -> None:
    """Take them all."""
    address, page = launch(Reader.load, host="127.0.0.1", block=False)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stills(browser, address)
        film(opened(browser, address, SCREEN))
        browser.close()
    page.close(verbose=False)


def opened(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    """The page, ready to be used."""
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
    tab.set_default_timeout(PATIENCE)
    tab.goto(address)
    tab.wait_for_selector(PANEL)
    return tab


def stills(browser: Browser, address: str) -> None:
    """One picture of each tab, one in light, one as on a telephone."""
    tab = opened(browser, address, SCREEN)
    for name, use in USES.items():
        use(tab)
        tab.wait_for_timeout(1500)
        keep_still(tab.screenshot(), HERE / f"{name}.png")
    tab.close()
    light = opened(browser, address, SCREEN)
    light.click(".theme")
    USES["read"](light)
    light.wait_for_timeout(1500)
    keep_still(light.screenshot(), HERE / "light.png")
    light.close()
    phone = opened(browser, address, PHONE)
    USES["read"](phone)
    phone.wait_for_timeout(1500)
    keep_still(phone.screenshot(full_page=True), HERE / "phone.png")
    phone.close()


def keep_still(png: bytes, path: Path) -> None:
    """A screenshot in all its colours: with 256 of them blue figures would be grey."""
    Image.open(BytesIO(png)).convert("RGB").save(path, optimize=True)
    print(path, flush=True)


def film(tab: Page) -> None:
    """The page at work: read, hide the evidence and show it, zoom, scroll a series."""
    frames: list[tuple[Image.Image, int]] = []

    def keep(milliseconds: int = 900) -> None:
        tab.wait_for_timeout(250)
        picture = Image.open(BytesIO(tab.screenshot())).convert("RGB")
        height = round(picture.height * FILM_WIDTH / picture.width)
        frames.append(
            (picture.resize((FILM_WIDTH, height), Image.Resampling.LANCZOS), milliseconds)
        )

    keep()
    USES["read"](tab)
    tab.wait_for_timeout(1500)
    keep(1800)
    viewer = tab.locator(".viewer:visible").first
    viewer.focus()
    for key, hold in (("o", 1000), ("o", 700), ("2", 900), ("4", 900), ("1", 600)):
        tab.keyboard.press(key)
        keep(hold)
    for _ in range(3):
        tab.keyboard.press("+")
        keep(350)
    tab.keyboard.press("0")
    keep(600)
    USES["series"](tab)
    tab.wait_for_timeout(800)
    keep(900)
    tab.locator(".viewer:visible").first.focus()
    for _ in range(6):
        tab.keyboard.press("ArrowRight")
        keep(300)
    USES["scoreboard"](tab)
    keep(1800)
    pictures = [p.quantize(COLOURS, dither=Image.Dither.NONE) for p, _ in frames]
    pictures[0].save(
        HERE / "page.gif",
        save_all=True,
        append_images=pictures[1:],
        duration=[ms for _, ms in frames],
        loop=0,
        optimize=True,
    )
    print(HERE / "page.gif", flush=True)


if __name__ == "__main__":
    main()
