"""Figures with intervals: proportions by Wilson, areas by bootstrap over groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Array = NDArray[np.float64]
Z95 = 1.959963984540054  # the normal distribution's 97.5th percentile


@dataclass(frozen=True)
class Figure:
    """A figure, its 95 % interval, and the number of cases it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def wilson(successes: int, n: int) -> Figure:
    """A proportion with its Wilson score interval (Wilson 1927).

    Raises:
        ValueError: there are no cases, or more successes than cases.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is not a proportion")
    share, z2 = successes / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Figure(share, max(centre - half, 0.0), min(centre + half, 1.0), n)


def auc(
    scores: Array, labels: Array, groups: Sequence[str], *, draws: int = 2000, seed: int = 0
) -> Figure:
    """Area under the ROC curve with a percentile bootstrap interval over groups.

    Args:
        scores: [N], higher for hemorrhage.
        labels: [N], 0 or 1, both present.
        groups: whose slices each belongs to; whole groups are drawn.
        draws: bootstrap samples; those with one label only are drawn again.
        seed: of the bootstrap.
    """
    value = float(roc_auc_score(labels, scores))
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(index == i) for i in range(len(names))]
    rng = np.random.default_rng(seed)
    areas: list[float] = []
    while len(areas) < draws:
        chosen = np.concatenate([members[i] for i in rng.integers(0, len(names), len(names))])
        if 0 < labels[chosen].sum() < len(chosen):
            areas.append(float(roc_auc_score(labels[chosen], scores[chosen])))
    low, high = np.percentile(areas, [2.5, 97.5])
    return Figure(value, float(low), float(high), len(labels))


def operating_figures(called: NDArray[np.bool_], labels: Array) -> dict[str, Figure]:
    """Accuracy, and sensitivity and specificity where there are cases for them."""
    truth = labels > 0.5
    figures = {"accuracy": wilson(int((called == truth).sum()), len(truth))}
    if truth.any():
        figures["sensitivity"] = wilson(int(called[truth].sum()), int(truth.sum()))
    if not truth.all():
        figures["specificity"] = wilson(int((~called[~truth]).sum()), int((~truth).sum()))
    return figures


def pointing(per_cell: Array, target: NDArray[np.bool_]) -> bool:
    """The pointing game (Zhang et al. 2016): is the strongest evidence on the target?"""
    return bool(target.ravel()[int(per_cell.argmax())])


def share_inside(per_cell: Array, target: NDArray[np.bool_]) -> float:
    """The share of all positive evidence that lies on the target, in [0, 1]; 0 without any."""
    positive = np.maximum(per_cell, 0)
    total = float(positive.sum())
    return float(positive[target].sum()) / total if total > 0 else 0.0
