"""What the Series tab does: files in, a growing list of slices with their readings out.

Plain functions from paths to what is shown, as in ``hemo.ui.handlers``; nothing is kept between
two calls. Every answer carries all slices so far: Gradio sends a browser only what is new in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from pathlib import Path
from time import perf_counter

from hemo import report
from hemo.errors import HemoError, ReadError
from hemo.gate import LETTERS, Refusal, has_burned_in_text
from hemo.phantom import Phantom
from hemo.reader import BATCH, Reader, Reading
from hemo.reading import read_series
from hemo.report import series as words
from hemo.slice import Slice
from hemo.ui import series_views as views
from hemo.ui.handlers import GetReader, discard
from hemo.ui.series_views import SeriesPage
from hemo.ui.slices import View, explain

MOST = 160  # slices: of longer series every second, third, … is read
FIRST = (1, 2, 4)  # slices of the first batches: something is to be seen at once


@dataclass
class Progress:
    """What there is of a series so far.

    Attributes:
        count: of slices that are to be read.
        warnings: about the series.
        slices: the first of them, those with a result.
        results: theirs.
        shown: those slices as the viewer draws them.
        panels: what stands beside each of them.
        blurred: whether letters are burned into one of them.
    """

    count: int
    warnings: tuple[str, ...] = ()
    slices: list[Slice] = field(default_factory=list)
    results: list[Reading | Refusal] = field(default_factory=list)
    shown: list[View] = field(default_factory=list)
    panels: list[View] = field(default_factory=list)
    blurred: bool = False


def read_uploads(paths: Sequence[Path], get_reader: GetReader) -> Iterator[SeriesPage]:
    """Read uploaded files as one series; they are deleted before the first slice is read."""
    yield views.waiting(words.OPENING)
    try:
        slices, warnings = take(paths)
        yield views.waiting(words.progress(0, len(slices), 0))
        coming = ((slice_, None) for slice_ in slices)
        yield from read_all(Progress(len(slices), warnings), coming, get_reader())
    except HemoError as error:
        yield views.failed(str(error))


def read_phantoms(
    phantoms: Iterator[Phantom], count: int, get_reader: GetReader
) -> Iterator[SeriesPage]:
    """Read a synthetic series as it is drawn; what was painted on it is outlined."""
    yield views.waiting(words.DRAWING)
    try:
        coming = ((one.slice, one) for one in phantoms)
        yield from read_all(Progress(count), coming, get_reader())
    except HemoError as error:
        yield views.failed(str(error))


def take(paths: Sequence[Path]) -> tuple[list[Slice], tuple[str, ...]]:
    """The slices of uploaded files, and what is to be said of them; the files are gone afterwards.

    Raises:
        ReadError: there is no slice in them, or nothing arrived.
    """
    if not paths:
        raise ReadError(report.NOTHING_ARRIVED)
    try:
        found = read_series(paths)
    finally:
        for path in paths:
            discard(path)
    slices, warnings = list(found[0].slices), found[0].warnings
    if len(found) > 1:
        warnings += (words.more_series(len(found) - 1),)
    every = ceil(len(slices) / MOST)
    if every > 1:
        warnings += (words.only_every(every, len(slices)),)
    return slices[::every], warnings


def read_all(
    progress: Progress, coming: Iterator[tuple[Slice, Phantom | None]], reader: Reader
) -> Iterator[SeriesPage]:
    """Read in batches, the first ones small; what there is after each of them, then the summary.

    Args:
        progress: nothing is read yet.
        coming: the slices, each with what was painted on it where it is a synthetic one.
        reader: that reads.
    """
    started = perf_counter()
    while (done := len(progress.results)) < progress.count:
        size = FIRST[done.bit_length()] if done.bit_length() < len(FIRST) else BATCH
        batch = list(islice(coming, size))
        results = reader.read_many([slice_ for slice_, _ in batch])
        for (slice_, truth), result in zip(batch, results, strict=True):
            _add(progress, slice_, truth, result, reader)
        yield _page(progress, reader, perf_counter() - started)


def _add(
    progress: Progress,
    slice_: Slice,
    truth: Phantom | None,
    result: Reading | Refusal,
    reader: Reader,
) -> None:
    found = explain(slice_, result, reader.card) if isinstance(result, Reading) else None
    progress.slices.append(slice_)
    progress.results.append(result)
    progress.shown.append(views.slice_of(slice_, result, reader.card, found, truth))
    progress.panels.append(views.panel_of(slice_, result, reader.card, found))
    progress.blurred = progress.blurred or (truth is None and _has_letters(slice_, result))


def _has_letters(slice_: Slice, result: Reading | Refusal) -> bool:
    if isinstance(result, Reading):
        return LETTERS in result.warnings
    return has_burned_in_text(slice_)


def _page(progress: Progress, reader: Reader, seconds: float) -> SeriesPage:
    """All that is shown of a series so far."""
    done, card = len(progress.results), reader.card
    summary = words.summarise(progress.slices, progress.results, card)
    finished = done == progress.count
    return SeriesPage(
        viewer=views.viewer(list(progress.shown), blurred=progress.blurred, first=done <= FIRST[0]),
        status=views.status(
            words.progress(done, progress.count, seconds),
            done=done,
            count=progress.count,
            state="done" if finished else "reading",
        ),
        strip=views.strip(progress.slices, progress.results, progress.count, card, summary),
        panel=views.panel(
            progress.slices,
            list(progress.panels),
            summary,
            progress.warnings,
            card,
            finished=finished,
        ),
    )
