"""Arrays of one DICOM frame: stored values, Hounsfield units, grey; and a codestream's own header.

Plain values in, plain values out: which attribute they come from is ``dicom``'s business.
"""

import struct
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hemo.errors import BrokenFileError
from hemo.reading.limits import luma
from hemo.windowing import Window

AIR = -1024.0
"""Hounsfield units that pixels outside the scanned circle are given."""

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]

_J2K_START = b"\xff\x4f\xff\x51"  # SOC and SIZ, ISO/IEC 15444-1 A.4.1 and A.5.1
# SOF0 … SOF15 without DHT, JPG and DAC (ISO/IEC 10918-1 table B.1), and JPEG-LS's SOF55
_FRAME_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = {0x01, *range(0xD0, 0xD9)}  # no length follows


def codestream_shape(codestream: bytes) -> tuple[int, int, int] | None:
    """(rows, columns, samples per pixel) that a JPEG, JPEG-LS or JPEG 2000 codestream declares.

    A decoder reserves memory for these, whatever the data set around it says. None where the
    codestream has no readable header.
    """
    start = codestream.find(_J2K_START, 0, 4096)  # after the boxes of a stray JP2 header
    try:
        return _jpeg_shape(codestream) if start < 0 else _j2k_shape(codestream, start)
    except (struct.error, IndexError):
        return None


def rle_length(codestream: bytes) -> int:
    """How many bytes the first segment of an RLE frame decodes to (PS3.5 G.3 and G.5)."""
    start, end = struct.unpack_from("<2I", codestream, 4)
    segment = codestream[start:end] if end else codestream[start:]
    at, length = 0, 0
    while at + 1 < len(segment):
        header = segment[at]
        if header < 128:  # that many bytes and one, as they are
            length += min(header + 1, len(segment) - at - 1)
            at += header + 2
        else:  # the next byte 257 − header times; 128 is nothing
            length += 257 - header if header > 128 else 0
            at += 2 if header > 128 else 1
    return length


def rescale(stored: NDArray[Any], slope: float, intercept: float) -> NDArray[np.float32]:
    """Stored values [H, W] to the units of the modality, float32: slope · value + intercept.

    PS3.3 C.11.1.1.2. MONOCHROME1 plays no part here: it turns grey around after the window.

    Raises:
        BrokenFileError: the slope is 0 or something is not finite.
    """
    if slope == 0:
        raise BrokenFileError("The DICOM file is damaged: its rescale slope is 0.")
    with np.errstate(over="ignore", invalid="ignore"):
        exact = stored.astype(np.float64)
        exact *= slope
        exact += intercept
        values = exact.astype(np.float32)
    if not np.isfinite(values).all():
        raise BrokenFileError("The DICOM file is damaged: its values are not finite numbers.")
    return values


def padding(stored: NDArray[Any], value: int | None, limit: int | None) -> NDArray[np.bool_]:
    """Which stored values [H, W] are padding: one value, or a range of them.

    PS3.3 C.7.5.1.1.2. Either may arrive in the other signedness (63536 for −2000): the
    attributes are US or SS by Pixel Representation, and some writers do not mind.
    """
    if value is None:
        return np.zeros(stored.shape, np.bool_)
    bits = 8 * stored.dtype.itemsize
    least = np.iinfo(stored.dtype).min
    ends = [(end - least) % 2**bits + least for end in (value, value if limit is None else limit)]
    mask: NDArray[np.bool_] = (stored >= min(ends)) & (stored <= max(ends))
    return mask


def to_grey(
    values: NDArray[np.float32],
    window: Window | None,
    function: Function,
    ignored: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Values [H, W] to grey in [0, 1], float32, by a VOI window or else by their own range.

    Args:
        values: in the units of the modality.
        window: the file's own, None to use the range of the values.
        function: the file's VOI LUT function, PS3.3 C.11.2.1.2 and C.11.2.1.3.
        ignored: pixels that do not count for the range, bool [H, W]; they are shown black.
    """
    grey: NDArray[np.float32]
    if window is None:
        grey = _by_range(values, ignored)
    elif function == "SIGMOID":
        steepness = np.clip(-4 * (values - window.center) / window.width, -80, 80)
        grey = np.divide(1, 1 + np.exp(steepness), dtype=np.float32)
    elif function == "LINEAR_EXACT":
        grey = window.apply(values)
    else:
        # LINEAR is the same line through center − 0.5 with a width less 1; width 1 is a step.
        grey = Window(window.center - 0.5, max(window.width - 1, 1e-3)).apply(values)
    grey[ignored] = 0
    return grey


def color_to_grey(rgb: NDArray[np.generic], white: int) -> NDArray[np.float32]:
    """Colours [H, W, 3] in [0, white] to grey in [0, 1], float32 [H, W]."""
    return np.clip(luma(rgb) / np.float32(white), 0, 1)


def _j2k_shape(codestream: bytes, start: int) -> tuple[int, int, int]:
    right, bottom, left, top = struct.unpack_from(">4I", codestream, start + 8)
    (components,) = struct.unpack_from(">H", codestream, start + 40)
    return bottom - top, right - left, components


def _jpeg_shape(codestream: bytes) -> tuple[int, int, int] | None:
    """Walk from marker segment to marker segment until the frame header (10918-1 B.2.2)."""
    at = 2
    while codestream[at] == 0xFF:
        marker = codestream[at + 1]
        if marker in _FRAME_MARKERS:
            rows, columns, components = struct.unpack_from(">HHB", codestream, at + 5)
            return rows, columns, components
        if marker == 0xFF or marker in _BARE_MARKERS:  # fill byte, or no segment to skip
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + struct.unpack_from(">H", codestream, at + 2)[0]
    return None


def _by_range(values: NDArray[np.float32], ignored: NDArray[np.bool_]) -> NDArray[np.float32]:
    counted = values[~ignored]
    if counted.size == 0 or counted.min() == counted.max():
        return np.zeros(values.shape, np.float32)
    low, high = float(counted.min()), float(counted.max())
    return np.clip((values.astype(np.float64) - low) / (high - low), 0, 1).astype(np.float32)
