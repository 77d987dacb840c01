"""Calibration: temperature, operating point and bands, on numbers worked out by hand."""

import numpy as np
import pytest

from hemo.training.calibration import (
    band_limits,
    calibrate,
    conformal_limits,
    fit_platt,
    group_weights,
    guarantee,
    sigmoid,
)


def each(count):
    """As many groups of one slice."""
    return [str(i) for i in range(count)]


def test_platt_by_hand():
    """Of 98 slices at logit 3 and 98 at 1, 77 and 21 hemorrhages, hardly any prior.

    The line through (3, log 77/21) and (1, its negative) is slope log 77/21, offset -2 slopes.
    """
    labels = np.array([1.0] * 77 + [0.0] * 21 + [0.0] * 77 + [1.0] * 21)
    logits = np.array([3.0] * 98 + [1.0] * 98)

    slope, offset = fit_platt(logits, labels, each(196), priors=(1e-6,))

    assert slope == pytest.approx(np.log(77 / 21), rel=0.01)
    assert offset == pytest.approx(-2 * slope, rel=0.01)


def test_a_strong_prior_keeps_the_logits_as_they_are():
    """Slope 1 and offset 0, whatever the slices say."""
    labels = np.array([1.0, 1, 0, 0])

    slope, offset = fit_platt(np.array([9.0, 3, 2, 1]), labels, each(4), priors=(1e9,))

    assert (slope, offset) == (pytest.approx(1, abs=1e-3), pytest.approx(0, abs=1e-3))


def test_separation_asks_for_more_certainty_the_more_slices_say_so():
    """Ten of each far apart, and two hundred: never certain, and surer than Platt's (N+1)/(N+2)."""
    found = []
    for count in (10, 200):
        logits = np.array([2.0] * count + [-2.0] * count)
        labels = np.array([1.0] * count + [0.0] * count)
        slope, offset = fit_platt(logits, labels, each(2 * count))
        found.append(float(sigmoid(np.array([2 * slope + offset]))[0]))

    assert 11 / 12 < found[0] < found[1] < 1


def test_the_prior_is_chosen_by_groups_it_did_not_see():
    """Overconfident logits, right 9 of 10 times at ±8: chosen is what brings them to 0.9."""
    labels = np.array(([1.0] * 9 + [0.0]) * 20 + ([0.0] * 9 + [1.0]) * 20)
    logits = np.array([8.0] * 200 + [-8.0] * 200)
    groups = [str(i // 10) for i in range(400)]

    slope, offset = fit_platt(logits, labels, groups)

    assert sigmoid(np.array([8 * slope + offset]))[0] == pytest.approx(0.9, abs=0.01)


def test_groups_count_the_same():
    """Four slices of one patient weigh as much as one of another; the mean weight is 1."""
    weights = group_weights(["a", "a", "a", "a", "b"])

    assert weights.mean() == pytest.approx(1)
    assert weights[:4].sum() == pytest.approx(weights[4])


def test_conformal_limits_by_hand():
    """Of 9 hemorrhages at miss rate 0.2 two may fall below: rank floor(0.2 · 10) = 2."""
    positives = np.linspace(0.1, 0.9, 9)
    probabilities = np.concatenate([positives, 1 - positives])
    labels = np.array([1.0] * 9 + [0.0] * 9)

    low, high = conformal_limits(probabilities, labels, each(18), miss_rate=0.2)

    assert low == pytest.approx(0.2)
    assert high == pytest.approx(0.8)


def test_too_few_cases_promise_nothing():
    """Three cases cannot hold a miss rate of 10 %: everything is indeterminate."""
    low, high = conformal_limits(
        np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.3]),
        np.array([1.0, 1, 1, 0, 0, 0]),
        each(6),
        miss_rate=0.1,
    )

    assert (low, high) == (0.0, 1.0)


def test_slices_of_one_patient_share_its_weight():
    """Nine patients of weight 1/10; the first has ten slices of 1/100, 0.01 to 0.1 in probability.

    The new patient's tenth leaves another tenth of a miss rate of 0.2: all ten of these slices may
    lie below, and the limit is the next patient's 0.2. By slice it would have been 0.03.
    """
    probabilities = np.append(np.arange(1, 11) / 100, np.arange(2, 10) / 10)
    patients = ["first"] * 10 + each(8)

    low, _ = conformal_limits(probabilities, np.ones(18), patients, miss_rate=0.2)
    by_slice, _ = conformal_limits(probabilities, np.ones(18), each(18), miss_rate=0.2)

    assert low == pytest.approx(0.2)
    assert by_slice == pytest.approx(0.03)


def test_new_patients_are_missed_no_more_often_than_promised():
    """Patients of 1 to 30 alike slices: over many draws at most a tenth of new slices are missed.

    By slice, a large patient would set the limit alone.
    """
    rng = np.random.default_rng(3)

    def draw(count):
        sizes = rng.integers(1, 31, count)
        ease = np.repeat(rng.normal(1.5, 1, count), sizes)
        names = np.repeat(np.arange(count), sizes).astype(str)
        return sigmoid(ease + rng.normal(0, 0.3, ease.size)), list(names)

    missed = []
    for _ in range(400):
        probabilities, patients = draw(20)
        low, _ = conformal_limits(probabilities, np.ones(len(patients)), patients, 0.1)
        missed.append(draw(1)[0][0] < low)

    assert 0.02 < np.mean(missed) <= 0.1 + 2 * np.sqrt(0.09 / 400)


def test_the_guarantee_names_its_rate_and_its_assumption():
    """One sentence."""
    sentence = guarantee(0.05)

    assert "at most 5 %" in sentence
    assert "provided that" in sentence
    assert sentence.count(".") == 1


def test_where_no_slice_was_seen_is_indeterminate():
    """Kinds that are far apart leave a gap: it is the indeterminate band, the threshold in it."""
    logits = np.concatenate([np.linspace(3, 4, 20), np.linspace(-4, -3, 20)])
    labels = np.array([1.0] * 20 + [0.0] * 20)

    found = calibrate(logits, labels, ["a"] * 40)

    edges = sigmoid(found.slope * np.array([-3.0, 3.0]) + found.offset)
    assert edges[0] - 0.05 < found.low < found.threshold < found.high < edges[1] + 0.05


def test_patients_of_the_same_name_in_two_sources_are_two():
    """Group "1" of either source: as two patients of a slice each, not as one of two."""
    logits, labels = np.array([2.0, 1.0, -1.0, -2.0] * 10), np.array([1.0, 1, 0, 0] * 10)
    numbers = [str(i // 2) for i in range(40)]

    once = calibrate(logits, labels, ["a"] * 40, groups=[str(i) for i in range(40)])
    named = calibrate(logits, labels, ["a", "b"] * 20, groups=numbers)

    assert named.slope == pytest.approx(once.slope, rel=0.01)
    assert (named.low, named.high) == pytest.approx((once.low, once.high), abs=0.005)


def test_sigmoid_does_not_overflow():
    """±1000 are 1 and 0."""
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(sigmoid(np.array([-1000.0, 0, 1000])), [0, 0.5, 1], atol=1e-12)


def test_limits_that_crossed_leave_a_band_of_doubt():
    """Kinds that hardly overlap: 0.03 and 0.99 would do for no band; 0.2 to 0.8 stays in doubt."""
    assert band_limits(0.99, 0.03) == (0.2, 0.8)
    assert band_limits(0.7, 0.4) == (0.4, 0.7)
    assert band_limits(0.3, 0.6) == (0.3, 0.6)
    assert band_limits(0.6, 0.7) == (0.5, 0.7)
