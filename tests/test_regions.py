"""Tests of hemo.regions: connected peaks, their outlines, their names, and sums that hold."""

import math

import numpy as np
import pytest

from hemo.evidence import EvidenceMap, on_slice
from hemo.preprocessing import View
from hemo.regions import Extent, extent_of, outline, parts, place_of

FOCAL = 0.2


def evidence_of(per_cell, bias=-1.0, cell_pixels=4.0):
    """A map whose values are given in logits per map cell."""
    per_cell = np.asarray(per_cell, np.float32)
    return EvidenceMap(per_cell / np.float32(cell_pixels), bias, per_cell, cell_pixels)


def ellipse(height, width, tilt=0.0, a=80.0, b=60.0):
    """A head's outline: an ellipse about the picture's middle, its top tilted to the right."""
    y, x = np.indices((height, width), dtype=np.float64)
    x, y = x - (width - 1) / 2, y - (height - 1) / 2
    sin, cos = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    return ((x * cos + y * sin) / b) ** 2 + ((x * sin - y * cos) / a) ** 2 <= 1


def test_the_parts_add_up_to_the_logit():
    """Two regions, the rest for, the rest against and the bias: worked out by hand."""
    per_cell = np.zeros((20, 30), np.float32)
    per_cell[2:4, 2:4] = 0.4  # 4 pixels of 0.1 logits
    per_cell[10:14, 20:24] = 0.8  # 16 of 0.2
    per_cell[18, 5] = 0.04  # one of 0.01, not focal
    per_cell[0, 29] = -0.4  # one of -0.1

    found = parts(evidence_of(per_cell), FOCAL)

    assert [round(r.logits, 5) for r in found.regions] == [3.2, 0.4]
    assert [r.number for r in found.regions] == [1, 2]
    assert found.elsewhere_for == pytest.approx(0.01, abs=1e-6)
    assert found.elsewhere_against == pytest.approx(-0.1, abs=1e-6)
    assert found.bias == -1.0
    assert found.logit == pytest.approx(3.2 + 0.4 + 0.01 - 0.1 - 1.0, abs=1e-5)
    assert found.regions[0].share == pytest.approx(3.2 / 3.61, abs=1e-5)


