"""What the painters of innocent findings share."""

from functools import lru_cache

import numpy as np

from hemo.bleeds import Head
from hemo.bleeds.head import Float, Frame, depth_mm
from hemo.bleeds.texture import background, blur, waves


def raised(head: Head, alpha: Float, level: Float | float, beyond_mm: float | None = None) -> Float:
    """The offset in HU that brings tissue up to a level as far as alpha says, never down.

    What touches the bone goes on beyond ``head.inside``, which keeps a little away from it.
    """
    room = head.inside if beyond_mm is None else near_inside(head, beyond_mm)
    lift = np.maximum(0, level - _tissue(head)) * alpha * room
    return blur(np.asarray(lift, np.float32), max(0.5, 0.5 / head.mm))


@lru_cache(maxsize=2)
def _tissue(head: Head) -> Float:
    """The head's smooth tissue, worked out once for all that is painted on it."""
    return background(head, 1.0)


def speck(
    frame: Frame,
    rng: np.random.Generator,
    place: tuple[float, float],
    level: float,
    radii: tuple[float, float] = (0.5, 3.0),
) -> Float:
    """Offset in HU of one ragged spot at (lateral, forward) mm, its radius in mm from a range."""
    mm = frame.head.mm
    radius = rng.uniform(*radii)
    x, y = (frame.lateral - place[0]) * rng.uniform(0.7, 1.4), frame.forward - place[1]
    ragged = radius - np.hypot(x, y) + 0.4 * radius * waves(rng, x.shape, max(2, radius / mm))
    return raised(frame.head, np.asarray(np.clip(0.5 + ragged / mm, 0, 1), np.float32), level)


def arc(frame: Frame, centre: float, reach: float, power: float = 1.0) -> Float:
    """1 in a direction in degrees, falling smoothly to 0 so many degrees to either side."""
    away = np.abs((frame.angle - centre + 180) % 360 - 180)
    return np.asarray(np.maximum(0, 1 - (away / reach) ** 2) ** power, np.float32)


def from_bone(head: Head) -> Float:
    """Distance in mm, float32 [H, W], from what the window shows white."""
    return depth_mm(head.hu < 0.985 * float(head.hu.max()), head.mm)


def near_inside(head: Head, reach_mm: float) -> Float:
    """1 inside the skull, 0 farther outside it than so many mm, with a soft step."""
    outside = depth_mm(~head.inside, head.mm)
    return np.asarray(np.clip(1 + reach_mm - outside, 0, 1), np.float32)
