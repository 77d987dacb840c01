"""What is read and what is not, on drawn pictures: one for each reason."""

from typing import get_args

import cv2
import numpy as np
import pytest

from hemo import phantom
from hemo.bleeds import KINDS
from hemo.gate import Reason, Refusal
from hemo.gate.refusal import SENTENCES
from hemo.windowing import BONE, BRAIN, SUBDURAL, Window


def beside(*pictures):
    """Pictures in a row."""
    return np.hstack(pictures)


def page_of_text(lines=30):
    """Black letters on white."""
    page = np.full((500, 700), 255, np.uint8)
    for line in range(lines):
        words = "the quick brown fox jumps over the lazy dog " * 2
        cv2.putText(page, words, (20, 20 + 16 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 0)
    return (page / 255).astype(np.float32)


@pytest.mark.parametrize("modality", [None, "CT"])
def test_a_head_passes_as_ct_or_unknown(modality, head, reason):
    """PNG files do not say what they are: the picture decides."""
    assert reason(head(), modality=modality) is None


def test_another_modality_is_certain_and_named(head, refusal):
    """The sentence says what the file says it is; nobody can have it read anyway."""
    refused = refusal(head(), modality="MR")

    assert refused.reason == "not_ct"
    assert "MR" in refused.sentence
    assert not refused.judgement


def test_too_small_a_picture_is_refused_with_its_size(head, refusal):
    """95 pixels are one too few; 96 are enough."""
    small = cv2.resize(head(), (300, 95), interpolation=cv2.INTER_AREA)
    enough = cv2.resize(head(), (96, 96), interpolation=cv2.INTER_AREA)

    refused = refusal(small)
    assert refused.reason == "too_small"
    assert "300 x 95" in refused.measurement
    assert not refused.judgement
    assert refusal(enough) is None


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_an_empty_picture_has_no_head(value, refusal):
    """Black, grey or white."""
    refused = refusal(np.full((200, 200), value, np.float32))

    assert refused.reason == "no_head"
    assert not refused.judgement


def test_mr_is_no_ct(head, refusal):
    """The bright ring is fat, thin, with the black of bone and CSF inside it."""
    mr = head(skull=0.9, thickness=3.0)
    mr[(mr > 0) & (head(thickness=12.0) == 1.0) & (mr < 0.9)] = 0.02

    refused = refusal(mr)
    assert refused.reason == "not_ct"
    assert refused.judgement


def test_text_noise_and_gradients_are_no_ct(reason):
    """A page either way round, random dots, ramps across and outwards."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:300, :300].astype(np.float32)
    outwards = np.hypot(x - 150, y - 150) / 200

    assert reason(page_of_text()) == "not_ct"
    assert reason(1 - page_of_text()) == "not_ct"
    assert reason(rng.random((300, 300), np.float32)) == "not_ct"
    for ramp in (x / 300, y / 300, np.clip(outwards, 0, 1), np.clip(1 - outwards, 0, 1)):
        assert reason(ramp) == "not_ct"


def test_the_vertex_holds_no_brain(head, refusal):
    """Bone with a hole of a tenth of its diameter."""
    refused = refusal(head(thickness=86.0))

    assert refused.reason == "no_brain"
    assert refused.judgement


def test_another_part_of_the_body_is_no_head(reason):
    """In Hounsfield units: a body 360 mm broad, or tissue up to the picture's rim."""
    y, x = np.mgrid[:200, :200]
    body = (x - 100) ** 2 / 90**2 + (y - 100) ** 2 / 60**2 < 1
    chest = np.where(body, np.float32(40), np.float32(-1000))
    spine = np.where((x - 100) ** 2 + (y - 100) ** 2 < 900, np.float32(400), np.float32(40))

    assert reason(chest, units="HU", modality="CT", spacing=(2.0, 2.0)) == "not_head"
    assert reason(spine, units="HU", modality="CT", spacing=(0.5, 0.5)) == "not_head"


def test_an_inverted_head_is_recognised(head, refusal):
    """Tissue and air change places; turned back it would pass."""
    refused = refusal(1 - head())

    assert refused.reason == "inverted"
    assert not refused.judgement


def test_a_page_around_a_head_does_not_invert_it(head, reason):
    """A figure from the web: the head on white or grey, or in a black box on it."""
    for page in (0.7, 1.0):
        assert reason(np.pad(head(), 40, constant_values=page)) is None
        assert reason(np.where(head() == 0, np.float32(page), head())) is None


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (BRAIN, None),
        (SUBDURAL, None),
        (Window(40, 120), None),
        (BONE, "bone_window"),
        (Window(500, 2000), "bone_window"),
    ],
)
def test_windows_of_the_brain_pass_and_those_of_bone_do_not(window, expected, reason):
    """The same phantom with the window burned in."""
    slice_ = phantom.draw(seed=2).slice

    assert reason(window.apply(slice_.pixels)) == expected


