"""How far an engine is from the float32 reference, on real slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hemo.evidence import grad_cam
from hemo.gate import check
from hemo.preprocessing import Preprocessing, preprocess
from hemo.reader import BATCH, Reader, calibrated
from hemo.training.dataset import Sample

Report = Callable[[str], None]


@dataclass(frozen=True)
class Parity:
    """How far int8 is from float32 on real slices that neither was fitted to.

    Attributes:
        probability_p99: 99th percentile of the absolute difference of probabilities.
        auc_change: of the AUC over the same slices, absolute.
        map_correlation: median over slices of Pearson's r between the two evidence maps.
        slices: how many.
    """

    probability_p99: float
    auc_change: float
    map_correlation: float
    slices: int

    def holds(self, share: float = 1.0) -> bool:
        """Whether int8 may stand in for float32; with a share, within that much of what it may."""
        return (
            self.probability_p99 <= share * 0.03
            and self.auc_change <= share * 0.003
            and self.map_correlation >= 1 - share * 0.02
        )

    def __str__(self) -> str:
        """In a sentence's words."""
        return (
            f"probability p99 {self.probability_p99:.4f}, AUC {self.auc_change:.4f}, "
            f"map correlation {self.map_correlation:.4f} on {self.slices} slices"
        )


@dataclass(frozen=True, eq=False)
class Seen:
    """A slice that the gate lets through, as the network gets it."""

    image: NDArray[np.float32]  # [3, S, S]
    label: int
    group: str


@dataclass(frozen=True, eq=False)
class Answers:
    """What an engine makes of N slices: logits [N] and evidence maps [N, h, w]."""

    logits: NDArray[np.float64]
    maps: NDArray[np.float32]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> "Answers":
        return Answers(self.logits[chosen], self.maps[chosen])


def see(samples: Sequence[Sample], spec: Preprocessing) -> list[Seen]:
    """Samples as the network gets them, without those that the gate refuses."""
    seen = []
    for sample in samples:
        slice_ = sample.slice()
        image, view = preprocess(slice_, spec)
        if check(slice_, view) is None:
            seen.append(Seen(image, sample.label, f"{sample.source} {sample.group}"))
    return seen


def ask(reader: Reader, seen: Sequence[Seen]) -> Answers:
    """What a reader's engine and head make of slices."""
    images = [s.image for s in seen]
    batches = (np.stack(images[i : i + BATCH]) for i in range(0, len(images), BATCH))
    found = [grad_cam(maps, reader.head) for batch in batches for maps in reader.features(batch)]
    return Answers(
        np.array([logit for _, _, logit in found]), np.array([cells for cells, _, _ in found])
    )


def compare(ours: Answers, theirs: Answers, labels: NDArray[np.int_], temperature: float) -> Parity:
    """Answers to the same slices, labels [N] of 0 and 1."""
    p, q = ([calibrated(y, temperature) for y in a.logits] for a in (ours, theirs))
    maps = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(ours.maps, theirs.maps, strict=True)
    ]
    return Parity(
        probability_p99=float(np.percentile(np.abs(np.subtract(p, q)), 99)),
        auc_change=abs(float(roc_auc_score(labels, p) - roc_auc_score(labels, q))),
        map_correlation=float(np.median(maps)),
        slices=len(p),
    )


def offset(ours: Answers, theirs: Answers, temperature: float) -> float:
    """What to add to their logits so that probabilities differ least, by least squares.

    A logit counts as much as its probability moves with it: by p (1 - p).
    """
    p = np.array([calibrated(y, temperature) for y in ours.logits])
    count = (p * (1 - p)) ** 2
    return float((count * (ours.logits - theirs.logits)).sum() / max(count.sum(), 1e-12))


def in_first_half(seen: Sequence[Seen]) -> NDArray[np.bool_]:
    """bool [N]: every other group, of those with a hemorrhage and of the rest apart.

    The draw depends on the group names alone.
    """
    positive = {s.group for s in seen if s.label}
    first: set[str] = set()
    for kind in (True, False):
        groups = sorted(g for g in {s.group for s in seen} if (g in positive) == kind)
        order = np.random.default_rng(kind).permutation(len(groups))
        first |= {groups[i] for i in order[::2]}
    return np.array([s.group in first for s in seen])
