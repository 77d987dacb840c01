"""Tests of hemo.trust.stability: what should not matter, undone exactly."""

import numpy as np
import pytest

from hemo import phantom
from hemo.slice import Slice
from hemo.trust import Stability, Variant, stability
from hemo.trust.stability import SHIFTS, TURNS, WINDOWS, _in_window, agreement
from hemo.windowing import BRAIN, Window


@pytest.fixture(scope="module")
def steady(tiny_reader):
    """The by-hand reader on a synthetic head."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=30)
    return stability(tiny_reader, drawn.slice)


def test_every_change_is_tried(steady):
    """One flip, the turns, the shifts and the windows."""
    kinds = [v.kind for v in steady.variants]

    assert [kinds.count(k) for k in ("flip", "turn", "shift", "window")] == [
        1, len(TURNS), len(SHIFTS), len(WINDOWS),
    ]  # fmt: skip


def test_a_mean_of_brightness_does_not_mind_a_flip(steady):
    """The by-hand network looks alike to both sides: same probability, same map, mirrored back."""
    flip = steady.variants[0]

    assert flip.probability == pytest.approx(steady.probability, abs=0.02)
    assert flip.agreement > 0.97


def test_maps_are_brought_back(steady):
    """Turned and shifted maps lie on the slice again where they lay."""
    for variant in steady.variants:
        assert variant.agreement > 0.75, variant


def test_how_far_it_moved():
    """Lowest, highest, root mean square and median, by hand."""
    found = Stability(
        0.5, (Variant("flip", (), 0.6, 0.9), Variant("turn", (4.0,), 0.1, 0.5),
              Variant("turn", (-4.0,), 0.5, 0.7)),
    )  # fmt: skip

    assert (found.lowest, found.highest) == (0.1, 0.6)
    assert found.spread == pytest.approx(np.sqrt((0.01 + 0.16 + 0) / 3))
    assert found.agreement == 0.7


def test_agreement_of_a_map_with_itself_and_its_opposite():
    """1, -1, and 0 where a map says nothing."""
    values = np.array([[0.0, 1.0, 3.0]], np.float32)

    assert agreement(values, values) == pytest.approx(1)
    assert agreement(values, -values) == pytest.approx(-1)
    assert agreement(values, np.zeros_like(values)) == 0
    assert agreement(np.zeros_like(values), np.zeros_like(values)) == 0


def test_another_window_is_seen_through_the_brain_window():
    """In HU and with the window burned in the network is shown the same."""
    hu = np.array([[10.0, 40.0, 65.0]], np.float32)
    window = Window(44, 92)
    expected = window.apply(hu)

    shown = BRAIN.apply(_in_window(Slice(hu, "HU"), window).pixels)
    burned = _in_window(Slice(BRAIN.apply(hu), "display"), window).pixels

    np.testing.assert_allclose(shown, expected, atol=1e-6)
    np.testing.assert_allclose(burned, expected, atol=1e-6)


def test_the_slice_is_not_changed(tiny_reader):
    """Everything is done to copies."""
    drawn = phantom.draw(None, seed=1)
    before = drawn.slice.pixels.copy()
    stability(tiny_reader, drawn.slice)

    assert (drawn.slice.pixels == before).all()
