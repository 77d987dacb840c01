"""Tests of hemo.guided: evidence follows the picture, and no logit is lost."""

import cv2
import numpy as np
import pytest

from hemo import phantom
from hemo.bleeds import find_head
from hemo.evidence import on_slice
from hemo.guided import guided, shown
from hemo.preprocessing import Preprocessing, View, preprocess

VIEW = View(top=0, left=0, side=224, shape=(224, 224))


def two_tone():
    """Dark on the left, bright from column 104 on, which cuts through the cells of column 6."""
    grey = np.full((224, 224), 0.4, np.float32)
    grey[:, 104:] = 0.8
    return grey


def test_every_sum_is_kept():
    """Whatever the picture, evidence for and against and the logit stay what they were."""
    rng = np.random.default_rng(0)
    cells = rng.normal(0, 0.2, (14, 14)).astype(np.float32)
    grey = rng.random((224, 224), dtype=np.float32)

    plain, fine = on_slice(cells, -0.5, VIEW), guided(cells, -0.5, VIEW, grey)

    assert fine.values.sum(dtype=float) == pytest.approx(cells.sum(dtype=float), abs=1e-4)
    assert fine.bias == pytest.approx(plain.bias, abs=1e-4)


def test_a_lone_cell_keeps_its_own_sum():
    """All that one cell holds stays within the pixels that it reaches."""
    cells = np.zeros((14, 14), np.float32)
    cells[5, 5] = 2.0

    values = guided(cells, 0.0, VIEW, two_tone()).values

    near = values[5 * 16 - 12 : 6 * 16 + 12, 5 * 16 - 12 : 6 * 16 + 12]
    assert near.sum(dtype=float) == pytest.approx(2.0, abs=1e-4)


def test_evidence_stops_at_an_edge_of_the_picture():
    """Strong cells on the bright side: guided, less of their evidence leaks over to the dark."""
    cells = np.zeros((14, 14), np.float32)
    cells[4:8, 7:10] = 0.3
    cells[4:8, 6] = 0.15  # the network sees the edge half way through this cell

    plain, fine = on_slice(cells, 0.0, VIEW).values, guided(cells, 0.0, VIEW, two_tone()).values

    assert fine[:, :104].sum() < 0.75 * plain[:, :104].sum()
    assert fine.sum() == pytest.approx(plain.sum(), rel=1e-5)


def test_evidence_beside_bone_lies_on_the_brain():
    """A cell half on the skull of a synthetic head: its evidence lies inside, and keeps its sum."""
    drawn = phantom.draw(None, seed=1)
    image, view = preprocess(drawn.slice, Preprocessing())
    inside = find_head(shown(image, Preprocessing())).inside
    row, column = 7, int(np.flatnonzero(inside[120])[0]) // 16  # where the inside begins
    cells = np.zeros((14, 14), np.float32)
    cells[row, column] = 2.0
    bone = ~cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)

    def on_bone(grey):
        found = guided(cells, 0.0, view, grey)
        assert found.cells.sum(dtype=float) / 16 == pytest.approx(2.0, rel=1e-4)
        fine = found.cells / 16
        return float(
            (
                fine
                * cv2.resize(
                    bone.astype(np.float32), fine.shape[::-1], interpolation=cv2.INTER_AREA
                )
            ).sum()
        )

    with_skull = on_bone(shown(image, Preprocessing()))
    without = on_bone(np.full((224, 224), 0.5, np.float32))
    assert with_skull < 0.1 < 0.3 < without


def test_blood_as_white_as_bone_keeps_its_evidence():
    """A hematoma that the window clipped has no hole in its middle."""
    y, x = np.indices((224, 224)) - 111.5
    radius = np.hypot(x / 84, y / 100)
    noise = np.random.default_rng(0).normal(0, 0.03, radius.shape)
    grey = np.where(radius < 1, 1.0, 0.0)
    grey = np.where(radius < 0.9, np.clip(0.4 + noise, 0, 1), grey)
    blood = np.hypot(x - 30, y) < 24
    grey[blood] = 1.0
    cells = cv2.resize(blood.astype(np.float32), (14, 14), interpolation=cv2.INTER_AREA)

    values = guided(cells, 0.0, VIEW, grey.astype(np.float32)).values

    assert find_head(grey.astype(np.float32)) is not None
    middle = values[np.hypot(x - 30, y) < 10].mean()
    assert middle > 0.8 * values[blood].mean()
    assert values[blood].sum() > 0.8 * values.sum()


def test_a_flat_picture_gives_no_edges():
    """Where the picture shows nothing no pixel is set apart: the map is only smoothed."""
    cells = np.full((14, 14), 0.2, np.float32)

    values = guided(cells, 0.0, VIEW, np.full((224, 224), 0.5, np.float32)).values

    np.testing.assert_allclose(values[32:-32, 32:-32], 0.2 / 256, rtol=0.02)


def test_evidence_against_is_spread_as_ever():
    """A map with nothing for hemorrhage ignores the picture."""
    cells = np.zeros((14, 14), np.float32)
    cells[3, 9] = -1.0

    fine = guided(cells, 0.0, VIEW, two_tone()).values

    np.testing.assert_allclose(fine, on_slice(cells, 0.0, VIEW).values, atol=1e-3)


def test_the_unit_stays_that_of_the_networks_map():
    """Fine cells are given in logits per cell of the network's own map."""
    cells = np.full((14, 14), 0.2, np.float32)

    fine = guided(cells, 0.0, VIEW, np.full((224, 224), 0.5, np.float32))

    assert fine.cells.shape == (56, 56)
    assert fine.cells.mean() == pytest.approx(0.2, rel=1e-4)
    assert fine.cell_pixels == 256


def test_an_empty_map_stays_empty():
    """Nothing to hand out: no division by what nobody asks for."""
    fine = guided(np.zeros((14, 14), np.float32), 1.0, VIEW, two_tone())

    assert not fine.values.any()
    assert fine.bias == 1.0


def test_the_picture_is_what_the_network_saw():
    """Normalising and back: grey in [0, 1]."""
    spec = Preprocessing()
    grey = np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4)
    image = np.stack([(grey - m) / s for m, s in zip(spec.mean, spec.std, strict=True)])

    np.testing.assert_allclose(shown(image.astype(np.float32), spec), grey, atol=1e-6)
