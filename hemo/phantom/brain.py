"""The phantom's brain: grey and white matter, deep nuclei, ventricles, falx and calcifications."""

from dataclasses import dataclass

import numpy as np

from hemo.bleeds.texture import blur, waves
from hemo.phantom.cortex import Layer, cortex
from hemo.phantom.grid import Float, Grid, Path, Stroke, over
from hemo.phantom.skull import CSF, Skull

WHITE, GREY, DEEP_GREY = 28.5, 37.0, 36.0  # HU
FALX = 52.0

# Nuclei of the left side as ellipses: across, forward, half width and half length in mm, radians.
_LOW_NUCLEI = (
    (13.0, 19.0, 4.2, 8.5, 0.35),  # head of the caudate
    (24.0, 6.0, 6.0, 15.0, 0.22),  # putamen and pallidum
    (10.5, -11.0, 7.5, 13.0, -0.38),  # thalamus
)
_HIGH_NUCLEI = ((12.5, 6.0, 3.0, 15.0, -0.1),)  # body of the caudate


@dataclass(frozen=True)
class Level:
    """What one slice of a series shows of a head; see ``hemo.phantom.volume``.

    Attributes:
        low: whether it lies at the basal ganglia, or above them.
        ventricles: their size beside that of the head's widest slice; 0 above them, where there
            are no deep nuclei either.
        folds: decides the sulci of this slice.
    """

    low: bool
    ventricles: float
    folds: np.random.Generator


def draw_brain(
    grid: Grid,
    rng: np.random.Generator,
    skull: Skull,
    atrophy: float,
    level: Level | None = None,
) -> Float:
    """HU of the whole head, float32 [H, W], with its brain drawn into the skull.

    Args:
        grid: the plane of the slice.
        rng: decides the brain.
        skull: that it lies in.
        atrophy: 0 a full young brain, 1 wide sulci.
        level: of the slice; ``rng`` decides when None.
    """
    bent = _bent(grid, rng)
    low = bool(rng.random() < 0.65)  # the level of the basal ganglia, or that of the bodies
    if level:
        low = level.low
    layer = cortex(bent, level.folds if level else rng, skull, atrophy, insula=low)
    deep = level is None or level.ventricles > 0
    tissue = _tissue(bent, rng, skull, layer, low, deep)
    size = float(np.exp(rng.normal(0, 0.15))) * (0.9 + 0.65 * atrophy)
    room = _ventricles(bent, rng, size * (level.ventricles if level else 1), low)
    if not deep:
        room = np.full(grid.shape, -9, np.float32)
    pale = blur(bent.inside(np.asarray(room + 2, np.float32), 5), 2.5 / grid.mm)
    tissue = np.asarray(tissue - rng.uniform(1, 6) * atrophy * pale, np.float32)
    tissue = over(tissue, bent.inside(room, rng.uniform(1.2, 2.6)), CSF - 1)
    tissue = _midline(bent, rng, tissue, skull, low)
    tissue = _calcified(bent, rng, tissue, low)
    inside = grid.inside(skull.depth)
    rim = rng.uniform(2, 6) * np.exp(-np.maximum(skull.depth, 0) / 6)  # beam hardening
    return over(skull.hu, inside, np.asarray(tissue + rim, np.float32))


def _bent(grid: Grid, rng: np.random.Generator) -> Grid:
    """The grid as seen by the anatomy: no brain is straight or the same on both sides."""
    across = grid.across + 1.3 * waves(rng, grid.shape, 32 / grid.mm)
    forward = grid.forward + 1.8 * waves(rng, grid.shape, 32 / grid.mm)
    return Grid(grid.mm, np.asarray(across, np.float32), np.asarray(forward, np.float32))


def _tissue(
    grid: Grid, rng: np.random.Generator, skull: Skull, layer: Layer, low: bool, deep: bool
) -> Float:
    """HU of white and grey matter and of the CSF in sulci and fissures."""
    tissue = WHITE + 0.7 * waves(rng, grid.shape, 20 / grid.mm)
    grey = blur(layer.grey, 1.1 / grid.mm) * (1 + 0.08 * waves(rng, grid.shape, 7 / grid.mm))
    tissue = over(np.asarray(tissue, np.float32), np.clip(grey, 0, 1), GREY)
    nuclei = _nuclei(grid, rng, skull.half, low)
    tissue = over(tissue, nuclei * np.float32(deep), DEEP_GREY)
    return over(tissue, layer.csf, CSF)


def _nuclei(grid: Grid, rng: np.random.Generator, half: tuple[float, float], low: bool) -> Float:
    """Coverage of caudate, lentiform nucleus and thalamus of both sides, float32 [H, W]."""
    shapes = _LOW_NUCLEI if low else _HIGH_NUCLEI
    x, y = half[0] / 67, half[1] / 83
    best = np.zeros(grid.shape, np.float32)
    for sign in (1, -1):
        for across, forward, wide, long_, turn in shapes:
            centre = sign * across * x + rng.normal(0, 0.6), forward * y + rng.normal(0, 0.8)
            shape = wide * x * rng.uniform(0.9, 1.1), long_ * y * rng.uniform(0.9, 1.1)
            best = np.maximum(best, grid.inside(grid.ellipse(centre, shape, sign * turn), 2.4))
    return np.asarray(best * (0.9 + 0.1 * waves(rng, grid.shape, 6 / grid.mm)), np.float32)


