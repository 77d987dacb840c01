"""Stability: the same head turned, shifted and shown in other windows is the same head."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.reader import Reader
from hemo.slice import Slice
from hemo.trust.inside import read_all
from hemo.windowing import BRAIN, Window

Float = NDArray[np.float32]
Affine = NDArray[np.float64]  # [2, 3], pixels to pixels

TURNS = (-8.0, -4.0, 4.0, 8.0)  # degrees; heads lie that much askew in the scanner
SHIFTS = ((0.37, -0.61), (-2.5, 1.5))  # pixels (x, y): other pixels see the same edges
WINDOWS = ((44.0, 80.0), (36.0, 80.0), (40.0, 92.0), (40.0, 70.0))  # center, width


@dataclass(frozen=True)
class Variant:
    """One way the slice was changed that should not matter.

    Attributes:
        kind: "flip", "turn", "shift" or "window".
        amount: degrees of a turn, pixels of a shift (x, y), HU of a window's center and width.
        probability: read on it.
        agreement: correlation of its map, brought back, with the slice's own, in [-1, 1].
    """

    kind: str
    amount: tuple[float, ...]
    probability: float
    agreement: float


@dataclass(frozen=True)
class Stability:
    """How far a reading moves when nothing that matters does.

    Attributes:
        probability: of the slice as it is.
        variants: what was tried.
    """

    probability: float
    variants: tuple[Variant, ...]

    @property
    def lowest(self) -> float:
        """The lowest probability of all, the slice's own among them."""
        return min([self.probability, *(v.probability for v in self.variants)])

    @property
    def highest(self) -> float:
        """The highest probability of all."""
        return max([self.probability, *(v.probability for v in self.variants)])

    @property
    def spread(self) -> float:
        """Root mean square of how far the probability moved."""
        moved = [v.probability - self.probability for v in self.variants]
        return float(np.sqrt(np.mean(np.square(moved))))

    @property
    def agreement(self) -> float:
        """The median agreement of the maps."""
        return float(np.median([v.agreement for v in self.variants]))


@dataclass(frozen=True, eq=False)
class _Change:
    kind: str
    amount: tuple[float, ...]
    slice_: Slice
    back: Callable[[Float], Float]


def stability(reader: Reader, slice_: Slice) -> Stability:
    """Read a slice as it is and flipped, turned, shifted and in other windows.

    Raises:
        HemoError: it cannot be read.
    """
    changes = [_flip(slice_), *_turns(slice_), *_shifts(slice_), *_windows(slice_)]
    first, *others = read_all(reader, [slice_, *(change.slice_ for change in changes)])
    variants = [
        Variant(
            kind=change.kind,
            amount=change.amount,
            probability=reading.probability,
            agreement=agreement(first.evidence.values, change.back(reading.evidence.values)),
        )
        for change, reading in zip(changes, others, strict=True)
    ]
    return Stability(first.probability, tuple(variants))


def agreement(one: Float, other: Float) -> float:
    """Pearson's correlation of two maps [H, W] where either has evidence; 0 where one is even."""
    where = (one != 0) | (other != 0)
    a, b = one[where].astype(np.float64), other[where].astype(np.float64)
    if a.size == 0 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _flip(slice_: Slice) -> _Change:
    flipped = replace(slice_, pixels=np.ascontiguousarray(slice_.pixels[:, ::-1]))
    return _Change("flip", (), flipped, lambda values: values[:, ::-1])


def _turns(slice_: Slice) -> list[_Change]:
    height, width = slice_.shape
    middle = ((width - 1) / 2, (height - 1) / 2)
    return [
        _moved(slice_, "turn", (turn,), cv2.getRotationMatrix2D(middle, turn, 1.0))
        for turn in TURNS
    ]


def _shifts(slice_: Slice) -> list[_Change]:
    return [
        _moved(slice_, "shift", (x, y), np.array([[1, 0, x], [0, 1, y]], np.float64))
        for x, y in SHIFTS
    ]


def _moved(slice_: Slice, kind: str, amount: tuple[float, ...], by: Affine) -> _Change:
    air = float(slice_.pixels.min())
    size = slice_.shape[::-1]
    pixels = cv2.warpAffine(
        slice_.pixels, by, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
        borderValue=air,
    )  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _Change(
        kind,
        amount,
        replace(slice_, pixels=np.clip(pixels, air, slice_.pixels.max())),
        lambda values: np.asarray(cv2.warpAffine(values, by, size, flags=flags), np.float32),
    )


def _windows(slice_: Slice) -> list[_Change]:
    return [
        _Change(
            "window",
            (center, width),
            _in_window(slice_, Window(center, width)),
            lambda values: values,
        )
        for center, width in WINDOWS
    ]


def _in_window(slice_: Slice, window: Window) -> Slice:
    """The slice such that the brain window shows what another one would show of it."""
    if slice_.units == "HU":
        return replace(slice_, pixels=BRAIN.invert((slice_.pixels - window.low) / window.width))
    return replace(slice_, pixels=window.apply(BRAIN.invert(slice_.pixels)))
