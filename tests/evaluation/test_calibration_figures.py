"""ECE, its floor, Brier score and reliability bins on numbers worked out by hand."""

import numpy as np
import pytest

from hemo.evaluation.calibration_figures import bins, ece, floor, reliability


def each(count):
    """As many groups of one slice."""
    return [str(i) for i in range(count)]


def test_ece_by_hand():
    """Four slices at 0.75 of which two bleed, one at 0.05 that does not: (4 · 0.25 + 0.05) / 5."""
    probabilities = np.array([0.75, 0.75, 0.75, 0.75, 0.05])

    assert ece(probabilities, np.array([1.0, 1, 0, 0, 0])) == pytest.approx(1.05 / 5)


def test_certainty_belongs_to_the_last_bin():
    """1 is in 0.9–1, and right."""
    (bar,) = bins(np.array([1.0, 0.95]), np.array([1.0, 1.0]), each(2))

    assert (bar["low"], bar["high"], bar["n"]) == (0.9, 1.0, 2)
    assert bar["mean"] == pytest.approx(0.975)
    assert bar["observed"]["value"] == 1


def test_the_floor_of_one_bin():
    """100 slices at 0.5: the mean distance of a fair share of 100 from 0.5 is √(2/π) · 0.05."""
    found = floor(np.full(100, 0.5), draws=20_000)

    assert found.value == pytest.approx(np.sqrt(2 / np.pi) * 0.05, rel=0.03)
    assert found.low < found.value < found.high


def test_right_probabilities_are_near_the_floor():
    """Labels drawn from the probabilities: the ECE is what chance gives; moved by 0.2 it is not."""
    rng = np.random.default_rng(0)
    probabilities = rng.random(500) * 0.8
    labels = (rng.random(500) < probabilities).astype(float)

    right = reliability(probabilities, labels, each(500))
    wrong = reliability(probabilities + 0.2, labels, each(500))

    assert right["ece_floor"]["low"] < right["ece"]["value"] < right["ece_floor"]["high"]
    assert wrong["ece"]["low"] > wrong["ece_floor"]["high"]
    assert wrong["ece"]["value"] == pytest.approx(0.2, abs=0.05)


def test_brier_by_hand():
    """(0.1² + 0.4²) / 2; always saying one half, with one of two: 0.25."""
    found = reliability(np.array([0.9, 0.4]), np.array([1.0, 0.0]), each(2))

    assert found["brier"]["value"] == pytest.approx((0.01 + 0.16) / 2)
    assert found["brier_of_prevalence"] == pytest.approx(0.25)
