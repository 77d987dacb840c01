"""Display windows: Hounsfield units to grey."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hemo.slice import Slice


@dataclass(frozen=True)
class Window:
    """A window as radiologists name it: its center and width in Hounsfield units.

    Raises:
        ValueError: width is not greater than 0.
    """

    center: float
    width: float

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"window width must be greater than 0, not {self.width}")

    @property
    def low(self) -> float:
        """The Hounsfield value that is shown black."""
        return self.center - self.width / 2

    def apply(self, hu: NDArray[np.float32]) -> NDArray[np.float32]:
        """Hounsfield units [any shape] to grey in [0, 1], float32: linear, clipped at both ends.

        This is LINEAR_EXACT of DICOM PS3.3 C.11.2.1.3.2 with an output range of 0 to 1.
        """
        grey = np.asarray(np.subtract(hu, self.low, dtype=np.float32))
        grey /= self.width
        return np.clip(grey, 0.0, 1.0, out=grey)

    def invert(self, grey: NDArray[np.float32]) -> NDArray[np.float32]:
        """Grey in [0, 1] back to Hounsfield units, float32; what was clipped stays clipped."""
        hu: NDArray[np.float32] = (grey * self.width + self.low).astype(np.float32)
        return hu


BRAIN = Window(40, 80)
SUBDURAL = Window(80, 200)
STROKE = Window(40, 40)
BONE = Window(600, 2800)


def to_display(slice_: Slice, window: Window = BRAIN) -> NDArray[np.float32]:
    """The slice as grey in [0, 1], float32 [H, W]; a "display" slice keeps its burned-in window."""
    return window.apply(slice_.pixels) if slice_.units == "HU" else slice_.pixels
