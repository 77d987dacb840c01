"""The outside of the phantom: scalp, fat, muscle, and a skull of two tables with diploë."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds.texture import waves
from hemo.phantom.grid import Float, Grid, over

Table = NDArray[np.float64]

AIR, FAT, SKIN, MUSCLE, CSF = -1000.0, -95.0, 55.0, 52.0, 11.0
TABLE, DIPLOE = 1350.0, 520.0  # cortical and spongy bone
DEGREES = np.arange(0, 360, 0.1)


@dataclass(frozen=True, eq=False)
class Skull:
    """The head without its brain.

    Attributes:
        hu: float32 [H, W]; CSF where the brain will be.
        depth: float32 [H, W], mm inside the inner table, negative outside it.
        inner: [3600], radius of the inner table in mm by the angle in tenths of a degree.
        half: (width, length) in mm from the middle to the inner table.
    """

    hu: Float
    depth: Float
    inner: Table
    half: tuple[float, float]


def draw_skull(grid: Grid, rng: np.random.Generator) -> Skull:
    """Draw all that surrounds the brain."""
    half = float(rng.uniform(64, 70)), float(rng.uniform(80, 87))
    smooth, crests = _inner_table(rng, half)
    inner, thickness = smooth - crests, _thickness(rng) + crests
    muscle = _bump(75, 24, rng.uniform(3, 7)) + _bump(285, 24, rng.uniform(3, 7))
    fat = rng.uniform(1.5, 5) + _bump(180, 55, rng.uniform(0, 3)) + 0.6 * _harmonics(rng)
    depth = np.asarray(grid.around(inner) - grid.radius, np.float32)
    outside = grid.radius - grid.around(inner + thickness)  # mm outside the outer table
    hu = np.full(grid.shape, AIR, np.float32)
    for border, density in (
        (muscle + fat + rng.uniform(2.2, 3.2), SKIN),
        (muscle + fat, FAT),
        (muscle + 0.7, MUSCLE),
    ):
        hu = over(hu, grid.inside(grid.around(border) - outside), density)
    hu = over(hu, grid.inside(-outside), _bone(grid, rng, depth, thickness))
    return Skull(over(hu, grid.inside(depth), CSF), depth, inner, half)


def _inner_table(rng: np.random.Generator, half: tuple[float, float]) -> tuple[Table, Table]:
    """Radius of the inner table over the circle, an egg, and the crests on it, both in mm."""
    turn = np.deg2rad(DEGREES)
    width = half[0] * (1 - rng.uniform(0.05, 0.11) * np.cos(turn))
    power = rng.uniform(2.1, 2.35)
    egg = np.abs(np.sin(turn) / width) ** power + np.abs(np.cos(turn) / half[1]) ** power
    lopsided = rng.normal(0, 0.8) * np.sin(turn) + rng.normal(0, 1.8) * np.sin(2 * turn)
    brow = _bump(38, 20, rng.uniform(0, 3)) + _bump(322, 20, rng.uniform(0, 3))
    crests = _bump(0, 3.5, rng.uniform(1.5, 5)) + _bump(180, 6, rng.uniform(1.5, 5))
    return np.asarray(egg ** (-1 / power) + lopsided + brow + 0.9 * _harmonics(rng)), crests


def _thickness(rng: np.random.Generator) -> Table:
    """Thickness of the skull in mm over the circle: thin at the temples."""
    base = rng.uniform(6.0, 8.5)
    temples = _bump(80, 28, 1.0) + _bump(280, 28, 1.0)
    poles = _bump(0, 22, rng.uniform(0, 3)) + _bump(180, 22, rng.uniform(0, 2.5))
    return np.asarray(base - rng.uniform(1.5, 3) * temples + poles + 0.6 * _harmonics(rng))


def _bump(degrees: float, width: float, height: float) -> Table:
    """A rise of so many mm at an angle, over the circle."""
    away = (DEGREES - degrees + 180) % 360 - 180
    return np.asarray(height * np.exp(-((away / width) ** 2)))


def _harmonics(rng: np.random.Generator) -> Table:
    """Slow irregularity of about 1 mm over the circle."""
    turn = np.deg2rad(DEGREES)
    orders = np.arange(3, 9)
    phases, heights = rng.uniform(0, 2 * np.pi, 6), rng.normal(0, 1.6, 6) / orders
    return np.asarray((heights[:, None] * np.sin(orders[:, None] * turn + phases[:, None])).sum(0))


def _bone(grid: Grid, rng: np.random.Generator, depth: Float, thickness: Table) -> Float:
    """HU of the skull: dense tables around spongy diploë where there is room for it."""
    across = -depth / grid.around(thickness)  # 0 at the inner table, 1 at the outer
    room = grid.around(np.clip((thickness - 4) / 2.5, 0, 1))
    spongy = room * np.exp(-(((across - 0.5) / 0.21) ** 4))
    grain = 90 * waves(rng, grid.shape, 1.6 / grid.mm)
    return np.asarray(TABLE - (TABLE - DIPLOE) * spongy + grain, np.float32)
