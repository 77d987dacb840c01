"""Which input size a trained network is shown: what validation slices and the clock say."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from hemo.training.draw import Draw

SLACK = 0.003  # of the mean AUC that a smaller, faster size may cost
Logits = Callable[[Sequence[Draw], int], tuple[Any, Any]]


@dataclass(frozen=True)
class SizeTrial:
    """What an input size gave on validation slices.

    Attributes:
        size: side of the input in pixels.
        auc: by source, "painted" among them.
        mean_auc: over the sources.
        seconds: a slice, as computed in training (relative cost, not serving's).
    """

    size: int
    auc: dict[str, float]
    mean_auc: float
    seconds: float


def try_sizes(
    logits: Logits, draws: dict[str, list[Draw]], sizes: Sequence[int]
) -> list[SizeTrial]:
    """Read the same validation slices at every size.

    Args:
        logits: of draws at a size, with their labels.
        draws: by source; one with a single label is left out.
        sizes: sides of the input.
    """
    trials = []
    for size in sizes:
        started = time.monotonic()
        found: dict[str, float] = {}
        for source, mine in draws.items():
            scores, labels = (np.asarray(values) for values in logits(mine, size))
            if len(set(labels.tolist())) == 2:
                found[source] = float(roc_auc_score(labels, scores))
        spent = (time.monotonic() - started) / max(1, sum(map(len, draws.values())))
        trials.append(SizeTrial(size, found, float(np.mean(list(found.values()))), spent))
    return trials


def chosen(trials: Sequence[SizeTrial]) -> SizeTrial:
    """The smallest size whose mean AUC is within ``SLACK`` of the best."""
    best = max(trial.mean_auc for trial in trials)
    return min((t for t in trials if t.mean_auc >= best - SLACK), key=lambda t: t.size)


def account(trials: Sequence[SizeTrial]) -> list[dict[str, Any]]:
    """For the card."""
    return [asdict(trial) for trial in trials]
