"""Sensitivity, specificity, localisation and calibration of learner and model."""

import pytest

from hemo.teaching import scores
from hemo.teaching.answers import Record


def record(truth, said, probability, hit=None, model=(None, None, None)):
    """A record of a case of level 5; model: (said, probability, hit)."""
    return Record(truth, 5, said, probability, hit, *model)


ROUND = [
    record(True, True, 0.9, True, (True, 0.95, True)),
    record(True, True, 0.75, False, (True, 0.6, False)),
    record(True, False, 0.25, None, (False, 0.3, None)),
    record(False, False, 0.1, None, (True, 0.8, None)),
    record(False, False, 0.5, None),  # the model gave no reading
]


def test_sensitivity_and_specificity_of_both():
    """Two of three bleeds and both others by the learner; the model calls the one it read."""
    learner, model = scores.learner(ROUND), scores.model(ROUND)

    assert (learner.sensitivity.k, learner.sensitivity.n) == (2, 3)
    assert (learner.specificity.k, learner.specificity.n) == (2, 2)
    assert (model.sensitivity.k, model.sensitivity.n) == (2, 3)
    assert (model.specificity.k, model.specificity.n) == (0, 1)


def test_the_interval_is_wilsons():
    """For 2 of 3: centre (2/3 + 1.96²/6) / (1 + 1.96²/3) = 0.5732, half width 0.3655."""
    share = scores.learner(ROUND).sensitivity

    assert share.value == pytest.approx(2 / 3)
    assert (share.low, share.high) == (
        pytest.approx(0.2077, abs=1e-4),
        pytest.approx(0.9385, abs=1e-4),
    )


def test_localisation_counts_called_bleeds_with_a_known_place_only():
    """One of two marks lay on the bleed; the missed bleed does not count."""
    learner, model = scores.learner(ROUND), scores.model(ROUND)

    assert (learner.localisation.k, learner.localisation.n) == (1, 2)
    assert (model.localisation.k, model.localisation.n) == (1, 2)


def test_brier_is_the_mean_squared_error():
    """(0.01 + 0.0625 + 0.5625 + 0.01 + 0.25) / 5."""
    assert scores.learner(ROUND).brier == pytest.approx(0.179)


def test_bins_hold_what_was_said_beside_what_was_true():
    """0.75 and 0.9 are in different bins; a certain answer is in the last one."""
    bins = scores.learner(
        [record(True, True, 0.75), record(False, True, 0.65), record(True, True, 1.0)]
    )

    assert [(b.low, b.n) for b in bins.bins] == [(0.6, 2), (0.8, 1)]
    assert (bins.bins[0].mean, bins.bins[0].observed) == (pytest.approx(0.7), 0.5)


def test_without_cases_there_are_no_figures():
    """Not zero, and no division by it."""
    empty = scores.learner([])

    assert empty == scores.Scores(None, None, None, None, ())
    assert scores.model([record(True, True, 0.9)]).sensitivity is None


def test_a_bleed_that_was_marked_elsewhere_was_not_read_rightly():
    """But one whose place nobody knows was."""
    assert not record(True, True, 0.9, hit=False).right
    assert record(True, True, 0.9, hit=None).right
    assert record(False, False, 0.1).right
    assert not record(False, True, 0.9).right
