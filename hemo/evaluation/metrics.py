"""Figures with intervals: proportions by Wilson, areas and the rest by bootstrap over groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from hemo.evaluation.schema import FigureJson

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Names = Sequence[str] | NDArray[np.str_]
Z95 = 1.959963984540054  # the normal distribution's 97.5th percentile
DRAWS = 1000


@dataclass(frozen=True)
class Figure:
    """A figure, its 95 % interval, and the number of cases it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"

    def plain(self) -> FigureJson:
        """As the card holds it."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def wilson(successes: int, n: int) -> Figure:
    """A proportion with its Wilson score interval (Wilson 1927).

    Raises:
        ValueError: there are no cases, or more successes than cases.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is not a proportion")
    return _wilson(successes / n, n, n)


def proportion(hits: NDArray[np.bool_], groups: Names) -> Figure:
    """A proportion of slices whose interval knows that slices of one group are alike.

    Wilson's interval on as many cases as the slices are worth: their number over the design effect
    (Kish 1965), which is the variance between groups over that of as many independent slices, and
    at least 1. Where all slices agree there is no variance to judge by: then it is plain Wilson's.

    Args:
        hits: [N], N > 0.
        groups: [N], whose slice each is.
    """
    share, n = float(hits.mean()), len(hits)
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    count = int(index.max()) + 1
    if share in (0.0, 1.0) or count == 1:
        return _wilson(share, n, n)
    totals = np.bincount(index, weights=hits - share)
    between = count / (count - 1) * float((totals**2).sum()) / n**2
    effect = max(between / (share * (1 - share) / (n - 1)), 1.0)
    return _wilson(share, n / effect, n)


def _wilson(share: float, cases: float, n: int) -> Figure:
    z2 = Z95**2
    centre = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    half = Z95 * sqrt(share * (1 - share) / cases + z2 / (4 * cases * cases)) / (1 + z2 / cases)
    return Figure(share, max(centre - half, 0.0), min(centre + half, 1.0), n)


def bootstrap(
    statistic: Callable[[Index], float],
    labels: Array,
    groups: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Array:
    """A statistic of bootstrap samples of whole groups, [draws].

    Args:
        statistic: of the slices at some indices.
        labels: [N], 0 or 1; samples with one label only are drawn again where both are present.
        groups: [N], whose slice each is.
        draws: how many samples.
        seed: of the draw.
    """
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(index == i) for i in range(len(names))]
    kinds = len(np.unique(labels))
    rng = np.random.default_rng(seed)
    found: list[float] = []
    while len(found) < draws:
        chosen = np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))])
        if len(np.unique(labels[chosen])) == kinds:
            found.append(statistic(chosen))
    return np.array(found)


def area(scores: Array, labels: Array) -> float:
    """Area under the ROC curve by ranks (Mann–Whitney): a tenth of scikit-learn's time."""
    positive = labels > 0.5
    hits, others = int(positive.sum()), int((~positive).sum())
    ranks = float(rankdata(scores)[positive].sum())
    return (ranks - hits * (hits + 1) / 2) / (hits * others)


def auc(
    scores: Array, labels: Array, groups: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> Figure:
    """Area under the ROC curve with a percentile bootstrap interval over groups.

    Where every pair is in the right order (or every one in the wrong one) the bootstrap has no
    spread; then the interval is Newcombe's, on the numbers of groups.

    Args:
        scores: [N], higher for hemorrhage.
        labels: [N], 0 or 1, both present.
        groups: whose slices each belongs to; whole groups are drawn.
        draws: bootstrap samples.
        seed: of the bootstrap.
    """
    value = area(scores, labels)
    if value in (0.0, 1.0):
        hits, others = (
            len({g for g, label in zip(groups, labels, strict=True) if (label > 0.5) == kind})
            for kind in (True, False)
        )
        low, high = newcombe(value, hits, others)
        return Figure(value, low, high, len(labels))
    areas = bootstrap(lambda i: area(scores[i], labels[i]), labels, groups, draws=draws, seed=seed)
    low, high = np.percentile(areas, [2.5, 97.5])
    return Figure(value, float(low), float(high), len(labels))


def newcombe(value: float, hits: int, others: int) -> tuple[float, float]:
    """The 95 % interval of an area under the ROC curve from two numbers of cases.

    Newcombe 2006 (Statistics in Medicine 25:559), method 5: the areas θ whose own standard error,
    by Hanley and McNeil with both numbers at their mean, makes ``value`` just credible.
    """
    mean = (hits + others) / 2 - 1

    def excess(theta: float) -> float:
        spread = 1 + mean * (1 - theta) / (2 - theta) + mean * theta / (1 + theta)
        return abs(value - theta) - Z95 * sqrt(theta * (1 - theta) / (hits * others) * spread)

    low = 0.0 if value == 0 else float(brentq(excess, 1e-12, value - 1e-9))
    high = 1.0 if value == 1 else float(brentq(excess, value + 1e-9, 1 - 1e-12))
    return low, high


def average_precision(scores: Array, labels: Array, groups: Sequence[str]) -> Figure:
    """Average precision (scikit-learn's) with a percentile bootstrap interval over groups."""
    value = float(average_precision_score(labels, scores))
    found = bootstrap(
        lambda i: float(average_precision_score(labels[i], scores[i])), labels, groups, draws=500
    )
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(value, float(low), float(high), len(labels))


def median(values: Array, groups: Sequence[str]) -> Figure:
    """A median with a percentile bootstrap interval over groups."""
    found = bootstrap(lambda i: float(np.median(values[i])), np.zeros(len(values)), groups)
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(float(np.median(values)), float(low), float(high), len(values))


def operating_figures(
    called: NDArray[np.bool_], labels: Array, groups: Sequence[str] | None = None
) -> dict[str, Figure]:
    """Accuracy, and sensitivity and specificity where there are cases for them.

    Args:
        called: [N], whether hemorrhage was.
        labels: [N], 0 or 1.
        groups: [N]; where None, every slice is a group of its own.
    """
    truth = labels > 0.5
    names = np.asarray(groups if groups is not None else np.arange(len(truth)).astype(str))
    figures = {"accuracy": proportion(called == truth, names)}
    if truth.any():
        figures["sensitivity"] = proportion(called[truth], names[truth])
    if not truth.all():
        figures["specificity"] = proportion(~called[~truth], names[~truth])
    return figures


def pointing(per_cell: Array, target: NDArray[np.bool_]) -> bool:
    """The pointing game (Zhang et al. 2016): is the strongest evidence on the target?"""
    return bool(target.ravel()[int(per_cell.argmax())])


def share_inside(per_cell: Array, target: NDArray[np.bool_]) -> float:
    """The share of all positive evidence that lies on the target, in [0, 1]; 0 without any."""
    positive = np.maximum(per_cell, 0)
    total = float(positive.sum())
    return float(positive[target].sum()) / total if total > 0 else 0.0
