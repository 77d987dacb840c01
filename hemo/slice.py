"""What flows through hemo: one axial slice, or an ordered series of them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Units = Literal["HU", "display"]
Plane = Literal["axial", "other", "localizer"]


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice on its own pixel grid, without anything that says whose it is.

    Attributes:
        pixels: float32 [H, W], read-only. Hounsfield units where ``units`` is "HU"; where it is
            "display", grey values in [0, 1] with the window already burned in.
        units: "HU" or "display".
        modality: the DICOM modality ("CT", "MR", …), None where the file does not say.
        spacing: (row, column) distance of neighbouring pixels in mm, None where unknown.
        position: (x, y, z) of the first pixel in mm in DICOM's patient coordinates, None where
            unknown.
        plane: "axial" (a gantry tilt allowed), "other" (coronal, sagittal) or "localizer" (scout
            view), None where the file does not say.
        number: place in its series, from 1.
        source: where it came from, in words: "JPEG-LS DICOM", "16-bit PNG".
        warnings: sentences about the file that a reader should know.

    Raises:
        ValueError: pixels are not a 2-D array, empty, or not finite.
    """

    pixels: NDArray[np.float32]
    units: Units
    modality: str | None = None
    spacing: tuple[float, float] | None = None
    position: tuple[float, float, float] | None = None
    plane: Plane | None = None
    number: int = 1
    source: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels = self.pixels
        if not _is_ours(pixels):
            pixels = np.array(pixels, dtype=np.float32)  # a copy: nobody else can write to it
        if pixels.ndim != 2 or pixels.size == 0:
            raise ValueError(f"a slice has [H, W] pixels, not {pixels.shape}")
        if not np.isfinite(pixels).all():
            raise ValueError("a slice has finite pixels only")
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True)
class Series:
    """Slices of one acquisition, ordered by position along their normal, from the feet up.

    Attributes:
        slices: numbered from 1.
        warnings: sentences about the series and about what was set aside beside it.
    """

    slices: tuple[Slice, ...] = field(default=())
    warnings: tuple[str, ...] = ()


def _is_ours(pixels: NDArray[np.float32]) -> bool:
    """Whether an array is that of another slice: read-only memory need not be copied again."""
    return bool(
        isinstance(pixels, np.ndarray)
        and pixels.dtype == np.float32
        and pixels.base is None
        and not pixels.flags.writeable
    )
