"""Pictures (PNG, JPEG, TIFF, BMP, WebP) to slices, nearly always in display units."""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from hemo.errors import BrokenFileError, UnsupportedFileError
from hemo.reading import hounsfield
from hemo.reading.found import Found
from hemo.reading.limits import Allowance, luma
from hemo.slice import Slice, Units

HOUNSFIELD = "The values of this picture look like Hounsfield units; they were taken as such."
HOUNSFIELD_1024 = (
    f"The values of this picture look like Hounsfield units + {hounsfield.OFFSET}; they were taken "
    "as such."
)
SEVERAL_PICTURES = "The file holds several pictures; only the first one was read."

# The plugins are called themselves, not Image.open: it counts pixels before their size can be
# asked for, against a limit of the whole process.
_OPEN: dict[str, Callable[[BytesIO], ImageFile]] = {
    "PNG": PngImageFile,
    "JPEG": JpegImageFile,
    "TIFF": TiffImageFile,
    "BMP": BmpImageFile,
    "WebP": WebPImageFile,
}

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
}
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}

_MODES = {
    "1": "1-bit",
    "L": "8-bit grey",
    "LA": "8-bit grey and alpha",
    "P": "8-bit palette",
    "PA": "8-bit palette and alpha",
    "RGB": "8-bit RGB",
    "RGBA": "8-bit RGBA",
    "RGBa": "8-bit RGBA",
    "RGBX": "8-bit RGB",
    "CMYK": "8-bit CMYK",
    "YCbCr": "8-bit YCbCr",
    "I;16": "16-bit grey",
    "I;16L": "16-bit grey",
    "I;16B": "16-bit grey",
    "I": "32-bit grey",
    "F": "floating-point grey",
}
_TIFF_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0

# What Pillow's plugins raise on damaged files (its bomb error is out of reach: see _OPEN).
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def recognises(data: bytes) -> bool:
    """Whether the contents begin as one of the pictures that hemo reads."""
    return _kind(data) is not None


def read(data: bytes, allowance: Allowance) -> Iterator[Found]:
    """The first picture of a file as one slice.

    Colours become grey by their luma (BT.601), alpha is dropped and the colours under it are
    taken as stored, an EXIF orientation is applied.

    Yields:
        One slice in display units, float32 [H, W] in [0, 1], unless values deeper than 8 bits
        look like Hounsfield units, plain or + 1024.

    Raises:
        UnsupportedFileError: not one of these kinds, or of an unusual colour space.
        BrokenFileError: truncated or damaged.
        TooLargeError: a side is longer than hemo is willing to decode.
    """
    kind = _kind(data)
    if kind is None:
        raise UnsupportedFileError("This is not a picture that hemo reads.")
    picture, warnings = _decoded(kind, data, allowance)
    if picture.mode not in _MODES:
        raise UnsupportedFileError("The picture has a colour space that hemo does not read.")
    source = kind if kind == "JPEG" else f"{_MODES[picture.mode]} {kind}"
    pixels, units, warning = _hounsfield(picture)
    if units == "display":
        pixels, warning = _grey(picture)
        if kind == "TIFF" and _is_deep(picture) and _white_is_zero(data):
            pixels = 1 - pixels  # Pillow inverts 8-bit pictures only
    yield Found(Slice(pixels, units, source=source, warnings=warnings + warning))


def _kind(data: bytes) -> str | None:
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    # Two letters are a weak signature: the size of the second header must be one that exists.
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "BMP"
    return None


@contextmanager
def _damage(kind: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE:
        raise BrokenFileError(f"The {kind} file is truncated or damaged.") from None


def _decoded(kind: str, data: bytes, allowance: Allowance) -> tuple[Image.Image, tuple[str, ...]]:
    """The first picture, upright, once its header was found small enough."""
    with _damage(kind):
        file = _OPEN[kind](BytesIO(data))
    allowance.take(file.height, file.width)
    with _damage(kind):
        several = getattr(file, "n_frames", 1) > 1
        picture = ImageOps.exif_transpose(file)
    return picture, (SEVERAL_PICTURES,) if several else ()


def _grey(picture: Image.Image) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Grey in [0, 1], float32 [H, W], and what there is to say about its scale."""
    if picture.mode.startswith("I;16"):
        return _by_depth(np.asarray(picture))
    if picture.mode in ("I", "F"):
        return _by_range(np.asarray(picture))
    if picture.mode == "1":
        return np.asarray(picture).astype(np.float32), ()
    if picture.mode in ("L", "LA"):
        levels = np.asarray(picture.getchannel("L")).astype(np.float32)
    else:
        levels = luma(np.asarray(picture.convert("RGB")))
    return np.clip(levels / np.float32(255), 0, 1), ()


def _hounsfield(picture: Image.Image) -> tuple[NDArray[np.float32], Units, tuple[str, ...]]:
    """Hounsfield units where the values look like them; else nothing, in display units."""
    if _is_deep(picture):
        stored = np.asarray(picture)
        if picture.mode.startswith("I;16") and hounsfield.are_with_offset(stored):
            return stored.astype(np.float32) - hounsfield.OFFSET, "HU", (HOUNSFIELD_1024,)
        if np.isfinite(stored).all() and hounsfield.are(stored):
            return stored.astype(np.float32), "HU", (HOUNSFIELD,)
    return np.zeros((0, 0), np.float32), "display", ()


def _by_depth(stored: NDArray[np.generic]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """16-bit values over the largest one of the bits they use: 65535, or less, and said so."""
    bits = max(8, int(stored.max()).bit_length())
    grey = stored.astype(np.float32) / np.float32(2**bits - 1)
    if bits == 16:
        return grey, ()
    return grey, (f"The 16-bit picture uses only {bits} bits: {2**bits - 1} was taken as white.",)


def _by_range(stored: NDArray[np.generic]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Values without a known white over their own range.

    Raises:
        BrokenFileError: a value is not finite.
    """
    values = stored.astype(np.float64)
    if not np.isfinite(values).all():
        raise BrokenFileError("The picture holds values that are not numbers.")
    low, high = values.min(), values.max()
    # Divided first: the difference of two finite values can overflow.
    scale = max(abs(low), abs(high)) or 1.0
    span = (high / scale - low / scale) or 1.0
    grey = ((values / scale - low / scale) / span).astype(np.float32)
    return grey, ("The picture does not say which value is white: its own range was used.",)


def _is_deep(picture: Image.Image) -> bool:
    return picture.mode in ("I", "F") or picture.mode.startswith("I;16")


def _white_is_zero(data: bytes) -> bool:
    with _damage("TIFF"):
        tags = TiffImageFile(BytesIO(data)).tag_v2
        return bool(tags.get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO)
