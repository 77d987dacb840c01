"""Slices whose bleed has a known place: where evidence is measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import KINDS
from hemo.errors import DataError
from hemo.evaluation.readings import target_of
from hemo.evidence import spread
from hemo.methods.look import Look
from hemo.preprocessing import cut
from hemo.reader import Reader, calibrated
from hemo.slice import Slice
from hemo.training.dataset import Sample, Split
from hemo.trust.what_if import bled

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

# mm: thickness along the skull, diameter in the brain; blood in CSF has no size of its own
SIZES: dict[str, dict[str, float]] = {
    "intraparenchymal": {"small": 10.0, "medium": 20.0, "large": 36.0},
    "subdural": {"small": 4.0, "medium": 8.0, "large": 13.0},
    "epidural": {"small": 7.0, "medium": 13.0, "large": 22.0},
}
SEED = 77_000
TRIES = 12  # slices that are looked at for one that has room for a bleed


@dataclass(frozen=True, eq=False)
class Case:
    """A slice with a bleed whose place is known.

    Attributes:
        source: "kaggle200", "phe" or "painted".
        split: "val" or "test".
        group: whose slice it is.
        slice_: the slice.
        target: bool [H, W], the bleed: a mask, boxes (which hold its edema too), or what was
            painted.
        kind, size: of a painted bleed; empty elsewhere.
        boxed: whether the target is boxes rather than an outline.
    """

    source: str
    split: Split
    group: str
    slice_: Slice
    target: Bool
    kind: str = ""
    size: str = ""
    boxed: bool = False


class Looked:
    """A case in front of a reader: its features, and its bleed on the network's grid.

    Attributes:
        case: the case.
        look: at it.
        target: bool [S, S], the bleed on the network's input.
        maps: cells of the maps that were made of it, by method.
    """

    def __init__(self, case: Case, reader: Reader) -> None:
        self.case = case
        self.look = Look.at(reader, case.slice_)
        self.maps: dict[str, Float] = {}
        size = self.look.image.shape[1:]
        whole = cut(case.target.astype(np.float32), self.look.view)
        self.target: Bool = cv2.resize(whole, size, interpolation=cv2.INTER_AREA) > 0.5

    @cached_property
    def probability(self) -> float:
        """Calibrated, of a hemorrhage."""
        logit = self.look.head.logit(self.look.features.mean((1, 2)))
        return calibrated(logit, self.look.reader.card.temperature)

    def rested(self) -> "Looked":
        """Itself, without the features: they are computed again when they are needed again."""
        self.probability  # noqa: B018 - worked out while the features are there
        self.look.__dict__.pop("features", None)
        return self


def on_grid(cells: Float, size: int) -> Float:
    """A map's cells [h, w], in any unit, interpolated to [size, size] in the same unit."""
    height, width = cells.shape
    fine = spread(height, size) @ cells @ spread(width, size).T
    return np.asarray(fine * np.float32(size * size / cells.size), np.float32)


def real_cases(samples: Sequence[Sample], split: Split) -> Iterator[Case]:
    """Hemorrhages of one split that are outlined or boxed."""
    for sample in samples:
        if sample.split != split or not sample.label or not (sample.mask or sample.boxes):
            continue
        slice_ = sample.slice()
        target = target_of(sample, slice_.shape)
        if target is not None and target.any():
            boxed = sample.mask is None
            yield Case(sample.source, split, sample.group, slice_, target, boxed=boxed)


def painted_cases(samples: Sequence[Sample], reader: Reader, count: int) -> Iterator[Case]:
    """Bleeds of every kind and size, ``count`` of each, on test slices without one."""
    empty = [s for s in samples if s.split == "test" and not s.label and s.clean]
    if not empty:
        return
    for number, kind in enumerate(KINDS):
        for size, mm in SIZES.get(kind, {"": None}).items():
            for turn in range(count):
                rng = np.random.default_rng([SEED, number, turn, round(10 * (mm or 0))])
                case = _painted(empty, reader, kind, size, mm, rng)
                if case is not None:
                    yield case


def _painted(
    empty: Sequence[Sample],
    reader: Reader,
    kind: str,
    size: str,
    size_mm: float | None,
    rng: np.random.Generator,
) -> Case | None:
    """One bleed on the first of some slices drawn by chance that has room for it."""
    for index in rng.permutation(len(empty))[:TRIES]:
        sample = empty[int(index)]
        try:
            slice_, mask = bled(sample.slice(), kind, reader, size_mm=size_mm, rng=rng)
        except DataError:
            continue  # no skull found, or no room
        if mask.any():
            return Case("painted", "test", sample.group, slice_, mask, kind, size)
    return None


def evenly(cases: Sequence[Looked], count: int) -> list[Looked]:
    """So many cases, the same number of every source as far as there are, groups in turn."""
    by_source: dict[str, list[Looked]] = {}
    for looked in cases:
        by_source.setdefault(looked.case.source, []).append(looked)
    queues = [_in_turns(mine) for mine in by_source.values()]
    chosen: list[Looked] = []
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.append(queue.pop(0))
    return chosen


def _in_turns(cases: Sequence[Looked]) -> list[Looked]:
    """One case of each group (kind and size of a painted one), then another of each."""
    seen: dict[tuple[str, str, str], int] = {}
    turns = []
    for looked in cases:
        case = looked.case
        key = ("", case.kind, case.size) if case.kind else (case.group, "", "")
        seen[key] = seen.get(key, 0) + 1
        turns.append(seen[key])
    return [cases[i] for i in np.argsort(turns, kind="stable")]
