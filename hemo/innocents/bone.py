"""Bone that is cut partially, blooms, hardens the beam, or was opened by a surgeon.

All painters return an offset in HU, float32 [H, W], to be added to the head's own.
"""

import math

import numpy as np

from hemo.bleeds.head import Float, Frame
from hemo.bleeds.texture import blur, waves
from hemo.errors import DataError
from hemo.innocents.brush import arc, from_bone, near_inside, raised

AIR = -1000.0


def hard_beam(frame: Frame, rng: np.random.Generator) -> Float:
    """Beam hardening: a bright rim under the skull, and a broad streak across the head."""
    rim = rng.uniform(0, 10) * np.exp(-frame.depth / rng.uniform(3, 9))
    if rng.random() < 0.4:  # the thicker part of the skull hardens more
        rim = rim * arc(frame, rng.uniform(-180, 180), rng.uniform(90, 180))
    turn = rng.uniform(0, np.pi)
    along = frame.lateral * np.sin(turn) + frame.forward * np.cos(turn)
    place, width = rng.normal(0, 25), rng.uniform(4, 12)
    streak = rng.uniform(-6, 6) * np.exp(-(((along - place) / width) ** 2))
    return np.asarray((rim + streak) * frame.head.inside, np.float32)


def blooming(frame: Frame, rng: np.random.Generator) -> Float:
    """The inner table blooms over part of its length: from bone's white down without a plateau."""
    head = frame.head
    fall = rng.uniform(1.0, 1.9)  # mm
    distance = from_bone(head)
    part = arc(frame, rng.uniform(-180, 180), rng.uniform(40, 180), 0.7)
    uneven = np.clip(1 + 0.3 * waves(rng, distance.shape, 12 / head.mm), 0.4, 1.25)
    bone = rng.uniform(120, 280) * np.exp(-((distance / (fall * uneven)) ** 1.6))
    lift = np.maximum(0, bone - 3) * part * near_inside(head, 2.5)
    return np.asarray(lift, np.float32)


def partial_bone(frame: Frame, rng: np.random.Generator) -> Float:
    """The petrous ridge, the orbital roof or the middle fossa's floor, only part of it in the cut.

    A broad soft brightness that reaches inward from the bone, on both sides mostly.
    """
    site = rng.choice(["petrous", "orbital", "temporal"], p=[0.45, 0.35, 0.2])
    low, high, turn, long_, wide = {
        "petrous": (45, 125, 20.0, (16, 36), (4, 9)),
        "orbital": (14, 42, 8.0, (8, 20), (7, 14)),
        "temporal": (65, 95, 0.0, (6, 14), (9, 18)),
    }[str(site)]
    direction, length, width = rng.uniform(low, high), rng.uniform(*long_), rng.uniform(*wide)
    level, turned = rng.uniform(50, 95), turn + rng.normal(0, 8)
    signs = [-1, 1] if rng.random() < 0.65 else [int(rng.choice([-1, 1]))]
    alpha = np.zeros(frame.head.hu.shape, np.float32)
    for sign in signs:
        at = direction + rng.normal(0, 4)
        shape = _tongue(frame, rng, sign * at, -sign * turned, (length, width))
        alpha = np.maximum(alpha, shape * rng.uniform(0.6, 1.0))
    return raised(frame.head, alpha, level, 2.0)


def _tongue(
    frame: Frame, rng: np.random.Generator, at: float, turned: float, size: tuple[float, float]
) -> Float:
    """A soft tongue from the inner table inward: 1 at the bone, fading over (length, width) mm."""
    try:
        across, forward = frame.boundary(at)
    except DataError:
        return np.zeros(frame.head.hu.shape, np.float32)
    inward = math.atan2(-across, -forward) + math.radians(turned)
    x, y = frame.lateral - across, frame.forward - forward
    along = x * math.sin(inward) + y * math.cos(inward)
    beside = x * math.cos(inward) - y * math.sin(inward)
    length, width = size
    ragged = np.maximum(0.2, 1 + 0.25 * waves(rng, x.shape, 9 / frame.head.mm))
    soft = np.exp(-(np.abs(along / (length * ragged)) ** 1.7) - (beside / (width * ragged)) ** 2)
    return np.asarray(soft, np.float32)