def _ventricles(grid: Grid, rng: np.random.Generator, size: float, low: bool) -> Float:
    """How many mm inside the ventricles, float32 [H, W]."""
    larger = rng.normal(0, 0.10)  # one side often is
    paths = [_third(rng, size)] if low else []
    for sign in (1, -1):
        scale = size * (1 + sign * larger)
        paths += [_scaled(path, sign, scale) for path in (_horns(rng) if low else _body(rng))]
    inside, _ = grid.ink([Stroke(path) for path in paths])
    return np.asarray(inside + 0.5 * waves(rng, grid.shape, 8 / grid.mm), np.float32)


def _scaled(path: Path, sign: int, scale: float) -> Path:
    """A path drawn for the left side, on either side, its pen wider and a little farther out."""
    out = 1 + 0.35 * (scale - 1)
    return [(sign * across * out, forward, radius * scale) for across, forward, radius in path]


def _horns(rng: np.random.Generator) -> list[Path]:
    """The frontal horn and the trigone of the left side at the level of the basal ganglia."""
    f, t = rng.normal(0, 1.5), rng.normal(0, 2)
    frontal = [(4.2, 9 + f, 1.6), (5.0, 16 + f, 2.6), (7.5, 23 + f, 2.9), (12.0, 29.5 + f, 1.5)]
    trigone = [
        (13.5, -24 + t, 1.2),
        (20.5, -30 + t, 3.6),
        (24.0, -37 + t, 3.8),
        (24.5, -47 + t, 1.6),
    ]
    return [frontal, trigone]


def _body(rng: np.random.Generator) -> list[Path]:
    """The body of the left ventricle above the basal ganglia."""
    f = rng.normal(0, 2)
    return [
        [
            (11.5, 29 + f, 1.4),
            (7.0, 19 + f, 3.4),
            (5.4, 4 + f, 3.0),
            (8.2, -12 + f, 3.2),
            (15.0, -25 + f, 4.2),
            (20.5, -37 + f, 1.6),
        ]
    ]


def _third(rng: np.random.Generator, size: float) -> Path:
    """The third ventricle, a slit on the midline."""
    wide = rng.uniform(0.9, 1.5) * size
    return [(0, 5, 0.6 * wide), (0.2, -3, wide), (0, -11, 1.1 * wide), (0, -17, 0.6 * wide)]


def _midline(grid: Grid, rng: np.random.Generator, tissue: Float, skull: Skull, low: bool) -> Float:
    """Septum, quadrigeminal cistern, falx, and the sagittal sinus where the falx ends."""
    if low:
        septum = grid.inside(np.asarray(0.5 - np.abs(grid.across), np.float32))
        level = np.clip(np.minimum(grid.forward - 6, 27 - grid.forward) / 3, 0, 1)
        tissue = over(tissue, np.asarray(septum * level * 0.8), 28.0)
        tissue = over(tissue, _cistern(grid, rng), CSF)
    line = grid.inside(np.asarray(rng.uniform(0.35, 0.6) - np.abs(grid.across), np.float32), 1.0)
    front, back = rng.uniform(38, 48), rng.uniform(-46, -38)
    part = np.clip((grid.forward - front) / 10, 0, 1) + np.clip((back - grid.forward) / 6, 0, 1)
    tissue = over(tissue, np.asarray(line * part * rng.uniform(0.6, 0.95)), FALX)
    sinus = 2.6 - np.abs(grid.across) - 0.45 * np.abs(skull.depth)
    behind = np.asarray(np.where(grid.forward < 0, sinus, -9), np.float32)
    return over(tissue, grid.inside(behind, 1.5), rng.uniform(48, 56))


def _cistern(grid: Grid, rng: np.random.Generator) -> Float:
    """Coverage of the quadrigeminal cistern, which smiles behind the pineal, float32 [H, W]."""
    wide, low, pen = rng.uniform(7, 12), rng.uniform(-31, -27), rng.uniform(0.7, 1.4)
    smile: Path = [
        (-wide, low + 5, 0.5 * pen),
        (-0.5 * wide, low + 1.5, pen),
        (0.0, low, 1.7 * pen),
        (0.5 * wide, low + 1.5, pen),
        (wide, low + 5, 0.5 * pen),
    ]
    inside, _ = grid.ink([Stroke(smile)])
    return grid.inside(inside, 1.5) * np.float32(rng.uniform(0.6, 0.95))


def _calcified(grid: Grid, rng: np.random.Generator, tissue: Float, low: bool) -> Float:
    """Now and then calcified choroid plexus or pineal: bright, and no blood."""
    places = []
    if rng.random() < 0.4 * low:
        places.append((float(rng.normal(0, 0.7)), float(rng.uniform(-23, -19))))
    if rng.random() < 0.45 * low:
        places += [(sign * rng.uniform(20, 24), rng.uniform(-38, -32)) for sign in (1, -1)]
    for across, forward in places:
        size = rng.uniform(0.8, 2.2)
        spot = size - np.hypot(grid.across - across, grid.forward - forward)
        ragged = np.asarray(spot + 0.5 * size * waves(rng, grid.shape, 1.5 / grid.mm), np.float32)
        tissue = over(tissue, grid.inside(ragged), rng.uniform(90, 230))
    return tissue
