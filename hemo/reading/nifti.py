"""NIfTI volumes (.nii, .nii.gz) to axial slices, seen from the feet as radiologists see them.

Whatever the order and direction of its axes, a volume is brought to the closest canonical
orientation; a picture has the patient's right on its left and the nose at the top, and slices go
from the feet to the head. NIfTI does not name a modality, and none is invented: values are
Hounsfield units only where they look like them.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from io import BytesIO
from typing import Any

import numpy as np
from nibabel import Nifti1Header, Nifti2Header
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from hemo.errors import BrokenFileError, TooLargeError, UnsupportedFileError
from hemo.reading import hounsfield
from hemo.reading.found import Found, Vector
from hemo.reading.frame import AIR
from hemo.reading.limits import MAX_SIDE, Allowance
from hemo.slice import Slice, Units

FIRST_VOLUME = "The file holds several volumes; only the first one was read."
NOT_HU = "The values do not look like Hounsfield units; their own range of grey was used."
NOT_NUMBERS = "Some values of the volume were not numbers; they were taken as air."
NO_DIRECTION = "The file does not say how the head lies; left and right may be exchanged."
SOURCE = "NIfTI in radiological display"

_HEADERS = {348: Nifti1Header, 540: Nifti2Header}  # by the size that they begin with
_GZIP = b"\x1f\x8b"
_DEFLATE_AT_MOST = 1032  # how many times its size a deflated file can inflate to
_SAMPLE = (256, 256, 16)  # voxels along the axes that decide what the values are
_MOST_LOST = 0.25  # a volume with more values than this that are not numbers is no measurement
_TO_LPS = np.array([-1.0, -1.0, 1.0])  # NIfTI's x and y run to the right and front, DICOM's do not
_DAMAGE = (
    ArithmeticError,
    EOFError,
    HeaderDataError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, eq=False)
class _Volume:
    """Stored values [x, y, z] to the patient's right, front and head, and how to read them."""

    stored: NDArray[Any]
    affine: NDArray[np.float64]
    slope: float
    intercept: float
    warnings: tuple[str, ...]

    def picture(self, level: int) -> NDArray[np.float32]:
        """Values of one level, float32 [H, W], right on the left and front at the top."""
        plane = self.stored[::-1, ::-1, level].T
        with np.errstate(over="ignore", invalid="ignore"):
            values = plane.astype(np.float64)
            values *= self.slope  # in place: a plane may be 33 million values
            values += self.intercept
            return values.astype(np.float32)


def recognises(data: bytes) -> bool:
    """Whether the contents begin as a NIfTI file, gzipped or not."""
    try:
        return _header_class(_start(data)) is not None
    except _DAMAGE:
        return False


def read(data: bytes, allowance: Allowance) -> Iterator[Found]:
    """The axial slices of the first volume of a NIfTI file, from the feet to the head.

    Yields:
        Slices in Hounsfield units where the values look like them, else as grey in [0, 1].

    Raises:
        UnsupportedFileError: colours, complex numbers, or a header whose values are elsewhere.
        BrokenFileError: truncated, damaged or contradictory.
        TooLargeError: larger than hemo is willing to decode.
    """
    try:
        volume = _volume(data, allowance)
    except _DAMAGE:
        raise BrokenFileError("The NIfTI file is truncated or damaged.") from None
    levels = range(volume.stored.shape[2])
    lost = sum(int((~np.isfinite(volume.picture(level))).sum()) for level in levels)
    if lost > _MOST_LOST * volume.stored.size:
        raise BrokenFileError("The NIfTI file is damaged: many of its values are not numbers.")
    low, high, units, warnings = _scale(volume)
    warnings = volume.warnings + warnings + ((NOT_NUMBERS,) if lost else ())
    series, row, column = blake2b(data).hexdigest(), _direction(volume, 0), _direction(volume, 1)
    for level in levels:
        values = volume.picture(level)
        values[~np.isfinite(values)] = AIR if units == "HU" else low
        pixels = values if units == "HU" else _grey(values, low, high)
        yield Found(_slice(volume, level, pixels, units, warnings), series, row, column)


def _slice(
    volume: _Volume,
    level: int,
    pixels: NDArray[np.float32],
    units: Units,
    warnings: tuple[str, ...],
) -> Slice:
    return Slice(
        pixels,
        units,
        spacing=_spacing(volume),
        position=_position(volume, level),
        plane="axial",
        source=SOURCE,
        warnings=warnings,
    )


def _start(data: bytes) -> bytes:
    """The first bytes, inflated: enough for a header of either kind."""
    if not data.startswith(_GZIP):
        return data[:540]
    return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data[:65536], 540)


