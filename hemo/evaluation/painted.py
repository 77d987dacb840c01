"""Bleeds painted on heads never trained on: which kinds and sizes are found?

Every head is read as it is, with innocent brightness, and with every kind of bleed in every range
of sizes; with subdurals of every age too, for as bright as brain or darker they are harder. The
threshold is the one that 95 % of the readings without a bleed stay under.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import AGES, KINDS, Head, find_head, paint
from hemo.errors import DataError
from hemo.evaluation import baseline
from hemo.evaluation.curves import threshold_for_specificity
from hemo.evaluation.metrics import Figure, auc, proportion
from hemo.evaluation.readings import Job, Readings, Result
from hemo.evaluation.schema import Age, Painted, PaintedKind, Size
from hemo.preprocessing import Preprocessing, crop
from hemo.slice import Slice
from hemo.training.dataset import Sample
from hemo.training.synthesis import paint_innocent
from hemo.windowing import BRAIN

Float = NDArray[np.float32]
Array = NDArray[np.float64]
SPECIFICITY = 0.95
SEED = 500_000  # no other painting has this seed
# Ranges of thickness (between skull and brain) or diameter (inside the brain), in mm.
SIZES: dict[str, tuple[tuple[float, float], ...]] = {
    "subdural": ((2, 4), (4, 8), (8, 15)),
    "epidural": ((5, 10), (10, 25)),
    "intraparenchymal": ((4, 10), (10, 40)),
}
MEASURES = {"subdural": "thickness", "epidural": "thickness", "intraparenchymal": "diameter"}
AGED = (4.0, 15.0)  # mm: of the subdurals that are painted at every age
Range = tuple[float, float] | None


@dataclass(frozen=True)
class Sort:
    """What is painted: a kind, in a range of sizes where it has sizes, of an age or of any."""

    kind: str
    sizes: Range = None
    age: str | None = None


@dataclass(frozen=True, eq=False)
class Canvas:
    """A slice without hemorrhage that can be painted on.

    Attributes:
        grey: float32 [n, n], cropped to the head as training crops it.
        head: what was found on it.
        group: whose head it is.
        seed: of what is painted on it.
    """

    grey: Float
    head: Head
    group: str
    seed: int


@dataclass(frozen=True, eq=False)
class Stratum:
    """The readings of one kind and range of sizes, as columns of length N."""

    probabilities: Array
    brightness: Array
    groups: list[str]


def sorts() -> list[Sort]:
    """Every kind of bleed in every range of its sizes, then subdurals of every age."""
    sized = [Sort(kind, sizes) for kind in KINDS for sizes in SIZES.get(kind, (None,))]
    return sized + [Sort("subdural", AGED, age) for age in AGES]


def planned(slices: int) -> int:
    """How many readings so many slices take."""
    return slices * (len(sorts()) + 2)


def painted(
    readings: Readings, tests: Sequence[Result], slices: int, train: Sequence[Sample]
) -> Painted | None:
    """Sensitivity by kind and size at 95 % specificity on the same heads.

    Args:
        readings: reads what is painted.
        tests: readings of test slices as they are; those without hemorrhage are painted on.
        slices: how many of them; 0 leaves all of this out.
        train: what brightness, the baseline, is fitted on.

    Returns:
        None where there is no head to paint on.
    """
    heads = Heads(tests, slices, readings.reader.card.preprocessing)
    if not heads.first:
        return None
    model = baseline.fitted(train)

    def read(jobs: Iterator[tuple[Float, str]], what: str) -> Stratum:
        painted_on = list(jobs)
        found = [Slice(grey, "display") for grey, _ in painted_on]
        answers = readings.read((Job(slice_) for slice_ in found), what)
        bright = [float(model.decision_function(baseline.brightness(s)[None])[0]) for s in found]
        kept = [i for i, answer in enumerate(answers) if answer.probability is not None]
        return Stratum(
            np.array([answers[i].probability for i in kept], np.float64),
            np.array([bright[i] for i in kept]),
            [painted_on[i][1] for i in kept],
        )

    nothing = read(_negatives(heads.first), "heads without a bleed")
    found = {sort: read(_with(heads, sort), f"painted {sort.kind}") for sort in sorts()}
    return _figures(heads.first, nothing, found, readings.reader.card.threshold)


class Heads:
    """Slices to paint on, in the order in which they are used: the first ``count``, then more.

    Where a kind of bleed has no room on one of the first (few slices show a ventricle), it is
    painted on one of the others, of the same patients; these are looked for when they are needed.
    """

    def __init__(self, tests: Sequence[Result], count: int, spec: Preprocessing) -> None:
        pool = [
            r.sample
            for r in tests
            if isinstance(r.sample, Sample)
            and not r.sample.label
            and r.sample.clean
            and r.answer.probability is not None
        ]
        phe = [s for s in pool if s.source == "phe"]
        self.count, self._spec, self._used = count, spec, 0
        self.first: list[Canvas] = []
        self._order = list(enumerate(_in_turns(phe or pool)))
        for number, sample in self._order:
            if len(self.first) == count:
                break
            self._used = number + 1
            self.first += self._canvas(number, sample)

    def __iter__(self) -> Iterator[Canvas]:
        yield from self.first
        for number, sample in self._order[self._used :]:
            yield from self._canvas(number, sample)

    def _canvas(self, number: int, sample: Sample) -> list[Canvas]:
        """One, or none where no head with room for a bleed is found."""
        grey, _ = crop(sample.slice(), self._spec)
        head = find_head(grey, BRAIN)
        if head is None or not _has_room(head):
            return []
        return [Canvas(grey, head, sample.group, SEED + number)]


def _has_room(head: Head) -> bool:
    try:
        return head.frame is not None
    except DataError:
        return False


def _in_turns(samples: Sequence[Sample], seed: int = 0) -> Iterator[Sample]:
    """One slice of each group, then another of each, at random."""
    rng = np.random.default_rng(seed)
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.group, []).append(sample)
    shuffled = [[pool[i] for i in rng.permutation(len(pool))] for pool in groups.values()]
    for turn in range(max(map(len, shuffled), default=0)):
        yield from (pool[turn] for pool in shuffled if turn < len(pool))


def _negatives(canvases: Sequence[Canvas]) -> Iterator[tuple[Float, str]]:
    """Every head as it is, and with innocent brightness."""
    for canvas in canvases:
        yield canvas.grey, canvas.group
        rng = np.random.default_rng([canvas.seed, 0])
        yield paint_innocent(canvas.grey, rng, canvas.head), canvas.group


def _with(heads: Heads, sort: Sort) -> Iterator[tuple[Float, str]]:
    """As many heads as have room for it, up to the count, with a bleed of one sort."""
    return islice(_all_with(heads, sort), heads.count)


def _all_with(heads: Heads, sort: Sort) -> Iterator[tuple[Float, str]]:
    low = int(sort.sizes[0]) if sort.sizes else 0
    aged = [1 + list(AGES).index(sort.age)] if sort.age else []
    for canvas in heads:
        rng = np.random.default_rng([canvas.seed, 1 + KINDS.index(sort.kind), low, *aged])
        size_mm = float(rng.uniform(*sort.sizes)) if sort.sizes else None
        try:
            hu, mask = paint(canvas.head, sort.kind, rng, size_mm=size_mm, age=sort.age)
        except DataError:
            continue  # no room for this one on this slice
        if mask.any():
            yield BRAIN.apply(hu), canvas.group


def _figures(
    canvases: Sequence[Canvas],
    nothing: Stratum,
    found: dict[Sort, Stratum],
    card_threshold: float,
) -> Painted:
    threshold = threshold_for_specificity(nothing.probabilities, SPECIFICITY)
    bright = threshold_for_specificity(nothing.brightness, SPECIFICITY)
    kinds = {
        kind: figures
        for kind in KINDS
        if (figures := _kind(kind, found, nothing, threshold, bright)) is not None
    }
    return {
        "heads": len({canvas.group for canvas in canvases}),
        "slices": len(canvases),
        "negatives": len(nothing.groups),
        "at_specificity": SPECIFICITY,
        "threshold": threshold,
        "specificity": _share(nothing.probabilities < threshold, nothing).plain(),
        "specificity_of_card": _share(nothing.probabilities < card_threshold, nothing).plain(),
        "kinds": kinds,
    }


def _kind(
    kind: str,
    found: dict[Sort, Stratum],
    nothing: Stratum,
    threshold: float,
    bright: float,
) -> PaintedKind | None:
    mine = [(sort, s) for sort, s in found.items() if sort.kind == kind and s.groups]
    parts = [(sort.sizes, s) for sort, s in mine if sort.age is None]
    if not parts:
        return None
    whole = _joined([stratum for _, stratum in parts])
    ages = [_age(sort.age, s, threshold, bright) for sort, s in mine if sort.age]
    both = _joined([whole, nothing])
    labels = np.repeat([1.0, 0.0], [len(whole.groups), len(nothing.groups)])
    return {
        "label": kind,
        "measure": MEASURES.get(kind, ""),
        "sizes": [_size(sizes, s, threshold, bright) for sizes, s in parts if sizes],
        "ages": ages,
        "sensitivity": _share(whole.probabilities >= threshold, whole).plain(),
        "baseline": _share(whole.brightness >= bright, whole).plain(),
        "auc": auc(both.probabilities, labels, both.groups).plain(),
    }


def _size(sizes: tuple[float, float], stratum: Stratum, threshold: float, bright: float) -> Size:
    return {
        "low_mm": sizes[0],
        "high_mm": sizes[1],
        "sensitivity": _share(stratum.probabilities >= threshold, stratum).plain(),
        "baseline": _share(stratum.brightness >= bright, stratum).plain(),
    }


def _age(age: str, stratum: Stratum, threshold: float, bright: float) -> Age:
    return {"age": age, **_size(AGED, stratum, threshold, bright)}


def _share(hits: NDArray[np.bool_], stratum: Stratum) -> Figure:
    return proportion(hits, stratum.groups)


def _joined(parts: Sequence[Stratum]) -> Stratum:
    return Stratum(
        np.concatenate([p.probabilities for p in parts]),
        np.concatenate([p.brightness for p in parts]),
        [group for p in parts for group in p.groups],
    )
