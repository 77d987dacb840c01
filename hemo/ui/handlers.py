"""What the page does: plain functions from a path or a choice to what is shown.

``HemoError`` ends here: its sentence is shown where the reading would have been.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter, time

from hemo import report
from hemo.errors import HemoError, ReadError
from hemo.gate import Refusal
from hemo.reader import Reader, Reading
from hemo.reading import read
from hemo.slice import Slice
from hemo.ui import views
from hemo.ui.examples import Example, points_at_it
from hemo.ui.views import Page

GetReader = Callable[[], Reader]
EMPTY_FOR = 60  # seconds: a file is moved into its folder within milliseconds


def read_upload(path: Path, get_reader: GetReader, *, anyway: bool = False) -> Page:
    """Read an uploaded file and delete it, whatever comes of the reading.

    Nothing is kept of a refused slice: who wants it read ``anyway`` uploads it again.
    """
    try:
        slice_ = _one_of(take(path))
        return _read(slice_, get_reader(), anyway=anyway)
    except HemoError as error:
        return views.failed(str(error))


def read_example(example: Example, get_reader: GetReader) -> Page:
    """Read a synthetic slice; what was painted on it is said beside the reading."""
    try:
        return _read(example.phantom.slice, get_reader(), example)
    except HemoError as error:
        return views.failed(str(error))


def take(path: Path) -> list[Slice]:
    """The slices of an uploaded file, which is gone from the disk afterwards.

    Raises:
        ReadError: there is no slice in it.
    """
    try:
        slices = read(path)
    finally:
        discard(path)
    if not slices:
        raise ReadError(report.NOTHING_IN_IT)
    return slices


def discard(path: Path) -> None:
    """Delete an uploaded file, and folders of such files that have been empty for a while.

    Gradio names a folder after what is in the file: two people with the same slice share one, and
    the other's file may be on its way into it.
    """
    path.unlink(missing_ok=True)
    for folder in path.parent.parent.iterdir():
        with suppress(OSError):  # in use, no folder, or another visitor was quicker
            if time() - folder.stat().st_mtime > EMPTY_FOR:
                folder.rmdir()


def uploaded(path: str | None, folder: Path) -> Path:
    """The uploaded file that a browser names; only one that lies in the upload folder.

    Raises:
        ReadError: it names none, or one that lies elsewhere.
    """
    file = Path(path).resolve() if path else folder
    if file.parent.parent != folder.resolve() or not file.is_file():
        raise ReadError(report.NOTHING_ARRIVED)
    return file


def _one_of(slices: Sequence[Slice]) -> Slice:
    """The only slice, or the middle one with a warning that says so."""
    middle = slices[len(slices) // 2]
    if len(slices) == 1:
        return middle
    note = report.one_of_many(len(slices) // 2 + 1, len(slices))
    return replace(middle, warnings=(*middle.warnings, note))


def _read(
    slice_: Slice, reader: Reader, example: Example | None = None, *, anyway: bool = False
) -> Page:
    started = perf_counter()
    result = reader.read(slice_, anyway=anyway)
    seconds = perf_counter() - started
    truth = _truth(example, result) if example else ""
    if isinstance(result, Refusal):
        return views.refused(
            slice_, result, reader.card, synthetic=example is not None, truth=truth
        )
    page = views.shown(slice_, result, reader.card, synthetic=example is not None, truth=truth)
    return replace(page, footer=views.footer(reader, seconds))


def _truth(example: Example, result: Reading | Refusal) -> str:
    pointed = isinstance(result, Reading) and points_at_it(example, result)
    return report.truth(example.kind, result, pointed=pointed)
