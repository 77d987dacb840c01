"""Localisation: how well the maps of each method lie on bleeds whose place is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.evaluation.metrics import DRAWS, Figure, pointing, proportion, share_inside
from hemo.evaluation.trust_cases import Case, Looked, on_grid
from hemo.methods import METHODS

Float = NDArray[np.float32]
Double = NDArray[np.float64]
Bool = NDArray[np.bool_]
Json = dict[str, Any]
Statistic = Callable[[Sequence["Place"]], Double]

STEPS = 60  # thresholds that are tried
FACTS = ("pointing", "inside", "dice_best", "iou_best", "dice_fixed", "iou_fixed")


@dataclass(frozen=True, eq=False)
class Place:
    """One map against one bleed.

    Attributes:
        case: whose.
        peak: the map's strongest place, in the method's unit.
        pointing: whether that lies on the bleed (Zhang et al. 2016).
        inside: the share of all positive evidence that lies on the bleed.
        dice_best: Dice's overlap at the threshold that is best for this very map: with an outline,
            or of boxes with boxes.
        dices: [L], at the method's thresholds.
    """

    case: Case
    peak: float
    pointing: bool
    inside: float
    dice_best: float
    dices: Double


@dataclass(frozen=True, eq=False)
class Measured:
    """One method on its cases.

    Attributes:
        name: of the method.
        threshold: in its unit, the one of highest Dice on validation groups, sources counting
            alike.
        scale: at which its colour is full: the lower quartile of the strongest places on them, so
            that a thin bleed is seen and what lies under a thick one shines through.
        validation: the mean of pointing, share inside and both Dice on validation groups, sources
            counting alike: what methods are chosen by.
        places: of test cases, ``fixed`` the index of the threshold in their ``dices``.
    """

    name: str
    threshold: float
    scale: float
    validation: float
    places: list[Place]
    fixed: int


def dice(values: Float, target: Bool, levels: Double) -> Double:
    """Dice's overlap of a bleed with what reaches each level, [L].

    Args:
        values: [S, S].
        target: bool [S, S], not empty.
        levels: [L].
    """
    everywhere, hits = np.sort(values, axis=None), np.sort(values[target])
    predicted = everywhere.size - np.searchsorted(everywhere, levels)
    right = hits.size - np.searchsorted(hits, levels)
    return 2 * right / (predicted + hits.size)


def boxes_dice(values: Float, target: Bool, levels: Double) -> Double:
    """Dice's overlap of boxes with the boxes around what reaches each level, [L].

    What a map marks has no corners, and a box has: like is compared with like, as in weakly
    supervised localisation (Choe et al. 2020, CVPR, "MaxBoxAccV2": a box around each connected
    part of the map at every threshold).

    Args:
        values: [S, S].
        target: bool [S, S], the union of the true boxes, not empty.
        levels: [L].
    """
    found = []
    for level in levels:
        reached = (values >= level).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(reached)
        boxed = np.zeros(target.shape, np.bool_)
        for left, top, width, height, _ in stats[1:]:
            boxed[top : top + height, left : left + width] = True
        found.append(2 * (boxed & target).sum() / (boxed.sum() + target.sum()))
    return np.array(found)


def place(looked: Looked, cells: Float, levels: Double) -> Place:
    """One map, given by its cells, against its bleed."""
    values = on_grid(cells, looked.target.shape[0])
    peak = float(values.max())
    own = np.linspace(0, peak, STEPS + 1)[1:] if peak > 0 else np.array([np.inf])
    overlap = boxes_dice if looked.case.boxed else dice
    return Place(
        case=looked.case,
        peak=peak,
        pointing=pointing(values.astype(np.float64), looked.target),
        inside=share_inside(values.astype(np.float64), looked.target),
        dice_best=float(overlap(values, looked.target, own).max()),
        dices=overlap(values, looked.target, levels),
    )


def measure(
    name: str, val: Sequence[tuple[Looked, Float]], test: Sequence[tuple[Looked, Float]]
) -> Measured:
    """One method: its threshold from validation cases, its places on test cases.

    Args:
        name: of METHODS.
        val, test: cases that can be measured (their bleed is not empty) and the cells of their
            maps; neither is empty.
    """
    peaks = [float(on_grid(cells, looked.target.shape[0]).max()) for looked, cells in val]
    top = max(float(np.percentile(peaks, 95)), 1e-9)
    levels = np.linspace(0, top, STEPS + 1)[1:]
    known = [place(looked, cells, levels) for looked, cells in val]
    curve = by_source(known, lambda mine: np.mean([p.dices for p in mine], axis=0))
    fixed = int(np.argmax(curve))
    score = by_source(
        known,
        lambda mine: np.mean(
            [[p.pointing, p.inside, p.dice_best, p.dices[fixed]] for p in mine], axis=0
        ),
    )
    return Measured(
        name=name,
        threshold=float(levels[fixed]),
        scale=max(float(np.percentile(peaks, 25)), 1e-9),
        validation=float(np.mean(score)),
        places=[place(looked, cells, levels) for looked, cells in test],
        fixed=fixed,
    )


def by_source(places: Sequence[Place], statistic: Statistic) -> Double:
    """The mean over sources of a statistic of each source's places."""
    sources = sorted({p.case.source for p in places})
    found = [statistic([p for p in places if p.case.source == source]) for source in sources]
    return np.asarray(np.mean(found, axis=0), np.float64)


