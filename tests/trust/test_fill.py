"""Tests of hemo.trust.fill: what a place is filled with, and what is left alone."""

from dataclasses import replace

import numpy as np
import pytest

from hemo import phantom
from hemo.preprocessing import Preprocessing
from hemo.slice import Slice
from hemo.trust.fill import filled
from hemo.trust.inside import Inside

SPEC = Preprocessing()


@pytest.fixture(scope="module")
def bleeding():
    """A synthetic head with a bleed in the left half of its brain, in Hounsfield units."""
    return phantom.draw("intraparenchymal", seed=4, side="left", size_mm=26)


@pytest.fixture(scope="module")
def grown(bleeding):
    """The bleed with a rim, so that none of its edge is left."""
    import cv2

    return cv2.dilate(bleeding.mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0


def test_a_bleed_is_filled_from_the_other_side(bleeding, grown):
    """Blood of 60 HU and more becomes brain, and nothing else of the slice is touched."""
    new = filled(bleeding.slice, grown, SPEC)
    old, hu = bleeding.slice.pixels, new.slice_.pixels

    assert new.way == "the other side"
    assert np.median(old[bleeding.mask]) > 50
    assert 15 < np.median(hu[bleeding.mask]) < 45
    far = ~Inside.of(bleeding.slice, SPEC).room
    assert (hu[far] == old[far]).all()


def test_the_slice_is_not_changed(bleeding, grown):
    """Filling makes another slice."""
    before = bleeding.slice.pixels.copy()
    filled(bleeding.slice, grown, SPEC)

    assert (bleeding.slice.pixels == before).all()


def test_bone_stays(bleeding):
    """A stroke over the skull changes no bone and fills only what lies inside."""
    everywhere = np.ones(bleeding.slice.shape, bool)
    new = filled(bleeding.slice, everywhere, SPEC)
    bone = bleeding.slice.pixels > 300

    assert (new.slice_.pixels[bone] == bleeding.slice.pixels[bone]).all()
    assert not new.mask[bone].any()


def test_a_place_on_both_sides_is_filled_from_its_surroundings(bleeding):
    """What mirrors onto itself has no other side to be filled from."""
    new = filled(bleeding.slice, np.ones(bleeding.slice.shape, bool), SPEC)

    assert new.way == "its surroundings"
    assert np.isfinite(new.slice_.pixels).all()


def test_display_slices_are_filled_too(bleeding, grown):
    """With the window burned in: grey stays in [0, 1]."""
    from hemo.windowing import to_display

    picture = replace(bleeding.slice, pixels=to_display(bleeding.slice), units="display")
    new = filled(picture, grown, SPEC).slice_

    assert new.units == "display"
    assert new.pixels.min() >= 0 and new.pixels.max() <= 1
    assert new.pixels[bleeding.mask].mean() < picture.pixels[bleeding.mask].mean() - 0.2


def test_nothing_marked_changes_nothing(bleeding):
    """An empty place leaves every pixel."""
    new = filled(bleeding.slice, np.zeros(bleeding.slice.shape, bool), SPEC)

    assert (new.slice_.pixels == bleeding.slice.pixels).all()
    assert not new.mask.any()


def test_without_a_skull_a_place_is_filled_from_its_surroundings():
    """An even grey picture with a bright spot: the spot goes."""
    grey = np.full((200, 200), 0.4, np.float32)
    grey[80:100, 80:100] = 0.9
    place = np.zeros((200, 200), bool)
    place[76:104, 76:104] = True

    new = filled(Slice(grey, "display"), place, SPEC)

    assert new.way == "its surroundings"
    assert new.slice_.pixels[90, 90] == pytest.approx(0.4, abs=0.05)
