"""Figures and intervals against numbers from the literature or worked out by hand."""

import numpy as np
import pytest

from hemo.evaluation.metrics import auc, operating_figures, pointing, share_inside, wilson


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
