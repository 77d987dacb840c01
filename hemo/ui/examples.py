"""The synthetic slices that the page offers: drawn when they are asked for, with a known truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hemo import phantom
from hemo.phantom import Phantom
from hemo.reader import Reading
from hemo.slice import Slice
from hemo.ui.slices import View
from hemo.ui.thumbnails import thumbnail


@dataclass(frozen=True, eq=False)
class Example:
    """A synthetic slice to choose.

    Attributes:
        label: under its picture.
        kind: of the bleed painted on it; None where there is none.
        seed: of everything else on it.
    """

    label: str
    kind: str | None
    seed: int

    @cached_property
    def phantom(self) -> Phantom:
        """The slice and the mask of the bleed, drawn once."""
        return phantom.draw(self.kind, seed=self.seed)


EXAMPLES = (  # in their order on the page; heads on which the bleed shows in a small picture
    Example("Parenchymal", "intraparenchymal", 6),
    Example("Subdural", "subdural", 1),
    Example("Epidural", "epidural", 10),
    Example("Subarachnoid", "subarachnoid", 9),
    Example("Ventricular", "intraventricular", 7),
    Example("Normal", None, 12),
)


def points_at_it(example: Example, reading: Reading) -> bool:
    """Whether the strongest evidence lies on the bleed, or within a map cell of it."""
    values = reading.evidence.values
    row, column = np.unravel_index(values.argmax(), values.shape)
    rows, columns = np.nonzero(example.phantom.mask)
    if rows.size == 0:
        return False
    distance = np.hypot(rows - row, columns - column).min()
    return bool(distance <= reading.evidence.cell_pixels**0.5)


def gallery() -> list[View]:
    """What examples.js draws: a label and a small picture of each."""
    return [{"label": e.label, "png": thumbnail("slice", e.label)} for e in EXAMPLES]


def fronts() -> Iterator[tuple[str, Slice]]:
    """What is on the buttons: each label and its slice."""
    return ((example.label, example.phantom.slice) for example in EXAMPLES)
