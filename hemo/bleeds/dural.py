"""Subdural blood on the falx and on the tentorium: where a reader forgets to look."""

import numpy as np

from hemo.bleeds.head import Float, Frame, Painted
from hemo.bleeds.texture import background, clot, lay, own_noise, soften, waves
from hemo.errors import DataError

MIN_AREA_MM2 = 60.0  # less than this of it shows nothing


def on_falx(frame: Frame, rng: np.random.Generator, sign: int) -> Painted:
    """A band of 2 to 7 mm along a part of one side of the falx."""
    thickest = rng.uniform(2, 7) if rng.random() < 0.8 else rng.uniform(7, 12)
    length = float(np.ptp(frame.forward[frame.head.inside]))
    middle = rng.choice([-1, 1]) * rng.uniform(0.12, 0.36) * length  # in front, or behind
    reach = rng.uniform(0.12, 0.3) * length
    profile = np.maximum(0, 1 - ((frame.forward - middle) / reach) ** 2) ** rng.uniform(0.4, 1.0)
    shape = frame.head.hu.shape[:2]
    wander = rng.normal(0, 0.6) + 0.7 * waves(rng, shape, 25 / frame.head.mm)
    beside = sign * (frame.lateral - wander)
    outer = thickest * profile * (1 + 0.2 * waves(rng, shape, 10 / frame.head.mm))
    border = np.minimum(beside + 0.5, outer - beside)  # mm inside, from the falx outward
    return _laid(frame, rng, np.where(profile > 0.02, border, -9))


def on_tentorium(frame: Frame, rng: np.random.Generator, sign: int) -> Painted:
    """A thickened leaf of the tentorium of one side, its border blurred: it slopes."""
    apex, slope = rng.uniform(-22, -6), rng.uniform(0.7, 1.6)
    behind = apex - frame.forward
    shape = frame.head.hu.shape[:2]
    wander = 1.5 * waves(rng, shape, 16 / frame.head.mm)
    leaf = slope * np.maximum(0, sign * frame.lateral) ** rng.uniform(0.85, 1.15)
    beside = (leaf - behind + wander) / np.hypot(slope, 1)  # mm from the leaf
    thickness = rng.uniform(2.5, 7)
    inner, outer = -0.3 * thickness, 0.7 * thickness
    fade = np.clip(behind / 8, 0, 1) * np.clip((rng.uniform(30, 60) - behind) / 12, 0, 1)
    border = np.minimum(beside - inner, outer - beside) * fade - 0.6 * (1 - fade)
    return _laid(frame, rng, np.where(sign * frame.lateral > 1.5, border, -9))


def _laid(frame: Frame, rng: np.random.Generator, border: Float) -> Painted:
    head = frame.head
    alpha = np.asarray(np.clip(0.5 + border / head.mm, 0, 1), np.float32)
    blood = clot(head, rng, rng.uniform(52, 72), rng.uniform(0, 4))
    blood = np.maximum(blood, background(head, 1.0))  # a bright falx does not darken under it
    painted = lay(head, soften(alpha, head, rng), blood, own_noise(head))
    if painted[1].sum() * head.mm**2 < MIN_AREA_MM2:
        raise DataError("There is no room for blood along the falx or tentorium on this slice.")
    return painted
