"""Dense normal anatomy: calcification, membranes, vessels and sinuses, the clinoids.

All painters return an offset in HU, float32 [H, W], to be added to the head's own.
"""

import numpy as np

from hemo.bleeds.head import Float, Frame
from hemo.bleeds.texture import waves
from hemo.errors import DataError
from hemo.innocents.brush import arc, raised, speck

LOW_FRONT_MM = 50.0  # less brain than that in front of the middle: only the posterior fossa is cut


def calcification(frame: Frame, rng: np.random.Generator) -> Float:
    """Pineal, choroid plexus or basal ganglia, the paired ones mostly on both sides."""
    site = rng.choice(["pineal", "choroid", "basal ganglia"], p=[0.35, 0.4, 0.25])
    if site == "pineal":
        places = [(rng.normal(0, 1), rng.uniform(-16, -8))]
    else:
        low, high, front, back = (11, 27, -22, -36) if site == "choroid" else (15, 23, 12, 2)
        across, forward = rng.uniform(low, high), rng.uniform(back, front)
        places = [(-across, forward), (across, forward + rng.normal(0, 1.5))]
        if rng.random() < 0.25:
            places.pop(int(rng.integers(2)))
    total = np.zeros(frame.head.hu.shape, np.float32)
    for across, forward in places:
        place = (across + rng.normal(0, 1), forward)
        total += speck(frame, rng, place, rng.uniform(65, 200))
    return total


def falx(frame: Frame, rng: np.random.Generator) -> Float:
    """A dense falx of varying thickness, front, back or both, sometimes partly calcified."""
    shape = frame.head.hu.shape[:2]
    wander = 0.8 * waves(rng, shape, 25 / frame.head.mm) + rng.normal(0, 0.8)
    beside = np.abs(frame.lateral - wander)
    half = rng.uniform(0.4, 1.3) * (1 + 0.35 * waves(rng, shape, 14 / frame.head.mm))
    line = np.clip(half - beside + 0.5, 0, 1)
    reach = rng.uniform(20, 45)
    part = frame.forward * rng.choice([-1, 1]) if rng.random() < 0.7 else np.abs(frame.forward)
    along = np.clip((part - reach) / 8, 0, 1)
    dense = raised(frame.head, np.asarray(line * along, np.float32), rng.uniform(45, 60))
    if rng.random() < 0.3:
        sign = rng.choice([-1, 1])
        for _ in range(int(rng.integers(1, 4))):
            place = (rng.normal(0, 0.8), sign * rng.uniform(reach, reach + 25))
            dense += speck(frame, rng, place, rng.uniform(80, 250), (0.6, 2.2))
    return dense


def tentorium(frame: Frame, rng: np.random.Generator) -> Float:
    """The tentorium's two leaves, from behind the midbrain backward and outward."""
    shape = frame.head.hu.shape[:2]
    apex, slope = rng.uniform(-22, -8), rng.uniform(0.7, 1.6)
    behind = apex - frame.forward
    leaf = slope * np.abs(frame.lateral) ** rng.uniform(0.8, 1.15)
    wander = 1.5 * waves(rng, shape, 14 / frame.head.mm)
    beside = np.abs(leaf - behind + wander) / np.hypot(slope, 1)
    half = rng.uniform(0.5, 1.6) * (1 + 0.3 * waves(rng, shape, 12 / frame.head.mm))
    line = np.clip(half - beside + 0.5, 0, 1)
    fade = np.clip(behind / 8, 0, 1) * np.clip((rng.uniform(30, 55) - behind) / 10, 0, 1)
    return raised(frame.head, np.asarray(line * fade, np.float32), rng.uniform(38, 54))


