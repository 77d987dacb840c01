"""A synthetic series: one head over many levels, its bleed over neighbouring slices."""

import numpy as np
import pytest

from hemo.phantom.volume import STEP_MM, Bleed, draw_series, draw_slice

SHAPE = (96, 96)


@pytest.fixture(scope="module")
def volume():
    """Eight small slices with a subdural in the middle: thickest 15 mm up, 12 mm to each side."""
    bleed = Bleed("subdural", size_mm=11, middle_mm=15, reach_mm=12)
    return draw_series(bleed, seed=21, count=8, shape=SHAPE)


def test_slices_are_numbered_and_lie_above_each_other(volume):
    """From the feet up, 5 mm apart."""
    heights = [one.slice.position[2] for one in volume]

    assert [one.slice.number for one in volume] == list(range(1, 9))
    assert np.diff(heights) == pytest.approx(STEP_MM)
    assert {one.slice.plane for one in volume} == {"axial"}


def test_the_bleed_is_on_neighbouring_slices_only(volume):
    """It reaches from 3 to 27 mm: slices at 5, 10, 15, 20 and 25 mm."""
    bleeding = [bool(one.mask.any()) for one in volume]

    assert bleeding == [False, True, True, True, True, True, False, False]
    assert [one.kind for one in volume] == ["subdural" if b else None for b in bleeding]


def test_it_is_thickest_in_the_middle():
    """Half an ellipse: 11 mm in the middle, 11 · √(1 − ¼) half way out, none beyond."""
    bleed = Bleed("subdural", size_mm=11, middle_mm=15, reach_mm=12)

    assert bleed.thickness(15) == 11
    assert bleed.thickness(21) == pytest.approx(9.526, abs=1e-3)
    assert bleed.thickness(27) == bleed.thickness(-40) == 0


def test_it_stays_on_its_side(volume):
    """The patient's left is on the right of the picture."""
    columns = [np.nonzero(one.mask)[1].mean() for one in volume if one.mask.any()]

    assert min(columns) > SHAPE[1] / 2


def test_the_head_is_smaller_towards_the_vertex():
    """By area, ten slices up."""
    low, high = (draw_slice(None, number, seed=21, shape=SHAPE) for number in (5, 15))

    assert high.inside.sum() < 0.75 * low.inside.sum()
    assert not high.mask.any()


def test_the_same_arguments_draw_the_same_slice():
    """And another number another one."""
    first, again, other = (draw_slice(None, n, seed=3, shape=SHAPE).slice.pixels for n in (4, 4, 5))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_does_not_hold_its_place_is_refused():
    """An intraparenchymal would jump from slice to slice."""
    with pytest.raises(ValueError, match="subdural or an epidural"):
        draw_series(Bleed("intraparenchymal"), seed=1, shape=SHAPE)
    with pytest.raises(ValueError, match="at least one slice"):
        draw_series(None, count=0)
