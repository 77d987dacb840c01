"""What a slice promises about its pixels."""

import dataclasses

import numpy as np
import pytest

from hemo.slice import Series, Slice


def test_pixels_become_float32():
    """Whatever comes in, [H, W] float32 is what there is."""
    slice_ = Slice(np.array([[1, 2, 3]], np.int16), "HU")

    assert slice_.pixels.dtype == np.float32
    assert slice_.shape == (1, 3)


def test_pixels_are_a_copy_that_cannot_be_written():
    """Neither the caller's array nor the slice's can change the other."""
    pixels = np.zeros((2, 2), np.float32)
    slice_ = Slice(pixels, "HU")
    pixels[0, 0] = 7

    assert slice_.pixels[0, 0] == 0
    assert pixels.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        slice_.pixels[0, 0] = 7


def test_pixels_of_another_slice_are_shared():
    """They cannot be written to, so they need not be copied."""
    slice_ = Slice(np.zeros((2, 2), np.float32), "HU")

    assert dataclasses.replace(slice_, number=2).pixels is slice_.pixels
    assert Slice(slice_.pixels[:1], "HU").pixels.base is None


def test_a_slice_is_frozen():
    """Units cannot be changed under the pixels."""
    slice_ = Slice(np.zeros((2, 2), np.float32), "HU")

    with pytest.raises(dataclasses.FrozenInstanceError):
        slice_.units = "display"


@pytest.mark.parametrize("shape", [(4,), (2, 2, 3), (0, 4), (4, 0)])
def test_a_slice_has_two_sides(shape):
    """Rows, volumes and nothing are no slice."""
    with pytest.raises(ValueError, match=r"\[H, W\]"):
        Slice(np.zeros(shape, np.float32), "HU")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_pixels_are_finite(value):
    """One NaN is enough to be refused."""
    with pytest.raises(ValueError, match="finite"):
        Slice(np.array([[0, value]], np.float32), "HU")


def test_values_too_large_for_float32_are_not_finite():
    """The check is made on what is kept."""
    with pytest.raises(ValueError, match="finite"), np.errstate(over="ignore"):
        Slice(np.array([[1e300]]), "HU")


def test_nothing_is_known_until_said():
    """A slice of its own is the first of its series and makes no claims."""
    slice_ = Slice(np.zeros((1, 1), np.float32), "display")

    assert (slice_.modality, slice_.spacing, slice_.position) == (None, None, None)
    assert (slice_.number, slice_.source, slice_.warnings) == (1, "", ())
    assert slice_.plane is None
    assert (Series().slices, Series().warnings) == ((), ())
