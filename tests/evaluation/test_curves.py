"""Thresholds, curves and predictive values against numbers worked out by hand."""

import numpy as np
import pytest

from hemo.evaluation.curves import (
    confusion,
    curve,
    predictive_values,
    threshold_for_sensitivity,
    threshold_for_specificity,
)

PROBABILITIES = np.array([0.9, 0.8, 0.6, 0.4, 0.2])
LABELS = np.array([1.0, 1, 0, 1, 0])


def test_every_threshold_by_hand():
    """From none called to all: at 0.4 all 3 hemorrhages and 1 of 2 others are, 3 of 4 rightly."""
    points = curve(PROBABILITIES, LABELS)

    assert points[0] == {
        "threshold": pytest.approx(1), "sensitivity": 0, "specificity": 1, "precision": 1,
    }  # fmt: skip
    assert points[0]["threshold"] > 1
    at = {round(p["threshold"], 1): p for p in points[1:]}
    assert at[0.8]["sensitivity"] == pytest.approx(2 / 3)
    assert at[0.8]["precision"] == 1
    assert at[0.4]["specificity"] == pytest.approx(1 / 2)
    assert at[0.4]["precision"] == pytest.approx(3 / 4)
    assert points[-1]["sensitivity"] == 1
    assert points[-1]["specificity"] == 0


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    """Of 2,000 slices in no order: at most 200 points, thresholds falling."""
    rng = np.random.default_rng(0)
    points = curve(rng.random(2000), (rng.random(2000) < 0.5).astype(float))

    thresholds = [p["threshold"] for p in points]
    assert 150 < len(points) <= 200
    assert thresholds == sorted(thresholds, reverse=True)
    assert (points[0]["sensitivity"], points[-1]["sensitivity"]) == (0, 1)


def test_confusion_by_hand():
    """Called from 0.5: two of three hemorrhages, one of two others."""
    assert confusion(PROBABILITIES >= 0.5, LABELS) == {"tp": 2, "fp": 1, "tn": 1, "fn": 1}


def test_the_threshold_for_a_sensitivity():
    """Of 20 hemorrhages at 0.05 … 1, 19 reach 0.10; all of them 0.05."""
    positives = np.arange(1, 21) / 20

    assert threshold_for_sensitivity(positives, 0.95) == pytest.approx(0.10)
    assert threshold_for_sensitivity(positives, 1.0) == pytest.approx(0.05)


def test_the_threshold_for_a_specificity():
    """Of 20 others at 0.05 … 1, 19 stay under what is just above 0.95."""
    negatives = np.arange(1, 21) / 20

    threshold = threshold_for_specificity(negatives, 0.95)

    assert threshold == pytest.approx(0.95)
    assert (negatives < threshold).sum() == 19


def test_weights_count():
    """A slice of weight 9 beside one of weight 1: it alone is 90 %."""
    positives, weights = np.array([0.8, 0.3]), np.array([9.0, 1.0])

    assert threshold_for_sensitivity(positives, 0.9, weights) == 0.8
    assert threshold_for_sensitivity(positives, 0.95, weights) == 0.3


def test_predictive_values_by_bayes():
    """Sensitivity 0.9, specificity 0.8, one in ten: PPV 0.09/0.27, NPV 0.72/0.73."""
    counts = {"tp": 90, "fn": 10, "tn": 80, "fp": 20}

    (row,) = predictive_values(counts, [0.1])

    assert row["ppv"]["value"] == pytest.approx(0.09 / 0.27)
    assert row["npv"]["value"] == pytest.approx(0.72 / 0.73)
    assert row["ppv"]["low"] < row["ppv"]["value"] < row["ppv"]["high"]


def test_no_error_seen_is_not_certainty():
    """30 of 30 and 30 of 30: the predictive values are 1 with an interval below."""
    (row,) = predictive_values({"tp": 30, "fn": 0, "tn": 30, "fp": 0}, [0.1])

    assert row["ppv"]["value"] == row["npv"]["value"] == 1
    assert row["ppv"]["low"] < 0.9
