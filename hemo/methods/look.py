"""What a method looks at: a slice as the network saw it, and how far the looking has come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event

import numpy as np
from numpy.typing import NDArray

from hemo.errors import HemoError
from hemo.evidence import EvidenceMap, Head, on_slice
from hemo.guided import shown
from hemo.preprocessing import View, preprocess
from hemo.reader import Reader
from hemo.slice import Slice

Float = NDArray[np.float32]
Progress = Callable[[int, int], None]  # done, of how many


class Stopped(HemoError):
    """Whoever asked does not want the answer any more."""

    def __init__(self) -> None:
        super().__init__("Stopped before it was done.")


def _silent(done: int, total: int) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True, eq=False)
class Look:
    """One slice in front of one reader.

    Attributes:
        reader: whose network is asked.
        image: float32 [3, S, S], its input.
        view: where that lies on the slice.
        stop: set by whoever does not want the answer any more.
        progress: told how much is done.
    """

    reader: Reader
    image: Float
    view: View
    stop: Event = field(default_factory=Event)
    progress: Progress = _silent

    @classmethod
    def at(
        cls, reader: Reader, slice_: Slice, stop: Event | None = None, progress: Progress = _silent
    ) -> "Look":
        """A slice as the reader's preprocessing shows it, whatever the gate would say."""
        image, view = preprocess(slice_, reader.card.preprocessing)
        return cls(reader, image, view, stop or Event(), progress)

    @cached_property
    def features(self) -> Float:
        """layer4's output, float32 [C, h, w]."""
        return self.reader.features(self.image[None])[0]

    @property
    def head(self) -> Head:
        """From pooled features to the logit."""
        return self.reader.head

    @property
    def grey(self) -> Float:
        """What the network sees, float32 [S, S] in [0, 1]."""
        return shown(self.image, self.reader.card.preprocessing)

    @property
    def map_cells(self) -> int:
        """How many cells the network's own map has."""
        return self.features.shape[1] * self.features.shape[2]

    def step(self, done: int, total: int) -> None:
        """Tell how much is done.

        Raises:
            Stopped: nobody wants the rest.
        """
        if self.stop.is_set():
            raise Stopped
        self.progress(done, total)

    def on_slice(
        self, cells: Float, *, bias: float = 0.0, method: str, layer: str = "layer4"
    ) -> EvidenceMap:
        """A map of the view [h, w], of any grid, on the slice's."""
        cells = np.asarray(cells, np.float32)
        return on_slice(
            cells, bias, self.view, map_cells=self.map_cells, method=method, layer=layer
        )