def test_the_parts_of_any_map_add_up():
    """Random signed cells on a view that leaves the picture: no logit is lost."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        cells = rng.normal(0.05, 0.3, (14, 14)).astype(np.float32)
        evidence = on_slice(cells, -0.7, View(top=-10, left=5, side=120, shape=(110, 130)))
        found = parts(evidence, FOCAL)
        amounts = sum(r.logits for r in found.regions) + found.elsewhere_for
        amounts += found.elsewhere_against + found.bias

        assert amounts == pytest.approx(found.logit, abs=1e-12)
        assert found.logit == pytest.approx(float(cells.sum(dtype=float)) - 0.7, abs=1e-4)


def test_a_weak_map_has_no_region():
    """Evidence that nowhere reaches what is focal makes none, however peaked it is."""
    per_cell = np.zeros((20, 20), np.float32)
    per_cell[5:9, 5:9] = 0.19

    found = parts(evidence_of(per_cell), FOCAL)

    assert found.regions == () and not found.focal
    assert found.elsewhere_for == pytest.approx(16 * 0.19 / 4, rel=1e-5)


def test_the_threshold_is_absolute():
    """The same peak is outlined the same beside a stronger one: no picture has its own range."""
    alone = np.zeros((20, 20), np.float32)
    alone[2:5, 2:5] = 0.25
    beside = alone.copy()
    beside[12:16, 12:16] = 9.0

    one, two = parts(evidence_of(alone), FOCAL), parts(evidence_of(beside), FOCAL)

    assert (one.regions[0].mask == two.regions[1].mask).all()
    assert one.regions[0].logits == two.regions[1].logits


def test_a_region_reaches_down_to_the_edge_and_no_further():
    """Around a focal place what has four fifths of that belongs to it; less does not."""
    per_cell = np.array([[0.15, 0.17, 0.5, 0.17, 0.15, 0.17]], np.float32)

    (region,) = parts(evidence_of(per_cell), FOCAL).regions

    assert region.mask.tolist() == [[False, True, True, True, False, False]]
    assert region.peak == pytest.approx(0.5)


def test_an_empty_map_is_all_bias():
    """No evidence at all: the logit is the bias."""
    found = parts(evidence_of(np.zeros((6, 6))), FOCAL)

    assert (found.regions, found.elsewhere_for, found.elsewhere_against) == ((), 0.0, 0.0)
    assert found.logit == -1.0


def test_the_map_is_not_changed():
    """Looking for regions reads only."""
    evidence = evidence_of(np.full((5, 5), 0.5))
    before = evidence.values.copy()
    parts(evidence, FOCAL)

    assert (evidence.values == before).all()


@pytest.mark.parametrize("focal", [0.0, -1.0, float("nan")])
def test_a_threshold_that_is_not_positive_is_refused(focal):
    """Everything would be focal."""
    with pytest.raises(ValueError, match="greater than 0"):
        parts(evidence_of(np.zeros((2, 2))), focal)


def test_an_outline_goes_around_its_region():
    """A rectangle has its four corners, in x and y of pixel centres."""
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True

    (polygon,) = outline(mask)

    assert set(polygon) == {(3.0, 2.0), (8.0, 2.0), (8.0, 4.0), (3.0, 4.0)}


def test_an_outline_shows_a_hole():
    """A ring has an outer and an inner border."""
    mask = np.zeros((20, 20), bool)
    mask[3:17, 3:17] = True
    mask[8:12, 8:12] = False

    assert len(outline(mask)) == 2


def test_a_region_at_the_pictures_edge_is_outlined():
    """Nothing is cut off where the region touches the border."""
    mask = np.zeros((6, 6), bool)
    mask[0:3, 0:3] = True

    (polygon,) = outline(mask)

    assert set(polygon) == {(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)}


@pytest.mark.parametrize(
    ("row", "column", "side", "place"),
    [
        (30, 130, "left", "left, anterior third"),
        (100, 60, "right", "right, middle third"),
        (160, 130, "left", "left, posterior third"),
        (100, 100, "midline", "midline, middle third"),
    ],
)
def test_places_by_the_display_convention(row, column, side, place):
    """The right of the picture is the patient's left; thirds run from the top down."""
    per_cell = np.zeros((201, 201), np.float32)
    per_cell[row - 2 : row + 3, column - 2 : column + 3] = 1.0

    (region,) = parts(evidence_of(per_cell), FOCAL, head=ellipse(201, 201)).regions

    assert (region.side, region.place) == (side, place)
    assert region.centre == pytest.approx((column, row), abs=1e-6)


def test_a_tilted_head_carries_its_thirds_with_it():
    """A head turned by 30 degrees: its front lies up and to the right of the picture."""
    extent = extent_of(ellipse(241, 241, tilt=30))

    assert extent.forward == pytest.approx((0.5, -math.sqrt(3) / 2), abs=0.02)
    assert (extent.x, extent.y) == pytest.approx((120, 120), abs=1)
    assert (extent.length, extent.width) == pytest.approx((161, 121), abs=3)
    assert place_of(120 + 60 * 0.5, 120 - 60 * 0.866, extent) == (
        "midline",
        "midline, anterior third",
    )


def test_a_round_head_stands_upright():
    """Where no axis is the longer one, up is anterior."""
    assert extent_of(ellipse(201, 201, tilt=40, a=70, b=68)).forward == (0.0, -1.0)


def test_without_a_head_the_view_tells_the_place():
    """The square that the network saw stands for the head."""
    cells = np.full((14, 14), 0.001, np.float32)
    cells[12, 11] = 3.0
    evidence = on_slice(cells, 0.0, View(top=40, left=0, side=140, shape=(200, 150)))

    assert parts(evidence, FOCAL).regions[0].place == "left, posterior third"


def test_an_extent_measures_from_the_middle():
    """Half the width to the right is +0.5, half the length up is +0.5."""
    extent = Extent(x=50, y=60, forward=(0.0, -1.0), length=100, width=80)

    assert extent.locate(90, 60) == pytest.approx((0.5, 0.0))
    assert extent.locate(50, 10) == pytest.approx((0.0, 0.5))
