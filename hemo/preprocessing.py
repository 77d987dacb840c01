"""From a slice to the network's input: the one path for training, evaluation and serving.

    Slice ── grey ──▶ head found ──▶ square, black beside it ──▶ resized ──▶ normalised [3, S, S]

Nothing of the head is cut off: the crop is the head's bounding box with a margin, made square
with black (letterboxed), whatever part of that square lies outside the picture.
"""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.slice import Slice
from hemo.windowing import BRAIN, Window, to_display

LIGHT = 0.5  # a background brighter than this is a page's, not air
FINDER_SIZE = 256  # the head is looked for on a copy of this size; its edge is good to 1/256


@dataclass(frozen=True)
class Preprocessing:
    """What the network was trained on; stored in the weights' card.

    Attributes:
        size: side S of the network's input in pixels.
        window: Hounsfield slices are shown to the network in this window.
        margin: black border around the head, as a share of its longer side.
        mean, std: of the normalised input; torchvision's ImageNet values, one a channel.
    """

    size: int = 224
    window: Window = BRAIN
    margin: float = 0.04
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The inverse of ``to_json``."""
        return cls(
            **{
                **values,
                "window": Window(**values["window"]),
                "mean": tuple(values["mean"]),
                "std": tuple(values["std"]),
            }
        )


@dataclass(frozen=True)
class View:
    """The square of the slice that the network sees, in pixels of the slice's own grid.

    Attributes:
        top, left: first row and column; negative where the square begins outside the picture.
        side: height and width of the square.
        shape: (H, W) of the slice.
        head_found: False where no head could be told from its surroundings; the square is then
            the whole picture.
        head: its convex outline, bool [H, W], as ``head_mask`` gives it; None where none was found,
            or where the view was not looked for.
    """

    top: int
    left: int
    side: int
    shape: tuple[int, int]
    head_found: bool = True
    head: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)


def head_mask(grey: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Where the head is: its convex outline, without head-rest, fingers or letters beside it.

    Args:
        grey: [H, W] in [0, 1].

    Returns:
        bool [H, W], or None where nothing of a head's size stands out from the background.
    """
    height, width = grey.shape
    scale = FINDER_SIZE / max(height, width)
    small = cv2.resize(grey, _scaled(width, height, scale), interpolation=cv2.INTER_AREA)
    # A frame of background, so that a head that fills the picture can still be told from it.
    small = framed(small, 8, _background(small))
    background = _background(small)
    core = _core(_foreground(small, background))
    if core is None:
        return None
    # On a light background the white skull does not stand out: the mask is widened by one.
    margin = 2 if background < LIGHT else FINDER_SIZE // 14
    hull = _hull(core, margin)[8:-8, 8:-8]
    mask: NDArray[np.bool_] = cv2.resize(hull, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return mask


def framed(grey: NDArray[np.float32], width: int, value: float = 0.0) -> NDArray[np.float32]:
    """A picture with a border of one grey around it."""
    wide = cv2.copyMakeBorder(grey, *(4 * (width,)), cv2.BORDER_CONSTANT, value=value)
    return np.asarray(wide, np.float32)


def filled(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """1 where a mask [H, W] is true or encloses something; nothing of it reaches the corner."""
    outside = mask.astype(np.uint8)
    cv2.floodFill(outside, None, (0, 0), 2)
    return np.asarray((outside != 2).view(np.uint8))


def crop(slice_: Slice, spec: Preprocessing) -> tuple[NDArray[np.float32], View]:
    """The head as a square of grey at the slice's own resolution, everything beside it black.

    Returns:
        float32 [n, n] in [0, 1], and the geometry that brings a map back onto the slice.
    """
    grey = to_display(slice_, spec.window)
    mask = head_mask(grey)
    if mask is None:
        view = _square(0, 0, *slice_.shape, margin=0.0, shape=slice_.shape)
    else:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1)
        view = _square(*map(int, box), margin=spec.margin, shape=slice_.shape)
    view = replace(view, head_found=mask is not None, head=mask)
    return cut(grey, view, where=mask), view


def cut(image: NDArray[Any], view: View, where: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """The view's square out of an image on the slice's grid [H, W] → [side, side], zero outside.

    With a mask [H, W], zero outside of it too.
    """
    square = np.zeros((view.side, view.side), dtype=image.dtype)
    rows, columns = visible(view)
    inside = square[
        rows.start - view.top : rows.stop - view.top,
        columns.start - view.left : columns.stop - view.left,
    ]
    np.copyto(inside, image[rows, columns], where=True if where is None else where[rows, columns])
    return square


def visible(view: View) -> tuple[slice, slice]:
    """Rows and columns of the slice that lie inside the view."""
    height, width = view.shape
    return (
        slice(max(view.top, 0), min(view.top + view.side, height)),
        slice(max(view.left, 0), min(view.left + view.side, width)),
    )


def to_input(square: NDArray[np.float32], spec: Preprocessing) -> NDArray[np.float32]:
    """A square of grey [n, n] in [0, 1] to the network's input, float32 [3, S, S], normalised."""
    shrinks = square.shape[0] > spec.size
    resized = cv2.resize(
        square,
        (spec.size, spec.size),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    mean, std = (np.asarray(values, np.float32)[:, None, None] for values in (spec.mean, spec.std))
    normalised = np.subtract(resized, mean, dtype=np.float32)
    normalised /= std
    return normalised


def preprocess(slice_: Slice, spec: Preprocessing) -> tuple[NDArray[np.float32], View]:
    """A slice to the network's input, float32 [3, S, S], and the view it shows."""
    square, view = crop(slice_, spec)
    return to_input(square, spec), view


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _background(small: NDArray[np.float32]) -> float:
    """The grey that most of the picture's rim has: black, or a web page's grey or white."""
    rim = np.concatenate(
        [small[:3].ravel(), small[-3:].ravel(), small[:, :3].ravel(), small[:, -3:].ravel()]
    )
    steps = np.bincount(np.clip(rim * 32, 0, 31).astype(np.intp), minlength=32)
    return float(steps.argmax() + 0.5) / 32


def _foreground(small: NDArray[np.float32], background: float) -> NDArray[np.uint8]:
    """What is brighter (or, on a light background, darker) than the background; holes filled."""
    differs = np.abs(small - background) > 0.12 if background > LIGHT else small > background + 0.12
    return filled(differs)


def _core(mask: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The head: the largest solid thing. What is thin beside it (head-rest, letters) is dropped."""
    kernel = _disc(FINDER_SIZE // 40)  # radius: about 5 mm of a head that fills the picture
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    if stats[largest, cv2.CC_STAT_AREA] < 0.01 * mask.size:
        return None
    head = (labels == largest).astype(np.uint8)
    # What the opening shaved off (ears, nose, corners) comes back, but no further than it reached.
    near = cv2.dilate(head, kernel)
    grown: NDArray[np.uint8] = mask & near
    return grown


def _hull(mask: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """The convex hull of a mask, widened by a margin in pixels."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(contours))
    filled: NDArray[np.uint8] = cv2.fillConvexPoly(np.zeros_like(mask), hull, 1)
    return np.asarray(cv2.dilate(filled, _disc(margin)), np.uint8)


def _disc(radius: int) -> NDArray[np.uint8]:
    size = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _square(
    top: int,
    left: int,
    bottom: int,
    right: int,
    *,
    margin: float,
    shape: tuple[int, int],
) -> View:
    """The smallest square around a box with a margin, centred on it."""
    longer = max(bottom - top, right - left)
    side = longer + 2 * round(margin * longer)
    return View(
        top=(top + bottom - side) // 2,
        left=(left + right - side) // 2,
        side=side,
        shape=shape,
    )
