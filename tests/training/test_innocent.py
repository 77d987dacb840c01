"""Innocent findings: where they appear, what they look like, and that chance decides alone."""

import cv2
import numpy as np
import pytest

from hemo.bleeds import Head, find_head
from hemo.innocents import anatomy, bone, dark
from hemo.innocents.brush import from_bone
from hemo.innocents.picture import letters, metal
from hemo.phantom import draw
from hemo.training.innocent import KINDS, level, paint_innocent
from hemo.windowing import BRAIN


@pytest.fixture(scope="module")
def grey():
    """A head without a bleed in the brain window, cropped to it, read-only."""
    pixels = draw(None, seed=3, shape=(400, 400)).slice.pixels
    rows, columns = np.nonzero(pixels > 300)
    result = BRAIN.apply(
        pixels[rows.min() - 6 : rows.max() + 7, columns.min() - 6 : columns.max() + 7]
    )
    result.setflags(write=False)
    return result


@pytest.fixture(scope="module")
def head(grey):
    """What is found on it."""
    return find_head(grey)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_leaves_grey_in_range_and_shows_something(grey, head, kind):
    """Of four tries most can be seen, none leaves [0, 1], and the input stays as it was."""
    before, seen = grey.copy(), 0
    for seed in range(4):
        new = paint_innocent(grey, np.random.default_rng(seed), head, kind=kind)
        seen += bool((np.abs(new - grey) > 0.03).any())

        assert new.dtype == np.float32
        assert new.shape == grey.shape
        assert 0 <= new.min() <= new.max() <= 1
    assert seen >= 2
    np.testing.assert_array_equal(grey, before)


def test_an_unknown_kind_is_refused(grey):
    """A bleed is not innocent."""
    with pytest.raises(ValueError, match="kind"):
        paint_innocent(grey, np.random.default_rng(0), kind="subdural")


def test_the_generator_decides(grey, head):
    """The same generator paints the same, another one something else."""
    first, again, other = (paint_innocent(grey, np.random.default_rng(n), head) for n in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("seed", range(4))
def test_blooming_falls_from_the_bone_without_a_plateau(head, seed):
    """A subdural is as bright at 4 mm as at 1 mm; blooming is gone by then."""
    lift = bone.blooming(head.frame, np.random.default_rng(seed))
    distance = from_bone(head)

    def strongest(low, high):
        return lift[(distance >= low) & (distance < high)].max()

    assert lift.min() >= 0
    assert strongest(0.3, 1.2) > strongest(2, 3) > strongest(4, 5)
    assert strongest(8, 9) == 0


@pytest.mark.parametrize("seed", range(4))
def test_csf_is_dark_and_under_the_skull(head, seed):
    """A hygroma lowers, never raises, and does not reach the middle of the brain."""
    change = dark.csf_collection(head.frame, np.random.default_rng(seed))

    assert change.max() <= 0
    assert change.min() < -8
    assert change[head.frame.smooth_depth > 25].min() == 0


@pytest.mark.parametrize("seed", range(4))
def test_air_is_black_and_in_front(head, seed):
    """The patient lies on the back: bubbles rise to the forehead."""
    change = bone.air(head.frame, np.random.default_rng(seed))

    assert change.min() < -80
    assert head.frame.forward[change < -20].min() > 0


@pytest.mark.parametrize("seed", range(4))
def test_the_basilar_artery_and_sinuses_stay_below_bone(head, seed):
    """Dense vessels hold blood of 45 to 62 HU, and are painted no brighter."""
    for painter in (anatomy.artery, anatomy.sagittal_sinus, anatomy.transverse_sinus):
        change = painter(head.frame, np.random.default_rng(seed))
        smooth = cv2.GaussianBlur(head.hu + change, (0, 0), 1.2)
        raised = change > 5

        assert change.min() >= 0
        assert smooth[raised & (head.frame.depth > 4)].max(initial=0) < 68


def test_streaks_leave_bone_and_air(grey, head):
    """In bone a few HU more or less are not seen, and air is clipped."""
    streaked = metal(grey, head.frame, np.random.default_rng(0))

    assert streaked[grey >= 1].min() == 1
    assert (np.abs(streaked - grey) > 0.02).sum() > 200


def test_letters_stay_near_the_rim():
    """The middle of the picture, where brain is, is left alone."""
    for seed in range(12):
        drawn = letters(np.zeros((300, 300), np.float32), np.random.default_rng(seed))
        y, x = np.nonzero(drawn)

        assert len(y)
        assert np.hypot(x - 150, y - 150).min() > 75


def test_levels_by_hand():
    """A thin ring of bone is the middle, a thick one the vertex, one with air in front the base."""
    y, x = np.ogrid[:200, :200]
    radius = np.hypot(y - 100, x - 100)

    def ring(inner, air=0):
        hu = np.where(radius < 90, np.float32(80), np.float32(0))
        inside = radius < inner
        hu[inside] = 35
        cells = (radius < 85) & (y < 100 - inner) if air else np.zeros_like(inside)
        hu[cells] = 0
        return Head(hu, inside, 0.9)

    assert level(ring(82)) == "middle"
    assert level(ring(60)) == "vertex"
    assert level(ring(60, air=1)) == "base"
