"""What every threshold gives, thresholds chosen for a share, and predictive values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from hemo.evaluation.metrics import Figure
from hemo.evaluation.schema import Confusion, Point, Prevalence

Array = NDArray[np.float64]
POINTS = 200
PREVALENCES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def curve(probabilities: Array, labels: Array) -> list[Point]:
    """Sensitivity, specificity and precision at up to 200 thresholds, falling, from none called.

    Args:
        probabilities: [N].
        labels: [N], 0 or 1, both present.
    """
    false, true, thresholds = roc_curve(labels, probabilities, drop_intermediate=True)
    if len(thresholds) > POINTS:
        kept = np.unique(np.linspace(0, len(thresholds) - 1, POINTS).round().astype(int))
        false, true, thresholds = false[kept], true[kept], thresholds[kept]
    hits = true * (labels > 0.5).sum()
    alarms = false * (labels < 0.5).sum()
    called = np.maximum(hits + alarms, 1e-12)
    precision = np.where(hits + alarms > 0, hits / called, 1.0)
    thresholds[0] = np.nextafter(1.0, 2)  # scikit-learn's infinity is no JSON number
    return [
        {
            "threshold": float(threshold),
            "sensitivity": float(sensitivity),
            "specificity": 1 - float(alarm),
            "precision": float(right),
        }
        for threshold, sensitivity, alarm, right in zip(
            thresholds, true, false, precision, strict=True
        )
    ]


def confusion(called: NDArray[np.bool_], labels: Array) -> Confusion:
    """The four counts."""
    truth = labels > 0.5
    return {
        "tp": int((called & truth).sum()),
        "fp": int((called & ~truth).sum()),
        "tn": int((~called & ~truth).sum()),
        "fn": int((~called & truth).sum()),
    }


def threshold_for_sensitivity(
    positives: Array, share: float, weights: Array | None = None
) -> float:
    """The highest threshold that at least a share of hemorrhages reach.

    Args:
        positives: [N], probabilities of hemorrhages.
        share: of their weight, in (0, 1].
        weights: [N]; all the same where None.
    """
    weight = np.ones(len(positives)) if weights is None else weights
    order = np.argsort(-positives, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(positives[order][np.argmax(reached >= share - 1e-9)])


def threshold_for_specificity(
    negatives: Array, share: float, weights: Array | None = None
) -> float:
    """The lowest threshold that at least a share of slices without hemorrhage stay under."""
    highest_spared = -threshold_for_sensitivity(-negatives, share, weights)
    return float(np.nextafter(highest_spared, np.inf))


def predictive_values(
    counts: Confusion, prevalences: Sequence[float] = PREVALENCES, *, seed: int = 0
) -> list[Prevalence]:
    """Positive and negative predictive value over prevalence (Bayes), from counts at a threshold.

    Intervals: percentiles over draws of sensitivity and specificity from their posteriors under
    Jeffreys' prior, so that counts of zero keep one.
    """
    rng = np.random.default_rng(seed)
    tp, fp, tn, fn = (counts[key] for key in ("tp", "fp", "tn", "fn"))
    sensitivity = np.append(tp / (tp + fn), rng.beta(tp + 0.5, fn + 0.5, 4000))
    specificity = np.append(tn / (tn + fp), rng.beta(tn + 0.5, fp + 0.5, 4000))
    rows: list[Prevalence] = []
    for prevalence in prevalences:
        hits, alarms = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
        misses, spared = (1 - sensitivity) * prevalence, specificity * (1 - prevalence)
        with np.errstate(invalid="ignore"):
            ppv, npv = hits / (hits + alarms), spared / (spared + misses)
        cases = tp + fp + tn + fn
        rows.append(
            {
                "prevalence": prevalence,
                "ppv": _first_and_spread(ppv, cases).plain(),
                "npv": _first_and_spread(npv, cases).plain(),
            }
        )
    return rows


def _first_and_spread(values: Array, n: int) -> Figure:
    """The first value (1 where nothing is called) and the 95 % range of the others around it."""
    value = float(np.nan_to_num(values[0], nan=1.0))
    low, high = (float(x) for x in np.percentile(values[1:], [2.5, 97.5]))
    return Figure(value, min(low, value), max(high, value), n)
