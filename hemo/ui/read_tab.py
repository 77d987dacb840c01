"""The Read tab: choose a slice, look at it, read what the model says and what that is made of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from hemo import report
from hemo.errors import HemoError
from hemo.ui import compare, export, handlers, steady, views, what_if
from hemo.ui.examples import EXAMPLES, gallery
from hemo.ui.handlers import GetReader
from hemo.ui.parts import QUIET, piece, viewer
from hemo.ui.session import ask, forgotten, stop
from hemo.ui.views import Page

Outputs = tuple[Any, ...]
DRAWING = ("viewer_codec", "viewer_evidence", "viewer_look", "viewer_layers", "viewer_paint")


def build_tab(page: gr.Blocks, get_reader: GetReader, footer: gr.HTML) -> None:
    """Build the tab and connect its events; called inside its ``gr.Tab``.

    Args:
        page: that it becomes part of.
        get_reader: waits until the model is loaded.
        footer: where the last reading's time is said.
    """
    start = views.empty()
    with gr.Row(elem_id="hemo-read"):
        with gr.Column(elem_id="hemo-choose"):
            drop = piece("drop")
            choices = piece("examples", gallery())
        picture = viewer("hemo-viewer", start.viewer)
        with gr.Column(elem_id="hemo-side"):
            reading = piece("reading", start.reading)
            _questions(page, get_reader)
        _methods(page, get_reader)
    _connect(page, drop, choices, [picture, reading, footer], get_reader)


def _questions(page: gr.Blocks, get_reader: GetReader) -> None:
    """What can be asked about the slice in view, once it is read."""
    held: dict[str, Any] = {"server_functions": [stop]}
    steadiness = piece("steady", {}, uses=["held"], **held)
    changes = piece("whatif", what_if.choices(), uses=["held"], **held)
    report_ = piece("export", {"disclaimer": report.DISCLAIMER}, uses=["held", *DRAWING], **held)
    ask(page, steadiness.check, steadiness, steady.checked, get_reader, line="checks")
    ask(page, steadiness.faithful, steadiness, steady.faithful, get_reader)
    ask(page, changes.fill, changes, what_if.filled, get_reader)
    ask(page, changes.bleed, changes, what_if.bled, get_reader)
    ask(page, report_.topdf, report_, export.pdf, get_reader)


def _methods(page: gr.Blocks, get_reader: GetReader) -> None:
    methods = piece("methods", compare.catalog(), uses=["held", *DRAWING], server_functions=[stop])
    ask(page, methods.compare, methods, compare.compare, get_reader)
    ask(page, methods.slow, methods, compare.compare, get_reader)


def _connect(
    page: gr.Blocks,
    drop: gr.HTML,
    choices: gr.HTML,
    outputs: list[gr.HTML],
    get_reader: GetReader,
) -> None:
    def on_upload(event: gr.EventData, request: gr.Request) -> Iterator[Outputs]:
        asked = event._data
        path, count, anyway = asked.get("path"), asked.get("count", 1), bool(asked.get("anyway"))
        with forgotten(page, request):
            yield from answer(lambda: upload(path, count, get_reader, anyway=anyway))

    def on_example(event: gr.EventData, request: gr.Request) -> Iterator[Outputs]:
        example = EXAMPLES[int(event._data["index"])]
        with forgotten(page, request):
            yield from answer(lambda: handlers.read_example(example, get_reader))

    for trigger, handler in ((drop.upload, on_upload), (choices.select, on_example)):
        asked = trigger(
            handler, None, outputs, concurrency_id="reading", trigger_mode="multiple", **QUIET
        )
        asked.failure(lambda: _outputs(views.failed(report.FAULT)), None, outputs, **QUIET)


def upload(path: str | None, count: int, get_reader: GetReader, *, anyway: bool = False) -> Page:
    """Read what a browser says it has uploaded; several files at once get a sentence."""
    if count > 1:
        return views.failed(report.ONE_AT_A_TIME)
    try:
        file = handlers.uploaded(path, Path(get_upload_folder()))
    except HemoError as error:
        return views.failed(str(error))
    return handlers.read_upload(file, get_reader, anyway=anyway)


def answer(work: Callable[[], Page]) -> Iterator[Outputs]:
    """Busy, then what came of the work, then nothing changed."""
    yield _outputs(views.busy())
    yield _outputs(work())
    yield gr.skip(), gr.skip(), gr.skip()  # Gradio sends the last message twice: not the pictures


def _outputs(page: Page) -> Outputs:
    return page.viewer, page.reading, gr.skip() if page.footer is None else page.footer
