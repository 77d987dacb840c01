"""What is seen on a head CT and is not blood: the one door to its painters.

Calcification, membranes, sinuses and arteries; bone cut partially, blooming or operated on; CSF
and old infarcts; motion, metal, hands and tubes. See ``hemo.innocents``.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import Head, find_head
from hemo.bleeds.head import Frame
from hemo.errors import DataError
from hemo.innocents import IN_HEAD, picture
from hemo.windowing import BRAIN, Window

Float = NDArray[np.float32]
InPicture = Callable[[Float, Frame, np.random.Generator], Float]

IN_PICTURE: Mapping[str, InPicture] = {
    "motion": picture.motion,
    "metal": picture.metal,
    "beside": picture.beside,
}
MUCH_AIR = 0.02  # of the area within the bone's outline, beside the brain
LITTLE_BRAIN = 0.62  # of that area
KINDS = (*IN_HEAD, *IN_PICTURE)

# How often each kind is chosen on a slice of each level, before normalisation.
_ANYWHERE = {"falx": 9, "hard beam": 10, "blooming": 12, "partial bone": 3, "surgery": 6,
             "csf collection": 7, "infarct": 5, "sagittal sinus": 7, "motion": 5, "metal": 3,
             "beside": 3}  # fmt: skip
CHANCES: Mapping[str, Mapping[str, int]] = {
    "base": {**_ANYWHERE, "partial bone": 14, "clinoids": 8, "artery": 8, "transverse sinus": 6,
             "tentorium": 6, "calcification": 4, "falx": 4, "surgery": 0, "infarct": 3},
    "middle": {**_ANYWHERE, "calcification": 24, "tentorium": 6, "artery": 2, "clinoids": 2},
    "vertex": {**_ANYWHERE, "blooming": 20, "falx": 14, "partial bone": 6},
}  # fmt: skip


def paint_innocent(
    grey: Float,
    rng: np.random.Generator,
    head: Head | None = None,
    window: Window = BRAIN,
    kind: str | None = None,
) -> Float:
    """Paint one to three innocent findings; a slice without a head comes back as it is.

    Args:
        grey: float32 [H, W] in [0, 1], anterior up; it is not changed.
        rng: all that chance decides, it decides.
        head: what ``find_head`` found on this slice, if it is known already.
        window: the window that was burned in.
        kind: one of ``KINDS`` alone; when None chance decides, by the level of the slice.

    Returns:
        The new grey, float32 [H, W] in [0, 1]. There is no mask: nothing here is blood.

    Raises:
        ValueError: an unknown kind.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    head = find_head(grey, window) if head is None else head
    if head is None:
        return grey.copy()
    try:
        frame = head.frame
    except DataError:
        return grey.copy()
    kinds = [kind] if kind else _chosen(head, rng)
    hu = head.hu.copy()
    for name in kinds:
        if name in IN_HEAD:
            hu = hu + IN_HEAD[name](frame, rng)
    painted = window.apply(np.asarray(hu, np.float32))
    for name in kinds:
        if name in IN_PICTURE:
            painted = IN_PICTURE[name](painted, frame, rng)
    return painted


def _chosen(head: Head, rng: np.random.Generator) -> list[str]:
    """One to three different kinds that suit the level."""
    chances = CHANCES[level(head)]
    weights = np.array(list(chances.values()), np.float64)
    count = int(rng.integers(1, 4))
    chosen = rng.choice(list(chances), size=count, replace=False, p=weights / weights.sum())
    return [str(name) for name in chosen]


def level(head: Head) -> str:
    """Roughly where the slice is, "base", "middle" or "vertex", by what lies beside the brain.

    At the base there is air and fat in front of it (sinuses, orbits, mastoid cells) within the
    outline of the bone; near the vertex much of that outline is bone.
    """
    white = (head.hu >= 0.985 * float(head.hu.max())).astype(np.uint8)
    contours, _ = cv2.findContours(white, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return "middle"
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    outline = cv2.fillConvexPoly(np.zeros_like(white), hull, 1)
    size = max(1, int(outline.sum()))
    black = (head.hu <= 0.03 * float(head.hu.max())) & (outline > 0) & ~head.inside
    if black.sum() / size > MUCH_AIR:
        return "base"
    return "vertex" if head.inside.sum() / size < LITTLE_BRAIN else "middle"
