"""Tests of hemo.evaluation.trust_places: overlaps and thresholds worked out by hand."""

import numpy as np
import pytest

from hemo.evaluation.trust_cases import Case, on_grid
from hemo.evaluation.trust_places import (
    FACTS,
    as_json,
    boxes_dice,
    by_source,
    dice,
    differences,
    facts,
    mean,
    measure,
    place,
)
from hemo.slice import Slice


class Bleed:
    """A case with its bleed on the network's grid."""

    def __init__(self, target, source="kaggle200", group="a", kind="", size="", boxed=False):
        self.target = target
        nothing = np.zeros(target.shape, np.float32)
        shown = Slice(nothing, "display")
        self.case = Case(source, "test", group, shown, target, kind, size, boxed)


def square(top, left, side=4, size=16):
    """bool [16, 16], a square."""
    target = np.zeros((size, size), bool)
    target[top : top + side, left : left + side] = True
    return target


def blocks(*places, height=1.0):
    """A map of 4 x 4 cells with some of them set."""
    cells = np.zeros((4, 4), np.float32)
    for row, column in places:
        cells[row, column] = height
    return cells


def test_dice_at_every_level():
    """Ten pixels, three of them blood: at 0.5 five are called, two of them rightly."""
    values = np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]], np.float32)
    target = np.array([[1, 0, 1, 0, 0, 0, 1, 0, 0, 0]], bool)

    found = dice(values, target, np.array([0.5, 0.85, 2.0]))

    np.testing.assert_allclose(found, [2 * 2 / (5 + 3), 2 * 1 / (1 + 3), 0])


def test_a_map_that_is_the_bleed_overlaps_wholly():
    """Dice is 1 at a level between blood and the rest."""
    target = square(4, 4)

    assert dice(target.astype(np.float32), target, np.array([0.5]))[0] == 1


def test_boxes_are_compared_with_the_boxes_around_what_is_marked():
    """Two corners that touch make one box of 4; a pixel beside it another: 2 · 4 / (5 + 4)."""
    values = np.zeros((6, 6), np.float32)
    values[1, 1] = values[2, 2] = values[5, 5] = 1
    target = square(1, 1, side=2, size=6)

    found = boxes_dice(values, target, np.array([0.5, 2.0]))

    np.testing.assert_allclose(found, [2 * 4 / (5 + 4), 0])
    assert dice(values, target, np.array([0.5]))[0] == pytest.approx(2 * 2 / (3 + 4))


def test_a_round_mark_is_not_blamed_for_a_boxes_corners():
    """A plus of blocks fills its box of 12 only by half, and is the box all the same."""
    plus = blocks((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
    target = square(0, 0, side=12)

    boxed, outlined = (
        place(Bleed(target, boxed=boxed), plus, np.array([0.1])).dice_best
        for boxed in (True, False)
    )

    assert boxed > 0.9 > outlined


def test_a_finer_grid_keeps_the_unit():
    """An even map of 0.3 reads 0.3 on any grid."""
    np.testing.assert_allclose(on_grid(np.full((4, 4), 0.3, np.float32), 16), 0.3, rtol=1e-5)


def test_a_threshold_is_chosen_on_validation_and_used_on_test():
    """Validation maps are 1 on the bleed; a test map of half that height is under the threshold."""
    good = [(Bleed(square(4, 4)), blocks((1, 1))) for _ in range(3)]
    weak = [(Bleed(square(4, 4)), blocks((1, 1), height=0.1))]

    found = measure("grad_cam", good, weak)

    assert 0.1 < found.threshold < 1
    assert found.places[0].dices[found.fixed] == 0
    assert found.places[0].dice_best > 0.6
    assert found.places[0].pointing


def test_sources_count_alike():
    """Two slices of one source and one of another: the mean of the sources' means."""
    a, b = Bleed(square(4, 4)), Bleed(square(4, 4), source="phe")
    good, bad = blocks((1, 1)), blocks((3, 3))
    found = measure("grad_cam", [(a, good), (a, good), (b, bad)], [(a, good)])
    places = measure("grad_cam", [(a, good)], [(a, good), (a, good), (b, bad)]).places

    assert by_source(places, lambda mine: np.mean([p.pointing for p in mine])) == 0.5
    assert found.validation < measure("grad_cam", [(a, good)], [(a, good)]).validation


def test_the_scale_is_the_lower_quartile_of_the_peaks():
    """Of validation maps, in the method's unit: of three, halfway from first to second."""
    pairs = [(Bleed(square(4, 4)), blocks((1, 1), height=h)) for h in (0.2, 0.4, 3.0)]
    peaks = [float(on_grid(cells, 16).max()) for _, cells in pairs]

    assert measure("grad_cam", pairs, pairs).scale == pytest.approx(sum(sorted(peaks)[:2]) / 2)


def test_a_map_without_evidence_for_scores_nothing():
    """Nothing positive: no share inside, no overlap, no division by zero."""
    pairs = [(Bleed(square(0, 12)), blocks((3, 0), height=-1.0))]
    found = facts(measured := measure("grad_cam", pairs, pairs), measured.places)

    assert found["inside"].value == 0
    assert found["dice_best"].value == 0


def test_figures_for_each_source_kind_and_size():
    """The card holds every fact with its interval and its number of slices."""
    cells = blocks((1, 1), (3, 3))
    test = [
        (Bleed(square(4, 4)), cells),
        (Bleed(square(4, 4), "painted", "b", "subdural", "small"), cells),
        (Bleed(square(4, 4), "painted", "c", "subdural", "large"), cells),
    ]
    found = as_json(measure("grad_cam", test[:1], test))

    assert set(found["kaggle200"]) == set(FACTS)
    assert found["painted"]["pointing"]["n"] == 2
    assert set(found["painted_kinds"]["subdural"]) == {"all", "small", "large"}
    assert found["painted"]["iou_best"]["value"] < found["painted"]["dice_best"]["value"]


def test_a_mean_and_its_interval_over_groups():
    """Two groups of 0 and 1: bootstrap means are 0, 1/2 or 1; one group alone has no spread."""
    found = mean(np.array([0.0, 0.0, 1.0, 1.0]), ["a", "a", "b", "b"])

    assert (found.value, found.low, found.high, found.n) == (0.5, 0.0, 1.0, 4)
    alone = mean(np.array([0.2, 0.4]), ["a", "a"])
    assert (alone.low, alone.high) == pytest.approx((0.3, 0.3))


def test_differences_are_taken_case_by_case():
    """One method hits both bleeds, the other one of two: +0.5 of pointing."""
    cases = [Bleed(square(4, 4), group="a"), Bleed(square(4, 4), group="b")]
    hit, miss = blocks((1, 1)), blocks((3, 3))
    one = measure("grad_cam", [(cases[0], hit)], [(c, hit) for c in cases])
    two = measure("grad_cam_7", [(cases[0], hit)], [(cases[0], hit), (cases[1], miss)])

    assert differences(one, two)["kaggle200"]["pointing"]["value"] == 0.5
    assert differences(one, one)["kaggle200"]["dice_fixed"]["value"] == 0
