"""Files to slices. Identifiers end here: a slice carries named measurements and nothing else.

A kind of file is a module with two functions: ``recognises(data)``, by content and never by
name, and ``read(data, allowance)``. A new kind is a module and a line in ``collect``.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO

from hemo.errors import TooLargeError
from hemo.reading import archive, collect
from hemo.reading.archive import Member
from hemo.reading.limits import check_bytes
from hemo.reading.series import assemble
from hemo.slice import Series, Slice

__all__ = ["read", "read_bytes", "read_series"]


def read(path: str | os.PathLike[str]) -> list[Slice]:
    """The slices at a path: of a DICOM, NIfTI or picture file, a folder, a zip or a DICOMDIR.

    Args:
        path: its name and extension say nothing to hemo.

    Returns:
        One slice, or those of the largest axial series, from the feet up. CT DICOM and NIfTI in
        Hounsfield units; everything else as grey in [0, 1]. What is odd about the series, and
        what was set aside, stands in the warnings of each.

    Raises:
        UnsupportedFileError: not a kind of file that hemo reads.
        BrokenFileError: empty, damaged or contradictory.
        TooLargeError: more bytes, files or pixels than hemo is willing to decode.
        ReadError: the file cannot be opened.
    """
    return _largest(read_series(path))


def read_bytes(data: bytes) -> list[Slice]:
    """The slices in the contents of one file, which may be a zip; see ``read``."""
    check_bytes(len(data))
    one: list[Member] = [lambda: data]
    zipped = archive.is_zip(data[:132])
    return _largest(_series(archive.in_zip(BytesIO(data)) if zipped else iter(one)))


def read_series(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
) -> list[Series]:
    """All axial series in one or several files, folders, zip files or DICOMDIRs.

    Args:
        paths: one path, or several that belong together.

    Returns:
        One series at least, those in Hounsfield units and the longest first. Localizers and other
        planes are set aside, unless there is nothing else; the first series' warnings say so.

    Raises:
        ReadError: as ``read`` does, where not one of the files can be read, or all of them are
            more than hemo is willing to decode.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return _series(member for path in paths for member in collect.members(path))


def _series(members: Iterator[Member]) -> list[Series]:
    try:
        found, failures = collect.all_of(members)
        series = assemble(found)
    except MemoryError:  # on a machine smaller than the limits were made for
        raise TooLargeError("There is not enough memory to read the files.") from None
    if not series:
        raise collect.failure(failures) from None
    words = series[0].warnings + collect.set_aside(failures)
    return [replace(series[0], warnings=words), *series[1:]]


def _largest(series: list[Series]) -> list[Slice]:
    """The slices of the first series, each with the words about it."""
    words = series[0].warnings
    if len(series) > 1:
        words += (f"There are more series: {len(series) - 1}; the largest one was read.",)
    return [replace(one, warnings=one.warnings + words) for one in series[0].slices]
