"""The synthetic series that the page offers, for visitors who have none at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hemo.phantom import Phantom
from hemo.phantom.volume import Bleed, draw_slice
from hemo.slice import Slice
from hemo.ui.slices import View
from hemo.ui.thumbnails import thumbnail

COUNT = 16  # slices
_FRONT = 9  # the slice on the button


@dataclass(frozen=True)
class SeriesExample:
    """A series to choose: what stands under its picture, and what is drawn."""

    label: str
    bleed: Bleed | None
    seed: int


EXAMPLES = (
    SeriesExample("Subdural", Bleed("subdural"), 21),
    SeriesExample("Epidural", Bleed("epidural", size_mm=20, middle_mm=32, reach_mm=20), 24),
    SeriesExample("No bleed", None, 22),
)


@cache
def _drawn(index: int, number: int) -> Phantom:
    """One slice of an example, drawn once: it is nobody's."""
    return draw_slice(EXAMPLES[index].bleed, number, seed=EXAMPLES[index].seed)


def drawn(index: int) -> Iterator[Phantom]:
    """The slices of an example, each drawn when it is asked for."""
    return (_drawn(index, number) for number in range(1, COUNT + 1))


def gallery() -> list[View]:
    """What series-drop.js draws: a label and a small picture of each."""
    return [{"label": e.label, "png": thumbnail("series", e.label)} for e in EXAMPLES]


def fronts() -> Iterator[tuple[str, Slice]]:
    """What is on the buttons: each label and a slice from the middle."""
    return ((example.label, _drawn(i, _FRONT).slice) for i, example in enumerate(EXAMPLES))
