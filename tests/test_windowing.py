"""Hounsfield units to grey, by hand."""

import numpy as np
import pytest

from hemo.slice import Slice
from hemo.windowing import BONE, BRAIN, STROKE, SUBDURAL, Window, to_display


@pytest.mark.parametrize(
    ("window", "low", "high"),
    [(BRAIN, 0, 80), (SUBDURAL, -20, 180), (STROKE, 20, 60), (BONE, -800, 2000)],
)
def test_windows_run_from_black_to_white(window, low, high):
    """Center and width say where each one begins and ends."""
    hu = np.array([low, (low + high) / 2, high], np.float32)

    assert window.low == low
    assert window.apply(hu).tolist() == [0, 0.5, 1]


def test_a_window_is_linear_inside():
    """A quarter of the way is a quarter of white."""
    assert BRAIN.apply(np.array([20, 60], np.float32)).tolist() == [0.25, 0.75]


def test_a_window_clips_outside():
    """Air is black and bone is white."""
    assert BRAIN.apply(np.array([-1024, -1, 81, 3000], np.float32)).tolist() == [0, 0, 1, 1]


def test_width_1_is_allowed():
    """The narrowest window of DICOM: from 39.5 to 40.5."""
    grey = Window(40, 1).apply(np.array([39, 39.75, 41], np.float32))

    assert grey.tolist() == [0, 0.25, 1]


@pytest.mark.parametrize("width", [0, -1, float("nan")])
def test_width_is_greater_than_0(width):
    """A window without width shows nothing."""
    with pytest.raises(ValueError, match="width must be greater than 0"):
        Window(40, width)


def test_windowing_returns_float32_and_keeps_its_input():
    """Also of integers, in any shape."""
    hu = np.array([[[0, 80]]], np.int16)
    grey = BRAIN.apply(hu)

    assert grey.dtype == np.float32
    assert grey.shape == (1, 1, 2)
    assert hu.tolist() == [[[0, 80]]]


def test_grey_goes_back_to_hounsfield_units():
    """What was inside comes back; what was clipped stays at the edge."""
    hu = np.array([-1024, 0, 35, 80, 3000], np.float32)
    back = BRAIN.invert(BRAIN.apply(hu))

    assert back.dtype == np.float32
    np.testing.assert_allclose(back, [0, 0, 35, 80, 80], atol=1e-5)


def test_a_slice_in_hounsfield_units_is_windowed():
    """In the brain window unless another one is asked for."""
    slice_ = Slice(np.array([[0, 40, 80]], np.float32), "HU")

    assert to_display(slice_).tolist() == [[0, 0.5, 1]]
    assert to_display(slice_, Window(80, 160)).tolist() == [[0, 0.25, 0.5]]


def test_a_display_slice_keeps_its_burned_in_window():
    """No window can be applied twice."""
    slice_ = Slice(np.array([[0, 0.3, 1]], np.float32), "display")

    np.testing.assert_array_equal(to_display(slice_, BONE), slice_.pixels)
