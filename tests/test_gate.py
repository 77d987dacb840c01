"""What is not read, and why."""

import numpy as np
import pytest

from hemo.gate import check
from hemo.preprocessing import View
from hemo.slice import Slice


def slice_of(shape=(200, 200), modality=None):
    """A grey slice."""
    return Slice(np.full(shape, 0.5, np.float32), "display", modality=modality)


def view_of(slice_, head_found=True):
    """A view of the whole slice."""
    return View(0, 0, max(slice_.shape), slice_.shape, head_found)


@pytest.mark.parametrize("modality", [None, "CT"])
def test_a_ct_or_unknown_picture_passes(modality):
    """PNG files do not say what they are: they are given the benefit of the doubt."""
    slice_ = slice_of(modality=modality)

    assert check(slice_, view_of(slice_)) is None


def test_another_modality_is_refused_by_name():
    """The sentence says what the file says it is."""
    slice_ = slice_of(modality="MR")
    refusal = check(slice_, view_of(slice_))

    assert refusal is not None
    assert refusal.reason == "not_ct"
    assert "MR" in refusal.sentence


def test_too_small_a_picture_is_refused_with_its_size():
    """95 pixels are one too few; 96 are enough."""
    small, enough = slice_of((95, 300)), slice_of((96, 300))
    refusal = check(small, view_of(small))

    assert refusal is not None
    assert refusal.reason == "too_small"
    assert "300 x 95" in refusal.measurement
    assert check(enough, view_of(enough)) is None


def test_a_picture_without_a_head_is_refused():
    """Air, or a page of text."""
    slice_ = slice_of()
    refusal = check(slice_, view_of(slice_, head_found=False))

    assert refusal is not None
    assert refusal.reason == "no_head"
