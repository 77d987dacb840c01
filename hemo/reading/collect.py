"""From paths to what was found in all the files there, whatever they are wrapped in."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading import archive, dicom, dicomdir, nifti, raster
from hemo.reading.archive import Member
from hemo.reading.found import Found
from hemo.reading.limits import Allowance, check_bytes, quiet

PathLike = str | os.PathLike[str]
_Kind = tuple[Callable[[bytes], bool], Callable[[bytes, Allowance], Iterator[Found]]]

_KINDS: tuple[_Kind, ...] = (
    (dicom.recognises, dicom.read),  # first: a DICOM preamble may hold another kind's signature
    (raster.recognises, raster.read),
    (nifti.recognises, nifti.read),
)
_NO_MEMORY = "There is not enough memory to read the file."


def members(path: PathLike) -> Iterator[Member]:
    """The files at a path: those in a folder, in a zip file, on a DICOMDIR's list, or itself.

    Raises:
        ReadError: there is nothing at the path that can be opened.
    """
    file = Path(path)
    start = b"" if _is_folder(file) else _start(file)
    if _is_folder(file):
        yield from archive.in_folder(file)
    elif archive.is_zip(start):
        with file.open("rb") as stream:
            check_bytes(os.fstat(stream.fileno()).st_size)
            yield from archive.in_zip(stream)
    elif dicomdir.recognises(start):
        with quiet():  # it lists names
            listed = list(dicomdir.members(archive.contents(file), file.parent))
        yield from listed
    else:
        yield partial(archive.contents, file)


def all_of(files: Iterator[Member]) -> tuple[list[Found], list[ReadError]]:
    """What is in all the files, and why some of them could not be read.

    Raises:
        TooLargeError: they hold more than hemo reads at once.
    """
    allowance = Allowance()
    found: list[Found] = []
    failures: list[ReadError] = []
    for file in files:
        try:
            data = file()
            if not dicomdir.recognises(data):  # the files on its list are here as well
                found += slices(data, allowance)
        except ReadError as error:
            if allowance.exhausted:
                raise
            failures.append(error)
    return found, failures


def slices(data: bytes, allowance: Allowance) -> list[Found]:
    """What is in the contents of one file, told by content and never by name.

    Raises:
        UnsupportedFileError: not a kind of file that hemo reads.
        BrokenFileError: empty, damaged or contradictory.
        TooLargeError: more bytes or pixels than hemo is willing to decode.
    """
    if not data:
        raise BrokenFileError("The file is empty.")
    check_bytes(len(data))
    for recognises, read_kind in _KINDS:
        if recognises(data):
            try:
                with quiet():
                    return list(read_kind(data, allowance))
            except MemoryError:  # on a machine smaller than the limits were made for
                raise TooLargeError(_NO_MEMORY) from None
    raise UnsupportedFileError(
        "hemo reads DICOM, NIfTI, PNG, JPEG, TIFF, BMP and WebP files, and this is none of them."
    )


def failure(failures: list[ReadError]) -> ReadError:
    """One error for several files of which none could be read."""
    if len({str(one) for one in failures}) == 1:
        return failures[0]
    if not failures:
        return UnsupportedFileError("There is no image in what was given.")
    return UnsupportedFileError(f"None of these {len(failures)} files is one that hemo can read.")


def set_aside(failures: list[ReadError]) -> tuple[str, ...]:
    """What to say of files that could not be read beside others that could."""
    others = sum(isinstance(one, UnsupportedFileError) for one in failures)
    sentences = []
    if others:
        sentences.append(f"Files that are not images were set aside: {others}.")
    if len(failures) > others:
        sentences.append(f"Files that could not be read were left out: {len(failures) - others}.")
    return tuple(sentences)


def _is_folder(file: Path) -> bool:
    try:
        return file.is_dir()
    except (OSError, ValueError):  # a name that is too long, or has a null character in it
        return False


def _start(file: Path) -> bytes:
    """The first bytes of a file; b"" where there is none, which ``contents`` says better."""
    try:
        if not file.is_file():
            return b""
        with file.open("rb") as stream:
            return stream.read(1024)
    except (OSError, ValueError):
        return b""
