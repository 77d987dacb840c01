"""The synthetic slices that the page offers: drawn at start-up, with a known truth."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from hemo import overlay, phantom
from hemo.phantom import Phantom
from hemo.reader import Reading
from hemo.slice import Slice
from hemo.ui.slices import View, data_uri
from hemo.windowing import to_display

_THUMBNAIL = 168  # pixels; twice the size that it is shown at
_KINDS = (  # label, kind, seed: heads on which the bleed can be seen in a small picture
    ("Parenchymal", "intraparenchymal", 6),
    ("Subdural", "subdural", 1),
    ("Epidural", "epidural", 10),
    ("Subarachnoid", "subarachnoid", 9),
    ("Ventricular", "intraventricular", 7),
    ("Normal", None, 12),
)


@dataclass(frozen=True, eq=False)
class Example:
    """A synthetic slice to choose.

    Attributes:
        label: under its picture.
        kind: of the bleed painted on it; None where there is none.
        phantom: the slice and the mask of the bleed.
    """

    label: str
    kind: str | None
    phantom: Phantom


@cache
def examples() -> tuple[Example, ...]:
    """The examples in their order on the page; drawn once."""
    return tuple(
        Example(label, kind, phantom.draw(kind, seed=seed)) for label, kind, seed in _KINDS
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
    return [
        {"label": example.label, "png": thumbnail(example.phantom.slice)} for example in examples()
    ]


def thumbnail(slice_: Slice) -> str:
    """A small picture of a slice's head as a data: URI."""
    grey = to_display(slice_)
    height, width = grey.shape
    left, top, across, down = overlay.content(grey)
    head = grey[
        round(top * height) : round((top + down) * height),
        round(left * width) : round((left + across) * width),
    ]
    return data_uri(overlay.to_png(overlay.to_grey(overlay.shrink(head, _THUMBNAIL))))
