"""Series and Teach in a real browser: one server for all, few tests, as a visitor would."""

import json

import pydicom
import pytest
from tabs import needs_chromium

from hemo import phantom
from hemo.phantom.volume import Bleed, draw_series
from hemo.ui.page import launch

SERIES, TEACH = "#hemo-series-viewer .viewer", "#hemo-teach-viewer .viewer"
COUNT = 6

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(known_reader):
    """The address of the running page, and the page."""
    address, served = launch(lambda: known_reader, host="127.0.0.1", block=False)
    yield address, served
    served.close(verbose=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A series as separate DICOM files under a patient's name, and a file that is none."""
    folder = tmp_path_factory.mktemp("DOE_JANE")
    bleed = Bleed("subdural", middle_mm=0, reach_mm=18)
    for one in draw_series(bleed, seed=21, count=COUNT, shape=(160, 160)):
        path = folder / f"{one.slice.number}.dcm"
        phantom.write_dicom(one, path)
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = dataset.FrameOfReferenceUID = "1.2.3"
        dataset.save_as(path)
    (folder / "read.me").write_text("not a slice")
    return sorted(folder.iterdir())


def open_tab(tab, name):
    """Go to one of the page's tabs."""
    tab.click(f'button[role=tab]:has-text("{name}")')
    tab.wait_for_selector(f"#hemo-tab-{name.lower()} .viewer")


def answered(tab, state):
    """Wait for the learner's desk."""
    tab.wait_for_selector(f".teach-desk[data-state={state}]")


def test_a_series_is_read_and_scrolled_without_the_server(tab, files):
    """Several files at once; 60 steps by wheel and keys cause no request; M finds the highest."""
    open_tab(tab, "Series")
    tab.set_input_files("#hemo-series-drop input.files", files)
    tab.wait_for_selector(".series-drop[data-state=done]")
    tab.wait_for_load_state("networkidle")
    before = len(tab.requested)
    tab.focus(f"{SERIES} .canvas")
    for key in ["ArrowDown", "ArrowUp"] * 15:
        tab.keyboard.press(key)
    tab.hover(f"{SERIES} .canvas")
    for step in [120] * 15 + [-120] * 15:
        tab.mouse.wheel(0, step)
    tab.focus(".profile")
    tab.keyboard.press("End")
    at_end = tab.get_attribute(SERIES, "data-index")
    tab.keyboard.press("m")
    tab.wait_for_timeout(300)

    assert tab.requested[before:] == []
    assert at_end == str(COUNT - 1)
    assert tab.get_attribute(SERIES, "data-index") == "0"  # all alike to this reader: the first
    said = tab.inner_text(".series-panel")
    assert f"{COUNT} of {COUNT} slices above the operating point" in said
    assert "Files that are not images were set aside: 1." in said
    assert tab.locator(".columns .is-above").count() == COUNT
    assert "DOE" not in tab.content() + "".join(tab.requested)
    assert not tab.faults


def test_a_series_can_be_stopped_and_another_read(tab, files):
    """What was stopped is no fault of hemo, and the next series is read as if nothing was."""
    open_tab(tab, "Series")
    tab.click("#hemo-series-drop .gallery button >> nth=2")
    tab.wait_for_selector(".columns .is-above")
    tab.click("#hemo-series-drop .cancel")
    tab.wait_for_timeout(1500)
    line = tab.inner_text(".series-progress .line")
    tab.set_input_files("#hemo-series-drop input.files", files[0])
    tab.wait_for_selector(".series-drop[data-state=done]")

    assert line.startswith("Stopped")
    assert tab.inner_text(".series-progress .line").startswith("1 slice in ")
    assert not tab.faults


def test_a_learner_answers_before_anything_is_told(tab):
    """By keys and cross hair alone; then truth, evidence, score and the next level are there."""
    open_tab(tab, "Teach")
    tab.click(".begin")
    answered(tab, "asking")
    tab.wait_for_selector(f"{TEACH} .canvas[data-ready=true]")
    told = tab.inner_text(".teach-board") + tab.get_attribute(f"{TEACH} .canvas", "aria-label")
    has_evidence = "has-evidence" in tab.get_attribute(TEACH, "class")
    tab.focus(f"{TEACH} .canvas")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".unmark:visible")
    is_yes = tab.is_checked(".verdict input[value=yes]")
    tab.focus(".on-asking .main")
    tab.keyboard.press("Enter")
    answered(tab, "revealed")

    assert "painted" not in told and "probability" not in told
    assert not has_evidence and is_yes
    assert "The model says 88" in tab.inner_text(".teach-board .said")
    assert tab.locator(".score tbody tr").count() == 4
    assert "has-evidence" in tab.get_attribute(TEACH, "class")
    tab.click(".next")
    answered(tab, "asking")
    assert "Case 2 of 10 · level" in tab.inner_text(".on-asking .where")
    assert not tab.faults


def test_a_round_ends_with_a_summary_made_in_the_browser(tab):
    """JSON with the records and scores; no request is made for it."""
    open_tab(tab, "Teach")
    tab.click(".begin")
    answered(tab, "asking")
    tab.keyboard.press("n")
    tab.click(".on-asking .main")
    answered(tab, "revealed")
    tab.click(".finish")
    answered(tab, "summary")
    before = len(tab.requested)
    with tab.expect_download() as started:
        tab.click(".save-json")
    saved = json.loads(started.value.path().read_text(encoding="utf-8"))

    assert [case["said"] for case in saved["cases"]] == [False]
    assert saved["scores"][0]["key"] == "sensitivity"
    assert saved["model"] == "0.1"
    assert [url for url in tab.requested[before:] if not url.startswith("data:")] == []
    assert tab.locator(".cases tbody tr").count() == 1


def test_a_tour_goes_step_by_step_with_the_arrow_keys(tab):
    """Nothing over the slice at first, the evidence later; and back to where it began."""
    open_tab(tab, "Teach")
    tab.select_option(".example", "1")
    tab.click(".tour-example")
    answered(tab, "touring")
    tab.wait_for_selector(f"{TEACH} .canvas[data-ready=true]")
    first = tab.inner_text(".step-count"), "has-evidence" in tab.get_attribute(TEACH, "class")
    for _ in range(4):
        tab.keyboard.press("ArrowRight")
    later = tab.inner_text(".step-count"), "has-evidence" in tab.get_attribute(TEACH, "class")
    tab.click(".leave")
    answered(tab, "start")

    assert (first[0].lower(), first[1]) == ("step 1 of 7", False)
    assert (later[0].lower(), later[1]) == ("step 5 of 7", True)
    assert not tab.faults


@pytest.mark.parametrize("name", ["Series", "Teach"])
def test_a_telephone_does_not_scroll_sideways(tab, name):
    """At 390 pixels."""
    tab.set_viewport_size({"width": 390, "height": 844})
    open_tab(tab, name)

    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
