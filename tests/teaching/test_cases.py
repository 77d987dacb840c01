"""Synthetic cases: what is asked for is drawn, and a mark is judged in millimetres."""

from dataclasses import replace

import numpy as np
import pytest

from hemo import phantom
from hemo.phantom import Phantom
from hemo.slice import Slice
from hemo.teaching.cases import Case, fainter, marked, phantom_case


@pytest.fixture(scope="module")
def bleed():
    """A head with a large fresh clot."""
    return phantom.draw("intraparenchymal", seed=6, size_mm=30)


def case(mask, spacing=(0.5, 0.5), truth=True):
    """A case of a black slice with a mask."""
    return Case(
        Slice(np.zeros(mask.shape, np.float32), "HU", spacing=spacing), truth, mask, "phantom"
    )


@pytest.fixture
def square():
    """A mask of 10 × 10 pixels, columns and rows 20 to 29."""
    mask = np.zeros((64, 64), bool)
    mask[20:30, 20:30] = True
    return mask


def test_a_mark_on_the_bleed_or_near_it_is_a_hit(square):
    """With pixels of 0.5 mm, 10 pixels from its edge are 5 mm."""
    assert marked(case(square), (25, 25)) is True
    assert marked(case(square), (39, 25)) is True
    assert marked(case(square), (40, 25)) is False
    assert marked(case(square, spacing=(1.0, 1.0)), (39, 25)) is False


def test_no_mark_on_a_bleed_is_no_hit(square):
    """It was there to be marked."""
    assert marked(case(square), None) is False


def test_where_there_is_nothing_to_mark_nothing_is_judged(square):
    """No bleed, or one whose place nobody drew."""
    assert marked(case(square, truth=False), (25, 25)) is None
    assert marked(replace(case(square), mask=None), (25, 25)) is None


def test_fainter_blood_is_as_bright_as_asked_for(square):
    """Blood of 70 HU in brain of 30 HU is 40 HU brighter; 12 HU brighter it is 42 HU."""
    hu = np.where(square, 70, 30).astype(np.float32)
    head = Phantom(Slice(hu, "HU", spacing=(1.0, 1.0)), square, "subdural", np.ones_like(square))
    faint = fainter(head, 12.0)

    assert faint.pixels[25, 25] == 42
    assert faint.pixels[5, 5] == 30
    assert head.slice.pixels[25, 25] == 70


def test_only_the_blood_is_dimmed(bleed):
    """A few millimetres from it not one pixel changes."""
    faint = fainter(bleed, 12.0)
    rows, columns = np.nonzero(faint.pixels != bleed.slice.pixels)
    far = np.ones(bleed.mask.shape, bool)
    near = np.argwhere(bleed.mask)
    low, high = near.min(0) - 8, near.max(0) + 8
    far[low[0] : high[0], low[1] : high[1]] = False

    assert rows.size > 0
    assert not far[rows, columns].any()


def test_blood_that_is_fainter_already_stays(bleed):
    """Contrast is an upper limit."""
    assert fainter(bleed, 60.0) is bleed.slice
    assert fainter(phantom.draw(None, seed=6), 10.0) is not None


def test_the_same_chance_draws_the_same_case():
    """A case is worked out anew when it is revealed."""
    first, again = (phantom_case(4, np.random.default_rng(3)) for _ in range(2))

    assert first.truth == again.truth
    assert np.array_equal(first.slice.pixels, again.slice.pixels)
    assert first.truth == bool(first.mask.any())
