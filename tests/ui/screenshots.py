"""Pictures of every tab, dark and light, as wide as a screen, a tablet and a telephone.

    python tests/ui/screenshots.py [--known] [--width N] [--out artefacts/screens]

With the model of this checkout; with --known, with the reader that tests know by heart and a card
made by hand. To be looked at by people: nothing is compared.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from cards import EVALUATION
from conftest import CARD, FixedEngine
from playwright.sync_api import Browser, sync_playwright
from tabs import CHROMIUM, PANEL, PATIENCE, QUIET
from uses import TABS

from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.ui.page import launch

SIZES = ((1280, 800), (800, 1000), (390, 844))


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", action="store_true")
    parser.add_argument("--width", type=int, help="of these only one")
    parser.add_argument("--out", type=Path, default=Path("artefacts/screens"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    address, page = launch(known if options.known else Reader.load, host="127.0.0.1", block=False)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for size in [one for one in SIZES if options.width in (None, one[0])]:
            for theme in ("dark", "light"):
                pictures(browser, address, size, theme, options.out)
        browser.close()
    page.close(verbose=False)


def known() -> Reader:
    """A reader that says the same of every slice, with a whole card."""
    card = replace(CARD, evaluation=EVALUATION)
    return Reader(FixedEngine(), LinearHead(np.ones(1, np.float32), -1.0), card)


def pictures(
    browser: Browser, address: str, size: tuple[int, int], theme: str, folder: Path
) -> None:
    """One of each tab; on a telephone of all that lies below as well."""
    width, height = size
    tab = browser.new_page(viewport={"width": width, "height": height})
    tab.set_default_timeout(PATIENCE)
    tab.goto(address)
    tab.wait_for_selector(PANEL)
    if theme == "light":
        tab.click(".theme")
    for use in TABS:
        use(tab)
        tab.wait_for_timeout(300)
        name = folder / f"{use.__name__}-{width}-{theme}.png"
        tab.screenshot(path=name, full_page=width < 720)
        print(name, flush=True)
    tab.close()


if __name__ == "__main__":
    main()
