"""The Series tab: files in, slices and their readings as they come, what they say together."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from hemo.errors import ReadError
from hemo.ui import series, series_views
from hemo.ui.handlers import GetReader, discard, uploaded
from hemo.ui.parts import QUIET, piece, viewer
from hemo.ui.series_examples import COUNT, EXAMPLES, drawn, gallery
from hemo.ui.series_views import SeriesPage
from hemo.ui.session import forgotten

Outputs = tuple[Any, ...]
MOST_FILES = 2000


def build_tab(page: gr.Blocks, get_reader: GetReader) -> None:
    """Build the tab and connect its events; called inside its ``gr.Tab``.

    Args:
        page: that it becomes part of.
        get_reader: waits until the model is loaded.
    """
    start = series_views.empty()
    with gr.Row(elem_id="hemo-series"):
        drop = piece("series-drop", start.status | {"examples": gallery()})
        with gr.Column(elem_id="hemo-series-middle"):
            picture = viewer("hemo-series-viewer", start.viewer)
            strip = piece("series-strip", start.strip)
        panel = piece("series-panel", start.panel)
    _connect(page, drop, [picture, drop, strip, panel], get_reader)


def _connect(page: gr.Blocks, drop: gr.HTML, outputs: list[gr.HTML], get_reader: GetReader) -> None:
    def on_upload(event: gr.EventData, request: gr.Request) -> Iterator[Outputs]:
        with forgotten(page, request):
            yield from _steps(series.read_uploads(files_of(event._data), get_reader))

    def on_example(event: gr.EventData, request: gr.Request) -> Iterator[Outputs]:
        index = int(event._data["index"]) % len(EXAMPLES)
        with forgotten(page, request):
            yield from _steps(series.read_phantoms(drawn(index), COUNT, get_reader))

    def on_discard(event: gr.EventData) -> None:
        for path in files_of(event._data):
            discard(path)

    running = []
    for trigger, handler in ((drop.upload, on_upload), (drop.select, on_example)):
        # A line of its own: who reads one slice does not wait for all of somebody's series.
        asked = trigger(
            handler, None, outputs, concurrency_id="series", trigger_mode="multiple", **QUIET
        )
        # To Gradio what was stopped has failed as well: the script of the drop zone knows better.
        asked.failure(lambda: series_views.fault(), None, drop, **QUIET)
        running.append(asked)
    drop.cancel(None, None, None, cancels=running, **QUIET)
    drop.discard(on_discard, None, None, concurrency_id="discard", **QUIET)


def files_of(asked: object) -> list[Path]:
    """The uploaded files that a browser names; what never arrived is left out."""
    paths = asked.get("paths") if isinstance(asked, dict) else None
    found = []
    for path in (paths if isinstance(paths, list) else [])[:MOST_FILES]:
        with suppress(ReadError):
            found.append(uploaded(str(path), Path(get_upload_folder())))
    return found


def _steps(pages: Iterator[SeriesPage]) -> Iterator[Outputs]:
    """All pages, then nothing changed: Gradio sends the last message twice."""
    for page in pages:
        yield _outputs(page)
    yield gr.skip(), gr.skip(), gr.skip(), gr.skip()


def _outputs(page: SeriesPage) -> Outputs:
    return page.viewer, page.status, page.strip, page.panel
