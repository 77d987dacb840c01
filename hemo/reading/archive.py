"""Folders and zip files to the contents of the files in them, one at a time and in memory.

Nothing is ever unpacked to disk, no link is followed, and no name gets out.
"""

import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading.limits import MAX_BYTES, MAX_FILES, check_bytes

Member = Callable[[], bytes]
"""Gives the contents of one file when called, or raises ``ReadError``."""

_SIGNATURES = (b"PK\3\4", b"PK\5\6")
_END = b"PK\5\6"  # of the central directory (APPNOTE.TXT 4.3.16)
_MAX_DIRECTORY = 8 * 2**20  # bytes: 2,000 entries with names of 4,000 characters
_MAX_RATIO = 100  # CT deflates to a third; even empty slices hardly reach this
_SMALL = 16 * 2**20  # bytes of an archive that are no danger at any ratio
_ENCRYPTED = 0x1  # general purpose flag (APPNOTE.TXT 4.4.4)
_LITTER = {"thumbs.db", "desktop.ini", "__macosx"}
_DAMAGE = (
    ArithmeticError,
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


def is_zip(start: bytes) -> bool:
    """Whether contents begin as a zip file does; a DICOM preamble may (PS3.10 7.1) and is not."""
    return start.startswith(_SIGNATURES) and start[128:132] != b"DICM"


def in_zip(file: IO[bytes]) -> Iterator[Member]:
    """The files in a zip file, which stays open until the last of them was asked for.

    Raises:
        UnsupportedFileError: locked with a password, or with paths that lead out of it.
        BrokenFileError: truncated or damaged.
        TooLargeError: too many files, or too large when unpacked.
    """
    try:
        _check_directory(file)
        with ZipFile(file) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            _check_entries(entries, file.seek(0, os.SEEK_END))
            for entry in entries:
                if not _is_litter(_parts(entry)):
                    yield partial(_entry, archive, entry)
    except _DAMAGE:
        raise BrokenFileError("The zip file is truncated or damaged.") from None


def in_folder(folder: Path) -> Iterator[Member]:
    """The files in a folder and in those below it, ordered as their names are.

    The order matters only for pictures that do not say where they belong.

    Raises:
        TooLargeError: too many files, or too large together.
    """
    files = list(_walk(folder))
    if sum(file.lstat().st_size for file in files) > MAX_BYTES:
        raise TooLargeError(f"The folder holds more than {MAX_BYTES // 2**20} MB.")
    for file in files:
        yield partial(contents, file, follow=False)


def contents(file: Path, follow: bool = True) -> bytes:
    """The bytes of one file.

    Raises:
        TooLargeError: there are too many.
        ReadError: there is no such file, or it cannot be opened.
    """
    # "from None", here and in the whole room: the cause quotes the path, or values of the file.
    try:
        status = file.stat() if follow else file.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise UnsupportedFileError("This is a link, which hemo does not follow.")
        if not stat.S_ISREG(status.st_mode):  # also devices and pipes, which may never end
            raise ReadError("This is not a file.")
        check_bytes(status.st_size)
        return file.read_bytes()
    except FileNotFoundError:
        raise ReadError("There is no such file.") from None
    except (OSError, ValueError):  # ValueError: a null character in the path
        raise ReadError("The file could not be opened.") from None


def _walk(folder: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(folder):  # an unreadable folder is an empty one
        folders[:] = sorted(name for name in folders if not _is_litter((name,)))
        for name in sorted(names):
            if not _is_litter((name,)):
                count += 1
                _check_count(count)
                yield Path(place, name)


def _check_directory(file: IO[bytes]) -> None:
    """Refuse by the end of the file, before a directory of millions of entries is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # 22 bytes and a comment of 65,535 at most
    tail = file.read()
    for at in {tail.rfind(_END), len(tail) - 22}:
        if tail[at : at + 4] == _END and len(tail) >= at + 22:
            count, length = struct.unpack_from("<HI", tail, at + 10)
            _check_count(count)  # 65,535 stands for "see Zip64"
            if length > _MAX_DIRECTORY:
                raise BrokenFileError("The zip file is damaged: its directory is too long.")


def _check_count(count: int) -> None:
    if count > MAX_FILES:
        raise TooLargeError(f"There are more than {MAX_FILES} files, the most that hemo opens.")


def _check_entries(entries: Iterable[ZipInfo], size: int) -> None:
    entries = list(entries)
    _check_count(len(entries))
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnsupportedFileError("The zip file is locked with a password; unlock it first.")
    if any(_leads_out(entry) for entry in entries):
        raise UnsupportedFileError("The zip file holds paths that lead out of it.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_BYTES:
        raise TooLargeError(f"The zip file unpacks to more than {MAX_BYTES // 2**20} MB.")
    if unpacked > max(_SMALL, _MAX_RATIO * size):
        raise TooLargeError(f"The zip file unpacks to more than {_MAX_RATIO} times its size.")


def _parts(entry: ZipInfo) -> tuple[str, ...]:
    return tuple(entry.filename.replace("\\", "/").split("/"))


def _leads_out(entry: ZipInfo) -> bool:
    parts = _parts(entry)
    return ".." in parts or parts[0] == "" or parts[0][1:2] == ":"


def _is_litter(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in _LITTER for part in parts)


def _entry(archive: ZipFile, entry: ZipInfo) -> bytes:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsupportedFileError("This is a link, which hemo does not follow.")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others inflate without a limit
        raise UnsupportedFileError("The zip file is packed in a way that hemo does not read.")
    try:
        return archive.read(entry)
    except _DAMAGE:
        raise BrokenFileError("A file in the zip file is damaged.") from None
