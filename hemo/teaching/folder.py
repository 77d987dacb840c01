"""A teacher's own cases: a folder with ``labels.csv``, slices, and masks where there are any.

    labels.csv      file,hemorrhage,mask,note
    slices/a.dcm    DICOM, NIfTI, PNG, JPEG: whatever hemo reads, one slice in each
    masks/a.png     as large as the slice; not black where the bleed is

``hemorrhage`` is 0 or 1 (or no, yes). ``mask`` and ``note`` may be missing or empty; the note is
shown when the truth is.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hemo.errors import DataError, ReadError
from hemo.reading import read
from hemo.slice import Slice
from hemo.teaching.cases import Bool, Case

LABELS = "labels.csv"
NOTE_LETTERS = 400
_TRUTHS = {"0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


@dataclass(frozen=True)
class Entry:
    """A line of ``labels.csv``, checked."""

    file: Path
    truth: bool
    mask: Path | None
    note: str


@dataclass(frozen=True)
class Folder:
    """The teacher's cases, in the order of ``labels.csv``."""

    entries: tuple[Entry, ...]

    def case(self, index: int) -> Case:
        """One of them, read anew: nothing of a slice is held.

        Raises:
            ReadError: the file has gone or changed since the server started.
        """
        entry = self.entries[index]
        slice_ = _slice(entry.file)
        mask = np.zeros(slice_.shape, bool) if not entry.truth else None
        if entry.truth and entry.mask:
            mask = _mask(entry.mask, slice_)
        return Case(slice_, entry.truth, mask, "folder", note=entry.note)


def open_folder(path: Path) -> Folder:
    """Read ``labels.csv`` and try every file, so that a class never meets a broken case.

    Raises:
        DataError: something is not laid out as described; the sentence names file and line.
    """
    table = path / LABELS
    if not path.is_dir():
        raise DataError(f"--cases names no folder: {path}")
    if not table.is_file():
        raise DataError(f"There is no {LABELS} in {path}: it lists file, hemorrhage[, mask, note].")
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            entries = tuple(_entries(path, csv.DictReader(lines, skipinitialspace=True)))
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{table} is not a CSV file in UTF-8.") from None
    if not entries:
        raise DataError(f"{table} lists no case.")
    folder = Folder(entries)
    for index, entry in enumerate(entries):
        try:
            folder.case(index)
        except ReadError as error:
            raise DataError(f"{entry.file}: {error}") from None
    return folder


def _entries(path: Path, rows: "csv.DictReader[str]") -> Iterator[Entry]:
    missing = {"file", "hemorrhage"} - set(rows.fieldnames or ())
    if missing:
        raise DataError(f"{path / LABELS} has no column {' and no column '.join(sorted(missing))}.")
    for row in rows:
        where = f"{path / LABELS}, line {rows.line_num}"
        truth = _TRUTHS.get((row["hemorrhage"] or "").strip().lower())
        if truth is None:
            raise DataError(f"{where}: hemorrhage is 0 or 1, not {row['hemorrhage']!r}.")
        file = _inside(path, row["file"], where)
        mask = row.get("mask") or ""
        yield Entry(
            file,
            truth,
            _inside(path, mask, where) if mask.strip() else None,
            (row.get("note") or "").strip()[:NOTE_LETTERS],
        )


def _inside(path: Path, name: str | None, where: str) -> Path:
    """A file that a line names, which lies in the folder."""
    text = (name or "").strip()
    file = (path / text).resolve()
    if not text or not file.is_file():
        raise DataError(f"{where}: there is no file {text!r} in {path}.")
    if not file.is_relative_to(path.resolve()):
        raise DataError(f"{where}: {text!r} lies outside {path}.")
    return file


def _slice(file: Path) -> Slice:
    slices = read(file)
    if len(slices) != 1:
        raise ReadError(f"There are {len(slices)} slices in this file; a case is one slice.")
    return slices[0]


def _mask(file: Path, slice_: Slice) -> Bool:
    """Where the bleed is, bool [H, W].

    Raises:
        ReadError: not a picture, of another size than the slice, or black all over.
    """
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ReadError(f"Its mask {file.name} is not a picture.")
    height, width = slice_.shape
    if picture.shape != (height, width):
        found = f"{picture.shape[1]} × {picture.shape[0]}"
        raise ReadError(f"Its mask {file.name} is {found} pixels, the slice {width} × {height}.")
    mask = np.asarray(picture > 0)
    if not mask.any():
        raise ReadError(f"Its mask {file.name} is black all over, yet the line says hemorrhage.")
    return mask
