"""The skull on a windowed slice, and the space inside it."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds.head import Head
from hemo.windowing import BRAIN, Window

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

WHITE = 0.985  # of full grey: what the window clipped, bone
MIN_AREA_CM2 = 25.0
MIN_SHARE = 0.08  # of the picture; the spinal canal and the orbits have less
HEAD_MM = math.sqrt(180 * 150)  # geometric mean of an adult head's length and width


def find_head(grey: Float, window: Window = BRAIN) -> Head | None:
    """Find the inside of the skull on a windowed slice that is cropped to the head.

    Args:
        grey: float32 [H, W] in [0, 1], anterior up.
        window: the window that was burned in.

    Returns:
        HU (clipped to the window), the intracranial space and the pixel size, estimated from the
        size of the head; None where no closed skull surrounds a good amount of brain.
    """
    bone = _closed(grey >= WHITE, 0.02 * max(grey.shape))
    inside = _largest_enclosed(~bone)
    if inside is None:
        return None
    mm = _pixel_mm(bone, inside)
    # The outermost pixels are part bone.
    eroded = cv2.erode((inside & ~_air(grey)).astype(np.uint8), _disc(1.2 / mm))
    inside = _without_necks(np.asarray(eroded, bool))
    if inside is None or not _is_brain(grey, inside, mm, window):
        return None
    return Head(window.invert(grey), inside, mm)


def _disc(pixels: float) -> NDArray[np.uint8]:
    size = max(1, round(pixels)) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _closed(bone: Bool, pixels: float) -> Bool:
    """Bone with its gaps (sutures, thin or dark table) closed."""
    closed = cv2.morphologyEx(bone.astype(np.uint8), cv2.MORPH_CLOSE, _disc(pixels))
    return np.asarray(closed, bool) | bone


def _largest_enclosed(free: Bool) -> Bool | None:
    """The largest region that does not reach the picture's edge, its narrow necks cut."""
    _, labels = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    open_ = np.zeros(int(labels.max()) + 1, bool)
    open_[edges] = True
    region = _largest(free & ~open_[labels])
    if region is None:
        return None
    return _without_necks(region)


def _without_necks(region: Bool) -> Bool | None:
    """The largest part of a region that hangs together by more than a narrow neck."""
    neck = _disc(0.03 * max(region.shape))
    cut = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, neck)
    return _largest(np.asarray(cut, bool))


def _largest(region: Bool) -> Bool | None:
    """The largest connected part of a region, None of an empty one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        region.astype(np.uint8), connectivity=4
    )
    if count < 2:
        return None
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), bool)


def _air(grey: Float) -> Bool:
    """Air cells of the temporal bone: unlike CSF they are black without any noise."""
    black = (cv2.blur(grey, (5, 5)) < 0.002).astype(np.uint8)
    return np.asarray(cv2.dilate(black, np.ones((7, 7), np.uint8)), bool)


def _pixel_mm(bone: Bool, inside: Bool) -> float:
    """The mm of a pixel, from the size of the skull around the space inside."""
    _, labels = cv2.connectedComponents((bone | inside).astype(np.uint8))
    around = int(np.bincount(labels[inside]).argmax())
    skull = (labels == around).astype(np.uint8)
    points = cv2.findNonZero(skull)
    (_, (width, length), _) = cv2.minAreaRect(points)
    # Near the vertex the cut is small and its bone broad: then the head is larger than the cut.
    share = float(inside.sum() / max(1, skull.sum()))
    return HEAD_MM / math.sqrt(max(1.0, width * length)) * min(1.0, math.sqrt(share / 0.6))


def _is_brain(grey: Float, inside: Bool, mm: float, window: Window) -> bool:
    """Enough of it, brain in the middle of its densities, little air and little bone."""
    if inside.sum() * mm**2 < MIN_AREA_CM2 * 100 or inside.mean() < MIN_SHARE:
        return False
    tissue = window.invert(grey[inside])
    low, middle = np.percentile(tissue, [2, 50])
    white = float((grey[inside] >= WHITE).mean())
    air = cv2.erode((grey <= 0).astype(np.uint8) * inside, _disc(6 / mm)).sum() / inside.sum()
    return bool(18 < middle < 50 and low < middle and white < 0.06 and air < 0.06)
