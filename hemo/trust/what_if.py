"""What if: a place is filled in, or a bleed painted in, and the slice read again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import Side, paint
from hemo.errors import DataError
from hemo.reader import Reader, Reading
from hemo.slice import Slice
from hemo.trust.fill import Way, filled
from hemo.trust.inside import Inside, read_all

Bool = NDArray[np.bool_]
NO_HEAD = (
    "No closed skull was found on this slice, so hemo does not know where a bleed could be painted."
)
NOTHING_INSIDE = "Nothing of what is marked lies inside the skull: there is nothing to fill in."


@dataclass(frozen=True, eq=False)
class Change:
    """A slice before and after something was done to it.

    Attributes:
        before: the reading of the slice as it was.
        after: the reading of the changed one.
        slice_: the changed slice.
        mask: bool [H, W], where it was changed: what was filled, or the blood.
        way: what it was filled from; None where a bleed was painted.
    """

    before: Reading
    after: Reading
    slice_: Slice
    mask: Bool
    way: Way | None = None

    @property
    def logits(self) -> float:
        """By how much the logit changed."""
        return self.after.logit - self.before.logit

    @property
    def on_it(self) -> bool:
        """Whether the strongest evidence of the changed slice lies where it was changed."""
        return bool(self.mask.ravel()[int(self.after.evidence.values.argmax())])


def remove(reader: Reader, slice_: Slice, mask: Bool) -> Change:
    """Fill a place in and read again.

    Args:
        reader: that reads before and after.
        slice_: it is not changed.
        mask: bool [H, W], the place.

    Raises:
        DataError: nothing of it lies inside the skull.
        HemoError: the slice cannot be read.
    """
    new = filled(slice_, mask, reader.card.preprocessing)
    if not new.mask.any():
        raise DataError(NOTHING_INSIDE)
    before, after = read_all(reader, [slice_, new.slice_])
    return Change(before, after, new.slice_, new.mask, new.way)


def add(
    reader: Reader,
    slice_: Slice,
    kind: str,
    *,
    side: Side | None = None,
    size_mm: float | None = None,
    seed: int | None = None,
) -> Change:
    """Paint a bleed into a slice and read again.

    Args:
        reader: that reads before and after.
        slice_: it is not changed.
        kind: one of ``hemo.bleeds.KINDS``.
        side: the patient's; chance decides where None.
        size_mm: see ``hemo.bleeds.paint``.
        seed: of what chance decides; another bleed each time where None.

    Raises:
        DataError: there is no closed skull on the slice, or no room for such a bleed.
        HemoError: the slice cannot be read.
    """
    rng = np.random.default_rng(seed)
    painted, mask = bled(slice_, kind, reader, size_mm=size_mm, side=side, rng=rng)
    before, after = read_all(reader, [slice_, painted])
    return Change(before, after, painted, mask)


def bled(
    slice_: Slice,
    kind: str,
    reader: Reader,
    *,
    size_mm: float | None = None,
    side: Side | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[Slice, Bool]:
    """A slice with a bleed painted into it, and where the blood is, bool [H, W].

    Raises:
        DataError: there is no closed skull on the slice, or no room for such a bleed.
    """
    inside = Inside.of(slice_, reader.card.preprocessing)
    if not inside.closed:
        raise DataError(NO_HEAD)
    chance = np.random.default_rng() if rng is None else rng
    hu, mask = paint(inside.head, kind, chance, size_mm=size_mm, side=side)
    return inside.changed(hu), inside.onto_slice(mask)
