"""Drawing a phantom: anatomy, bleed, and what the scanner makes of them."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import KINDS, Head, Side, paint
from hemo.errors import DataError
from hemo.phantom.brain import draw_brain
from hemo.phantom.grid import Float, Grid, over
from hemo.phantom.skull import AIR, draw_skull
from hemo.slice import Slice

FIELD_MM = 240.0  # field of view along the picture's shorter side
MIN_MM2 = 20.0  # of blood, or the bleed is painted anew
SEEN_MM2 = 160.0  # of blood spread over sulci
ATTEMPTS = 14
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic slice and the truth about it.

    Attributes:
        slice: Hounsfield units, float32 [H, W], anterior up, the patient's right on the left.
        mask: bool [H, W], where the blood is, without edema; all False where there is none.
        kind: of the bleed, one of ``hemo.bleeds.KINDS``; None where there is none.
        inside: bool [H, W], the space inside the skull.
    """

    slice: Slice
    mask: Bool
    kind: str | None
    inside: Bool


def draw(
    kind: str | None = None,
    *,
    seed: int = 0,
    side: Side | None = None,
    size_mm: float | None = None,
    shape: tuple[int, int] = (512, 512),
) -> Phantom:
    """Draw a head. The same arguments draw the same pixels; a seed is one head with any bleed.

    Args:
        kind: of the bleed, one of ``hemo.bleeds.KINDS``; None for a head without one.
        seed: decides the head, the bleed in it, and the noise.
        side: the patient's side of the bleed; the seed decides when None.
        size_mm: see ``hemo.bleeds.paint``; the seed decides when None.
        shape: (H, W) of the picture in pixels, at least 64 each.

    Returns:
        The slice in Hounsfield units with the mask of its bleed.

    Raises:
        ValueError: an unknown kind, a size not greater than 0, or a shape too small to draw in.
        DataError: the head has no room for a bleed of that size.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)} or None, not {kind!r}")
    if min(shape) < 64:
        raise ValueError(f"a phantom has at least 64 × 64 pixels, not {shape[0]} × {shape[1]}")
    rng = np.random.default_rng([seed, 0])
    grid = head_grid(rng, shape)
    skull = draw_skull(grid, rng)
    atrophy = float(np.clip(rng.beta(1.6, 2.0), 0.05, 0.95))
    head = Head(draw_brain(grid, rng, skull, atrophy), skull.depth > 0.5, grid.mm)
    hu, mask = head.hu, np.zeros(shape, bool)
    if kind is not None:
        hu, mask = _bleeding(head, kind, seed, side, size_mm)
    hu = scanned(with_headrest(hu, grid, rng), grid, rng)
    pixels = np.round(np.clip(hu, -1024, 3071))  # a scanner stores whole Hounsfield units
    slice_ = Slice(
        pixels.astype(np.float32), "HU", "CT", (grid.mm, grid.mm), source="synthetic phantom"
    )
    mask.setflags(write=False)
    head.inside.setflags(write=False)
    return Phantom(slice_, mask, kind, head.inside)


def head_grid(rng: np.random.Generator, shape: tuple[int, int]) -> Grid:
    """The plane with the head a little turned and off the middle of the picture."""
    mm = FIELD_MM / min(shape)
    turn = math.radians(float(np.clip(rng.normal(0, 4), -9, 9)))
    sin, cos = math.sin(turn), math.cos(turn)
    y, x = np.indices(shape, dtype=np.float32)
    x = (x - (shape[1] - 1) / 2) * mm - float(rng.normal(0, 3))
    y = (y - (shape[0] - 1) / 2) * mm - float(rng.normal(-4, 3))
    return Grid(
        mm, np.asarray(x * cos + y * sin, np.float32), np.asarray(x * sin - y * cos, np.float32)
    )


def _bleeding(
    head: Head, kind: str, seed: int, side: Side | None, size_mm: float | None
) -> tuple[Float, Bool]:
    """The head with a bleed; where chance left it no room or next to none, it is asked again."""
    enough = (SEEN_MM2 if kind == "subarachnoid" else MIN_MM2) / head.mm**2
    best: tuple[Float, Bool] | None = None
    reason = ""
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, 1 + attempt])
        try:
            hu, mask = paint(head, kind, rng, side=side, size_mm=size_mm)
        except DataError as error:
            reason = str(error)
            continue
        if best is None or mask.sum() > best[1].sum():
            best = hu, mask
        if mask.sum() >= enough:
            break
    if best is None:
        raise DataError(reason)
    return best


def with_headrest(hu: Float, grid: Grid, rng: np.random.Generator) -> Float:
    """The head in its rest: a thin shell that shows as an arc below."""
    y, x = np.indices(grid.shape, dtype=np.float32)
    x, y = (x - grid.shape[1] / 2) * grid.mm, (y - grid.shape[0] / 2) * grid.mm
    radius, bottom = rng.uniform(115, 150), rng.uniform(104, 112)
    from_shell = np.abs(np.hypot(x, y - (bottom - radius)) - radius)
    below = np.clip((y - rng.uniform(45, 70)) / 6, 0, 1) * (hu < AIR + 50)
    shell = grid.inside(np.asarray(rng.uniform(0.8, 1.5) - from_shell, np.float32))
    return over(hu, np.asarray(shell * below, np.float32), rng.uniform(-150, 120))


def scanned(hu: Float, grid: Grid, rng: np.random.Generator) -> Float:
    """The head as a scanner sees it: blurred by its point spread, with its noise."""
    sharp = cv2.GaussianBlur(hu, (0, 0), max(0.4, rng.uniform(0.45, 0.6) / grid.mm))
    white = rng.standard_normal(grid.shape, dtype=np.float32)
    fine, coarse = (cv2.GaussianBlur(white, (0, 0), mm / grid.mm) for mm in (0.5, 1.3))
    grain = fine - 0.55 * coarse  # filtered back-projection leaves little slow noise
    level = rng.uniform(2.2, 3.8) * np.exp(-((grid.radius / 130) ** 2))  # more in the middle
    return np.asarray(sharp + grain * (level / grain.std()), np.float32)
