"""Cases as they lie on the disk: files, folders, links, pipes."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import seeds


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        name: what is wrong with it.
        write: puts it into an empty folder and returns the path to read.
    """

    name: str
    write: Callable[[Path], Path | str]


def file_case(name: str, data: bytes, file_name: str = f"{seeds.MARKER}.dcm") -> Case:
    """A case that is one file; what it is called is a patient's name."""

    def write(folder: Path) -> Path:
        file = folder / file_name
        file.write_bytes(data)
        return file

    return Case(name, write)


def sparse_case(name: str, start: bytes, size: int) -> Case:
    """A case that is one file of zeros behind a start, which takes no room until it is read."""

    def write(folder: Path) -> Path:
        file = folder / seeds.MARKER
        with file.open("wb") as stream:
            stream.write(start)
            stream.truncate(size)
        return file

    return Case(name, write)


def folders() -> Iterator[Case]:
    """Folders with links, pipes, loops, too many files, and nothing in them."""
    scan = seeds.dicom()

    def empty(folder: Path) -> Path:
        return folder

    def links(folder: Path) -> Path:
        (folder / "out").symlink_to("/etc")
        (folder / "file").symlink_to("/etc/passwd")
        (folder / "loop").symlink_to(folder)
        (folder / "nowhere").symlink_to(folder / seeds.MARKER)
        return folder

    def pipe(folder: Path) -> Path:
        os.mkfifo(folder / "pipe")
        return folder

    def many(folder: Path) -> Path:
        for number in range(2500):
            (folder / str(number)).write_bytes(b"")
        return folder

    def deep(folder: Path) -> Path:
        place = folder.joinpath(*["d"] * 200)
        place.mkdir(parents=True)
        (place / "scan").write_bytes(scan)
        return folder

    def sparse(folder: Path) -> Path:
        sparse_case("", b"", 600 * 2**20).write(folder)
        return folder

    def sparse_file(folder: Path) -> Path:
        return sparse(folder) / seeds.MARKER

    def disc(folder: Path) -> Path:
        listed = [["IM1"], ["IM2"], ["..", "x"], ["/etc/passwd"], ["LINK"], ["a" * 5000]]
        (folder / "DICOMDIR").write_bytes(seeds.dicomdir(*listed))
        (folder / "im1").write_bytes(scan)
        (folder / "LINK").symlink_to("/etc/passwd")
        return folder / "DICOMDIR"

    for write in (empty, links, pipe, many, deep, sparse, sparse_file, disc):
        yield Case(f"folder: {write.__name__}", write)
