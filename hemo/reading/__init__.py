"""Files to slices. Identifiers end here: a slice carries named measurements and nothing else.

A kind of file is a module with two functions: ``recognises(data)``, by content and never by
name, and ``read(data)``. A new kind is a module and a line in ``_KINDS``.
"""

import os
from collections.abc import Callable
from pathlib import Path

from hemo.errors import BrokenFileError, ReadError, UnsupportedFileError
from hemo.reading import dicom, raster
from hemo.reading.limits import check_bytes, quiet
from hemo.slice import Slice

__all__ = ["read", "read_bytes"]

_KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], list[Slice]]], ...] = (
    (dicom.recognises, dicom.read),  # first: a DICOM preamble may hold another kind's signature
    (raster.recognises, raster.read),
)


def read(path: str | os.PathLike[str]) -> list[Slice]:
    """The slices in one file: DICOM (single frame), PNG, JPEG, TIFF, BMP or WebP.

    Args:
        path: the file; its name and extension say nothing to hemo.

    Returns:
        One slice. CT DICOM in Hounsfield units; everything else as grey in [0, 1].

    Raises:
        UnsupportedFileError: not a kind of file that hemo reads.
        BrokenFileError: empty, damaged or contradictory.
        TooLargeError: more bytes or pixels than hemo is willing to decode.
        ReadError: the file cannot be opened.
    """
    return read_bytes(_contents(path))


def read_bytes(data: bytes) -> list[Slice]:
    """The slices in the contents of one file; see ``read``."""
    if not data:
        raise BrokenFileError("The file is empty.")
    check_bytes(len(data))
    for recognises, read_kind in _KINDS:
        if recognises(data):
            with quiet():
                return read_kind(data)
    raise UnsupportedFileError(
        "hemo reads DICOM, PNG, JPEG, TIFF, BMP and WebP files, and this is none of them."
    )


def _contents(path: str | os.PathLike[str]) -> bytes:
    # "from None", here and in the whole room: the cause quotes the path, or values of the file.
    try:
        file = Path(path)
        if file.is_dir():
            raise UnsupportedFileError("This is a folder, not a file.")
        if not file.is_file():  # also devices and pipes, which may never end
            raise ReadError("There is no such file.")
        check_bytes(file.stat().st_size)
        return file.read_bytes()
    except (OSError, ValueError):  # ValueError: a null character in the path
        raise ReadError("The file could not be opened.") from None