def _header_class(start: bytes) -> type[Nifti1Header] | None:
    """By the header's size in either byte order and its magic (nifti1.h and nifti2.h)."""
    sizes = {int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big")}
    if 348 in sizes and start[344:348] in (b"n+1\0", b"ni1\0"):
        return Nifti1Header
    if 540 in sizes and start[4:8] in (b"n+2\0", b"ni2\0"):
        return Nifti2Header
    return None


def _volume(data: bytes, allowance: Allowance) -> _Volume:
    start = _start(data)
    header_class = _header_class(start) or Nifti1Header
    if b"ni" in (start[344:346], start[4:6]):
        raise UnsupportedFileError(
            "The NIfTI file is a header whose values are in another file; use .nii instead."
        )
    header = header_class.from_fileobj(BytesIO(start), check=False)
    shape, several = _shape(header)
    allowance.take(shape[1], shape[0], shape[2])
    stored = _stored(data, header, shape, several, allowance)
    slope, intercept = _rescale(header)
    affine = np.asarray(header.get_best_affine(), np.float64)
    turns = io_orientation(affine)
    if not np.isfinite(turns).all():
        raise BrokenFileError("The NIfTI file is damaged: its axes have no direction.")
    warnings: tuple[str, ...] = (FIRST_VOLUME,) if several else ()
    if int(header["sform_code"]) <= 0 and int(header["qform_code"]) <= 0:
        warnings += (NO_DIRECTION,)
    turned = apply_orientation(stored, turns)
    return _Volume(turned, affine @ inv_ornt_aff(turns, shape), slope, intercept, warnings)


def _shape(header: Nifti1Header) -> tuple[tuple[int, int, int], bool]:
    """Sizes of the first volume along its axes, and whether there are more volumes.

    Raises:
        BrokenFileError: the header gives a size that cannot be.
        TooLargeError: an axis is longer than ``MAX_SIDE``.
    """
    dim = [int(size) for size in header["dim"]]
    if not 1 <= dim[0] <= 7 or min(dim[1 : dim[0] + 1]) < 1:
        raise BrokenFileError("The NIfTI file is damaged: it says that its volume has no voxels.")
    sizes = [*dim[1 : dim[0] + 1], 1, 1]
    if max(sizes[:3]) > MAX_SIDE:
        raise TooLargeError(f"The volume has a side of more than {MAX_SIDE} voxels.")
    return (sizes[0], sizes[1], sizes[2]), any(size > 1 for size in sizes[3:])


def _stored(
    data: bytes,
    header: Nifti1Header,
    shape: tuple[int, int, int],
    several: bool,
    allowance: Allowance,
) -> NDArray[Any]:
    """Stored values [i, j, k] of the first volume, a view of the file's own bytes."""
    dtype = header.get_data_dtype()
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise UnsupportedFileError("The NIfTI file holds colours or numbers that hemo cannot show.")
    offset = int(header.get_data_offset())
    count = shape[0] * shape[1] * shape[2]
    end = offset + count * dtype.itemsize
    if offset < int(header["sizeof_hdr"]) or end > _length_at_most(data):
        raise BrokenFileError("The NIfTI file contradicts itself about the size of its volume.")
    contents = _inflated(data, end, several, allowance) if data.startswith(_GZIP) else data
    return np.frombuffer(contents, dtype, count, offset).reshape(shape, order="F")


def _length_at_most(data: bytes) -> int:
    return len(data) * (_DEFLATE_AT_MOST if data.startswith(_GZIP) else 1)


def _inflated(data: bytes, end: int, several: bool, allowance: Allowance) -> bytes:
    """The first ``end`` bytes; of a single volume also its checksum, which stands at the end."""
    allowance.take_inflated(end)
    with gzip.open(BytesIO(data)) as file:
        contents: bytes = file.read(end)
        if not several and len(file.read(2**20)) == 2**20:
            raise BrokenFileError("The NIfTI file contradicts itself about the size of its volume.")
    return contents


def _rescale(header: Nifti1Header) -> tuple[float, float]:
    """scl_slope and scl_inter; a slope of 0 means that there are none (nifti1.h)."""
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or not np.isfinite(slope):
        return 1.0, 0.0
    return slope, intercept if np.isfinite(intercept) else 0.0


def _scale(volume: _Volume) -> tuple[np.float32, np.float32, Units, tuple[str, ...]]:
    """What is black and what is white, the units, and what there is to say about them."""
    steps = [-(-side // most) for side, most in zip(volume.stored.shape, _SAMPLE, strict=True)]
    thin = replace(volume, stored=volume.stored[:: steps[0], :: steps[1], :: steps[2]])
    sample = np.stack([thin.picture(level) for level in range(thin.stored.shape[2])])
    if hounsfield.are(sample):
        return np.float32(0), np.float32(1), "HU", ()
    finite = sample[np.isfinite(sample)].astype(np.float64)
    low, high = np.percentile(finite, (0.5, 99.5)) if finite.size else (0.0, 0.0)
    return np.float32(low), np.float32(high), "display", (NOT_HU,)


def _grey(values: NDArray[np.float32], low: np.float32, high: np.float32) -> NDArray[np.float32]:
    """Values [H, W] over a range to grey in [0, 1]; the values are overwritten."""
    half = np.float32(0.5)  # the range itself may be more than float32 can hold
    span = high * half - low * half
    if not span > 0:
        return np.zeros_like(values)
    values *= half
    values -= low * half
    values /= span
    return np.clip(values, 0, 1)


def _direction(volume: _Volume, axis: int) -> Vector:
    """Unit vector along a row (axis 0) or down a column (1) of a picture, as DICOM has it."""
    step = -volume.affine[:3, axis] * _TO_LPS
    x, y, z = (step / np.linalg.norm(step)).tolist()
    return x, y, z


def _spacing(volume: _Volume) -> tuple[float, float]:
    """(row, column) spacing in mm."""
    columns, rows = np.linalg.norm(volume.affine[:3, :2], axis=0).tolist()
    return rows, columns


def _position(volume: _Volume, level: int) -> Vector:
    """Where the first pixel of a picture lies, in DICOM's patient coordinates."""
    width, height, _ = volume.stored.shape
    x, y, z = ((volume.affine @ (width - 1, height - 1, level, 1))[:3] * _TO_LPS).tolist()
    return x, y, z
