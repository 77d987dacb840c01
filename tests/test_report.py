"""Tests of hemo.report: what a clinician reads."""

import json

import numpy as np
import pytest

from hemo import report
from hemo.evidence import EvidenceMap
from hemo.gate import Refusal
from hemo.reader import Reading
from hemo.slice import Slice
from hemo.weights import Card

REFUSAL = Refusal("not_ct", "This is not a CT: the file says MR.", "modality MR")


def reading(band="hemorrhage", *, probability=0.91, positive=3.8, negative=-0.3, bias=-1.2):
    """A reading whose evidence has one positive and one negative pixel."""
    values = np.zeros((4, 4), np.float32)
    values[0, 0], values[3, 3] = positive, negative
    evidence = EvidenceMap(values, bias, cells=values, cell_pixels=1.0)
    return Reading(positive + negative + bias, probability, band, evidence, ("A warning.",), "0.1")


def a_slice(units="HU", **fields):
    """A small slice."""
    return Slice(np.zeros((40, 60), np.float32), units, **fields)


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "< 1 %"),
        (0.0099, "< 1 %"),
        (0.01, "1 %"),
        (0.914, "91 %"),
        (0.99, "99 %"),
        (0.991, "> 99 %"),
        (1.0, "> 99 %"),
    ],
)
def test_percent_never_claims_certainty(probability, text):
    """No reading is shown as 0 % or 100 %."""
    assert report.percent(probability).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.14159, "+3.14"), (-0.3, "−0.30"), (0.001, "0.00"), (-0.004, "0.00")]
)
def test_numbers_carry_their_sign(value, text):
    """A minus is a minus sign, and what rounds to nothing has no sign."""
    assert report.signed(value) == text


@pytest.mark.parametrize("band", ["hemorrhage", "indeterminate", "no hemorrhage seen"])
def test_every_band_has_words(band):
    """A heading and a sentence for each."""
    assert report.title(band).lower() == band
    assert report.sentence(band).endswith(".")


@pytest.mark.parametrize(
    ("kind", "band", "words"),
    [
        ("subdural", "hemorrhage", "a subdural bleed was painted here; the model finds it"),
        ("epidural", "no hemorrhage seen", "does hold an epidural bleed; the model does not see"),
        ("subdural", "indeterminate", "a subdural bleed was painted here; the model is undecided"),
        (None, "hemorrhage", "holds no bleed; the model is wrong"),
        (None, "no hemorrhage seen", "no bleed was painted here; the model sees none"),
        (None, "indeterminate", "no bleed was painted here; the model is undecided"),
    ],
)
def test_a_synthetic_slice_says_what_was_painted(kind, band, words):
    """Where the truth is known, a wrong reading is called wrong."""
    assert words in report.truth(kind, reading(band))


def test_a_bleed_called_for_another_place_is_not_called_found():
    """Right for the wrong reason is said as well."""
    assert "lies elsewhere" in report.truth("subdural", reading("hemorrhage"), pointed=False)


def test_a_refused_synthetic_slice_says_so():
    """A refusal is neither right nor wrong."""
    assert "was not asked" in report.truth("subdural", REFUSAL)


def test_the_caption_says_which_window_is_shown():
    """Hounsfield units are windowed by hemo; a picture's window is burned in."""
    hu = report.caption(a_slice(source="JPEG-LS DICOM", spacing=(0.488, 0.488)))
    png = report.caption(a_slice("display", source="8-bit PNG"))

    assert hu == ["Hounsfield units (JPEG-LS DICOM)", "60 × 40 · 0.49 mm · shown as stored"]
    assert png == ["Display window burned in (8-bit PNG)", "60 × 40 · shown as stored"]


def test_sides_are_named_only_where_they_are_known():
    """Only what hemo drew itself has known sides."""
    assert "R on the left" in report.caption(a_slice(), synthetic=True)[1]
    assert "R on the left" not in report.caption(a_slice())[1]


def test_limits_name_the_operating_point_and_the_bands():
    """Probabilities of the card, in per cent."""
    text = report.limits(Card("0.1", threshold=0.41, low=0.14, high=0.72))
    text = text.replace("\N{NO-BREAK SPACE}", " ")

    assert text == "operating point 41 % · indeterminate from 14 % to 72 %"


def test_calibration_is_mentioned_where_there_is_one():
    """A temperature other than 1 stands between logit and probability."""
    assert report.calibration(Card("0.1", temperature=1.0)) == ""
    assert "logit / 1.37" in report.calibration(Card("0.1", temperature=1.37))


def test_figures_come_from_the_card_alone():
    """What evaluation wrote is shown with its interval; what it did not write is not invented."""
    auc = {"value": 0.957, "low": 0.91, "high": 0.99}
    evaluation = {"test": {"kaggle200": {"label": "the 200", "auc": auc, "n": 40}}}

    assert report.figures(evaluation) == ["the 200: AUC 0.957 (0.910–0.990), n = 40"]
    assert report.figures({}) == []
    assert report.figures({"test": {"phe": {"n": 3}}}) == []
    assert report.figures({"test": {"phe": {"auc": {"value": float("nan")}}}}) == []


def test_json_of_a_reading():
    """The keys that the command line promises; numbers as computed."""
    result = reading(probability=0.9134567891234)
    plain = report.to_json("head.dcm", a_slice(number=3), result)

    assert plain == {
        "file": "head.dcm",
        "slice": 3,
        "probability": 0.9134567891234,
        "logit": result.logit,
        "band": "hemorrhage",
        "warnings": ["A warning."],
        "refusal": None,
        "model": "0.1",
    }
    assert json.loads(json.dumps(plain)) == plain


def test_json_of_a_refusal():
    """No numbers, and why."""
    plain = report.to_json("knee.dcm", a_slice(), REFUSAL)

    assert plain["refusal"] == {"reason": "not_ct", "sentence": REFUSAL.sentence}
    assert plain["probability"] is plain["logit"] is plain["band"] is plain["model"] is None
    assert plain["slice"] == 1


def test_a_file_of_many_slices_says_which_one_was_read():
    """Nobody takes the middle slice for the whole scan."""
    assert "30 slices; only slice 16" in report.one_of_many(16, 30)
