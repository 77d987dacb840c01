"""The page: its layout, what calls what, and the server behind it.

Each tab is built by its own module. The scripts beside this file draw everything (viewer, reading);
the server sends them plain JSON values, described in ``hemo.ui.views``.
"""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import gradio as gr

from hemo import report
from hemo.errors import HemoError
from hemo.reader import Reader
from hemo.ui import read_tab, scoreboard_tab, series_tab, teach_tab, uploads, views, waiting
from hemo.ui.examples import EXAMPLES
from hemo.ui.guard import around_gradio
from hemo.ui.handlers import GetReader
from hemo.ui.parts import HERE, QUIET, piece

MAX_FILE = 64 << 20  # bytes of a file that is uploaded
SWEEP = (60, 300)  # seconds: how often, and how old, an upload that nobody asked about is deleted
SERVING: dict[str, Any] = {  # nothing shared, recorded or offered beside the page itself
    "enable_monitoring": False,
    "footer_links": [],
    "max_file_size": MAX_FILE,
    "mcp_server": False,
    "pwa": False,
    "quiet": True,
    "run_history": False,
    "share": False,
    "show_error": False,
    "ssr_mode": False,
    "state_session_capacity": 16,  # whose last message Gradio may hold; no session depends on it
}
STYLES = ("style.css", "series.css", "teach.css")  # of the page, then of tabs with their own
BACKGROUND = "#0b0f12"  # of style.css, for the moment before it is there


def launch(
    load: Callable[[], Reader],
    *,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    block: bool = True,
    cases: Path | None = None,
) -> tuple[str, gr.Blocks]:
    """Serve the page.

    Args:
        load: gives the reader; called in the background, the page is up before it is done.
        host: to listen on; GRADIO_SERVER_NAME or this machine alone where None.
        port: to listen on; GRADIO_SERVER_PORT or the first free one from 7860 where None.
        open_browser: show the page to whoever sits here.
        block: return only when the server is stopped.
        cases: a teacher's folder of cases; see ``hemo.ui.teach_tab``.

    Returns:
        The address, and the running page (``close()`` stops it).
    """
    if not block:
        return _serve(load, host, port, open_browser, cases)
    with _stopped_once_up() as stopped:
        address, page = _serve(load, host, port, open_browser, cases)
        print(f"hemo is at {address}", flush=True)
    if stopped:
        page.close()
    page.block_thread()  # ends at once where the page is closed
    return address, page


def _serve(
    load: Callable[[], Reader],
    host: str | None,
    port: int | None,
    open_browser: bool,
    cases: Path | None,
) -> tuple[str, gr.Blocks]:
    """The address and the running page, as ``launch``."""
    _private_uploads()
    page = build(warm(load), cases=cases)
    page.queue(default_concurrency_limit=1, max_size=waiting.MOST_WAITING)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        theme=_theme(),
        css_paths=[HERE / name for name in STYLES],
        head_paths=[HERE / "head.html"],
        app_kwargs=around_gradio(MAX_FILE),
        **SERVING,
    )
    return address, page


@contextmanager
def _stopped_once_up() -> Iterator[list[int]]:
    """SIGINT or SIGTERM inside the block is kept in the list it gives; a second one interrupts.

    After the block both interrupt, the first time too: whoever stops a server politely stops it as
    Ctrl-C does, and its upload folder goes with it. Not while it starts, as an exception in the
    middle of an import can leave CPython's lock of all imports held: then the thread that loads the
    model waits for it for ever, and so does the exit.
    """
    stopped: list[int] = []

    def keep(number: int, frame: FrameType | None) -> None:
        if stopped:
            signal.default_int_handler(number, frame)
        stopped.append(number)

    _on_stop(keep)
    try:
        yield stopped
    finally:
        _on_stop(signal.default_int_handler)


def _on_stop(handler: Callable[[int, FrameType | None], Any]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def warm(load: Callable[[], Reader]) -> GetReader:
    """Load in the background; the function returned waits until the reader is there.

    It raises, every time, what loading raised.
    """
    with_one = ThreadPoolExecutor(1, thread_name_prefix="load")
    future = with_one.submit(_load_and_try, load)
    with_one.submit(_draw_examples)
    with_one.shutdown(wait=False)
    return future.result


def _load_and_try(load: Callable[[], Reader]) -> Reader:
    reader = load()
    reader.read(EXAMPLES[-1].phantom.slice)  # the first reading is slow: let it not be a user's
    return reader


def _draw_examples() -> None:
    """Before anybody asks for one, and after the model is there: they take a second or two."""
    for example in EXAMPLES:
        example.phantom  # noqa: B018 - it is kept


def build(get_reader: GetReader, *, cases: Path | None = None) -> gr.Blocks:
    """The page and its events, not served yet."""
    with gr.Blocks(
        title="hemo", analytics_enabled=False, fill_width=True, delete_cache=SWEEP
    ) as page:
        footer = piece("footer", {"parts": []}, render=False)
        with gr.Column(elem_id="hemo-page"):
            piece("header", {"disclaimer": report.DISCLAIMER})
            waiting.build()
            with gr.Tabs(elem_id="hemo-tabs"):
                with _tab("Read"):
                    read_tab.build_tab(page, get_reader, footer)
                with _tab("Series"):
                    series_tab.build_tab(page, get_reader)
                with _tab("Teach"):
                    teach_tab.build_tab(page, get_reader, cases=cases)
                with _tab("Scoreboard"):
                    scoreboard_tab.build_tab(page, get_reader)
            footer.render()
        page.load(lambda: _first_footer(get_reader), None, footer, **QUIET)
    uploads.mend(page)
    return page


def _tab(label: str) -> gr.Tab:
    return gr.Tab(label, elem_id=f"hemo-tab-{label.lower()}", elem_classes="hemo-tab")


def _first_footer(get_reader: GetReader) -> views.View:
    try:
        return views.footer(get_reader())
    except HemoError as error:
        return {"parts": [str(error)]}


def _theme() -> gr.themes.Base:
    system = ("system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif")
    theme = gr.themes.Base(font=system, font_mono=("ui-monospace", "monospace"))
    return theme.set(body_background_fill=BACKGROUND, body_background_fill_dark=BACKGROUND)


def _private_uploads() -> None:
    """Uploads go to a folder that only this user can open, and that goes with the process."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    if "GRADIO_TEMP_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="hemo-")
        os.environ["GRADIO_TEMP_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