def surgery(frame: Frame, rng: np.random.Generator) -> Float:
    """After an operation: a flap held by plates or a burr hole, and mostly some air under it."""
    at = float(rng.choice([-1, 1]) * rng.uniform(10, 110))
    kind = rng.choice(["flap", "burr hole", "air alone"], p=[0.5, 0.25, 0.25])
    total = np.zeros(frame.head.hu.shape, np.float32)
    if kind == "flap":
        half = rng.uniform(18, 38)
        for end in (at - half, at + half):
            total += _gap(frame, end, rng.uniform(1.2, 3.0), rng.uniform(10, 45))
            if rng.random() < 0.8:
                total += _plate(frame, rng, end)
    elif kind == "burr hole":
        total += _gap(frame, at, rng.uniform(5, 12), rng.uniform(10, 45))
    if kind == "air alone" or rng.random() < 0.6:
        total += air(frame, rng)
    return total


def _across_bone(frame: Frame, at: float) -> tuple[Float, Float, float]:
    """mm along the skull from a direction, mm outward from the inner table, and the bone's mm."""
    turn = math.radians(at)
    along = frame.lateral * math.cos(turn) - frame.forward * math.sin(turn)
    outward = frame.lateral * math.sin(turn) + frame.forward * math.cos(turn)
    across, forward = frame.boundary(at)
    outward = outward - math.hypot(across, forward)
    white = frame.head.hu >= 0.985 * float(frame.head.hu.max())
    beside = white & (np.abs(along) < 2) & (outward > 0) & (outward < 20)
    thick = float(np.percentile(outward[beside], 95)) if beside.any() else 6.0
    return np.asarray(along, np.float32), np.asarray(outward, np.float32), thick


def _gap(frame: Frame, at: float, width: float, level: float) -> Float:
    """Offset that takes the bone away over a width in mm, across all of its thickness."""
    try:
        along, outward, thick = _across_bone(frame, at)
    except DataError:
        return np.zeros(frame.head.hu.shape, np.float32)
    mm = frame.head.mm
    open_ = np.minimum(width / 2 - np.abs(along), np.minimum(outward + 3, thick + 1.5 - outward))
    open_ = np.clip(open_ / mm + 0.5, 0, 1) * ~frame.head.inside
    soft = blur(np.asarray(open_, np.float32), 0.5 / mm)
    return np.asarray(-soft * np.maximum(0, frame.head.hu - level), np.float32)


def _plate(frame: Frame, rng: np.random.Generator, at: float) -> Float:
    """Offset of a metal plate on the outer table, over a gap in it."""
    try:
        along, outward, thick = _across_bone(frame, at)
    except DataError:
        return np.zeros(frame.head.hu.shape, np.float32)
    half, half_thick = rng.uniform(4, 9), rng.uniform(0.8, 1.6)
    height = thick + half_thick - along**2 / 150  # bent as the skull is
    bar = np.minimum(half - np.abs(along), half_thick - np.abs(outward - height))
    return np.asarray(400 * np.clip(bar / frame.head.mm + 0.5, 0, 1), np.float32)


def air(frame: Frame, rng: np.random.Generator) -> Float:
    """Bubbles of air under the highest part of the skull: the patient lies on the back."""
    head = frame.head
    total = np.zeros(head.hu.shape, np.float32)
    at = rng.normal(0, 25)
    uneven = 1 + 0.1 * waves(rng, head.hu.shape[:2], 5 / head.mm)
    for _ in range(int(rng.integers(1, 7))):
        try:
            across, forward = frame.boundary(at + rng.normal(0, 12))
        except DataError:
            continue
        radius = rng.uniform(0.7, 5.0) if rng.random() < 0.8 else rng.uniform(5, 11)
        deep = rng.uniform(0.5, 6) + radius / 2
        x, y = frame.lateral - across * rng.uniform(0.9, 1), frame.forward - forward + deep
        flat = rng.uniform(1.0, 2.2)  # bubbles lie flat under the bone
        ragged = radius - np.hypot(x / flat, y) * uneven
        total = np.maximum(total, np.clip(ragged / head.mm + 0.5, 0, 1))
    alpha = blur(np.asarray(total * head.inside, np.float32), 0.5 / head.mm)
    return np.asarray(alpha * 0.3 * AIR, np.float32)  # softer than air: partial volume of slices
