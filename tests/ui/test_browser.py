"""The page in a real browser: few tests, one server and one browser for all of them."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from tabs import (
    PANEL,
    PICTURE,
    VIEWER,
    answer,
    choose,
    drawn,
    drop,
    needs_chromium,
    number,
    press,
    quiet,
    show,
)

from hemo import phantom, weights
from hemo.methods import METHODS
from hemo.reader import Reader
from hemo.reading import read
from hemo.report import BLURRED, DISCLAIMER, FAULT, FORGET, READ_ANYWAY, SHOW, to_json
from hemo.ui import handlers
from hemo.ui.page import launch
from hemo.ui.slices import slice_view

HAVE_MODEL = (weights.DEFAULT / "card.json").is_file()

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def reader(known_reader):
    """The real model where the checkout has one, else the one known by heart."""
    return Reader.load() if HAVE_MODEL else known_reader


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    """The folder that Gradio puts uploads into."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("uploads")
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def called():
    """Every address that this process, the server, connects to."""
    addresses = []
    connect = socket.socket.connect

    def recorded(self, address):
        addresses.append(address)
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", recorded)
        yield addresses


@pytest.fixture(scope="module")
def server(reader, uploads, called):
    """The address of the running page, and the page."""
    address, served = launch(lambda: reader, host="127.0.0.1", block=False)
    yield address, served
    served.close(verbose=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same head as PNG and DICOM under a patient's name, and a broken file."""
    folder = tmp_path_factory.mktemp("files")
    drawn = phantom.draw("intraparenchymal", seed=2)
    phantom.write_png(drawn.slice, folder / "DOE_JANE.png")
    phantom.write_dicom(drawn.slice, folder / "DOE_JANE")  # DICOM files often have no extension
    (folder / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"nonsense")
    with Image.open(folder / "DOE_JANE.png") as head:
        head.crop((0, 0, 296, 512)).save(folder / "half.png")
        ImageDraw.Draw(head).text((8, 6), "DOE JANE", 255, ImageFont.load_default(20))
        head.save(folder / "named.png")
    return folder


def test_the_disclaimer_and_one_dark_screen(tab):
    """At 1280 × 800 nothing scrolls, and the room is dark whatever the machine prefers."""
    assert tab.is_visible(f"text={DISCLAIMER}")
    assert tab.evaluate("document.documentElement.scrollHeight") <= 800
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 15, 18)"

    tab.click(".theme")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 246, 243)"
    assert tab.evaluate("localStorage.length + document.cookie.length") == 0


@pytest.mark.parametrize("name", ["DOE_JANE.png", "DOE_JANE"])
def test_a_dropped_slice_is_read(tab, files, reader, name):
    """PNG and DICOM: the numbers are those of the reader, to the last digit."""
    shown = drop(tab, files / name)
    (slice_,) = read(files / name)
    expected = to_json(name, slice_, reader.read(slice_))

    assert shown["state"] == "read"
    assert float(shown["probability"]) == pytest.approx(expected["probability"], abs=1e-5)
    assert float(shown["logit"]) == pytest.approx(expected["logit"], abs=1e-4)
    assert shown["band"] == expected["band"]
    assert tab.wait_for_selector(f"{PICTURE}[data-ready=true]")
    assert not tab.faults


