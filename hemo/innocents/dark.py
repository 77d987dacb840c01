"""What is dark and is no old blood: CSF outside the brain, and lost brain.

All painters return an offset in HU, float32 [H, W], to be added to the head's own.
"""

import numpy as np

from hemo.bleeds.head import Float, Frame
from hemo.bleeds.texture import background, soften, waves
from hemo.innocents.brush import arc


def csf_collection(frame: Frame, rng: np.random.Generator) -> Float:
    """A hygroma or the wide spaces of atrophy: a crescent of CSF under the skull, front mostly."""
    head = frame.head
    both = rng.random() < 0.6
    at, thickest = rng.uniform(15, 80), rng.uniform(2, 9)
    thickness = np.zeros(head.hu.shape, np.float32)
    for sign in (-1, 1) if both else (int(rng.choice([-1, 1])),):
        profile = arc(frame, sign * (at + rng.normal(0, 6)), rng.uniform(35, 75), 0.9)
        thickness = np.maximum(thickness, thickest * rng.uniform(0.6, 1.1) * profile)
    uneven = 1 + 0.35 * waves(rng, head.hu.shape[:2], 10 / head.mm)  # gyri reach into it
    inner = thickness * np.clip(uneven, 0.2, 1.8) - frame.smooth_depth
    alpha = np.clip(0.5 + inner / head.mm, 0, 1) * (thickness > 0.4)
    alpha = soften(np.asarray(alpha, np.float32), head, rng, (0.6, 1.1))
    return lowered(frame, alpha, rng.uniform(2, 13))


def infarct(frame: Frame, rng: np.random.Generator) -> Float:
    """An old infarct or a defect: a dark ragged region, of cortex mostly or a lacune."""
    head = frame.head
    inside = np.argwhere(head.inside & (frame.depth > 3))
    if not len(inside):
        return np.zeros(head.hu.shape, np.float32)
    across, forward = frame.point(*inside[int(rng.integers(len(inside)))])
    lacune = rng.random() < 0.35
    radius = rng.uniform(1.5, 5) if lacune else rng.uniform(8, 26)
    stretch, turn = rng.uniform(0.6, 1.0), rng.uniform(0, np.pi)
    x, y = frame.lateral - across, frame.forward - forward
    along = (x * np.cos(turn) + y * np.sin(turn)) * stretch
    beside = (y * np.cos(turn) - x * np.sin(turn)) / stretch
    ragged = 0.35 * radius * waves(rng, x.shape, max(2, radius / 2 / head.mm))
    own_side = np.clip(0.5 + frame.lateral * np.sign(across), 0, 1)
    alpha = np.clip(0.5 + (radius - np.hypot(along, beside) + ragged) / 2, 0, 1) * own_side
    alpha = soften(np.asarray(alpha, np.float32), head, rng, (0.7, 1.6))
    return lowered(frame, alpha * np.float32(rng.uniform(0.4, 1.0)), rng.uniform(5, 20))


def lowered(frame: Frame, alpha: Float, level: float) -> Float:
    """The offset that brings tissue down to a level as far as alpha says, under its own noise."""
    drop = np.minimum(0, level - background(frame.head, 0.9))
    return np.asarray(drop * alpha * frame.head.inside, np.float32)
