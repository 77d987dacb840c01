"""What every kind of file shares: how large it may be, and silence while it is read."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from hemo.errors import BrokenFileError, TooLargeError

MAX_SIDE = 8192
"""Rows or columns of the largest picture that is decoded."""

MAX_PIXELS = 2**25
"""Pixels of the largest single picture: a decoder may need 24 bytes for each of them."""

MAX_BYTES = 512 * 2**20
"""Size of the largest file, folder or archive that is opened, and of what it may inflate to."""

MAX_DICOM = 256 * 2**20
"""Size of the largest DICOM file, deflated or not: its pixels are in memory three times over."""

MAX_VOXELS = 2**27
"""Pixels of all slices that are read at once: 512 MB as float32."""

MAX_SLICES = 2000
"""Slices that are read at once."""

MAX_FILES = 2000
"""Files in a folder or an archive."""

_STEPS, _STEPS_A_FILE = 300_000, 2000  # reads of a few bytes each: 5 µs with all that follows

_TALKATIVE = ("pydicom", "pylibjpeg", "libjpeg", "openjpeg", "PIL", "nibabel", "nibabel.global")
_LOCK = threading.RLock()


def check_size(rows: int, columns: int) -> None:
    """Refuse a picture by the size that its header claims, before anything is decoded.

    Raises:
        BrokenFileError: a side is not at least one pixel.
        TooLargeError: a side is longer than ``MAX_SIDE``, or both are nearly as long.
    """
    if rows < 1 or columns < 1:
        raise BrokenFileError("The file is damaged: it says that its picture has no pixels.")
    if max(rows, columns) > MAX_SIDE:
        raise TooLargeError(
            f"The picture is {columns} × {rows} pixels; hemo reads at most {MAX_SIDE} on a side."
        )
    if rows * columns > MAX_PIXELS:
        raise TooLargeError(
            f"The picture is {columns} × {rows} pixels; hemo reads at most "
            f"{MAX_PIXELS // 10**6} million in one picture."
        )


def check_bytes(size: int) -> None:
    """Refuse a file of more than ``MAX_BYTES`` bytes.

    Raises:
        TooLargeError: it is larger.
    """
    if size > MAX_BYTES:
        raise TooLargeError(
            f"The file is larger than {MAX_BYTES // 2**20} MB, the most that hemo opens."
        )


class Allowance:
    """What one call may still read, however many files it is spread over.

    A reader asks before it decodes, so that what fails costs as much as what succeeds: an archive
    of a thousand pictures that are all broken in their last byte ends early too.
    """

    def __init__(self) -> None:
        self._voxels, self._slices, self._steps = MAX_VOXELS, MAX_SLICES, _STEPS
        self.inflated = MAX_BYTES

    @property
    def exhausted(self) -> bool:
        """Whether more was asked for than there is; then there is no going on."""
        return min(self._voxels, self._slices, self._steps, self.inflated) < 0

    def take(self, rows: int, columns: int, count: int = 1) -> None:
        """Ask for slices of one size.

        Raises:
            BrokenFileError: a side is not at least one pixel.
            TooLargeError: a slice is too large, or there are too many of them.
        """
        check_size(rows, columns)
        voxels = rows * columns * count
        if voxels <= MAX_VOXELS and count <= MAX_SLICES:  # else this file alone is too large
            self._voxels -= voxels
            self._slices -= count
        if voxels > MAX_VOXELS or count > MAX_SLICES or self.exhausted:
            raise TooLargeError(
                f"This is more than hemo reads at once: at most {MAX_SLICES} slices and "
                f"{MAX_VOXELS // 10**6} million pixels."
            )

    def add_steps(self) -> None:
        """Allow for the elements of one more DICOM file, of which there are a few hundred."""
        self._steps += _STEPS_A_FILE

    def take_step(self) -> None:
        """Ask for one read of a parser: half a gigabyte may be made of elements without a value.

        Raises:
            TooLargeError: they are too many.
        """
        self._steps -= 1
        if self._steps < 0:
            raise TooLargeError("The DICOM file has more elements than hemo looks through.")

    def take_inflated(self, size: int) -> None:
        """Ask for bytes that a compressed file inflates to.

        Raises:
            TooLargeError: they are too many.
        """
        self.inflated -= size
        if self.exhausted:
            raise TooLargeError(f"The file inflates to more than {MAX_BYTES // 2**20} MB.")


def luma(rgb: NDArray[np.generic]) -> NDArray[np.float32]:
    """Colours [H, W, 3] to grey [H, W], float32, in the units of the colours (ITU-R BT.601)."""
    # In thousandths: exact for 8-bit colours, so grey stored as RGB gives the very same values.
    grey = np.zeros(rgb.shape[:2], np.float32)
    for channel, weight in enumerate((299, 587, 114)):
        grey += np.float32(weight) * rgb[..., channel].astype(np.float32)
    grey /= 1000
    return grey


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings and log lines, which quote tag values, from being printed.

    One file at a time: filters and levels belong to the whole process, so two threads that set
    and restored them in turn could leave the other one talking.
    """
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        levels = [logger.level for logger in loggers]
        for logger in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
