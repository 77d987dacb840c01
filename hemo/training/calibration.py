"""From logits to a probability, an operating point and bands, all chosen on validation groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

Array = NDArray[np.float64]
# The operating point is even odds of the calibrated probability. A threshold fitted to a few dozen
# validation slices that also chose the epoch would be noise with two decimals.
EVEN = 0.5
MISS_RATE = 0.1
SURE = (0.2, 0.8)  # below and from here a probability is not called indeterminate without need
PRIORS = (0.3, 1.0, 3.0, 10.0, 30.0)  # strengths tried, in slices' worth of log loss
METHOD = (
    "Platt scaling: one slope and one offset for all sources, fitted to the validation slices with "
    "every patient counting the same, under a prior for the logits as they are; its strength was "
    "chosen by cross-validation over validation patients: the strongest within one standard error "
    "of the best. It is folded into the network's last layer."
)


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
    logits: Array,
    labels: Array,
    sources: list[str],
    *,
    groups: Sequence[str] | None = None,
    miss_rate: float = MISS_RATE,
) -> Calibration:
    """Fit everything on validation slices; each group (patient) counts the same.

    Args:
        logits: [N].
        labels: [N], 0 or 1.
        sources: where each slice comes from.
        groups: whose slice each is; where None, every slice is a group of its own.
        miss_rate: the share of slices of either kind that may fall in the opposite band.
    """
    own = groups if groups is not None else [str(i) for i in range(len(labels))]
    units = [f"{source}/{group}" for source, group in zip(sources, own, strict=True)]
    slope, offset = fit_platt(logits, labels, units)
    probabilities = sigmoid(slope * logits + offset)
    low, high = conformal_limits(probabilities, labels, units, miss_rate)
    return Calibration(slope, offset, EVEN, *band_limits(low, high))


def band_limits(low: float, high: float) -> tuple[float, float]:
    """Where the indeterminate band begins and ends, from the conformal limits.

    Any lower beginning and any higher end keep the guarantee. Where the kinds hardly overlap the
    limits have crossed and no band is needed; then what lies between them stays indeterminate, but
    for ``SURE`` probabilities.
    """
    if low > high:
        low, high = max(high, SURE[0]), min(low, SURE[1])
    return min(low, EVEN), max(high, EVEN)


def guarantee(miss_rate: float = MISS_RATE) -> str:
    """What the bands promise and on what assumption, in one sentence."""
    share = f"{100 * miss_rate:.0f} %"
    return (
        "For a slice of a new patient, a hemorrhage falls in the band “no hemorrhage seen” at most "
        f"{share} of the time, and a slice without one in the band “hemorrhage” at most {share} of "
        "the time, provided that the patient and the slice are drawn as the validation patients "
        "and their slices were, which another hospital's are not."
    )


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(x / 2))


def group_weights(units: Sequence[str]) -> Array:
    """Weights [N] by which every group counts the same; mean 1."""
    _, index, counts = np.unique(np.asarray(units), return_inverse=True, return_counts=True)
    weights: Array = 1 / counts[index]
    return weights / weights.mean()


def fit_platt(
    logits: Array, labels: Array, units: Sequence[str], priors: Sequence[float] = PRIORS
) -> tuple[float, float]:
    """Slope and offset (Platt 1999), their prior's strength chosen by cross-validation.

    Targets are not smoothed: smoothing bounds how sure a probability may be by the few slices of a
    kind. Perfectly separated slices are kept from certainty by the prior instead, which the data
    outweigh as they grow. Of the priors whose held-out loss is within one standard error of the
    best, the strongest is taken (Breiman et al. 1984): validation chose the epoch too, and looks
    better than what will come.

    Args:
        logits: [N].
        labels: [N], 0 or 1.
        units: [N], the group of each slice.
        priors: strengths to choose from, for the slope and for the offset apart.
    """
    weights = group_weights(units)
    grid = sorted(product(priors, priors), key=sum)
    losses = np.array([_held_out_losses(logits, labels, units, weights, p) for p in grid])
    means = losses.mean(1)
    best = int(means.argmin())
    error = float(losses[best].std() / np.sqrt(losses.shape[1]))
    return _fit(logits, labels, weights, grid[np.flatnonzero(means <= means[best] + error)[-1]])


def _fit(
    logits: Array, labels: Array, weights: Array, prior: tuple[float, float]
) -> tuple[float, float]:
    """The most probable slope and offset under normal priors for log slope and offset, around 0."""

    def loss(parameters: Array) -> float:
        penalty = prior[0] * parameters[0] ** 2 + prior[1] * parameters[1] ** 2 / 4
        losses = log_loss(np.exp(parameters[0]) * logits + parameters[1], labels)
        return float(weights @ losses + penalty)

    slope, offset = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(slope)), float(offset)


def log_loss(logits: Array, labels: Array) -> Array:
    """Of each slice, [N]: -log of the probability of its label."""
    return np.logaddexp(0, logits) - labels * logits


def _held_out_losses(
    logits: Array,
    labels: Array,
    units: Sequence[str],
    weights: Array,
    prior: tuple[float, float],
) -> Array:
    """Mean log loss of each group, [K], by a fit that did not see it, in up to five folds."""
    _, index = np.unique(np.asarray(units), return_inverse=True)
    losses = np.zeros(len(logits))
    folds = min(5, int(index.max()) + 1)
    if folds > 1:
        for train, test in GroupKFold(folds).split(logits, labels, index):
            slope, offset = _fit(logits[train], labels[train], weights[train], prior)
            losses[test] = log_loss(slope * logits[test] + offset, labels[test])
    return np.bincount(index, weights=losses) / np.bincount(index)


def conformal_limits(
    probabilities: Array, labels: Array, units: Sequence[str], miss_rate: float
) -> tuple[float, float]:
    """Band limits by split-conformal prediction for each label, by group.

    At most ``miss_rate`` of hemorrhages fall below ``low`` and at most ``miss_rate`` of the others
    reach ``high``, for a slice of a new group that is drawn as these groups and their slices were.
    Slices of one group are not exchangeable with a new group's, so each of K groups carries weight
    1 / (K + 1), shared by its slices, and the new group the rest (Lee, Barber and Willett 2023,
    arXiv 2306.06342). Groups of all sources are one sample: by source there are too few of them.
    """
    names, positive = np.asarray(units), labels > 0.5
    low = _limit(probabilities[positive], names[positive], miss_rate)
    high = 1 - _limit(1 - probabilities[~positive], names[~positive], miss_rate)
    return low, high


def _limit(scores: Array, names: NDArray[np.str_], miss_rate: float) -> float:
    """The largest limit that a new score falls below with at most ``miss_rate``: 0 if too few."""
    if not len(scores):
        return 0.0
    _, index, counts = np.unique(names, return_inverse=True, return_counts=True)
    weights = 1 / (counts[index] * (len(counts) + 1))
    order = np.argsort(scores, kind="stable")
    # What may lie below a score: all smaller ones, and the new group's share, unseen as it is.
    below = np.cumsum(weights[order]) - weights[order] + 1 / (len(counts) + 1)
    allowed = np.flatnonzero(below <= miss_rate + 1e-9)
    return float(scores[order][allowed[-1]]) if len(allowed) else 0.0
