"""Cases to be read: a slice and the truth about it; synthetic ones are drawn to order."""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo import phantom
from hemo.errors import DataError
from hemo.phantom import Phantom
from hemo.reader import Reading
from hemo.slice import Slice
from hemo.teaching.staircase import Look, look

Bool = NDArray[np.bool_]
Source = Literal["phantom", "folder", "misses"]

FIRST_SEED = 50_000_000  # neither the page's examples nor what was trained on
SEEDS = 1_000_000_000
ATTEMPTS = 8
NEAR_MM = 5.0  # a mark so close to the bleed is on it: a hand is no ruler
FALLBACK_MM = 0.45  # a pixel of a slice that does not know its spacing: a head of 20 cm on 450


@dataclass(frozen=True, eq=False)
class Case:
    """A slice and the truth about it.

    Attributes:
        slice: what the learner and the model see.
        truth: whether there is a hemorrhage.
        mask: bool [H, W], where; None where nobody drew it.
        source: where the case comes from.
        level: how hard it is; None where nobody knows.
        kind: of a bleed that was painted; None otherwise.
        note: what is to be said of the case once the truth is out, may be empty.
    """

    slice: Slice
    truth: bool
    mask: Bool | None
    source: Source
    level: int | None = None
    kind: str | None = None
    note: str = ""


def phantom_case(level: int, rng: np.random.Generator) -> Case:
    """A synthetic case of a level: as likely with a bleed as without.

    Raises:
        ValueError: there is no such level.
        DataError: no head was found with room for such a bleed, which hardly happens.
    """
    bleeds = bool(rng.random() < 0.5)
    wanted = look(level, rng)
    if not bleeds:
        drawn = phantom.draw(None, seed=_seed(rng))
        return Case(drawn.slice, False, drawn.mask, "phantom", level)
    drawn = _with_bleed(wanted, rng)
    slice_ = fainter(drawn, wanted.contrast_hu)
    return Case(slice_, True, drawn.mask, "phantom", level, wanted.kind)


def _with_bleed(wanted: Look, rng: np.random.Generator) -> Phantom:
    """A head with such a bleed; one without room for it gives way to another."""
    for attempt in range(ATTEMPTS):
        try:
            return phantom.draw(wanted.kind, seed=_seed(rng), size_mm=wanted.size_mm)
        except DataError:
            if attempt == ATTEMPTS - 1:
                raise
    raise DataError("No head has room for this bleed.")  # never: the loop returns or raises


def _seed(rng: np.random.Generator) -> int:
    return FIRST_SEED + int(rng.integers(SEEDS))


def fainter(drawn: Phantom, contrast_hu: float) -> Slice:
    """A phantom's slice with its blood dimmed; blood that is fainter already stays as it is.

    The whole clot is lowered by one offset, so that its own texture and the noise remain.

    Args:
        drawn: with a bleed.
        contrast_hu: the most that the mean of the blood may lie above the brain around it, in HU.
    """
    pixels, mask = drawn.slice.pixels, drawn.mask
    near = cv2.dilate(mask.astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    brain = near & ~mask & drawn.inside & (pixels > 18) & (pixels < 48)
    if not mask.any() or not brain.any():
        return drawn.slice
    excess = float(pixels[mask].mean() - pixels[brain].mean()) - contrast_hu
    if excess <= 0:
        return drawn.slice
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
    dimmed = np.round(pixels - np.float32(excess) * alpha)
    return replace(drawn.slice, pixels=np.asarray(dimmed, np.float32))


def marked(case: Case, click: tuple[float, float] | None) -> bool | None:
    """Whether a mark lies on the bleed or within ``NEAR_MM`` of it.

    Args:
        case: the case.
        click: (x, y) in pixels of its slice, None where nothing was marked.

    Returns:
        None where there is no bleed, or its place is not known; a bleed that is there and was not
        marked was not found.
    """
    if not case.truth or case.mask is None or not case.mask.any():
        return None
    if click is None:
        return False
    return _distance_mm(case, click[0], click[1]) <= NEAR_MM


def pointed(case: Case, reading: Reading) -> bool | None:
    """Whether the model's strongest evidence lies on the bleed, or within a map cell of it."""
    if not case.truth or case.mask is None or not case.mask.any():
        return None
    values = reading.evidence.values
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    cell_mm = reading.evidence.cell_pixels**0.5 * _pixel_mm(case.slice)
    return _distance_mm(case, float(column), float(row)) <= max(NEAR_MM, cell_mm)


def _distance_mm(case: Case, x: float, y: float) -> float:
    """From a place on the slice to the nearest pixel of the bleed."""
    assert case.mask is not None
    rows, columns = np.nonzero(case.mask)
    return float(np.hypot(rows - y, columns - x).min()) * _pixel_mm(case.slice)


def _pixel_mm(slice_: Slice) -> float:
    return float(np.mean(slice_.spacing)) if slice_.spacing else FALLBACK_MM
