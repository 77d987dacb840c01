"""The measurements, on pictures for which they can be worked out by hand."""

import numpy as np
import pytest

from hemo.gate.measurements import (
    count_things,
    measure,
    rim_of,
    shrunk,
    without_page,
)


def test_a_round_head_measures_what_was_drawn(head):
    """Skull all around; brain (80 / 102)² = 0.62 of the outline, two pixels wider than the head."""
    found = measure(head())

    assert found.skull == 1.0
    assert found.brain == pytest.approx(0.615, abs=0.03)
    assert found.second == 0.0
    assert found.spread == pytest.approx(0.1, abs=0.01)
    assert found.contact == found.cut == 0.0
    assert found.clipped == pytest.approx((96**2 - 80**2) / 102**2, abs=0.05)
    assert found.aspect == pytest.approx(1.0, abs=0.02)
    assert found.rim == 0.0


def test_the_scale_of_grey_does_not_matter(head):
    """A dim picture measures the same, but that nothing in it is white."""
    bright, dim = measure(head()), measure(0.6 * head())

    assert dim.skull == bright.skull
    assert dim.brain == pytest.approx(bright.brain, abs=0.01)
    assert dim.spread == pytest.approx(bright.spread, abs=0.01)
    assert dim.clipped == 0.0


def test_an_open_quarter_is_a_quarter_less_skull(head):
    """90° of bone gone: 0.75 of the directions are left."""
    grey = head()
    corner = grey[:120, 120:]
    corner[corner == 1.0] = 0.45

    assert measure(grey).skull == pytest.approx(0.75, abs=0.03)


def test_black_inside_the_bright_ring_is_no_skull(head):
    """As the scalp's fat on MR."""
    grey = head()
    gap = (head(thickness=24.0) == 1.0) & (grey < 1.0)
    grey[gap] = 0.0

    assert measure(grey).skull == 0.0


def test_two_halves_of_brain_are_two_regions(head):
    """Bone between them, as between the fossae of the skull base."""
    grey = head()
    grey[:, 112:128] = np.where(grey[:, 112:128] > 0.3, np.float32(1), grey[:, 112:128])
    found = measure(grey)

    assert found.brain == pytest.approx(found.second, rel=0.05)
    assert 0.2 < found.brain < 0.31


def test_a_cut_head_meets_the_edge_before_its_skull(head):
    """Half of it: the cut takes up more than a third of all directions."""
    found = measure(head()[:, :120])

    assert found.cut == pytest.approx(found.contact, abs=0.1)
    assert 0.33 < found.cut < 0.5


def test_nothing_is_measured_where_nothing_stands_out():
    """An even picture."""
    assert measure(np.full((200, 200), 0.3, np.float32)) is None


def test_the_picture_is_not_changed(head):
    """On a page as well."""
    grey = np.pad(head(), 30, constant_values=1.0)
    before = grey.copy()
    measure(grey)

    np.testing.assert_array_equal(grey, before)


def test_a_page_is_taken_away(head):
    """A black box on white is cut out; white right around the head becomes black."""
    box = without_page(np.pad(head(), 30, constant_values=1.0))
    bare = without_page(np.where(head() == 0, np.float32(1), head()))

    np.testing.assert_array_equal(box, head())
    assert rim_of(bare) == 0.0
    np.testing.assert_array_equal(without_page(head()), head())


def test_shrinking_keeps_shape_and_never_enlarges():
    """To the longer side."""
    assert shrunk(np.zeros((512, 256), np.float32), 192).shape == (192, 96)
    assert shrunk(np.zeros((50, 40), np.float32), 192).shape == (50, 40)
    assert shrunk(np.zeros((4000, 1), np.float32), 192).shape == (192, 1)


def test_things_are_counted():
    """Three dots on grey, one of them darker than it."""
    grey = np.full((100, 100), 0.5, np.float32)
    grey[10:14, 10:14], grey[50:54, 50:54], grey[80:84, 10:14] = 1.0, 0.9, 0.0

    assert count_things(grey) == 3
