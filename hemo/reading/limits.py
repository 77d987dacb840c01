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

MAX_BYTES = 512 * 2**20
"""Size of the largest file that is opened, and of the largest inflated one."""

_TALKATIVE = ("pydicom", "pylibjpeg", "libjpeg", "openjpeg", "PIL")
_LOCK = threading.RLock()


def check_size(rows: int, columns: int) -> None:
    """Refuse a picture by the size that its header claims, before anything is decoded.

    Raises:
        BrokenFileError: a side is not at least one pixel.
        TooLargeError: a side is longer than ``MAX_SIDE``.
    """
    if rows < 1 or columns < 1:
        raise BrokenFileError("The file is damaged: it says that its picture has no pixels.")
    if max(rows, columns) > MAX_SIDE:
        raise TooLargeError(
            f"The picture is {columns} × {rows} pixels; hemo reads at most {MAX_SIDE} on a side."
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
