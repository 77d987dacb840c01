"""Figures and intervals against numbers from the literature or worked out by hand."""

import numpy as np
import pytest

from hemo.evaluation.metrics import (
    area,
    auc,
    average_precision,
    median,
    newcombe,
    operating_figures,
    pointing,
    proportion,
    share_inside,
    wilson,
)


def test_the_notebooks_95_percent():
    """38 of 40: the interval that the 95 % on 40 slices deserves is 83.5–98.6 %."""
    figure = wilson(38, 40)

    assert figure.value == 0.95
    assert figure.low == pytest.approx(0.835, abs=5e-4)
    assert figure.high == pytest.approx(0.986, abs=5e-4)


@pytest.mark.parametrize(("successes", "low", "high"), [(0, 0.0, 0.2775), (10, 0.7225, 1.0)])
def test_wilson_at_the_ends(successes, low, high):
    """0 and 10 of 10 keep an interval (z² / (n + z²) = 0.2775)."""
    figure = wilson(successes, 10)

    assert figure.low == pytest.approx(low, abs=1e-4)
    assert figure.high == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_no_proportion(successes, n):
    """Nothing of nothing, and more than all."""
    with pytest.raises(ValueError, match="proportion"):
        wilson(successes, n)


def test_slices_of_their_own_are_plain_wilson():
    """Ten patients with a slice each: nothing to discount."""
    hits = np.array([True] * 7 + [False] * 3)

    found, plain = proportion(hits, [str(i) for i in range(10)]), wilson(7, 10)

    assert (found.low, found.high) == (pytest.approx(plain.low), pytest.approx(plain.high))


def test_two_patients_are_hardly_more_than_one_case():
    """One patient's five slices all found, another's five all missed: worth 10/9 of a case.

    The variance between is 2/1 · (2.5² + 2.5²) / 10² = 0.25, of ten independent slices 0.25/9: a
    design effect of 9. Wilson at a half with c cases reaches z / (2 √(c + z²)) = 0.4404 either way.
    """
    figure = proportion(np.array([True] * 5 + [False] * 5), ["a"] * 5 + ["b"] * 5)

    assert (figure.value, figure.n) == (0.5, 10)
    assert figure.low == pytest.approx(0.5 - 0.4404, abs=1e-4)
    assert figure.high == pytest.approx(0.5 + 0.4404, abs=1e-4)


def test_newcombe_of_one_pair():
    """One of either: (1 - θ)² = z² θ (1 - θ), so θ = 1 / (1 + z²) = 0.2065."""
    assert newcombe(1.0, 1, 1) == (pytest.approx(0.2065, abs=1e-4), 1.0)
    assert newcombe(0.0, 1, 1) == (0.0, pytest.approx(0.7935, abs=1e-4))


def test_a_perfect_auc_keeps_an_interval():
    """The more groups the narrower; slices of the same groups do not narrow it."""
    labels = np.array([1.0, 0.0] * 10)
    groups = [str(i) for i in range(20)]

    few = auc(labels[:6], labels[:6], groups[:6])
    many = auc(labels, labels, groups)
    repeated = auc(np.repeat(labels, 3), np.repeat(labels, 3), list(np.repeat(groups, 3)))

    assert few.value == many.value == few.high == 1
    assert few.low < many.low == repeated.low < 1


def test_area_is_scikit_learns():
    """With ties, too."""
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    scores, labels = rng.integers(0, 8, 200).astype(float), (rng.random(200) < 0.3).astype(float)

    assert area(scores, labels) == pytest.approx(roc_auc_score(labels, scores))


def test_average_precision_by_hand():
    """Hemorrhages at ranks 1 and 3: (1/1 + 2/3) / 2."""
    figure = average_precision(
        np.array([0.9, 0.8, 0.7, 0.1]), np.array([1.0, 0, 1, 0]), ["a", "b", "c", "d"]
    )

    assert figure.value == pytest.approx((1 + 2 / 3) / 2)
    assert figure.low <= figure.value <= figure.high


def test_a_median_lies_in_its_interval():
    """Of 1 to 9 it is 5."""
    figure = median(np.arange(1.0, 10), [str(i) for i in range(9)])

    assert figure.value == 5
    assert 1 < figure.low < 5 < figure.high < 9


def test_auc_counts_pairs():
    """Three of the four pairs of a hemorrhage and a normal slice are in order."""
    scores, labels = np.array([0.9, 0.4, 0.6, 0.1]), np.array([1.0, 1, 0, 0])

    figure = auc(scores, labels, ["a", "b", "c", "d"], draws=200)

    assert figure.value == pytest.approx(0.75)
    assert figure.low <= 0.75 <= figure.high


def test_repeating_a_groups_slices_narrows_nothing():
    """Ten copies of each slice are the same evidence: the interval over groups stays as wide."""
    rng = np.random.default_rng(1)
    labels = np.array([0.0, 1.0] * 15)
    scores = labels + rng.normal(0, 1.2, 30)
    groups = [str(i) for i in range(30)]

    once = auc(scores, labels, groups)
    often = auc(np.repeat(scores, 10), np.repeat(labels, 10), list(np.repeat(groups, 10)))

    assert often.value == pytest.approx(once.value)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.1)


def test_operating_figures_by_hand():
    """One of two hemorrhages called, two of three normals left alone: 3 of 5 right."""
    called = np.array([True, False, True, False, False])
    figures = operating_figures(called, np.array([1.0, 1, 0, 0, 0]))

    assert figures["sensitivity"].value == pytest.approx(1 / 2)
    assert figures["specificity"].value == pytest.approx(2 / 3)
    assert figures["accuracy"].value == pytest.approx(3 / 5)


def test_no_specificity_without_normals():
    """A folder of hemorrhages alone."""
    assert "specificity" not in operating_figures(np.array([True]), np.array([1.0]))


def test_pointing_and_share():
    """The peak is on the target; 3 of 4 units of positive evidence are; what is against is not
    counted.
    """
    evidence = np.array([[3.0, 1.0], [-5.0, 0.0]])
    target = np.array([[True, False], [True, False]])

    assert pointing(evidence, target)
    assert not pointing(-evidence, ~target)
    assert share_inside(evidence, target) == pytest.approx(0.75)
    assert share_inside(np.zeros((2, 2)), target) == 0