def test_several_panels_are_refused(head, reason):
    """Apart or touching, in a row, a column or a square, on black or on white."""
    tight = head(side=202)

    assert reason(beside(head(), head())) == "several_panels"
    assert reason(np.vstack([head(), head(), head()])) == "several_panels"
    assert reason(beside(tight, tight)) == "several_panels"
    assert reason(np.vstack([beside(tight, tight), beside(tight, tight)])) == "several_panels"
    gutter = np.ones((240, 10), np.float32)
    assert reason(np.pad(beside(head(), gutter, head()), 20, constant_values=1)) == "several_panels"


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_half_a_head_is_cut_off(turns, head, refusal):
    """Whichever half."""
    half = np.rot90(head(), turns)[:, :120]

    refused = refusal(half)
    assert refused.reason == "cut_off"
    assert refused.judgement


def test_a_head_cropped_to_its_skin_is_whole(head, reason):
    """It touches all four edges of its picture."""
    assert reason(head(side=200)) is None


def test_letters_a_headrest_and_noise_do_no_harm(head, reason):
    """What lies around heads on real pictures."""
    rng = np.random.default_rng(0)
    grey = np.round(head(side=320) * 255).astype(np.uint8)
    cv2.putText(grey, "W 80 L 40", (4, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255)
    cv2.putText(grey, "R", (4, 170), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
    cv2.ellipse(grey, (160, 160), (125, 125), 0, 20, 160, 255, 3)
    noisy = grey / 255 + rng.normal(0, 0.08, grey.shape)

    assert reason(np.clip(noisy, 0, 1)) is None


@pytest.mark.parametrize("thickness", [5.0, 10.0])
def test_the_thin_skull_of_a_child_is_a_skull(thickness, head, reason):
    """2.5 % of the radius: under 2 mm of a head of 65 mm. The window clips bone of 300 HU."""
    dense = head(side=480, radius=200.0, skull=4.0, thickness=thickness)
    blurred = cv2.GaussianBlur(dense, (0, 0), 1)

    assert reason(np.clip(blurred, 0, 1)) is None


def test_a_craniectomy_is_no_reason(head, reason):
    """A quarter of the skull is missing, with scalp over brain in its place."""
    grey = head()
    corner = grey[:120, 120:]
    corner[corner == 1.0] = 0.45

    assert reason(grey) is None


def test_large_white_bleeds_are_no_reason(head, reason):
    """A third of the brain, inside it or along the skull."""
    y, x = np.mgrid[:240, :240] - 119.5
    inside = np.hypot(x, y) < 80
    deep = np.where((np.hypot(x + 25, y) < 45), np.float32(0.95), head())
    shallow = np.where(inside & (x > 45), np.float32(0.95), head())

    assert reason(deep) is None
    assert reason(shallow) is None


def test_phantoms_pass():
    """Every kind of bleed, in Hounsfield units and with the window burned in."""
    from hemo.gate import check
    from hemo.preprocessing import Preprocessing, crop

    for seed in range(12):
        kind = (None, *KINDS)[seed % (1 + len(KINDS))]
        slice_ = phantom.draw(kind, seed=seed, shape=(256, 256)).slice
        _, view = crop(slice_, Preprocessing())

        assert check(slice_, view) is None


def test_every_reason_has_a_sentence():
    """The list is closed, and each ends with a full stop."""
    assert SENTENCES.keys() == set(get_args(Reason))
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
    assert Refusal("no_head", "No head.", "nothing").judgement is False
