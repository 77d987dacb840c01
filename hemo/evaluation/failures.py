"""The test slices that were called wrongly, in words: what is there, what can be measured of it.

No pixel of a real slice leaves this module: names, places, sizes and numbers do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.evaluation.readings import Result, target_of
from hemo.evaluation.schema import Failure
from hemo.preprocessing import head_mask
from hemo.reader import Reader, Reading
from hemo.slice import Slice
from hemo.training.dataset import Sample
from hemo.windowing import BRAIN, to_display

Bool = NDArray[np.bool_]
Grey = NDArray[np.float32]
MOST = 4  # of either kind and source: the worst
SMALL = 0.01  # of the head's area: about 2 cm²
FAINT = 8.0  # HU above its surroundings: within what brain itself varies
NEAR_BONE = 0.06  # of the head's width, about 9 mm


@dataclass(frozen=True)
class Wrong:
    """A slice that was called wrongly."""

    sample: Sample
    probability: float

    @property
    def kind(self) -> str:
        """Which way it was wrong."""
        return "missed" if self.sample.label else "false alarm"


def failures(reader: Reader, results: Sequence[Result], samples: Sequence[Sample]) -> list[Failure]:
    """The worst failures among real test slices, the worst first.

    Args:
        reader: looks once more at the false alarms, for where their evidence lies.
        results: of test slices.
        samples: all of the data: a slice's level is its place among its patient's.
    """
    return [_described(reader, wrong, samples) for wrong in worst(results, reader.card.threshold)]


def worst(results: Sequence[Result], threshold: float, most: int = MOST) -> list[Wrong]:
    """Up to ``most`` missed and as many false alarms of each source, by how wrong they are."""
    wrong = [
        Wrong(r.sample, r.answer.probability)
        for r in results
        if isinstance(r.sample, Sample)
        and r.answer.probability is not None
        and (r.answer.probability >= threshold) != bool(r.sample.label)
    ]
    wrong.sort(key=lambda w: -abs(w.probability - w.sample.label))
    kept: list[Wrong] = []
    for source, kind in sorted({(w.sample.source, w.kind) for w in wrong}):
        kept += [w for w in wrong if (w.sample.source, w.kind) == (source, kind)][:most]
    return kept


def _described(reader: Reader, wrong: Wrong, samples: Sequence[Sample]) -> Failure:
    sample = wrong.sample
    slice_ = sample.slice()
    describe = _missed if sample.label else _false_alarm
    what, reason = describe(reader, sample, slice_)
    return {
        "source": sample.source,
        "kind": wrong.kind,
        "name": sample.path.stem,
        "level": level(sample, samples),
        "what": what,
        "probability": wrong.probability,
        "reason": reason,
    }


def level(sample: Sample, samples: Sequence[Sample]) -> str:
    """Which third of its patient's slices it is of, where those are a series."""
    if sample.source != "phe":
        return "level not known"
    series = sorted(
        s.path.name for s in samples if s.source == sample.source and s.group == sample.group
    )
    third = 3 * series.index(sample.path.name) // len(series)
    return f"{('first', 'middle', 'last')[third]} third of the series"


def _missed(reader: Reader, sample: Sample, slice_: Slice) -> tuple[str, str]:
    """How large the bleed is and how bright against what is around it."""
    target = target_of(sample, slice_.shape)
    if target is None or not target.any():
        return "hemorrhage, its place not outlined", ""
    grey = to_display(slice_)
    share = area_share(target, grey)
    contrast = contrast_hu(target, grey)
    outlined = "outline" if sample.mask else "box with its edema"
    what = (
        f"hemorrhage of {100 * share:.1f} % of the head's area ({outlined}), "
        f"{contrast:+.0f} HU against its surroundings"
    )
    reasons = ["small"] * (share < SMALL) + ["faint"] * (contrast < FAINT)
    return what, " and ".join(reasons)


def area_share(target: Bool, grey: Grey) -> float:
    """The target's share of the head, in [0, 1]."""
    head = head_mask(grey)
    inside = head if head is not None else np.ones_like(target)
    return float(target.sum() / max(int(inside.sum()), 1))


def contrast_hu(target: Bool, grey: Grey) -> float:
    """The brighter half of a target against the tissue around it, in HU of the brain window.

    The brighter half, because boxes hold edema too; bone and air do not count.
    """
    tissue = (grey > 0.02) & (grey < 0.98)
    wide = max(3, round(0.25 * float(np.sqrt(target.sum())))) | 1
    ring = cv2.dilate(target.astype(np.uint8), np.ones((wide, wide), np.uint8)) > 0
    around, inside = grey[ring & ~target & tissue], grey[target & tissue]
    if not around.size or not inside.size:
        return 0.0
    bright = inside[inside >= np.median(inside)]
    return float(bright.mean() - np.median(around)) * BRAIN.width


def _false_alarm(reader: Reader, sample: Sample, slice_: Slice) -> tuple[str, str]:
    """What lies where the strongest evidence is."""
    reading = reader.read(slice_)
    what = "no hemorrhage by its label" + (
        "" if sample.clean else "; the next slice has one, so that faint blood is possible"
    )
    if not isinstance(reading, Reading):
        return what, ""
    grey = to_display(slice_)
    row, column = np.unravel_index(int(reading.evidence.values.argmax()), grey.shape)
    return what, f"strongest evidence {place_of(grey, int(row), int(column))}"


def place_of(grey: Grey, row: int, column: int) -> str:
    """How bright a place is, and whether bone is near."""
    width = grey.shape[1]
    y, x = np.ogrid[: grey.shape[0], : grey.shape[1]]
    near = np.hypot(y - row, x - column) <= max(2, 0.02 * width)
    tissue = grey[near & (grey < 0.98)]
    hu = float(BRAIN.invert(np.percentile(tissue, 90))) if tissue.size else BRAIN.low + BRAIN.width
    bone = cv2.distanceTransform((grey < 0.98).astype(np.uint8), cv2.DIST_L2, 5)
    beside = bone[row, column] < NEAR_BONE * width
    return f"where tissue reaches {hu:.0f} HU, {'beside' if beside else 'away from'} bone"
