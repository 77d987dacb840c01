"""Faithfulness: take away what the evidence points at, or show nothing else, and read again.

Deletion and insertion (Petsiuk et al. 2018, arXiv 1806.07421) with brain in place of black: what
is taken away is filled in from the other side of the head, and what is not yet shown is even brain.
Against them stand parts of the same size chosen by chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds.texture import own_noise, waves
from hemo.reader import Reader
from hemo.slice import Slice
from hemo.trust.fill import fill
from hemo.trust.inside import Inside, read_all

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

SHARES = (0.05, 0.10, 0.20)
CHANCES = 3
BLOB_MM = 18.0  # about how wide the pieces of a part chosen by chance are


@dataclass(frozen=True)
class Curve:
    """Probabilities, one for each share of the brain's area.

    Attributes:
        chosen: where the part was the strongest evidence.
        chance: where it was chosen by chance, one curve for each draw.
    """

    chosen: tuple[float, ...]
    chance: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Faithfulness:
    """What deleting and inserting the strongest evidence does to a probability.

    Attributes:
        probability: of the slice as it is: where deletion starts.
        even: of the slice with even brain: where insertion starts.
        shares: of the area inside the skull, rising.
        deleted: after taking that share away.
        inserted: after showing only that share.
    """

    probability: float
    even: float
    shares: tuple[float, ...]
    deleted: Curve
    inserted: Curve


def faithfulness(
    reader: Reader,
    slice_: Slice,
    evidence: Float | None = None,
    *,
    shares: tuple[float, ...] = SHARES,
    chances: int = CHANCES,
    seed: int = 0,
) -> Faithfulness:
    """Delete and insert the strongest evidence, and as much chosen by chance.

    Args:
        reader: that reads every change.
        slice_: it is not changed.
        evidence: float32 [H, W], higher where more is to be taken away first; the reading's own
            map where None.
        shares: of the area inside the skull.
        chances: how many parts of each size are chosen by chance.
        seed: of what chance chooses.

    Raises:
        HemoError: the slice cannot be read.
    """
    inside = Inside.of(slice_, reader.card.preprocessing)
    first, even = read_all(reader, [slice_, _even(inside)])
    values = inside.of_slice(first.evidence.values if evidence is None else evidence)
    rng = np.random.default_rng(seed)
    orders = [values, *(_by_chance(inside, rng) for _ in range(chances))]
    parts = [strongest(order, inside.head.inside, share) for order in orders for share in shares]
    taken = read_all(reader, [without(inside, part) for part in parts])
    shown = read_all(reader, [only(inside, part) for part in parts])
    return Faithfulness(
        probability=first.probability,
        even=even.probability,
        shares=shares,
        deleted=_curve([r.probability for r in taken], len(shares)),
        inserted=_curve([r.probability for r in shown], len(shares)),
    )


def strongest(values: Float, room: Bool, share: float) -> Bool:
    """The share of the room's pixels with the highest values, bool [H, W]."""
    places = np.flatnonzero(room)
    count = round(share * places.size)
    order = np.argsort(-values.ravel()[places], kind="stable")
    part = np.zeros(room.size, np.bool_)
    part[places[order[:count]]] = True
    return part.reshape(room.shape)


def without(inside: Inside, part: Bool) -> Slice:
    """The slice with a part of the square filled in."""
    return inside.changed(fill(inside, part)[0])


def only(inside: Inside, part: Bool) -> Slice:
    """The slice with even brain everywhere but in a part of the square."""
    return inside.changed(np.where(part, inside.head.hu, _even_hu(inside)).astype(np.float32))


def _even(inside: Inside) -> Slice:
    return inside.changed(_even_hu(inside))


def _even_hu(inside: Inside) -> Float:
    """Brain of one density under the slice's own noise, inside the skull."""
    head = inside.head
    typical = np.float32(np.median(head.hu[head.inside])) if head.inside.any() else np.float32(0)
    return np.where(head.inside, typical + own_noise(head), head.hu).astype(np.float32)


def _by_chance(inside: Inside, rng: np.random.Generator) -> Float:
    shape = inside.head.hu.shape
    return waves(rng, (shape[0], shape[1]), BLOB_MM / inside.head.mm)


def _curve(probabilities: list[float], shares: int) -> Curve:
    """Probabilities in the order of parts, cut up: the chosen curve first, then those of chance."""
    curves = [
        tuple(probabilities[start : start + shares])
        for start in range(0, len(probabilities), shares)
    ]
    return Curve(curves[0], tuple(curves[1:]))
