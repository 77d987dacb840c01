"""DICOMDIR, the directory of a disc (PS3.3 F): which files it lists, and where they are."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from pydicom import dcmread

from hemo.errors import BrokenFileError, TooLargeError, UnsupportedFileError
from hemo.reading.archive import Member, contents
from hemo.reading.dataset import Counted, damage, has_prefix, sequence
from hemo.reading.limits import MAX_FILES, Allowance

_CLASS = b"1.2.840.10008.1.3.10"  # Media Storage Directory Storage

_RECORDS = "DirectoryRecordSequence"


def recognises(data: bytes) -> bool:
    """Whether the contents are a DICOMDIR, by the class that its meta information names."""
    return has_prefix(data) and _CLASS in data[132:1024]


def members(data: bytes, folder: Path) -> Iterator[Member]:
    """The images that a DICOMDIR in a folder lists, in its order.

    Raises:
        UnsupportedFileError: it lists none that are there.
        BrokenFileError: truncated or damaged.
        TooLargeError: it lists too many.
    """
    allowance = Allowance()
    with damage():
        dataset = dcmread(Counted(data, allowance), specific_tags=[_RECORDS])
    records = sequence(dataset, _RECORDS, allowance)
    with damage():
        listed = [_parts(record.get("ReferencedFileID")) for record in records]
    names = [parts for parts in listed if parts]
    if len(names) > MAX_FILES:
        raise TooLargeError(f"There are more than {MAX_FILES} files, the most that hemo opens.")
    if not any(_file(folder, parts) for parts in names):
        raise UnsupportedFileError(
            "This is the directory of a disc without its images: choose the whole folder."
        )
    for parts in names:
        yield partial(_contents, folder, parts)


def _parts(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """A File ID as the components of a path (PS3.10 8.2); () where there is none."""
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)


def _file(folder: Path, parts: tuple[str, ...]) -> Path | None:
    """The file below the folder, None where it is missing, a link, or leads elsewhere.

    Discs are case-insensitive; a copy may have changed its names to lower case.
    """
    if any(part in ("", ".", "..") or set(part) & set("/\\\0") for part in parts):
        return None
    for names in (parts, tuple(part.lower() for part in parts)):
        steps = [folder.joinpath(*names[: end + 1]) for end in range(len(names))]
        try:
            if steps[-1].is_file() and not any(step.is_symlink() for step in steps):
                return steps[-1]
        except OSError:  # a name that is too long
            return None
    return None


def _contents(folder: Path, parts: tuple[str, ...]) -> bytes:
    file = _file(folder, parts)
    if file is None:
        raise BrokenFileError("A file that the disc's directory lists is missing.")
    return contents(file, follow=False)
