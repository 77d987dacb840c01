"""The head a bleed is painted into, and where things are in it."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.errors import DataError

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]
Painted = tuple[Float, Bool]  # the new HU, and where the blood is
Side = Literal["left", "right"]

FALX_WEIGHT = 0.5  # of a line's contrast against the unlikeness of the sides, both in HU
MIN_AREA_MM2 = 600.0  # under this there is hardly brain on the slice, and no room for a bleed


@dataclass(frozen=True, eq=False)
class Head:
    """A slice through a head, anterior up, the patient's right on the left of the picture.

    Attributes:
        hu: float32 [H, W], Hounsfield units.
        inside: bool [H, W], the intracranial space: all that the skull's inner table encloses.
        mm: the size of a (square) pixel in mm.
    """

    hu: Float
    inside: Bool
    mm: float

    @cached_property
    def frame(self) -> "Frame":
        """Where things are in this head, worked out once.

        Raises:
            DataError: the intracranial space is too small to hold a bleed.
        """
        return Frame(self)


class Frame:
    """Places in the head, in mm and degrees, measured from its own midline.

    Attributes:
        head: the head itself.
        lateral: float32 [H, W], mm from the midline, positive towards the patient's left.
        forward: float32 [H, W], mm along the midline from the middle, positive anteriorly.
        angle: float32 [H, W], degrees in (−180, 180]: 0 anterior, 90 the patient's left.
        depth: float32 [H, W], mm from the inner table, 0 outside the skull.

    Raises:
        DataError: the intracranial space is too small to hold a bleed.
    """

    def __init__(self, head: Head) -> None:
        if head.inside.sum() * head.mm**2 < MIN_AREA_MM2:
            raise DataError("There is too little brain on this slice to paint a bleed into it.")
        self.head = head
        rows, columns = np.nonzero(head.inside)
        self.middle = (float(columns.mean()), float(rows.mean()))  # x, y in pixels
        self.tilt = _midline_tilt(head, self.middle)
        y, x = np.indices(head.hu.shape, dtype=np.float32)
        x, y = (x - self.middle[0]) * head.mm, (y - self.middle[1]) * head.mm
        sin, cos = math.sin(self.tilt), math.cos(self.tilt)
        self.lateral: Float = np.asarray(x * cos + y * sin, np.float32)
        self.forward: Float = np.asarray(x * sin - y * cos, np.float32)
        self.depth: Float = depth_mm(head.inside, head.mm)

    @cached_property
    def angle(self) -> Float:
        """Degrees around the middle, 0 anterior, 90 towards the patient's left."""
        turn = cv2.phase(self.forward, self.lateral, angleInDegrees=True)
        return np.asarray((turn + 180) % 360 - 180, np.float32)

    @cached_property
    def smooth_depth(self) -> Float:
        """Depth under a skull without its narrow ridges, for membranes that bridge them."""
        return depth_mm(closed(self.head.inside, 10 / self.head.mm), self.head.mm)

    @property
    def half_width(self) -> float:
        """How many mm from the midline to the farthest part of the inner table."""
        return float(np.abs(self.lateral[self.head.inside]).max())

    def point(self, row: int, column: int) -> tuple[float, float]:
        """(lateral, forward) in mm of one pixel."""
        return float(self.lateral[row, column]), float(self.forward[row, column])

    def boundary(self, degrees: float) -> tuple[float, float]:
        """(lateral, forward) in mm of the inner table in a direction from the middle."""
        ray = np.abs((self.angle - degrees + 180) % 360 - 180) < 2
        ray &= self.head.inside
        if not ray.any():
            raise DataError("The skull is not closed where the bleed should lie.")
        reach = float(np.hypot(self.lateral[ray], self.forward[ray]).max())
        return reach * math.sin(math.radians(degrees)), reach * math.cos(math.radians(degrees))


def depth_mm(inside: Bool, mm: float) -> Float:
    """Distance in mm, float32 [H, W], from each pixel of a region to the outside of it."""
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(distance * mm, np.float32)


def closed(region: Bool, pixels: float) -> Bool:
    """A region with its gaps narrower than so many pixels filled."""
    return _morphology(region, cv2.MORPH_CLOSE, pixels)


def opened(region: Bool, pixels: float) -> Bool:
    """A region without its parts that are narrower than so many pixels."""
    return _morphology(region, cv2.MORPH_OPEN, pixels)


def _morphology(region: Bool, operation: int, pixels: float) -> Bool:
    size = max(1, round(pixels)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    edge = size  # OpenCV reflects at the picture's edge: give it empty room instead
    padded = cv2.copyMakeBorder(
        region.astype(np.uint8), edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0
    )
    result = cv2.morphologyEx(padded, operation, kernel)[edge:-edge, edge:-edge]
    return np.asarray(result, bool)


def _midline_tilt(head: Head, middle: tuple[float, float]) -> float:
    """Radians from the picture's vertical to the head's midline, positive clockwise.

    The axis about which the picture, unrolled around the middle, mirrors itself best, and along
    which the falx and its fissure draw a line. Seen on a grid of about 1 mm.
    """
    size = [max(8, round(n * head.mm)) for n in head.hu.shape[::-1]]
    hu = cv2.resize(np.clip(head.hu, 0, 80), size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(head.inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    centre = middle[0] * size[0] / head.hu.shape[1], middle[1] * size[1] / head.hu.shape[0]
    reach = 1.24 * math.sqrt(max(1, inside.sum()) / math.pi)
    tissue = np.where(inside, hu, np.float32(-60))
    sides = _unrolled(cv2.GaussianBlur(tissue, (0, 0), 2), centre, reach)
    filled = np.where(inside, hu, np.float32(np.median(head.hu[head.inside])))
    lines = cv2.GaussianBlur(filled, (0, 0), 0.8) - cv2.GaussianBlur(filled, (0, 0), 3.5)
    ray = np.abs(_unrolled(lines, centre, reach)[:, 16:34].mean(axis=1))
    return _mirror_axis(sides, np.max([np.roll(ray, n) for n in range(-2, 3)], axis=0))


def _mirror_axis(sides: Float, ray: Float) -> float:
    """Radians from up to the best axis, of HU [240, 48] and of the lines' contrast [240]."""
    candidates = np.arange(-28, 29)  # steps of 1.5°: heads lie up to 42° askew
    offsets = np.arange(1, 120)
    up = 180 + candidates
    clockwise, counter = sides[(up[:, None] + offsets) % 240], sides[(up[:, None] - offsets) % 240]
    unlike = np.abs(clockwise - counter).mean(axis=(1, 2))
    falx = ray[up % 240] + ray[(up - 120) % 240]
    best = int(np.argmin(unlike * (1 + 0.0003 * candidates**2) - FALX_WEIGHT * falx))
    return math.radians(1.5 * float(candidates[best]))


def _unrolled(values: Float, centre: tuple[float, float], reach: float) -> Float:
    """Values around a centre, float32 [240, 48]: angle clockwise from the right × radius."""
    flags = cv2.WARP_FILL_OUTLIERS | cv2.INTER_LINEAR
    return np.asarray(cv2.warpPolar(values, (48, 240), centre, reach, flags), np.float32)
