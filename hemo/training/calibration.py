"""From logits to a probability, an operating point and bands, all chosen on validation groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
# The operating point is even odds of the calibrated probability. A threshold fitted to a few dozen
# validation slices that also chose the epoch would be noise with two decimals.
EVEN = 0.5


@dataclass(frozen=True)
class Calibration:
    """How a model's logits are read.

    Attributes:
        slope, offset: probability = sigmoid(slope * logit + offset).
        threshold: operating point, a probability: even odds.
        low, high: limits of the indeterminate band, probabilities; low <= threshold <= high.
    """

    slope: float
    offset: float
    threshold: float
    low: float
    high: float


def calibrate(
    logits: Array, labels: Array, sources: list[str], *, miss_rate: float = 0.1
) -> Calibration:
    """Fit everything on validation slices; each source counts the same.

    Args:
        logits: [N].
        labels: [N], 0 or 1.
        sources: where each slice comes from.
        miss_rate: the share of slices of either kind that may fall in the opposite band.
    """
    slope, offset = fit_platt(logits, labels, sources)
    probabilities = sigmoid(slope * logits + offset)
    # Where the kinds hardly overlap the limits have crossed: what lies between them is neither's.
    low, high = sorted(conformal_limits(probabilities, labels, sources, miss_rate))
    return Calibration(slope, offset, EVEN, min(low, EVEN), max(high, EVEN))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(x / 2))


def source_weights(labels: Array, sources: list[str]) -> Array:
    """Weights [N] by which every source, and within it either label, counts the same; mean 1."""
    cells = [(source, int(label)) for source, label in zip(sources, labels, strict=True)]
    counts = {cell: cells.count(cell) for cell in set(cells)}
    weights = np.array([1 / counts[cell] for cell in cells])
    return weights / weights.mean()


def fit_platt(logits: Array, labels: Array, sources: list[str]) -> tuple[float, float]:
    """Slope and offset of the least weighted log loss against smoothed targets (Platt 1999).

    Of N slices of a kind, one more is reckoned to belong to the other: targets are
    (N + 1) / (N + 2) and its complement, so that perfectly separated slices do not ask for
    certainty. Each source, and within it either label, counts the same.
    """
    cells = [(source, int(label)) for source, label in zip(sources, labels, strict=True)]
    counts = {cell: cells.count(cell) for cell in set(cells)}
    sure = np.array([(counts[cell] + 1) / (counts[cell] + 2) for cell in cells])
    targets = np.where(labels > 0.5, sure, 1 - sure)
    weights = source_weights(labels, sources)

    def loss(parameters: Array) -> float:
        scaled = np.exp(parameters[0]) * logits + parameters[1]
        return float(np.average(np.logaddexp(0, scaled) - targets * scaled, weights=weights))

    slope, offset = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(slope)), float(offset)


def conformal_limits(
    probabilities: Array, labels: Array, sources: list[str], miss_rate: float
) -> tuple[float, float]:
    """Band limits by split-conformal prediction for each label (Vovk 2012), worst source.

    At most ``miss_rate`` of hemorrhages fall below ``low`` and at most ``miss_rate`` of the others
    reach ``high``, for new slices drawn as the validation slices of a source were.
    """
    lows, highs = [], []
    for source in sorted(set(sources)):
        here = np.array([s == source for s in sources])
        lows.append(_limit(probabilities[here & (labels > 0.5)], miss_rate))
        highs.append(1 - _limit(1 - probabilities[here & (labels < 0.5)], miss_rate))
    return min(lows), max(highs)


def _limit(scores: Array, miss_rate: float) -> float:
    """The largest limit that a new score falls below with at most ``miss_rate``: 0 if too few."""
    rank = int(np.floor(miss_rate * (len(scores) + 1)))
    return float(np.sort(scores)[rank - 1]) if rank >= 1 else 0.0
