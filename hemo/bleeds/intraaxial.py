"""Bleeds within the brain's own tissue: hematomas and contusions."""

import math

import numpy as np

from hemo.bleeds.head import Float, Frame, Head, Painted
from hemo.bleeds.texture import background, blur, clot, displace, lay, own_noise, soften, waves
from hemo.errors import DataError

CONTUSED = 0.3  # share of hematomas that are contusions, where their size is free
Spot = tuple[float, float, float]  # lateral, forward, radius in mm


def intraparenchymal(
    frame: Frame, rng: np.random.Generator, sign: int, size_mm: float | None
) -> Painted:
    """A hematoma of deep or lobar brain with its edema, or a cluster of small contusions."""
    spots = _spots(frame, rng, sign, size_mm)
    border = _outline(frame, rng, spots, sign)
    head = _with_edema(_pushed(frame, rng, spots[0], border), rng, border)
    # Hematomas slope through a thick slice: some of their edge is sharp, some gradual.
    slope = head.mm + 1.2 * np.abs(waves(rng, head.hu.shape[:2], 14 / head.mm))
    alpha = soften(np.asarray(np.clip(0.5 + border / slope, 0, 1), np.float32), head, rng)
    painted = lay(head, alpha, clot(head, rng, _density(rng, spots)), own_noise(frame.head))
    if not painted[1].any():
        raise DataError("There is no room for this bleed on the slice.")
    return painted


def _density(rng: np.random.Generator, spots: list[Spot]) -> float:
    """HU of the clot; small spots are diluted by the brain above and below them."""
    return float(rng.uniform(50, 66) if len(spots) > 1 else rng.uniform(52, 74))


def _spots(frame: Frame, rng: np.random.Generator, sign: int, size_mm: float | None) -> list[Spot]:
    """One hematoma, or, if its size is free, now and then several contusions."""
    if size_mm is None and rng.random() < CONTUSED:
        return _contusions(frame, rng, sign)
    room = 1.5 * float(frame.depth[sign * frame.lateral > 4].max(initial=0))
    if (size_mm or 6) > room:
        raise DataError("There is no room for a hematoma of that size on the slice.")
    size = size_mm or min(room, float(np.clip(rng.gamma(2.2, 9.0), 4, 60)))
    deep = rng.random() < 0.6
    return [(*_centre(frame, rng, sign, size / 2, deep), size / 2)]


def _centre(
    frame: Frame, rng: np.random.Generator, sign: int, radius: float, deep: bool
) -> tuple[float, float]:
    """(lateral, forward) in mm: mostly basal ganglia and thalamus if deep, any lobe if not."""
    beside = sign * frame.lateral
    room = frame.head.inside & (frame.depth > 0.75 * radius) & (beside > 0.6 * radius + 2)
    rows, columns = np.nonzero(room)
    if not rows.size:
        raise DataError("There is no room for a hematoma of that size on the slice.")
    pick = rng.integers(0, rows.size, 40)
    rows, columns = rows[pick], columns[pick]
    target = beside[rows, columns] - 27, frame.forward[rows, columns] - 2
    weight = np.exp(-(np.hypot(*target) ** 2) / (2 * 11**2)) + 1e-4 if deep else np.ones(40)
    chosen = int(rng.choice(40, p=weight / weight.sum()))
    return frame.point(int(rows[chosen]), int(columns[chosen]))


def _contusions(frame: Frame, rng: np.random.Generator, sign: int) -> list[Spot]:
    """One to six spots close together, just under the cortex: at the frontal base, or anywhere."""
    cortex = frame.head.inside & (frame.depth > 4) & (frame.depth < 15)
    rows, columns = np.nonzero(cortex & (sign * frame.lateral > 8))
    if not rows.size:
        raise DataError("There is no cortex on this side of the slice.")
    front = np.flatnonzero(frame.forward[rows, columns] > 0.6 * frame.forward[rows, columns].max())
    frontal = front.size > 0 and rng.random() < 0.5
    first = int(rng.choice(front) if frontal else rng.integers(rows.size))
    across, forward = frame.point(int(rows[first]), int(columns[first]))
    distance = np.hypot(
        frame.lateral[rows, columns] - across, frame.forward[rows, columns] - forward
    )
    near = np.nonzero(distance < rng.uniform(10, 22))[0]
    picks = rng.choice(near, size=int(rng.integers(1, 7)))
    sizes = rng.uniform(1.5, 6.0, picks.size)
    return [
        (*frame.point(int(rows[i]), int(columns[i])), float(r))
        for i, r in zip(picks, sizes, strict=True)
    ]


def _outline(frame: Frame, rng: np.random.Generator, spots: list[Spot], sign: int) -> Float:
    """How many mm inside the border, float32 [H, W], negative outside: lobulated ellipses."""
    mm, shape = frame.head.mm, frame.head.hu.shape[:2]
    border = np.max([_ellipse(frame, rng, *spot) for spot in spots], axis=0)
    size = max(radius for *_, radius in spots)
    lobes = 0.16 * waves(rng, shape, max(3.0, 0.75 * size / mm))
    crumbs = 0.07 * waves(rng, shape, max(2.0, 0.28 * size / mm))
    border = border + size * rng.uniform(0.4, 1.5) * (lobes + crumbs)
    border = np.where(sign * frame.lateral > -1.5, border, -1e3)  # the falx stops it
    area = sum(np.pi * radius**2 for *_, radius in spots) / mm**2
    inside = border[frame.head.inside]
    keep = min(round(area), inside.size - 1)
    level = np.partition(inside, inside.size - keep)[inside.size - keep]  # the area asked for
    return np.asarray(border - max(float(level), -0.6 * size), np.float32)


def _ellipse(
    frame: Frame, rng: np.random.Generator, across: float, forward: float, radius: float
) -> Float:
    """How many mm inside one ellipse of the area of a circle of that radius, float32 [H, W]."""
    stretch = math.sqrt(rng.uniform(1.0, 2.0))
    turn = rng.normal(0, 0.5)  # hematomas of the putamen lie along the midline
    x, y = frame.lateral - across, frame.forward - forward
    sin, cos = math.sin(turn), math.cos(turn)
    u, v = (x * cos - y * sin) * stretch, (x * sin + y * cos) / stretch
    return np.asarray(radius - np.hypot(u, v), np.float32)


def _pushed(frame: Frame, rng: np.random.Generator, spot: Spot, border: Float) -> Head:
    """The head with its brain displaced around the hematoma, less the nearer the skull."""
    across, forward, radius = spot
    amount = rng.uniform(0, 0.3) * radius * np.exp(-np.maximum(0, -border) / 20)
    amount = amount * np.clip(frame.depth / 15, 0, 1)
    x, y = frame.lateral - across, frame.forward - forward
    length = np.hypot(x, y) + 0.5 * radius
    return displace(frame.head, amount * x / length, amount * y / length, frame.tilt)


def _with_edema(head: Head, rng: np.random.Generator, border: Float) -> Head:
    """The head with a rim of low density around the hematoma, of varying width."""
    wide = rng.uniform(0.5, 9) * np.exp(0.45 * waves(rng, head.hu.shape[:2], 14 / head.mm))
    strength = rng.uniform(0.6, 1.0) * np.clip((border + wide) / (0.35 * wide + 1) + 0.5, 0, 1)
    level = rng.uniform(15, 25)
    darker = np.minimum(0, level - background(head, 1.5))
    offset = blur(np.asarray(strength * darker, np.float32), 0.8 / head.mm)
    return Head((head.hu + offset * head.inside).astype(np.float32), head.inside, head.mm)
