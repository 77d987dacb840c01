"""The surface of the phantom's brain: sulci, fissures, and the grey ribbon that lines them."""

import math
from dataclasses import dataclass

import numpy as np

from hemo.bleeds.texture import waves
from hemo.phantom.grid import Float, Grid, Path, Stroke
from hemo.phantom.skull import Skull

RIBBON_MM = 2.6


@dataclass(frozen=True, eq=False)
class Layer:
    """Coverage in [0, 1], float32 [H, W] each, of CSF and of grey matter."""

    csf: Float
    grey: Float


def cortex(
    grid: Grid, rng: np.random.Generator, skull: Skull, atrophy: float, insula: bool
) -> Layer:
    """All folds of the brain's surface.

    Args:
        atrophy: 0 a full young brain, 1 wide sulci.
        insula: whether the slice is low enough to show it, and the Sylvian fissures.
    """
    lips = {sign: float(rng.uniform(6, 18)) for sign in (1, -1)}
    strokes = _convexity(rng, skull, atrophy, list(lips.items()) if insula else [])
    strokes += _medial(rng, skull, atrophy)
    if insula:
        for sign, lip in lips.items():
            strokes += _sylvian(rng, sign, lip, skull.half[0], atrophy)
    inside, strength = grid.ink(strokes)
    ragged = 0.3 * waves(rng, grid.shape, 3 / grid.mm) + 0.3 * waves(rng, grid.shape, 7 / grid.mm)
    inside = np.asarray(inside + (0.35 + 0.65 * atrophy) * ragged, np.float32)
    folds = _banks(grid, inside, strength)
    gap = (0.15 + 1.1 * atrophy) * np.exp(0.45 * waves(rng, grid.shape, 18 / grid.mm))
    under = _banks(grid, np.asarray(gap - skull.depth, np.float32), np.float32(0.9))
    return Layer(np.maximum(folds.csf, under.csf), np.maximum(folds.grey, under.grey))


def _banks(grid: Grid, inside: Float, strength: Float | np.float32) -> Layer:
    """CSF of a shape, from the mm inside it, with cortex on its banks."""
    csf = grid.inside(inside, 1.2) * strength
    return Layer(csf, grid.inside(np.asarray(inside + RIBBON_MM, np.float32), 1.6))


def _convexity(
    rng: np.random.Generator, skull: Skull, atrophy: float, lips: list[tuple[int, float]]
) -> list[Stroke]:
    """Sulci all around, inward from the skull; none where a Sylvian fissure opens."""
    strokes: list[Stroke] = []
    degrees = float(rng.uniform(5, 9))
    while degrees < 355:
        radius = float(skull.inner[int(degrees * 10)])
        place = radius * math.sin(math.radians(degrees)), radius * math.cos(math.radians(degrees))
        taken = any(place[0] * sign > 40 and abs(place[1] - lip) < 8 for sign, lip in lips)
        if abs(degrees - 180) > 5 and not taken:
            strokes += _sulcus(rng, place, math.radians(degrees) + math.pi, atrophy)
        degrees += math.degrees(float(rng.uniform(6.5, 14)) / radius)
    return strokes


def _medial(rng: np.random.Generator, skull: Skull, atrophy: float) -> list[Stroke]:
    """The fissure between the hemispheres, in front and behind, and the sulci it opens into."""
    strokes = []
    ends = (
        (float(rng.uniform(31, 36)), skull.half[1]),
        (-skull.half[1], float(rng.uniform(-44, -37))),
    )
    for low, high in ends:
        path = [
            (float(rng.normal(0, 0.4)), forward, 0.35 + float(rng.uniform(0.1, 1.2)) * atrophy)
            for forward in np.linspace(low, high, 6).tolist()
        ]
        strokes.append(Stroke(path, float(rng.uniform(0.6, 0.9))))
        for sign in (1, -1):
            forward = low + float(rng.uniform(1, 6))
            while forward < high - 5:
                strokes += _sulcus(
                    rng, (sign * 0.5, forward), sign * math.pi / 2, 0.7 * atrophy, 0.7
                )
                forward += float(rng.uniform(6.5, 13))
    return strokes


def _sulcus(
    rng: np.random.Generator,
    start: tuple[float, float],
    heading: float,
    atrophy: float,
    scale: float = 1.0,
) -> list[Stroke]:
    """A sulcus from a place on the surface, its heading in radians from anterior, and a branch."""
    length = scale * float(np.clip(rng.normal(14, 5), 4, 25))
    wide = 0.2 + float(rng.uniform(0.1, 1.0)) * (0.28 + 1.25 * atrophy)
    strength = float(np.clip(rng.uniform(0.35, 1.0) + 0.35 * atrophy, 0, 1))
    heading, bend = heading + float(rng.normal(0, 0.3)), float(rng.normal(0, 0.5))
    main = _walk(rng, start, heading, bend, length, wide)
    strokes = [Stroke(main, strength)]
    if length > 8 and rng.random() < 0.5:
        fork = main[int(rng.integers(1, 3))]
        aside = heading + float(rng.choice([-1, 1]) * rng.uniform(0.7, 1.5))
        twig = _walk(rng, fork[:2], aside, -bend, length * float(rng.uniform(0.3, 0.6)), 0.7 * wide)
        strokes.append(Stroke(twig, 0.9 * strength))
    return strokes


def _walk(
    rng: np.random.Generator,
    start: tuple[float, float],
    heading: float,
    bend: float,
    length: float,
    wide: float,
) -> Path:
    """Four points of a curve that bends by so many radians and narrows inward."""
    across, forward = start
    path = [(across, forward, 1.5 * wide)]
    for n, taper in enumerate((1.0, 0.9, 0.5)):
        turn = heading + bend * n / 2 + float(rng.normal(0, 0.22))
        across += length / 3 * math.sin(turn)
        forward += length / 3 * math.cos(turn)
        path.append((across, forward, taper * wide))
    return path


def _sylvian(
    rng: np.random.Generator, sign: int, lip: float, half_width: float, atrophy: float
) -> list[Stroke]:
    """One Sylvian fissure: in from the surface, then along the insula, with opercular sulci."""
    insula = sign * half_width * float(rng.uniform(0.60, 0.66))
    pen = 0.4 + float(rng.uniform(0.4, 1.3)) * atrophy

    def point(across: float, forward: float, radius: float) -> tuple[float, float, float]:
        return across + float(rng.normal(0, 0.8)), forward + float(rng.normal(0, 1.5)), radius * pen

    stem = [
        point(sign * half_width * 1.02, lip, 1.6),
        point(sign * half_width * 0.86, lip, 1.0),
        point(insula, lip - 3, 1.5),
    ]
    front, back = lip + float(rng.uniform(5, 11)), lip - float(rng.uniform(18, 28))
    along = [
        point(insula * 0.90, front, 0.6),
        point(insula, lip - 3, 1.4),
        point(insula * 1.01, (lip + back) / 2, 1.1),
        point(insula * 0.97, back, 0.5),
    ]
    strength = float(rng.uniform(0.8, 1))
    strokes = [Stroke(stem, strength), Stroke(along, strength)]
    for across, forward, _ in (stem[1], along[0], along[2], along[3]):
        outward = sign * math.pi / 2 + float(rng.normal(0, 0.7))
        strokes += _sulcus(rng, (across, forward), outward, atrophy, 0.6)
    return strokes
