"""The inside of the head on a slice, and how a changed one goes back onto it."""

from dataclasses import dataclass, replace
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemo.bleeds import Head, find_head
from hemo.errors import HemoError
from hemo.preprocessing import Preprocessing, View, crop, cut, visible
from hemo.reader import Reader, Reading
from hemo.slice import Slice

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Inside:
    """A slice, cropped to its head, in Hounsfield units.

    Attributes:
        slice_: the slice itself.
        view: the square of it that is looked at.
        spec: how the network is shown slices.
        head: HU and the space inside the skull on that square; a "display" slice's HU are those of
            its burned-in window. Without a closed skull the space is whatever is not black.
        closed: whether a closed skull was found.
    """

    slice_: Slice
    view: View
    spec: Preprocessing
    head: Head
    closed: bool

    @classmethod
    def of(cls, slice_: Slice, spec: Preprocessing) -> "Inside":
        """Look for the skull on a slice."""
        grey, view = crop(slice_, spec)
        found = find_head(grey, spec.window)
        hu = cut(slice_.pixels, view) if slice_.units == "HU" else spec.window.invert(grey)
        room = found.inside if found else grey > 0
        estimated = found.mm if found else 1.0
        mm = sqrt(prod(slice_.spacing)) if slice_.spacing else estimated
        return cls(slice_, view, spec, Head(hu, room, mm), found is not None)

    @property
    def room(self) -> Bool:
        """The space inside on the slice's own grid, bool [H, W]."""
        return self.onto_slice(self.head.inside)

    def of_slice(self, values: NDArray[Any]) -> NDArray[Any]:
        """A mask or a map on the slice's grid as one on the square, 0 beside the slice."""
        return cut(values, self.view)

    def onto_slice(self, mask: Bool) -> Bool:
        """A mask on the square as one on the slice's grid."""
        rows, columns = visible(self.view)
        where = np.zeros(self.view.shape, np.bool_)
        where[rows, columns] = mask[self._seen()]
        return where

    def changed(self, hu: Float) -> Slice:
        """The slice with new HU on the square; what is as it was keeps its very pixels."""
        rows, columns = visible(self.view)
        seen = self._seen()
        differs = (hu != self.head.hu)[seen]
        values = hu if self.slice_.units == "HU" else self.spec.window.apply(hu)
        pixels = np.array(self.slice_.pixels)
        pixels[rows, columns][differs] = values[seen][differs]
        return replace(self.slice_, pixels=pixels)

    def _seen(self) -> tuple[slice, slice]:
        """The part of the square that lies on the slice."""
        rows, columns = visible(self.view)
        return (
            slice(rows.start - self.view.top, rows.stop - self.view.top),
            slice(columns.start - self.view.left, columns.stop - self.view.left),
        )


def read_all(reader: Reader, slices: list[Slice]) -> list[Reading]:
    """Read changed slices, whatever the gate thinks of what was done to them.

    Raises:
        HemoError: one cannot be read at all; the gate's sentence.
    """
    readings = []
    for result in reader.read_many(slices, anyway=True):
        if not isinstance(result, Reading):
            raise HemoError(result.sentence)
        readings.append(result)
    return readings