def facts(measured: Measured, places: Sequence[Place]) -> dict[str, Figure]:
    """Figures with intervals of some of a method's places, not empty."""
    groups = [p.case.group for p in places]
    best = np.array([p.dice_best for p in places])
    fixed = np.array([p.dices[measured.fixed] for p in places])
    return {
        "pointing": proportion(np.array([p.pointing for p in places]), groups),
        "inside": mean(np.array([p.inside for p in places]), groups),
        "dice_best": mean(best, groups),
        "iou_best": mean(best / (2 - best), groups),
        "dice_fixed": mean(fixed, groups),
        "iou_fixed": mean(fixed / (2 - fixed), groups),
    }


def mean(values: Double, groups: Sequence[str]) -> Figure:
    """A mean with a percentile bootstrap interval over groups."""
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    totals, sizes = np.bincount(index, weights=values), np.bincount(index)
    drawn = np.random.default_rng(0).integers(0, sizes.size, (DRAWS, sizes.size))
    low, high = np.percentile(totals[drawn].sum(1) / sizes[drawn].sum(1), [2.5, 97.5])
    return Figure(float(values.mean()), float(low), float(high), len(values))


def as_json(measured: Measured) -> Json:
    """A method as the card holds it: figures for each source, and for each kind and size."""
    found: Json = {
        "label": METHODS[measured.name].label,
        "unit": METHODS[measured.name].unit,
        "threshold": measured.threshold,
        "scale": measured.scale,
        "validation": measured.validation,
    }
    for source in sorted({p.case.source for p in measured.places}):
        mine = [p for p in measured.places if p.case.source == source]
        found[source] = plain(facts(measured, mine))
    found["painted_kinds"] = {
        kind: _sizes(measured, [p for p in measured.places if p.case.kind == kind])
        for kind in sorted({p.case.kind for p in measured.places} - {""})
    }
    return found


def _sizes(measured: Measured, places: Sequence[Place]) -> Json:
    sizes = sorted({p.case.size for p in places} - {""})
    return {"all": plain(facts(measured, places))} | {
        size: plain(facts(measured, [p for p in places if p.case.size == size])) for size in sizes
    }


def plain(figures: dict[str, Figure]) -> Json:
    """Figures as the card holds them."""
    return {name: figure.plain() for name, figure in figures.items()}


def differences(one: Measured, other: Measured) -> Json:
    """How much one method is better than another on the same cases, by source and fact.

    A mean of differences case by case, with a percentile bootstrap interval over groups.
    """
    found: Json = {}
    for source in sorted({p.case.source for p in one.places}):
        pairs = [
            (p, q) for p, q in zip(one.places, other.places, strict=True) if p.case.source == source
        ]
        groups = [p.case.group for p, _ in pairs]
        rows = np.array([_row(p, one) - _row(q, other) for p, q in pairs])
        found[source] = {fact: mean(rows[:, i], groups).plain() for i, fact in enumerate(FACTS)}
    return found


def _row(found: Place, measured: Measured) -> Double:
    """A place's facts, in the order of FACTS."""
    best, fixed = found.dice_best, float(found.dices[measured.fixed])
    return np.array(
        [found.pointing, found.inside, best, best / (2 - best), fixed, fixed / (2 - fixed)]
    )
