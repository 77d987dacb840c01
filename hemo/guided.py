"""Evidence guided by the picture: each cell's logits go where the picture says they belong.

A cell of the network's map is 16 pixels wide, wider than many bleeds are thick. Its positive
evidence is handed to the pixels around it in proportion to what a guided filter makes of the map:
in every neighbourhood the straight line from grey to evidence that fits best (He, Sun & Tang 2013,
IEEE TPAMI 35:1397), so that evidence ends where the picture has an edge. Bone is as bright as blood
and beside much of it: where the skull is found, what lies outside its inner table gets hardly any.
Whatever the picture says, every cell's evidence keeps its sum, and the map its logit. Evidence
against is spread evenly: it speaks of what is not there.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import find_head
from hemo.evidence import EvidenceMap, on_slice, spread
from hemo.preprocessing import Preprocessing, View

Float = NDArray[np.float32]
Double = NDArray[np.float64]

METHOD = "Grad-CAM, guided by the picture"
FINER = 4  # fine cells along a side of the network's: 56 x 56 at 224 pixels
REACH = 6  # fine cells to each side: a neighbourhood is about three of the network's cells wide
FLAT = 0.05  # variance of grey under which a neighbourhood counts as flat (He's epsilon)
FLOOR = 0.05  # of its even share that every pixel keeps
OUTSIDE = 0.02  # of that, what a pixel outside the skull keeps: a cell on bone has nowhere else
WEAK = 0.1  # logits per cell; of weaker evidence nothing is seen, and the skull is not looked for


def guided(cells: Float, bias: float, view: View, grey: Float) -> EvidenceMap:
    """The map on the slice, its positive evidence laid along the picture's edges.

    Args:
        cells: float32 [h, w], logits per cell of the square view.
        bias: the head's (effective) bias.
        view: where the square lies on the slice.
        grey: float32 [S, S] in [0, 1], what the network saw of the view (``shown``).
    """
    height, width = cells.shape
    size = (width * FINER, height * FINER)
    guide = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float64)
    down, across = spread(height, size[1]), spread(width, size[0])
    positive = np.maximum(cells, 0)
    even = (down @ positive @ across.T).astype(np.float64)
    taste = np.maximum(_guided_filter(even, guide), FLOOR * even)
    if positive.max() >= WEAK:
        taste *= np.maximum(_inside(grey, size), OUTSIDE)
    fine = _handed_out(positive, taste, down, across) + down @ np.minimum(cells, 0) @ across.T
    return on_slice(fine.astype(np.float32), bias, view, map_cells=cells.size, method=METHOD)


def shown(image: Float, spec: Preprocessing) -> Float:
    """What the network saw, float32 [S, S] in [0, 1], of its normalised input [3, S, S]."""
    grey: Float = image[0] * np.float32(spec.std[0]) + np.float32(spec.mean[0])
    return np.clip(grey, 0, 1)


def _inside(grey: Float, size: tuple[int, int]) -> Double:
    """The share of each fine cell that lies inside the skull, [H, W]; 1 where none is found.

    The convex hull of what was found, as blood that a window shows as white as bone was not; a
    pixel less, as the outermost ones are part bone.
    """
    twice = (2 * size[0], 2 * size[1])  # as fine as a skull needs to be closed
    head = find_head(cv2.resize(grey, twice, interpolation=cv2.INTER_AREA))
    if head is None:
        return np.ones(size[::-1])
    hull = cv2.convexHull(cv2.findNonZero(head.inside.astype(np.uint8)))
    room = cv2.erode(cv2.fillConvexPoly(np.zeros(twice[::-1]), hull, 1.0), np.ones((3, 3)))
    share: Double = cv2.resize(room, size, interpolation=cv2.INTER_AREA)
    return share


def _handed_out(positive: Float, taste: Double, down: Float, across: Float) -> Double:
    """Every cell's evidence over the fine cells it reaches, by their taste: sums are kept."""
    offered = down.T @ taste @ across  # what the fine cells ask of each cell
    price = np.divide(positive, offered, out=np.zeros_like(offered), where=offered > 0)
    handed: Double = taste * (down @ price @ across.T)
    return handed


def _guided_filter(values: Double, guide: Double) -> Double:
    """He's guided filter with a grey guide, both [H, W]."""
    mean_guide, mean = _box(guide), _box(values)
    variance = _box(guide * guide) - mean_guide**2
    slope = (_box(guide * values) - mean_guide * mean) / (variance + FLAT)
    offset = mean - slope * mean_guide
    filtered: Double = _box(slope) * guide + _box(offset)
    return filtered


def _box(values: Double) -> Double:
    side = 2 * REACH + 1
    blurred: Double = cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT)
    return blurred
