"""Synthetic heads as training samples: every kind of bleed, and as many heads without one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import KINDS
from hemo.phantom import Phantom, draw
from hemo.slice import Slice
from hemo.training.dataset import Split

VAL_SEED = 200_000
FIRST_SEED = 100_000  # the examples on the page use small seeds: none of them is ever trained on


@dataclass(frozen=True, eq=False)
class PhantomSample:
    """A phantom with what training needs to know of it; every phantom is a group of its own."""

    phantom: Phantom
    group: str
    split: Split = "train"
    source: str = "phantom"

    @property
    def label(self) -> int:
        """1 with a bleed, 0 without."""
        return int(self.phantom.kind is not None)

    def slice(self) -> Slice:
        """The head in Hounsfield units."""
        return self.phantom.slice

    def blood(self) -> NDArray[np.bool_]:
        """Where the bleed is, bool [H, W]."""
        return self.phantom.mask


def phantom_samples(count: int, *, split: Split, first_seed: int) -> list[PhantomSample]:
    """``count`` phantoms, every second one with a bleed, the kinds in turn."""
    kinds = [KINDS[(n // 2) % len(KINDS)] if n % 2 else None for n in range(count)]
    return [
        PhantomSample(draw(kind, seed=first_seed + n), f"phantom {first_seed + n}", split)
        for n, kind in enumerate(kinds)
    ]
