"""The page in a real browser: few tests, one server and one browser for all of them."""

import json
import socket
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw, ImageFont
from tabs import PANEL, VIEWER, answer, choose, drop, needs_chromium, press

from hemo import phantom, weights
from hemo.reader import Reader
from hemo.reading import read
from hemo.report import BLURRED, DISCLAIMER, FAULT, FORGET, READ_ANYWAY, SHOW, to_json
from hemo.ui import handlers
from hemo.ui.page import launch

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
    assert tab.eval_on_selector("img.evidence", "picture => picture.naturalWidth") == 512
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
    """Modes, evidence and opacity change in the browser: no request is made."""
    tab.click("#hemo-examples button >> nth=0")
    answer(tab)
    tab.wait_for_load_state("networkidle")
    before = len(tab.requested)
    tab.keyboard.press("c")
    assert tab.is_visible("#hemo-viewer .split") or tab.is_visible("#hemo-viewer .line")
    tab.focus("#hemo-viewer .split")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("o")
    assert not tab.is_visible("img.evidence")
    tab.keyboard.press("o")
    tab.fill("#hemo-viewer .opacity input", "30")

    assert tab.eval_on_selector("img.evidence", "picture => getComputedStyle(picture).opacity") == (
        "0.3"
    )
    assert tab.eval_on_selector(".viewer", "v => v.style.getPropertyValue('--split')") == "51%"
    assert len(tab.requested) == before


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
    held = json.dumps(
        [
            part.get("props", {}).get("value")
            for session in server[1].state_holder.session_data.values()
            for part in session.components
            if part.get("props", {}).get("elem_id") != "hemo-examples"
        ],
        default=str,
    )

    assert hosts == {"127.0.0.1"}
    assert {address[0] for address in called if isinstance(address, tuple)} <= {"127.0.0.1"}
    assert [file for file in uploads.rglob("*") if file.is_file()] == []
    assert "data:image" not in held
    assert "DOE" not in held + tab.inner_text("body") + "".join(tab.requested)


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
    blur = tab.eval_on_selector("img.slice", "i => getComputedStyle(i.closest('.frame')).filter")
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
    assert tab.locator("#hemo-viewer img[src]").count() == 0
    assert tab.get_attribute(PANEL, "data-probability") == ""
    assert choose(tab, files / "named.png")["state"] == "read"