def sagittal_sinus(frame: Frame, rng: np.random.Generator) -> Float:
    """The superior sagittal sinus: a triangle on the bone at the back or the front midline."""
    back = rng.random() < 0.75
    side = np.asarray(-frame.forward if back else frame.forward)
    height = rng.uniform(4, 10) if back else rng.uniform(3, 6)
    half = height * rng.uniform(0.5, 0.9)
    beside = np.abs(frame.lateral - rng.normal(0, 1.2))
    triangle = np.minimum(height - frame.smooth_depth, half - beside - 0.6 * frame.smooth_depth)
    alpha = np.clip(0.5 + triangle, 0, 1) * (side > 15)
    return raised(frame.head, np.asarray(alpha, np.float32), rng.uniform(50, 62), 2.0)


def transverse_sinus(frame: Frame, rng: np.random.Generator) -> Float:
    """The transverse sinuses along the bone behind, from the midline outward, rarely alike."""
    level = rng.uniform(50, 62)
    alpha = np.zeros(frame.head.hu.shape, np.float32)
    dominant = rng.choice([-1, 1])
    for sign in (-1, 1):
        wide = rng.uniform(3, 6) * (1.0 if sign == dominant else rng.uniform(0.3, 0.8))
        profile = arc(frame, sign * rng.uniform(140, 158), rng.uniform(18, 36), 0.5)
        inner = wide * profile - frame.smooth_depth
        alpha = np.maximum(alpha, np.clip(0.5 + inner, 0, 1) * (profile > 0.2))
    return raised(frame.head, np.asarray(alpha, np.float32), level, 2.0)


def clinoids(frame: Frame, rng: np.random.Generator) -> Float:
    """The posterior clinoids or the dorsum sellae, cut thinly: dots or a short bar."""
    across, forward = rng.uniform(4, 8), _behind_sella(frame, rng, (8, 24))
    level = rng.uniform(60, 160)
    if rng.random() < 0.3:
        x, bent = np.abs(frame.lateral), rng.uniform(0, 0.05) * frame.lateral**2
        half = rng.uniform(0.8, 1.8) + 0.5 * waves(rng, x.shape, 3 / frame.head.mm)
        bar = np.minimum((across - x) / 2, half - np.abs(frame.forward - forward + bent))
        return raised(frame.head, np.asarray(np.clip(0.5 + bar, 0, 1), np.float32), level)
    total = np.zeros(frame.head.hu.shape, np.float32)
    for sign in (-1, 1):
        place = (sign * across + rng.normal(0, 0.7), forward + rng.normal(0, 0.7))
        total += speck(frame, rng, place, level * rng.uniform(0.8, 1.2), (1.0, 2.5))
    return total


def _behind_sella(frame: Frame, rng: np.random.Generator, forward: tuple[float, float]) -> float:
    """mm forward of something near the sella; close behind the clivus where the cut is so low."""
    front = _front(frame)
    return front - rng.uniform(2, 7) if front < LOW_FRONT_MM else rng.uniform(*forward)


def _front(frame: Frame) -> float:
    """How many mm the space inside the skull reaches forward in the midline."""
    try:
        return frame.boundary(0)[1]
    except DataError:
        return 0.0


def artery(frame: Frame, rng: np.random.Generator) -> Float:
    """A dense artery: the basilar as a dot, or the middle cerebral as a short bent line."""
    level = rng.uniform(45, 60)
    if rng.random() < 0.5 or _front(frame) < LOW_FRONT_MM:
        place = (rng.normal(0, 1.8), _behind_sella(frame, rng, (-4, 12)))
        return speck(frame, rng, place, level, (1.3, 2.3))
    sign, start, bend = rng.choice([-1, 1]), rng.uniform(6, 11), rng.uniform(-0.5, 0.5)
    along = sign * frame.lateral - start
    length = rng.uniform(9, 18)
    middle = rng.uniform(10, 22) + bend * along + 0.8 * np.sin(along / 4)
    wide = rng.uniform(1.0, 1.9) - np.abs(frame.forward - middle) / np.hypot(1, bend)
    line = np.minimum(wide, np.minimum(along, length - along) + 0.5)
    alpha = np.clip(0.5 + line / max(0.7, frame.head.mm), 0, 1)
    return raised(frame.head, np.asarray(alpha, np.float32), level)
