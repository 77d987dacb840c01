"""The Teach tab: read first, then see; what the model gets wrong; one case step by step."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from hemo import weights
from hemo.report import teach as words
from hemo.teaching.deck import Deck
from hemo.teaching.folder import open_folder
from hemo.teaching.misses import read_misses
from hemo.ui import teach, teach_views
from hemo.ui.handlers import GetReader
from hemo.ui.parts import QUIET, piece, viewer
from hemo.ui.session import forgotten
from hemo.ui.teach_views import TeachPage

Outputs = tuple[Any, ...]
Handler = Callable[[object, Deck, GetReader], TeachPage]


def build_tab(page: gr.Blocks, get_reader: GetReader, *, cases: Path | None = None) -> None:
    """Build the tab and connect its events; called inside its ``gr.Tab``.

    Args:
        page: that it becomes part of.
        get_reader: waits until the model is loaded.
        cases: a teacher's folder; None where only synthetic cases are taught.

    Raises:
        DataError: the folder is not laid out as described in ``hemo.teaching.folder``.
    """
    misses, model = read_misses(weights.DEFAULT)
    deck = Deck(open_folder(cases) if cases else None, misses, model)
    start = teach_views.start(deck)
    with gr.Row(elem_id="hemo-teach"):
        desk = piece("teach", start.desk, elem_id="hemo-teach-desk")
        picture = viewer("hemo-teach-viewer", start.viewer)
        board = piece("teach-board", start.board)
    outputs = [picture, desk, board]
    for trigger, handler in (
        (desk.ask, teach.ask),
        (desk.answer, teach.reveal),
        (desk.tour, teach.tour),
    ):
        asked = trigger(
            _answering(page, handler, deck, get_reader),
            None,
            outputs,
            concurrency_id="reading",
            trigger_mode="multiple",
            **QUIET,
        )
        asked.failure(lambda: _outputs(teach_views.failed(words.FAULT)), None, outputs, **QUIET)


def _answering(
    page: gr.Blocks, handler: Handler, deck: Deck, get_reader: GetReader
) -> Callable[[gr.EventData, gr.Request], Iterator[Outputs]]:
    def answering(event: gr.EventData, request: gr.Request) -> Iterator[Outputs]:
        with forgotten(page, request):
            yield _outputs(handler(event._data, deck, get_reader))
            yield gr.skip(), gr.skip(), gr.skip()  # Gradio sends the last message twice

    return answering


def _outputs(page: TeachPage) -> Outputs:
    return page.viewer, page.desk, page.board
