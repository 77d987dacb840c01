"""A place of the brain filled in as if nothing had been there.

From the other side of the head where there is one to look at, mirrored at the head's own midline;
elsewhere by what surrounds the place, under the slice's own noise. Bone stays as it is.
"""

from dataclasses import dataclass
from math import cos, sin, sqrt
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import Head
from hemo.bleeds.texture import blur, own_noise
from hemo.errors import DataError
from hemo.preprocessing import Preprocessing
from hemo.slice import Slice
from hemo.trust.inside import Inside

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]
Way = Literal["the other side", "its surroundings", "both"]

SEAM_MM = 1.0  # over which what is filled in passes into what is there
MOST_MIRRORED = 0.97  # of a place: from here on it came from the other side altogether


@dataclass(frozen=True, eq=False)
class Filled:
    """A slice with a place filled in.

    Attributes:
        slice_: the new one.
        mask: bool [H, W], what was filled: the part of the place that lies inside the skull.
        way: what it was filled from.
    """

    slice_: Slice
    mask: Bool
    way: Way


def filled(slice_: Slice, mask: Bool, spec: Preprocessing) -> Filled:
    """Fill a place of a slice in.

    Args:
        slice_: it is not changed.
        mask: bool [H, W], the place; what of it is bone or outside the head stays as it is.
        spec: how the network is shown slices.
    """
    inside = Inside.of(slice_, spec)
    hu, place, way = fill(inside, inside.of_slice(mask))
    return Filled(inside.changed(hu), inside.onto_slice(place), way)


def fill(inside: Inside, place: Bool) -> tuple[Float, Bool, Way]:
    """New HU of the square, the part of the place that was filled, and what from."""
    head = inside.head
    place = place & head.inside
    other, usable = _other_side(head, place) if inside.closed else (head.hu, np.zeros_like(place))
    share = float(usable[place].mean()) if place.any() else 0.0
    source = other
    if share < 1:
        source = np.where(usable, other, _surroundings(head, place))
    hu = _laid(head, place, np.asarray(source, np.float32))
    way: Way = (
        "the other side" if share >= MOST_MIRRORED else "both" if share else "its surroundings"
    )
    return hu, place, way


def _laid(head: Head, place: Bool, source: Float) -> Float:
    """The source in the place, with a soft seam outside it; nothing else is touched."""
    pixels = max(SEAM_MM / head.mm, 0.5)
    soft = np.maximum(place, blur(place.astype(np.float32), pixels))
    alpha = np.where((soft > 0.02) & head.inside, soft, 0)
    mixed = np.where(alpha > 0, head.hu + alpha * (source - head.hu), head.hu)
    return mixed.astype(np.float32)


def _other_side(head: Head, place: Bool) -> tuple[Float, Bool]:
    """HU mirrored at the midline, and where the other side is brain that is not filled itself."""
    try:
        frame = head.frame
    except DataError:  # too little brain for a midline
        return head.hu, np.zeros_like(place)
    grid = np.indices(place.shape, dtype=np.float32)
    across: Float = frame.lateral * np.float32(2 / head.mm)
    x = grid[1] - across * np.float32(cos(frame.tilt))
    y = grid[0] - across * np.float32(sin(frame.tilt))
    mirrored = cv2.remap(head.hu, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    free = (head.inside & ~place).astype(np.float32)
    usable = cv2.remap(free, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) > 0.99
    return np.asarray(mirrored, np.float32), np.asarray(usable, np.bool_)


def _surroundings(head: Head, place: Bool) -> Float:
    """The mean HU of the brain around, nearer counting more, under the slice's own noise."""
    free = head.inside & ~cv2.dilate(place.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    typical = float(np.median(head.hu[free])) if free.any() else 0.0
    total: Float = np.zeros_like(head.hu)
    weight: Float = np.zeros_like(head.hu)
    for sigma, trust in ((1.5 / head.mm, 1.0), (sqrt(float(place.sum())) / 3 + 2, 1e-2)):
        weight = weight + np.float32(trust) * blur(free.astype(np.float32), sigma)
        total = total + np.float32(trust) * blur(np.where(free, head.hu, np.float32(0)), sigma)
    smooth = (total + np.float32(1e-6 * typical)) / (weight + np.float32(1e-6))
    return np.asarray(smooth + own_noise(head), np.float32)
