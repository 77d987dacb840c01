"""How far probabilities can be taken at their word: reliability diagram, ECE, Brier score."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hemo.evaluation.metrics import Figure, bootstrap, proportion
from hemo.evaluation.schema import Bin, Reliability

Array = NDArray[np.float64]
BINS = 10  # of equal width


def reliability(probabilities: Array, labels: Array, groups: Sequence[str]) -> Reliability:
    """All of it, for one set of slices.

    Args:
        probabilities: [N], in [0, 1].
        labels: [N], 0 or 1.
        groups: [N], whose slice each is.
    """
    value = ece(probabilities, labels)
    draws = bootstrap(lambda i: ece(probabilities[i], labels[i]), labels, groups)
    squares = (probabilities - labels) ** 2
    brier = bootstrap(lambda i: float(squares[i].mean()), labels, groups)
    share = float(labels.mean())
    return {
        "ece": _unbiased(value, draws, len(labels)).plain(),
        "ece_floor": floor(probabilities).plain(),
        "brier": _spread(float(squares.mean()), brier, len(labels)).plain(),
        "brier_of_prevalence": share * (1 - share),
        "bins": bins(probabilities, labels, groups),
    }


def ece(probabilities: Array, labels: Array) -> float:
    """Expected calibration error in ten bins of equal width (Naeini 2015; Guo et al. 2017).

    The mean over slices of their bin's distance between mean probability and observed share.
    """
    index = _bin(probabilities)
    off = np.bincount(index, weights=probabilities - labels, minlength=BINS)
    return float(np.abs(off).sum() / len(labels))


def floor(probabilities: Array, *, draws: int = 2000, seed: int = 0) -> Figure:
    """The ECE that chance alone would show, were every probability exactly right.

    ECE adds up distances, so it is never 0 on a finite number of slices: labels are drawn from the
    probabilities themselves; the mean over the draws, and 95 % of them.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.random((draws, len(probabilities))) < probabilities
    found = np.array([ece(probabilities, labels) for labels in drawn.astype(np.float64)])
    return _spread(float(found.mean()), found, len(probabilities))


def bins(probabilities: Array, labels: Array, groups: Sequence[str]) -> list[Bin]:
    """The bars of the reliability diagram, without the empty ones."""
    index, names = _bin(probabilities), np.asarray(groups)
    found: list[Bin] = []
    for number in np.unique(index):
        inside = index == number
        found.append(
            {
                "low": float(number) / BINS,
                "high": float(number + 1) / BINS,
                "n": int(inside.sum()),
                "mean": float(probabilities[inside].mean()),
                "observed": proportion(labels[inside] > 0.5, names[inside]).plain(),
            }
        )
    return found


def _bin(probabilities: Array) -> NDArray[np.intp]:
    """Which bin each falls in; 1 belongs to the last."""
    return np.minimum((probabilities * BINS).astype(np.intp), BINS - 1)


def _spread(value: float, draws: Array, n: int) -> Figure:
    low, high = np.percentile(draws, [2.5, 97.5])
    return Figure(value, float(low), float(high), n)


def _unbiased(value: float, draws: Array, n: int) -> Figure:
    """A bootstrap interval moved by the bootstrap's bias: resampling adds noise, and so to ECE."""
    low, high = np.percentile(draws, [2.5, 97.5]) - (draws.mean() - value)
    return Figure(value, max(float(low), 0.0), min(float(high), 1.0), n)
