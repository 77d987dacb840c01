"""Tests of what can be asked about the slice in view: how steady, what if, methods, report."""

import re
import zlib
from base64 import b64decode, b64encode
from threading import Event

import numpy as np
import pytest

from hemo import phantom
from hemo.errors import BrokenFileError, DataError
from hemo.methods import METHODS
from hemo.report.what_if import NO_MASK
from hemo.slice import Slice
from hemo.ui import compare, export, steady, what_if
from hemo.ui.slices import slice_view


@pytest.fixture(scope="module")
def head(known_reader):
    """A normal head as the viewer sends it back."""
    return slice_view(phantom.draw(None, seed=12).slice, None, known_reader.card)


def last(answers):
    """The last of several."""
    return list(answers)[-1]


def test_a_reading_that_never_changes_is_steady_but_rests_on_no_region(reader, head):
    """The fixed engine says 88 % of everything: stable, and the same without region 1."""
    answers = list(steady.checked({"slice": head}, reader, Event()))
    checks = {check["name"]: check for check in answers[-1]["checks"]}

    assert answers[0]["done"] is False
    assert answers[-1]["done"] is True
    assert checks["stability"]["state"] == "good"
    assert "88" in checks["stability"]["text"]
    assert checks["without"]["state"] == "doubtful"
    assert all(check["hint"].endswith(".") for check in checks.values())


def test_checks_end_when_nobody_wants_them(reader, head):
    """After the one that is under way."""
    stopped = Event()
    stopped.set()

    answers = list(steady.checked({"slice": head}, reader, stopped))

    assert len(answers) == 1


def test_deleting_what_does_not_matter_changes_nothing(reader, head):
    """Both curves stay where they begin, and that is said."""
    curve = last(steady.faithful({"slice": head}, reader, Event()))["curve"]

    assert curve["shares"][0] == 0
    assert curve["chosen"] == pytest.approx([curve["chosen"][0]] * 4)
    assert curve["chance"] == pytest.approx(curve["chosen"])
    assert "explains this answer poorly" in curve["sentence"]


def test_a_bleed_is_painted_and_outlined(reader, head):
    """The slice comes back changed, with what was painted as its truth."""
    asked = {"slice": head, "kind": "subdural", "size": "large", "side": "left"}
    answer = last(what_if.bled(asked, reader, Event()))

    assert answer["slice"]["truth"]
    assert answer["slice"]["pixels"]["data"] != head["pixels"]["data"]
    assert answer["before"] == pytest.approx(answer["after"])
    assert "subdural bleed was painted on the patient's left" in answer["sentences"][0]


def test_no_other_kind_of_bleed_can_be_asked_for(reader, head):
    """A browser may send anything."""
    with pytest.raises(BrokenFileError):
        list(what_if.bled({"slice": head, "kind": "../etc"}, reader, Event()))


def test_without_a_skull_no_bleed_is_painted(reader):
    """hemo says that it does not know where."""
    empty = slice_view(Slice(np.zeros((256, 256), np.float32), "HU"), None, reader.card)
    with pytest.raises(DataError, match="skull"):
        list(what_if.bled({"slice": empty, "kind": "subdural"}, reader, Event()))


def test_what_is_painted_over_is_filled_in(reader, head):
    """The brain in the middle of the mask is changed, what lies far from it is not."""
    mask = np.zeros((512, 512), np.uint8)
    mask[220:260, 300:340] = 1
    packed = b64encode(zlib.compress(mask.tobytes())).decode()
    answer = last(what_if.filled({"slice": head, "mask": packed, "what": 1}, reader, Event()))

    assert answer["slice"]["pixels"]["data"] != head["pixels"]["data"]
    assert answer["sentences"][0].startswith("Without region 1")


def test_nothing_painted_over_is_said(reader, head):
    """No mask, no reading."""
    with pytest.raises(BrokenFileError, match=re.escape(NO_MASK)):
        list(what_if.filled({"slice": head, "mask": ""}, reader, Event()))


def test_methods_are_compared_one_after_the_other(reader, head):
    """Each map comes with a limit of its own method; the last answer has them all."""
    answers = list(
        compare.compare({"slice": head, "names": ["grad_cam", "eigen_cam"]}, reader, Event())
    )

    assert set(answers[-1]["maps"]) == {"grad_cam", "eigen_cam"}
    assert answers[-1]["finished"] is True
    assert answers[-1]["maps"]["grad_cam"]["limit"] == reader.card.evidence_scale
    assert [a["at"]["name"] for a in answers if "at" in a][-1] == "eigen_cam"


def test_a_stopped_comparison_does_no_more(reader, head):
    """What was not begun is left."""
    stopped = Event()
    stopped.set()

    answer = last(compare.compare({"slice": head, "names": ["occlusion"]}, reader, stopped))

    assert answer == {"maps": {}, "failed": {}, "finished": True}


def test_every_method_says_what_it_shows_and_what_it_cannot():
    """One sentence each."""
    listed = compare.catalog()["methods"]

    assert [method["name"] for method in listed] == list(METHODS)
    assert all(method["says"].endswith(".") and method["cannot"].endswith(".") for method in listed)


def test_the_report_is_one_page_of_pdf(reader, head):
    """As a data: URI, with two pictures, and the same bytes each time."""
    pages = [last(export.pdf({"slice": head}, reader, Event()))["pdf"] for _ in range(2)]
    pdf = b64decode(pages[0].removeprefix("data:application/pdf;base64,"))

    assert pdf.startswith(b"%PDF-")
    assert re.search(rb"/Count 1\b", pdf)
    assert pdf.count(b"/Subtype /Image") == 2
    assert pages[0] == pages[1]