@pytest.mark.skipif(not HAVE_MODEL, reason="weights/card.json is not in this checkout")
@pytest.mark.parametrize("name", ["DOE_JANE.png", "DOE_JANE"])
def test_the_page_says_what_the_command_line_says(tab, files, name):
    """``python -m hemo read FILE`` and the page give the same numbers."""
    command = [sys.executable, "-m", "hemo", "read", str(files / name)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (said,) = json.loads(printed)
    shown = choose(tab, files / name)

    assert float(shown["probability"]) == pytest.approx(said["probability"], abs=1e-5)
    assert float(shown["logit"]) == pytest.approx(said["logit"], abs=1e-4)
    assert shown["band"] == said["band"]


def test_the_page_goes_on_after_a_broken_file(tab, files):
    """A sentence beside and over the picture, no traceback; the next file is read."""
    broken = choose(tab, files / "broken.dcm")
    veil = tab.inner_text("#hemo-viewer .veil .sentence")

    assert broken["state"] == "message"
    assert veil and veil in broken["text"]
    assert "Traceback" not in tab.inner_text("body")
    assert choose(tab, files / "DOE_JANE.png")["state"] == "read"
    assert not tab.is_visible("#hemo-viewer .veil")


def test_a_fault_of_hemo_is_said_and_the_page_goes_on(tab, files, monkeypatch):
    """No endless "Reading…", no traceback: a sentence, and the next file is read."""

    def fault(*_):
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr(handlers, "_read", fault)
        shown = choose(tab, files / "DOE_JANE.png")

    assert FAULT in shown["text"]
    assert "secret" not in tab.inner_text("body")
    assert choose(tab, files / "DOE_JANE.png")["state"] == "read"


def test_several_files_at_once_get_a_sentence(tab, files):
    """No file is picked silently."""
    data = tab.evaluate_handle(
        """() => {
          const data = new DataTransfer();
          for (const name of ["a", "b"]) data.items.add(new File(["x"], name));
          return data;
        }"""
    )
    tab.dispatch_event("body", "drop", {"dataTransfer": data})

    assert "one slice at a time" in answer(tab)["text"]


def test_an_example_is_read_beside_its_truth(tab):
    """A click on a synthetic slice says what was painted there."""
    tab.click("#hemo-examples button >> nth=1")
    shown = answer(tab)

    assert "subdural bleed" in shown["text"]
    assert tab.get_attribute("#hemo-examples button >> nth=1", "aria-pressed") == "true"
    assert "synthetic" in tab.inner_text("#hemo-viewer .caption")


def test_the_viewer_works_without_the_server(tab):
    """Evidence, opacity, compare, window and zoom change in the browser: no request is made."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    quiet(tab)
    before, pictures = len(tab.requested), [drawn(tab)]
    for key in ("o", "o", "2", "1", "+", "0", "c"):
        tab.keyboard.press(key)
        pictures.append(drawn(tab))
    off, on, subdural, brain, closer, fitted, compared = pictures[1:]
    tab.focus("#hemo-viewer .split")
    tab.keyboard.press("ArrowRight")
    tab.fill("#hemo-viewer .opacity", "30")

    assert pictures[0] == on == brain == fitted
    assert len({on, off, subdural, closer, compared, drawn(tab)}) == 6
    assert tab.get_attribute("#hemo-viewer .split", "aria-valuenow") == "51"
    assert len(tab.requested) == before


def test_a_series_is_scrolled_without_the_server(tab, known_reader):
    """Sixty steps of the wheel and the arrows through 24 slices cause no request."""
    slices = [
        slice_view(phantom.draw(None, seed=seed, shape=(96, 96)).slice, None, known_reader.card)
        for seed in range(24)
    ]
    show(tab, {"state": "shown", "slices": slices, "index": 0})
    quiet(tab)
    before, first = len(tab.requested), drawn(tab)
    tab.hover(PICTURE)
    for _ in range(30):
        tab.mouse.wheel(0, 100)
    tab.wait_for_selector(f"{VIEWER}[data-index='23']")
    tab.focus(PICTURE)
    for _ in range(30):
        tab.keyboard.press("ArrowUp")
    tab.wait_for_selector(f"{VIEWER}[data-index='0']")
    tab.keyboard.press("End")

    assert len(tab.requested) == before
    assert tab.locator("#hemo-viewer .strip button").count() == 24
    assert tab.get_attribute(VIEWER, "data-index") == "23"
    assert drawn(tab) != first
    assert not tab.faults


def test_values_are_read_out_and_windows_are_for_hounsfield_units(tab, files):
    """HU and logits under the pointer of a DICOM; a PNG says grey, and why its window is fixed."""
    choose(tab, files / "DOE_JANE")
    tab.wait_for_selector(f"{PICTURE}[data-ready=true]")
    tab.hover(PICTURE)
    of_dicom = tab.inner_text("#hemo-viewer .readout")
    tab.keyboard.press("4")
    drawn(tab)
    window = tab.inner_text("#hemo-viewer .caption")
    choose(tab, files / "DOE_JANE.png")
    tab.wait_for_selector(f"{PICTURE}[data-ready=true]")
    tab.mouse.move(5, 5)
    tab.hover(PICTURE)
    before = drawn(tab)
    tab.keyboard.press("4")

    assert re.fullmatch(r"\d+, \d+ · −?\d+ HU · [+−]?\d+\.\d\d logits per cell", of_dicom)
    assert "Window: bone 600/2800" in window
    assert "of 255 · " in tab.inner_text("#hemo-viewer .readout")
    assert drawn(tab) == before
    assert "burned in" in tab.inner_text("#hemo-viewer .fixed")
    assert "Hounsfield" in tab.get_attribute("#hemo-viewer .window", "title")


def test_numbers_explain_themselves(tab):
    """On focus, one line; Escape takes it away."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    tab.focus("#hemo-reading .sum dd")
    said = tab.inner_text("#hemo-tip")
    tab.keyboard.press("Escape")

    assert "log odds" in said
    assert not tab.is_visible("#hemo-tip")
    assert tab.locator("#hemo-reading [data-hint]").count() >= 6


def test_the_score_adds_up_as_it_is_shown(tab):
    """The lines of the score, summed by hand, are the logit beside them."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    amounts = tab.locator("#hemo-reading .parts dd").all_inner_texts()
    total = tab.inner_text("#hemo-reading .sum dd").removeprefix("= ").split(" → ")[0]

    assert sum(number(amount) for amount in amounts) == pytest.approx(number(total), abs=1e-9)
    assert len(amounts) >= 3


def test_what_if_something_were_not_there(tab):
    """Painted over with the brush and filled in: another reading beside the first, and back."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    tab.click("#hemo-whatif .door >> nth=0")
    tab.click("#hemo-whatif .paint")
    box = tab.locator(PICTURE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x - 30, y)
    tab.mouse.down()
    tab.mouse.move(x + 30, y + 20, steps=4)
    tab.mouse.up()
    tab.wait_for_selector("#hemo-whatif .fill:enabled")
    tab.click("#hemo-whatif .fill")
    tab.wait_for_selector("#hemo-whatif .back:visible")
    said = tab.inner_text("#hemo-whatif .result")
    compared = tab.get_attribute("#hemo-viewer .compare", "aria-pressed")
    tab.click("#hemo-whatif .back")

    assert said.startswith("Without what was painted over: ")
    assert compared == "true"
    assert tab.get_attribute("#hemo-viewer .compare", "aria-pressed") == "false"
    assert not tab.faults


def test_a_reading_can_be_kept(tab, files):
    """PNG and JSON made by the browser, PDF by the server; none carries the file's name."""
    choose(tab, files / "DOE_JANE")
    tab.wait_for_selector(f"{PICTURE}[data-ready=true]")
    tab.click("#hemo-whatif .door >> nth=2")
    kept = {}
    for kind in ("png", "json", "pdf"):
        with tab.expect_download() as download:
            tab.click(f"#hemo-export .{kind}")
        assert download.value.suggested_filename == f"hemo-reading.{kind}"
        kept[kind] = Path(download.value.path()).read_bytes()
    said = json.loads(kept["json"])

    assert kept["png"].startswith(b"\x89PNG")
    assert kept["pdf"].startswith(b"%PDF")
    assert said["probability"] == float(tab.get_attribute(PANEL, "data-probability"))
    assert said["disclaimer"] == DISCLAIMER
    assert not any(b"DOE" in content for content in kept.values())


def test_methods_are_shown_side_by_side(tab):
    """Fast ones at once, slow ones when asked for; Escape closes."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    tab.click("#hemo-whatif .door >> nth=1")
    first = "#hemo-methods .card >> nth=0"
    tab.wait_for_selector(f"{first} >> text=full colour at")
    listed = tab.locator("#hemo-methods .card").count()
    tab.keyboard.press("Escape")

    assert listed == len(METHODS)
    assert not tab.is_visible("#hemo-methods .methods")


def test_a_telephone_does_not_scroll_sideways(tab):
    """At 390 pixels the reading stands under the picture."""
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.click("#hemo-examples button >> nth=2")
    answer(tab)
    picture, reading = (tab.locator(part).bounding_box() for part in ("#hemo-viewer", PANEL))

    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.is_visible(f"text={DISCLAIMER}")
    assert reading["y"] >= picture["y"] + picture["height"] - 1


def test_nothing_leaves_the_machine_and_nothing_stays(tab, files, server, uploads, called):
    """No other host is asked, by browser or server; no upload, name or picture is kept."""
    choose(tab, files / "DOE_JANE")
    choose(tab, files / "broken.dcm")
    tab.wait_for_load_state("networkidle")
    hosts = {url.split("/")[2].split(":")[0] for url in tab.requested if url.startswith("http")}
    tab.wait_for_timeout(500)  # the last message of an answer follows the answer
    own = [part["props"].get("value") for part in server[1].config["components"]]
    held = [
        json.dumps(value, default=str)
        for session in server[1].state_holder.session_data.values()
        for part in session.components
        # A session begins with what every visitor is sent, pictures of the examples among it.
        if (value := part.get("props", {}).get("value")) not in own
    ]

    assert hosts == {"127.0.0.1"}
    assert {address[0] for address in called if isinstance(address, tuple)} <= {"127.0.0.1"}
    assert [file for file in uploads.rglob("*") if file.is_file()] == []
    assert not [value for value in held if "data:image" in value or "hu16" in value]
    assert "DOE" not in "".join([*held, *tab.requested, tab.inner_text("body")])


def test_what_was_refused_by_judgement_can_be_read_anyway(tab, files):
    """With the keyboard alone; the file is sent again, and the reading carries the warning."""
    refused = choose(tab, files / "half.png")
    read_anyway = press(tab, READ_ANYWAY)

    assert refused["state"] == "message"
    assert read_anyway["state"] == "read"
    assert "Read although the gate refused it: Part of the head" in read_anyway["text"]
    assert not tab.is_visible("#hemo-viewer .actions button")
    assert not tab.faults


def test_what_cannot_be_read_has_no_button(tab, files):
    """Nothing is offered where no reading can come of it."""
    choose(tab, files / "broken.dcm")

    assert tab.locator("#hemo-viewer .actions button").count() == 0


def test_letters_are_blurred_until_somebody_asks_to_see_them(tab, files):
    """The notice comes before the picture; "Show it anyway" takes both away."""
    shown = choose(tab, files / "named.png")
    blur = tab.eval_on_selector(PICTURE, "canvas => getComputedStyle(canvas).filter")
    said = tab.inner_text("#hemo-viewer .veil .sentence")
    tab.click(f"text={SHOW}")

    assert "Letters are burned into this picture" in shown["text"]
    assert blur.startswith("blur(") and said == BLURRED
    assert tab.get_attribute(VIEWER, "data-blurred") == "false"
    assert not tab.is_visible("#hemo-viewer .veil")
    assert choose(tab, files / "DOE_JANE.png")["state"] == "read"
    assert not tab.is_visible("#hemo-viewer .veil")


def test_a_picture_with_letters_can_be_forgotten(tab, files):
    """No picture and no number are left in the page, and nothing to read anyway."""
    choose(tab, files / "named.png")
    tab.click(f"text={FORGET}")
    tab.wait_for_selector(f"{PANEL}[data-state=empty]", state="attached")

    assert tab.get_attribute(VIEWER, "data-state") == "empty"
    tab.wait_for_selector(f"{PICTURE}[data-ready=false]", state="attached")
    assert tab.get_attribute(PANEL, "data-probability") == ""
    assert choose(tab, files / "named.png")["state"] == "read"
