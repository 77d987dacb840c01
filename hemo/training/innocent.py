"""What is bright on a head CT and is not blood: calcification, falx, tentorium, hard beams."""

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import Head
from hemo.bleeds.head import Frame
from hemo.bleeds.texture import background, blur, waves
from hemo.errors import DataError
from hemo.training.skull import find_head
from hemo.windowing import BRAIN, Window

Float = NDArray[np.float32]


def paint_innocent(
    grey: Float, rng: np.random.Generator, head: Head | None = None, window: Window = BRAIN
) -> Float:
    """Paint one to three innocent findings; a slice without a head comes back as it is.

    Args:
        grey: float32 [H, W] in [0, 1], anterior up; it is not changed.
        rng: all that chance decides, it decides.
        head: what ``find_head`` found on this slice, if it is known already.
        window: the window that was burned in.

    Returns:
        The new grey, float32 [H, W] in [0, 1]. There is no mask: nothing here is blood.
    """
    head = find_head(grey, window) if head is None else head
    if head is None:
        return grey.copy()
    try:
        frame = head.frame
    except DataError:
        return grey.copy()
    hu = head.hu.copy()
    painters = (_calcification, _falx, _tentorium, _hard_beam)
    chosen = rng.choice(4, size=int(rng.integers(1, 4)), replace=False, p=[0.5, 0.2, 0.1, 0.2])
    for n in chosen:
        hu = hu + painters[n](frame, rng)
    return window.apply(np.asarray(hu, np.float32))


def _raised(head: Head, alpha: Float, level: Float | float) -> Float:
    """The offset in HU that brings tissue up to a level as far as alpha says, never down."""
    lift = np.maximum(0, level - background(head, 1.0)) * alpha * head.inside
    return blur(np.asarray(lift, np.float32), max(0.5, 0.5 / head.mm))


def _calcification(frame: Frame, rng: np.random.Generator) -> Float:
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
        total += _speck(frame, rng, across + rng.normal(0, 1), forward, rng.uniform(80, 200))
    return total


def _speck(
    frame: Frame, rng: np.random.Generator, across: float, forward: float, level: float
) -> Float:
    """One ragged calcification of 1 to 6 mm."""
    mm = frame.head.mm
    radius = rng.uniform(0.5, 3.0)
    x, y = (frame.lateral - across) * rng.uniform(0.7, 1.4), frame.forward - forward
    ragged = radius - np.hypot(x, y) + 0.4 * radius * waves(rng, x.shape, max(2, radius / mm))
    return _raised(frame.head, np.asarray(np.clip(0.5 + ragged / mm, 0, 1), np.float32), level)


def _falx(frame: Frame, rng: np.random.Generator) -> Float:
    """A dense falx: a line of 1 to 2 mm along the midline, front, back or both."""
    shape = frame.head.hu.shape[:2]
    wander = 0.8 * waves(rng, shape, 25 / frame.head.mm) + rng.normal(0, 0.8)
    beside = np.abs(frame.lateral - wander)
    line = np.clip(rng.uniform(0.5, 1.0) - beside + 0.5, 0, 1)
    reach = rng.uniform(20, 45)
    part = frame.forward * rng.choice([-1, 1]) if rng.random() < 0.7 else np.abs(frame.forward)
    along = np.clip((part - reach) / 8, 0, 1)
    return _raised(frame.head, np.asarray(line * along, np.float32), rng.uniform(45, 60))


def _tentorium(frame: Frame, rng: np.random.Generator) -> Float:
    """The tentorium's two leaves, from behind the midbrain backward and outward."""
    apex, slope = rng.uniform(-22, -8), rng.uniform(0.7, 1.6)
    behind = apex - frame.forward
    leaf = slope * np.abs(frame.lateral) ** rng.uniform(0.8, 1.15)
    wander = 1.5 * waves(rng, frame.head.hu.shape[:2], 14 / frame.head.mm)
    beside = np.abs(leaf - behind + wander) / np.hypot(slope, 1)
    line = np.clip(rng.uniform(0.6, 1.1) - beside + 0.5, 0, 1)
    fade = np.clip(behind / 8, 0, 1) * np.clip((rng.uniform(30, 55) - behind) / 10, 0, 1)
    return _raised(frame.head, np.asarray(line * fade, np.float32), rng.uniform(38, 50))


def _hard_beam(frame: Frame, rng: np.random.Generator) -> Float:
    """Beam hardening: a bright rim under the skull, and a broad streak across the head."""
    rim = rng.uniform(0, 8) * np.exp(-frame.depth / rng.uniform(3, 7))
    turn = rng.uniform(0, np.pi)
    along = frame.lateral * np.sin(turn) + frame.forward * np.cos(turn)
    place, width = rng.normal(0, 25), rng.uniform(4, 12)
    streak = rng.uniform(-6, 6) * np.exp(-(((along - place) / width) ** 2))
    return np.asarray((rim + streak) * frame.head.inside, np.float32)
