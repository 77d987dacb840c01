"""Calibration: temperature, operating point and bands, on numbers worked out by hand."""

import numpy as np
import pytest

from hemo.training.calibration import (
    calibrate,
    conformal_limits,
    fit_platt,
    sigmoid,
    source_weights,
)


def test_platt_by_hand():
    """Of 98 slices at logit 3 and 98 at 1, right 77 times each: ±log odds of the smoothed shares.

    At 3, 77 of 98 are hemorrhage with target 99/100, 21 normal with target 1/100: 0.78 on average;
    the line through (3, log 0.78/0.22) and (1, its negative) is slope log(0.78/0.22), offset -2
    slopes.
    """
    labels = np.array([1.0] * 77 + [0.0] * 21 + [0.0] * 77 + [1.0] * 21)
    logits = np.array([3.0] * 98 + [1.0] * 98)

    slope, offset = fit_platt(logits, labels, ["a"] * 196)

    share = (77 * 0.99 + 21 * 0.01) / 98
    assert slope == pytest.approx(np.log(share / (1 - share)), rel=0.01)
    assert offset == pytest.approx(-2 * slope, rel=0.01)


def test_perfect_separation_does_not_ask_for_certainty():
    """Nine of each, far apart: the probability is Platt's 10/11, not 1."""
    logits = np.array([5.0] * 9 + [-5.0] * 9)

    slope, offset = fit_platt(logits, np.array([1.0] * 9 + [0.0] * 9), ["a"] * 18)

    assert sigmoid(np.array([slope * 5 + offset]))[0] == pytest.approx(10 / 11, abs=0.005)


def test_sources_and_labels_count_the_same():
    """Four of a kind weigh as much as one: each cell sums to a third of all."""
    labels = np.array([1.0, 0, 0, 0, 0, 1])
    weights = source_weights(labels, ["a", "a", "a", "a", "a", "b"])

    assert weights.mean() == pytest.approx(1)
    assert weights[0] == pytest.approx(weights[1:5].sum())
    assert weights[5] == pytest.approx(weights[0])


def test_conformal_limits_by_hand():
    """Of 9 hemorrhages at miss rate 0.2 two may fall below: rank floor(0.2 · 10) = 2."""
    positives = np.linspace(0.1, 0.9, 9)
    probabilities = np.concatenate([positives, 1 - positives])
    labels = np.array([1.0] * 9 + [0.0] * 9)

    low, high = conformal_limits(probabilities, labels, ["a"] * 18, miss_rate=0.2)

    assert low == pytest.approx(0.2)
    assert high == pytest.approx(0.8)


def test_too_few_cases_promise_nothing():
    """Three cases cannot hold a miss rate of 10 %: everything is indeterminate."""
    low, high = conformal_limits(
        np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.3]),
        np.array([1.0, 1, 1, 0, 0, 0]),
        ["a"] * 6,
        miss_rate=0.1,
    )

    assert (low, high) == (0.0, 1.0)


def test_the_worst_source_sets_the_limits():
    """A source whose hemorrhages score 0.3 lower pulls the lower limit down by as much."""
    positives, negatives = np.linspace(0.6, 0.9, 19), np.linspace(0.1, 0.4, 19)
    easy = np.concatenate([positives, negatives])
    hard = np.concatenate([positives - 0.3, negatives])
    labels = np.array([1.0] * 19 + [0.0] * 19)

    alone = conformal_limits(easy, labels, ["easy"] * 38, 0.1)
    both = conformal_limits(
        np.append(easy, hard), np.append(labels, labels), ["easy"] * 38 + ["hard"] * 38, 0.1
    )

    assert both[0] == pytest.approx(alone[0] - 0.3)
    assert both[1] == alone[1]


def test_where_no_slice_was_seen_is_indeterminate():
    """Kinds that are far apart leave a gap: it is the indeterminate band, the threshold in it."""
    logits = np.concatenate([np.linspace(3, 4, 20), np.linspace(-4, -3, 20)])
    labels = np.array([1.0] * 20 + [0.0] * 20)

    found = calibrate(logits, labels, ["a"] * 40)

    edges = sigmoid(found.slope * np.array([-3.0, 3.0]) + found.offset)
    assert edges[0] - 0.05 < found.low < found.threshold < found.high < edges[1] + 0.05


def test_sigmoid_does_not_overflow():
    """±1000 are 1 and 0."""
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(sigmoid(np.array([-1000.0, 0, 1000])), [0, 0.5, 1], atol=1e-12)
