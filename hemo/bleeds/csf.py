"""The ventricles, and blood in them."""

import cv2
import numpy as np

from hemo.bleeds.head import Bool, Float, Frame, Painted, depth_mm, opened
from hemo.bleeds.texture import background, blur, clot, lay, own_noise, soften
from hemo.errors import DataError

MIN_AREA_CM2 = 150.0  # a smaller slice is above the ventricles: its dark places are sulci
NO_VENTRICLE = "No ventricle is seen on this slice."


def ventricles(frame: Frame) -> Bool:
    """The CSF spaces deep in the middle of the head, bool [H, W], without sulci and fissures."""
    head = frame.head
    if head.inside.sum() * head.mm**2 < 100 * MIN_AREA_CM2:
        return np.zeros_like(head.inside)
    central = (frame.depth > 26) & (np.hypot(frame.lateral, 0.8 * frame.forward) < 40)
    # Well under this head's brain: white matter disease is dark too.
    darkest = min(19.5, float(np.median(head.hu[head.inside])) - 12.5)
    csf = (background(head, 1.3) < darkest) & head.inside
    seeds = opened(csf & central, 3.0 / head.mm)
    # From there into the horns, which come nearer to the skull; narrow sulci stay out.
    near = depth_mm(~seeds, head.mm) < 12
    grown = (opened(csf, 2.2 / head.mm) & near & (frame.depth > 12)) | seeds
    count, labels = cv2.connectedComponents(grown.astype(np.uint8), connectivity=8)
    keep = [n for n in range(1, count) if _is_ventricle(frame, labels == n, seeds)]
    return np.isin(labels, keep)


def _is_ventricle(frame: Frame, part: Bool, seeds: Bool) -> bool:
    """Large enough, deep in the middle, and no piece of the fissure between the hemispheres."""
    if not seeds[part].any() or part.sum() * frame.head.mm**2 < 25:
        return False
    along, beside = frame.forward[part], np.abs(frame.lateral[part])
    return not (float(np.ptp(along)) > 28 and float(np.percentile(beside, 85)) < 6)


def intraventricular(frame: Frame, rng: np.random.Generator, sign: int | None = None) -> Painted:
    """Blood in the ventricles of one side, or of both: a cast of them, or settled blood."""
    head = frame.head
    room = ventricles(frame)
    if sign is not None:
        room &= sign * frame.lateral > 0
    if room.sum() * head.mm**2 < 30:
        raise DataError(NO_VENTRICLE)
    near = blur(room.astype(np.float32), 0.9 / head.mm)
    filled = np.clip(0.5 + 2.5 * (near - 0.4), 0, 1)
    if rng.random() < 0.5:
        filled = filled * _dependent(frame, rng, room)
    alpha = soften(np.asarray(filled, np.float32), head, rng)
    painted = lay(head, alpha, clot(head, rng, rng.uniform(50, 72), 5.0), own_noise(head))
    if painted[1].sum() * head.mm**2 < 12:
        raise DataError(NO_VENTRICLE)
    return painted


def _dependent(frame: Frame, rng: np.random.Generator, room: Bool) -> Float:
    """1 below the level to which blood has settled, 0 above, float32 [H, 1]."""
    rows = np.nonzero(room.any(axis=1))[0]
    level = rows[0] + rng.uniform(0.3, 0.8) * (rows[-1] - rows[0])
    row = np.arange(room.shape[0], dtype=np.float32)[:, None]
    spread = rng.uniform(0.5, 2.5) / frame.head.mm
    return np.asarray(1 / (1 + np.exp(-(row - level) / spread)), np.float32)
