"""What the page's tabs share of how they answer: in steps, stoppable, forgetting what they sent."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Lock
from typing import Any, TypeVar

import gradio as gr

from hemo import report
from hemo.errors import HemoError
from hemo.reader import Reader
from hemo.ui.handlers import GetReader
from hemo.ui.parts import QUIET

Answer = dict[str, Any]
Work = Callable[[Answer, Reader, Event], Iterator[Answer]]
T = TypeVar("T")


@contextmanager
def forgotten(page: gr.Blocks, request: gr.Request) -> Iterator[None]:
    """Drop what Gradio holds of a session, also when its tab is closed in between.

    It remembers the last values that a session was sent, the slice among them, long after. A
    generator that answers an event does so inside this, and yields once more, ``gr.skip()`` for
    every output, after its last value: Gradio sends the last message twice.
    """
    try:
        yield
    finally:
        page.state_holder.session_data.pop(request.session_hash, None)


class Stops:
    """Questions that somebody no longer wants answered, by the random token each came with.

    A token says nothing of who asked. One that is stopped while it still waits is not begun.
    """

    def __init__(self, remembered: int = 1000) -> None:
        self._running: dict[str, Event] = {}
        self._early: deque[str] = deque(maxlen=remembered)
        self._lock = Lock()

    def stop(self, token: str) -> None:
        """Whoever answers this question ends soon."""
        with self._lock:
            if token in self._running:
                self._running[token].set()
            else:
                self._early.append(token)

    @contextmanager
    def asked(self, token: str) -> Iterator[Event]:
        """While a question is answered: the event that is set when nobody wants the answer."""
        event = Event()
        with self._lock:
            if token in self._early:
                event.set()
            self._running[token] = event
        try:
            yield event
        finally:
            with self._lock:
                self._running.pop(token, None)


STOPS = Stops()


def stop(token: object) -> None:
    """Stop a question; a ``server_function`` of the pieces that ask."""
    STOPS.stop(str(token)[:64])


def ask(
    page: gr.Blocks,
    trigger: Callable[..., Any],
    output: gr.HTML,
    work: Work,
    get_reader: GetReader,
    *,
    line: str = "asked",
) -> None:
    """Let a part of the page ask about the slice it shows, and be answered in steps.

    Args:
        page: that it belongs to.
        trigger: the event of a piece, ``piece.check`` for ``trigger("check", {token, …})``.
        output: the piece that gets the answers, each with the token of its question.
        work: from the question, the reader and the event that stops it to the answers.
        get_reader: waits until the model is loaded.
        line: in which it waits; one question of each line is answered at a time.
    """

    def answered(event: gr.EventData, request: gr.Request) -> Iterator[Any]:
        asked = dict(event._data)
        token = {"token": str(asked.get("token", ""))[:64]}
        with forgotten(page, request), STOPS.asked(token["token"]) as stopped:
            try:
                if not stopped.is_set():
                    for answer in work(asked, get_reader(), stopped):
                        yield answer | token
            except HemoError as error:
                yield {"error": str(error)} | token
            yield gr.skip()

    asking = trigger(answered, None, output, concurrency_id=line, trigger_mode="multiple", **QUIET)
    asking.failure(lambda: {"error": report.FAULT, "token": None}, None, output, **QUIET)


def streamed(work: Callable[[Callable[[T], None]], None]) -> Iterator[T]:
    """What work tells while it works, one after the other, and what it raises at the end.

    Args:
        work: gets a function and calls it with whatever is to be told.
    """
    told: SimpleQueue[T | None] = SimpleQueue()
    with ThreadPoolExecutor(1, thread_name_prefix="work") as worker:
        future = worker.submit(work, told.put)
        future.add_done_callback(lambda _: told.put(None))
        while (item := told.get()) is not None:
            yield item
        future.result()
