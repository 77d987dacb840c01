"""The page: its layout, what calls what, and the server behind it.

The scripts beside this file draw everything that is about one slice (viewer, reading); the server
sends them plain JSON values, described in ``hemo.ui.views``. One tab stands so far, "Read".
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
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from hemo import report
from hemo.errors import HemoError
from hemo.reader import Reader
from hemo.ui import handlers, views
from hemo.ui.examples import examples, gallery
from hemo.ui.handlers import GetReader
from hemo.ui.views import Page

HERE = Path(__file__).parent
MAX_FILE = "64mb"
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
BACKGROUND = "#0b0f12"  # of style.css, for the moment before it is there


def launch(
    load: Callable[[], Reader],
    *,
    host: str | None = None,
    port: int | None = None,
    open_browser: bool = False,
    block: bool = True,
) -> tuple[str, gr.Blocks]:
    """Serve the page.

    Args:
        load: gives the reader; called in the background, the page is up before it is done.
        host: to listen on; GRADIO_SERVER_NAME or this machine alone where None.
        port: to listen on; GRADIO_SERVER_PORT or the first free one from 7860 where None.
        open_browser: show the page to whoever sits here.
        block: return only when the server is stopped.

    Returns:
        The address, and the running page (``close()`` stops it).
    """
    _private_uploads()
    page = build(warm(load))
    page.queue(default_concurrency_limit=1)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        inbrowser=open_browser,
        prevent_thread_lock=True,
        theme=_theme(),
        css_paths=[HERE / "style.css"],
        head_paths=[HERE / "head.html"],
        **SERVING,
    )
    print(f"hemo is at {address}", flush=True)
    if block:
        # Whoever stops a server politely stops it as Ctrl-C does: its upload folder goes with it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        page.block_thread()
    return address, page


def warm(load: Callable[[], Reader]) -> GetReader:
    """Load in the background; the function returned waits until the reader is there.

    It raises, every time, what loading raised.
    """
    with_one = ThreadPoolExecutor(1, thread_name_prefix="load")
    future = with_one.submit(_load_and_try, load)
    with_one.shutdown(wait=False)
    return future.result


def _load_and_try(load: Callable[[], Reader]) -> Reader:
    reader = load()
    reader.read(examples()[-1].phantom.slice)  # the first reading is slow: let it not be a user's
    return reader


def build(get_reader: GetReader) -> gr.Blocks:
    """The page and its events, not served yet."""
    with gr.Blocks(
        title="hemo", analytics_enabled=False, fill_width=True, delete_cache=SWEEP
    ) as page:
        with gr.Column(elem_id="hemo-page"):
            piece("header", {"disclaimer": report.DISCLAIMER})
            with gr.Tabs(elem_id="hemo-tabs"), gr.Tab("Read", elem_id="hemo-tab-read"):
                read_tab = _read_tab()
            footer = piece("footer", {"parts": []})
        _connect(page, *read_tab, footer, get_reader)
    return page


def _read_tab() -> tuple[gr.HTML, gr.HTML, gr.HTML, gr.HTML]:
    start = views.empty()
    with gr.Row(elem_id="hemo-read"):
        with gr.Column(elem_id="hemo-choose"):
            drop = piece("drop")
            choices = piece("examples", gallery())
        viewer = piece("viewer", start.viewer, css_template=asset("viewer.css"))
        reading = piece("reading", start.reading)
    return drop, choices, viewer, reading


def _connect(
    page: gr.Blocks,
    drop: gr.HTML,
    choices: gr.HTML,
    viewer: gr.HTML,
    reading: gr.HTML,
    footer: gr.HTML,
    get_reader: GetReader,
) -> None:
    def on_upload(event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        asked = event._data
        path, count, anyway = asked.get("path"), asked.get("count", 1), bool(asked.get("anyway"))
        with _forgotten(page, request):
            yield from _answer(lambda: _upload(path, count, get_reader, anyway=anyway))

    def on_example(event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        example = examples()[int(event._data["index"])]
        with _forgotten(page, request):
            yield from _answer(lambda: handlers.read_example(example, get_reader))

    outputs = [viewer, reading, footer]
    for trigger, handler in ((drop.upload, on_upload), (choices.select, on_example)):
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asked = trigger(
            handler, None, outputs, concurrency_id="reading", trigger_mode="multiple", **quiet
        )
        asked.failure(lambda: _outputs(views.failed(report.FAULT)), None, outputs, **quiet)
    page.load(lambda: _first_footer(get_reader), None, footer, **quiet)


def _upload(path: str | None, count: int, get_reader: GetReader, *, anyway: bool = False) -> Page:
    if count > 1:
        return views.failed(report.ONE_AT_A_TIME)
    try:
        file = handlers.uploaded(path, Path(get_upload_folder()))
    except HemoError as error:
        return views.failed(str(error))
    return handlers.read_upload(file, get_reader, anyway=anyway)


def _answer(work: Callable[[], Page]) -> Iterator[tuple[Any, ...]]:
    yield _outputs(views.busy())
    yield _outputs(work())
    yield gr.skip(), gr.skip(), gr.skip()  # Gradio sends the last message twice: not the pictures


@contextmanager
def _forgotten(page: gr.Blocks, request: gr.Request) -> Iterator[None]:
    """Drop what Gradio holds of a session, also when its tab is closed in between.

    It remembers the last values that a session was sent, the slice among them, long after.
    """
    try:
        yield
    finally:
        page.state_holder.session_data.pop(request.session_hash, None)


def _outputs(page: Page) -> tuple[Any, ...]:
    return page.viewer, page.reading, gr.skip() if page.footer is None else page.footer


def _first_footer(get_reader: GetReader) -> views.View:
    try:
        return views.footer(get_reader())
    except HemoError as error:
        return {"parts": [str(error)]}


def piece(name: str, value: object = None, **options: object) -> gr.HTML:
    """A part of the page out of the files that carry its name."""
    return gr.HTML(
        value,
        html_template=asset(f"{name}.html"),
        js_on_load=asset(f"{name}.js"),
        apply_default_css=False,
        padding=False,
        elem_id=f"hemo-{name}",
        **options,
    )


def asset(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


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
