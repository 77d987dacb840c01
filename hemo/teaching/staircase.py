"""Difficulty: what a level means, and how it follows the learner.

A weighted up-down staircase (Kaernbach 1991, Percept Psychophys 49:227): one level harder after a
case read rightly, three easier after one read wrongly. It settles where
p · up = (1 − p) · down, that is where three of four cases are read rightly.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np

EASIEST, HARDEST, START = 1, 12, 4
UP, DOWN = 1, 3

# (easiest, hardest) size in mm: diameter of an intraparenchymal, thickness of the others; the
# two kinds that fill what CSF there is have none (see ``hemo.bleeds.paint``).
_SIZES = {
    "intraparenchymal": (38.0, 7.0),
    "epidural": (20.0, 5.0),
    "subdural": (13.0, 3.0),
}
_FROM_LEVEL = {  # the kinds that are hard to see come later
    "intraparenchymal": 1,
    "epidural": 1,
    "subdural": 2,
    "intraventricular": 3,
    "subarachnoid": 4,
}
_CONTRAST_HU = (34.0, 11.0)  # of blood over the brain beside it: fresh clot, nearly isodense


@dataclass(frozen=True)
class Look:
    """How easily a bleed is seen.

    Attributes:
        kind: one of ``hemo.bleeds.KINDS``.
        size_mm: diameter or thickness; None for the kinds that have none.
        contrast_hu: how much brighter than brain the blood may be at most.
    """

    kind: str
    size_mm: float | None
    contrast_hu: float


def next_level(level: int, right: bool) -> int:
    """The level of the next case, from EASIEST to HARDEST."""
    return max(EASIEST, min(HARDEST, level + UP if right else level - DOWN))


def hardness(level: int) -> float:
    """A level as a number from 0, the easiest, to 1.

    Raises:
        ValueError: there is no such level.
    """
    if not EASIEST <= level <= HARDEST:
        raise ValueError(f"a level is from {EASIEST} to {HARDEST}, not {level}")
    return (level - EASIEST) / (HARDEST - EASIEST)


def look(level: int, rng: np.random.Generator) -> Look:
    """What a bleed of a level looks like: its kind by chance, size and contrast by the level."""
    hard = hardness(level)
    kind = str(rng.choice([kind for kind, first in _FROM_LEVEL.items() if first <= level]))
    size = _between(*_SIZES[kind], hard) if kind in _SIZES else None
    return Look(kind, size, _between(*_CONTRAST_HU, hard))


def _between(easy: float, hard: float, share: float) -> float:
    """From easy to hard in equal ratios: sizes are felt as ratios."""
    return exp(log(easy) + share * (log(hard) - log(easy)))
