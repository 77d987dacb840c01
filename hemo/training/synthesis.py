"""Painted bleeds and innocent bright spots on real windowed slices, to train with.

A slice whose bleed was painted is known to the pixel; the same slice with a calcified pineal or a
dense falx teaches that not all that is bright is blood.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import AGES, KINDS, Head, find_head, paint
from hemo.errors import DataError
from hemo.training.innocent import paint_innocent
from hemo.windowing import BRAIN, Window

__all__ = ["age_by_chance", "kinds_by_chance", "paint_bleed", "paint_innocent"]

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]


def paint_bleed(
    grey: Float,
    rng: np.random.Generator,
    kind: str | None = None,
    window: Window = BRAIN,
    head: Head | None = None,
    shares: Sequence[float] = (),
    even_ages: float = 0.0,
) -> tuple[Float, Bool] | None:
    """Paint a bleed into a windowed slice without one.

    Args:
        grey: float32 [H, W] in [0, 1], cropped to the head, anterior up; it is not changed.
        rng: all that chance decides, it decides.
        kind: one of ``hemo.bleeds.KINDS``; chance decides when None.
        window: the window that was burned in.
        head: what ``find_head`` found on this slice, if it is known already.
        shares: how often chance decides for each of ``KINDS``; empty: for all alike.
        even_ages: share of the subdurals whose age is any of ``AGES`` alike, on the convexity.

    Returns:
        The new grey, float32 [H, W] in [0, 1], and the mask of the bleed, bool [H, W]; None where
        no head is found or it has no room for the bleed.

    Raises:
        ValueError: an unknown kind.
    """
    head = find_head(grey, window) if head is None else head
    if head is None:
        return None
    for chosen in [kind] if kind else kinds_by_chance(rng, shares):
        try:
            hu, mask = paint(head, chosen, rng, age=age_by_chance(chosen, rng, even_ages))
        except DataError:
            continue
        if mask.any():
            return window.apply(hu), mask
    return None


def age_by_chance(kind: str, rng: np.random.Generator, even: float) -> str | None:
    """Of a subdural: any of ``AGES`` alike, or None, for as it is in patients; None of others."""
    if kind != "subdural" or not even or rng.random() >= even:
        return None
    return str(rng.choice(list(AGES)))


def kinds_by_chance(rng: np.random.Generator, shares: Sequence[float]) -> list[str]:
    """All kinds; the first of them is painted, the others where there is no room for it."""
    if not shares:
        return [str(kind) for kind in rng.permutation(KINDS)]
    return [str(kind) for kind in rng.choice(KINDS, len(KINDS), replace=False, p=shares)]
