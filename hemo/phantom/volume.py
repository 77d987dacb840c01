"""A synthetic series: one head cut at many levels, with a bleed that several slices show.

The head is that of ``draw`` with the same seed, made smaller towards the vertex; ventricles, deep
nuclei and bleed come and go with the level, sulci are every slice's own.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from hemo.bleeds import Head, Side, paint
from hemo.errors import DataError
from hemo.phantom.brain import Level, draw_brain
from hemo.phantom.draw import Bool, Phantom, head_grid, scanned, with_headrest
from hemo.phantom.grid import Float, Grid
from hemo.phantom.skull import draw_skull
from hemo.slice import Slice

STEP_MM = 5.0
WIDEST_MM, VERTEX_MM = 22.0, 106.0  # above the level of the basal ganglia
BODIES_MM, ROOF_MM = 24.0, 44.0  # where the ventricles' bodies begin, and end
THINNEST_MM = 2.5  # of a bleed: less is lost among the slices


@dataclass(frozen=True)
class Bleed:
    """A bleed that several slices show.

    Attributes:
        kind: "subdural" or "epidural", which hold their place from slice to slice.
        size_mm: its greatest thickness.
        middle_mm: where it is that thick, above the lowest slice.
        reach_mm: how far it reaches above and below.
        side: the patient's side; the seed decides when None.
    """

    kind: str
    size_mm: float = 11.0
    middle_mm: float = 38.0
    reach_mm: float = 24.0
    side: Side | None = "left"

    def thickness(self, height: float) -> float:
        """In mm at a height above the lowest slice."""
        away = (height - self.middle_mm) / self.reach_mm
        return self.size_mm * sqrt(1 - away**2) if abs(away) < 1 else 0.0


def draw_series(
    bleed: Bleed | None,
    *,
    seed: int = 0,
    count: int = 16,
    shape: tuple[int, int] = (512, 512),
) -> list[Phantom]:
    """Draw slices ``STEP_MM`` apart from the basal ganglia upward.

    Args:
        bleed: what they show; None for a head without one.
        seed: decides the head and the bleed.
        count: of slices, from the lowest.
        shape: (H, W) in pixels, at least 64 each.

    Raises:
        ValueError: a kind that does not hold its place, or fewer than one slice.
    """
    if count < 1:
        raise ValueError(f"a series has at least one slice, not {count}")
    return [draw_slice(bleed, number, seed=seed, shape=shape) for number in range(1, count + 1)]


def draw_slice(
    bleed: Bleed | None, number: int, *, seed: int = 0, shape: tuple[int, int] = (512, 512)
) -> Phantom:
    """Draw one slice of a series, numbered from 1; see ``draw_series``."""
    if bleed is not None and bleed.kind not in ("subdural", "epidural"):
        raise ValueError(f"a series has a subdural or an epidural, not {bleed.kind!r}")
    height = STEP_MM * (number - 1)
    rng = np.random.default_rng([seed, 0])
    picture = head_grid(rng, shape)
    grid = _smaller(picture, _share(height))
    skull = draw_skull(grid, rng)
    atrophy = float(np.clip(rng.beta(1.6, 2.0), 0.05, 0.95))
    folds = np.random.default_rng([seed, 40, number])
    level = Level(height < BODIES_MM, _ventricles(height), folds)
    head = Head(draw_brain(grid, rng, skull, atrophy, level), skull.depth > 0.5, picture.mm)
    hu, mask = _bleeding(head, bleed, height, seed)
    hu = with_headrest(hu, picture, np.random.default_rng([seed, 50]))
    hu = scanned(hu, picture, np.random.default_rng([seed, 60, number]))
    mask.setflags(write=False)
    head.inside.setflags(write=False)
    slice_ = _placed(hu, picture.mm, height, number)
    return Phantom(slice_, mask, bleed.kind if bleed and mask.any() else None, head.inside)


def _placed(hu: Float, mm: float, height: float, number: int) -> Slice:
    """The slice as a file would hold it: whole Hounsfield units, and where it lies."""
    pixels = np.round(np.clip(hu, -1024, 3071)).astype(np.float32)
    corner = -(hu.shape[1] - 1) / 2 * mm, -(hu.shape[0] - 1) / 2 * mm, height
    return Slice(pixels, "HU", "CT", (mm, mm), corner, "axial", number, source="synthetic phantom")


def _bleeding(head: Head, bleed: Bleed | None, height: float, seed: int) -> tuple[Float, Bool]:
    """The head with its part of the bleed; without it where there is no room."""
    size = bleed.thickness(height) if bleed else 0.0
    if bleed is not None and size >= THINNEST_MM:
        rng = np.random.default_rng([seed, 1])
        try:
            return paint(head, bleed.kind, rng, size_mm=size, side=bleed.side)
        except DataError:  # towards the vertex
            pass
    return head.hu, np.zeros(head.hu.shape, bool)


def _share(height: float) -> float:
    """How wide the head is at a height, beside its widest slice: an ellipsoid."""
    reach = VERTEX_MM - WIDEST_MM
    return sqrt(max(0.02, 1 - ((height - WIDEST_MM) / reach) ** 2))


def _ventricles(height: float) -> float:
    """Size of the ventricles at a height, beside those at the basal ganglia; 0 above them."""
    if height < BODIES_MM:
        return 1.0
    return sqrt(max(0.0, 1 - ((height - BODIES_MM) / (ROOF_MM - BODIES_MM)) ** 2))


def _smaller(grid: Grid, share: float) -> Grid:
    """A plane on which the same head is smaller, in mm of the head that is drawn."""
    across, forward = (np.asarray(v / share, np.float32) for v in (grid.across, grid.forward))
    return Grid(grid.mm / share, across, forward)
