"""Regions of focal evidence: where it is, how much of the logit it carries, and where it lies.

    EvidenceMap ── absolute threshold ──▶ connected peaks ──▶ Parts, which add up to the logit

A region is a connected place where the evidence reaches the card's ``evidence_focal``, outlined
where it falls under ``EDGE`` of it. Both are absolute: a slice with weak evidence everywhere has no
region, however its map is distributed. Nothing here looks at one picture's own range.

Sides and thirds are those of the display convention: anterior up, the patient's right on the left
of the picture. hemo does not know how a picture was turned before it came.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.evidence import EvidenceMap

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]
Side = Literal["left", "right", "midline"]
Polygon = list[tuple[float, float]]

EDGE = 0.8  # of what is focal: down to which a region is outlined, about best on validation groups
MIDLINE = 0.06  # of the head's width to each side
MOST_TILT = 45.0  # degrees; a head lies less askew than that
ROUND = 1.12  # length over width; a rounder head shows no axis of its own
TOLERANCE = 0.6  # pixels that an outline may leave out


@dataclass(frozen=True, eq=False)
class Region:
    """One connected place of focal evidence.

    Attributes:
        number: 1 for the one that carries most.
        logits: what it adds to the logit: the sum of ``EvidenceMap.values`` inside.
        share: of all positive evidence of the slice, in (0, 1].
        peak: the strongest place inside, logits per map cell.
        mask: bool [H, W] on the slice's grid.
        outline: polygons (the outer border, then those of holes) of (x, y) in pixels of the slice's
            grid, the centre of the first pixel at (0, 0); closed, the first point not repeated.
        centre: (x, y) of the mean of its evidence, in the same pixels.
        side: the patient's, by the display convention.
        place: in words: "left, posterior third".
    """

    number: int
    logits: float
    share: float
    peak: float
    mask: Bool
    outline: list[Polygon]
    centre: tuple[float, float]
    side: Side
    place: str


@dataclass(frozen=True, eq=False)
class Parts:
    """What a logit is made of: regions + elsewhere_for + elsewhere_against + bias = logit.

    Attributes:
        regions: of focal evidence, the strongest first; none where there is none.
        elsewhere_for: positive evidence outside all regions, >= 0.
        elsewhere_against: negative evidence, <= 0.
        bias: what is not in the picture.
        logit: the sum of it all, the very one that stands beside the map.
    """

    regions: tuple[Region, ...]
    elsewhere_for: float
    elsewhere_against: float
    bias: float
    logit: float

    @property
    def focal(self) -> bool:
        """Whether there is any focal evidence at all."""
        return bool(self.regions)


@dataclass(frozen=True)
class Extent:
    """How a head lies on the picture.

    Attributes:
        x, y: its middle, in pixels.
        forward: unit vector (x, y) towards anterior.
        length, width: along and across it, in pixels.
    """

    x: float
    y: float
    forward: tuple[float, float]
    length: float
    width: float

    def locate(self, x: float, y: float) -> tuple[float, float]:
        """(lateral, forward) of a pixel from the middle, in [-0.5, 0.5] inside the head.

        Lateral is positive towards the right of the picture, the patient's left.
        """
        across, down = x - self.x, y - self.y
        ahead = across * self.forward[0] + down * self.forward[1]
        beside = -across * self.forward[1] + down * self.forward[0]
        return beside / self.width, ahead / self.length


def parts(evidence: EvidenceMap, focal: float, head: Bool | None = None) -> Parts:
    """Split a logit into regions of focal evidence and what lies elsewhere.

    Args:
        evidence: as a reading holds it.
        focal: the card's ``evidence_focal``, logits per map cell.
        head: bool [H, W], where the head is (``preprocessing.head_mask``); places are told by it.
            Where None, by the square that the network saw.

    Raises:
        ValueError: focal is not greater than 0.
    """
    if not focal > 0:
        raise ValueError(f"what is focal must be greater than 0, not {focal}")
    values = evidence.values.astype(np.float64)
    positive = np.maximum(values, 0)
    extent = extent_of(evidence.values != 0 if head is None or not head.any() else head)
    masks = list(_focal(evidence.per_cell, focal))
    masks.sort(key=lambda mask: -float(values[mask].sum()))
    total = float(positive.sum())
    regions = tuple(
        _region(number, mask, evidence, extent, total) for number, mask in enumerate(masks, start=1)
    )
    inside = sum(region.logits for region in regions)
    against = float(np.minimum(values, 0).sum())
    elsewhere = max(total - inside, 0.0) if regions else total
    logit = inside + elsewhere + against + evidence.bias
    return Parts(regions, elsewhere, against, evidence.bias, logit)


def _focal(per_cell: Float, focal: float) -> Iterator[Bool]:
    """Connected places down to the edge that somewhere reach what is focal, bool [H, W] each."""
    above = (per_cell >= EDGE * focal).astype(np.uint8)
    count, labels = cv2.connectedComponents(above, connectivity=8)
    for label in range(1, count):
        mask: Bool = labels == label
        if float(per_cell[mask].max()) >= focal:
            yield mask


def _region(number: int, mask: Bool, evidence: EvidenceMap, extent: Extent, total: float) -> Region:
    inside = np.where(mask, evidence.values, 0).astype(np.float64)
    logits = float(inside.sum())
    rows, columns = np.indices(mask.shape)
    x, y = float((inside * columns).sum() / logits), float((inside * rows).sum() / logits)
    side, place = place_of(x, y, extent)
    return Region(
        number=number,
        logits=logits,
        share=logits / total,
        peak=float(evidence.per_cell[mask].max()),
        mask=mask,
        outline=outline(mask),
        centre=(x, y),
        side=side,
        place=place,
    )


def outline(mask: Bool) -> list[Polygon]:
    """The borders of a region as polygons of (x, y), simplified to ``TOLERANCE`` pixels.

    Args:
        mask: bool [H, W].
    """
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    simple = [cv2.approxPolyDP(contour, TOLERANCE, True)[:, 0] for contour in contours]
    return [[(float(x), float(y)) for x, y in polygon] for polygon in simple]


def extent_of(head: Bool) -> Extent:
    """How a head lies: its longer axis points to anterior where it is clearly the longer one.

    Args:
        head: bool [H, W]; an empty one stands for the whole picture.
    """
    rows, columns = np.nonzero(head if head.any() else np.ones_like(head))
    x, y = float(columns.mean()), float(rows.mean())
    forward = _axis(columns - x, rows - y)
    ahead = (columns - x) * forward[0] + (rows - y) * forward[1]
    beside = -(columns - x) * forward[1] + (rows - y) * forward[0]
    x += (float(beside.max() + beside.min()) / 2) * -forward[1]
    y += (float(beside.max() + beside.min()) / 2) * forward[0]
    middle = float(ahead.max() + ahead.min()) / 2
    return Extent(
        x=x + middle * forward[0],
        y=y + middle * forward[1],
        forward=forward,
        length=float(np.ptp(ahead)) + 1,
        width=float(np.ptp(beside)) + 1,
    )


def _axis(x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[float, float]:
    """The unit vector towards anterior of centred points: up, or along the longer axis."""
    spread, axes = np.linalg.eigh(np.cov(np.stack([x, y])) if x.size > 2 else np.eye(2))
    across, down = (float(n) for n in axes[:, 1])
    if down > 0:
        across, down = -across, -down
    tilt = math.degrees(math.atan2(across, -down))
    if spread[1] < ROUND**2 * spread[0] or abs(tilt) > MOST_TILT:
        return 0.0, -1.0
    return across, down


def place_of(x: float, y: float, extent: Extent) -> tuple[Side, str]:
    """Side and place in words of a pixel: ("left", "left, posterior third")."""
    beside, ahead = extent.locate(x, y)
    side: Side = "midline" if abs(beside) <= MIDLINE else "left" if beside > 0 else "right"
    third = "anterior" if ahead > 1 / 6 else "posterior" if ahead < -1 / 6 else "middle"
    return side, f"{side}, {third} third"
