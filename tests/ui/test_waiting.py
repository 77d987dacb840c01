"""A visitor's place in line, "busy" past the limit, and a server that goes away and comes back."""

import os
import signal
import socket
import subprocess
import sys
import time
from threading import Event
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
from tabs import PANEL, PATIENCE, answer, needs_chromium

from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.report import waiting as words
from hemo.ui import waiting
from hemo.ui.page import launch

LINE = "#hemo-waiting .line"
SERVE = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import CARD, FixedEngine
import numpy as np
from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.ui.page import launch
class Held(FixedEngine):
    def features(self, images):
        while Path({held!r}).exists():
            time.sleep(0.05)
        return super().features(images)
reader = Reader(Held(), LinearHead(np.ones(1, np.float32), -1.0), CARD)
launch(lambda: reader, host="127.0.0.1", port={port})
"""

pytestmark = needs_chromium


class Gate(Event):
    """Readings wait until it is set, but for as many as may pass before."""

    passes = 0

    def pass_or_wait(self):
        """What a reading does here; one at a time, as the engine reads."""
        while not self.is_set() and not self.passes:
            self.wait(0.02)
        self.passes = max(self.passes - 1, 0)


@pytest.fixture(scope="module")
def gate():
    """One for all readings."""
    return Gate()


@pytest.fixture(scope="module")
def server(known_reader, gate):
    """A page with room for two questions in line, whose readings end when a test lets them."""

    class Slow:
        name = "slow"

        def features(self, images):
            gate.pass_or_wait()
            return known_reader._engine.features(images)

    gate.set()  # the first reading is the server's own
    reader = Reader(Slow(), LinearHead(np.ones(1, np.float32), -1.0), known_reader.card)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "MOST_WAITING", 2)
        address, page = launch(lambda: reader, host="127.0.0.1", block=False)
    yield address, page
    page.close(verbose=False)


@pytest.fixture
def others(chromium, server):
    """Three more visitors, each with a browser of their own: one has six connections, no more."""
    contexts = [chromium.new_context() for _ in range(3)]
    tabs = [context.new_page() for context in contexts]
    for tab in tabs:
        tab.set_default_timeout(PATIENCE)
        tab.goto(server[0])
        tab.wait_for_selector(f"{PANEL}[data-state=empty]")
        tab.wait_for_function("document.querySelector('#hemo-footer').innerText.includes('model')")
    yield tabs
    for context in contexts:
        context.close()


def ask(tab):
    """Choose an example without waiting for its answer."""
    tab.eval_on_selector(PANEL, "panel => (panel.dataset.state = 'asked')")
    tab.eval_on_selector("#hemo-examples button >> nth=1", "button => button.click()")


def test_a_visitor_sees_the_place_in_line(tab, others, gate):
    """The first is read, the second is next, the third has one before, the fourth is one too many.

    Everybody who was taken gets an answer, and then nobody waits.
    """
    visitors = [tab, *others]
    gate.clear()
    ask(visitors[0])
    visitors[0].wait_for_selector(f"{PANEL}[data-state=busy]")
    for visitor, said in zip(
        visitors[1:], [words.NEXT, "1 before yours", words.busy(2)], strict=True
    ):
        ask(visitor)
        visitor.wait_for_selector(f"{LINE} p:has-text('{said}')", timeout=4 * PATIENCE)
    gate.set()

    for visitor in visitors[:3]:
        assert answer(visitor)["state"] == "read"
        visitor.wait_for_selector(f"{LINE} .place", state="hidden")


# The word that the stream of answers is over, held back: on a busy machine it takes its time.
LATE = """
const asked = window.fetch;
window.fetch = async (...request) => {
  const answer = await asked(...request);
  if (!String(request[0].url ?? request[0]).includes("/queue/data")) return answer;
  const late = new TransformStream({
    async transform(chunk, out) {
      if (new TextDecoder().decode(chunk).includes("close_stream")) {
        window.closing = (window.closing ?? 0) + 1;
        await new Promise((go) => setTimeout(go, 1500));
      }
      out.enqueue(chunk);
    },
  });
  return new Response(answer.body.pipeThrough(late), answer);
};
"""


def test_what_is_asked_while_the_stream_of_answers_ends_is_answered(chromium, server):
    """Gradio closes the stream when it is told so, and forgets who asked meanwhile; hemo does not.

    A fresh slice is asked for in the second and a half in which the page does not know yet.
    """
    context = chromium.new_context()
    context.add_init_script(LATE)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.goto(server[0])
    tab.wait_for_selector(f"{PANEL}[data-state=empty]")
    for _ in range(3):
        before = tab.evaluate("window.closing ?? 0")
        ask(tab)
        assert answer(tab)["state"] == "read"
        tab.wait_for_function("before => window.closing > before", arg=before)

    ask(tab)
    assert answer(tab)["state"] == "read"
    context.close()


# The number of a question held back, so that its answer comes first, in a stream that is open.
OVERTAKEN = """
const asked = window.fetch;
window.fetch = async (...request) => {
  const answer = await asked(...request);
  if (String(request[0].url ?? request[0]).includes("/queue/join") && window.slowly) {
    await new Promise((go) => setTimeout(go, 1500));
  }
  return answer;
};
"""


def test_an_answer_that_overtakes_the_number_of_its_question_is_shown(chromium, server, gate):
    """The stream is open for how steady a reading is; the next one is there before its number."""
    context = chromium.new_context()
    context.add_init_script(OVERTAKEN)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.goto(server[0])
    tab.wait_for_selector(f"{PANEL}[data-state=empty]")
    ask(tab)
    assert answer(tab)["state"] == "read"
    gate.clear()  # the checks wait, and with them the stream
    gate.passes = 0
    tab.wait_for_timeout(1500)
    tab.evaluate("window.slowly = true")
    tab.eval_on_selector(PANEL, "panel => (panel.dataset.state = 'asked')")
    tab.set_input_files("#hemo-drop input", {"name": "a", "mimeType": "", "buffer": b"no slice"})
    try:
        found = answer(tab)
    finally:
        gate.set()  # whatever happens: the server ends only then
    context.close()

    assert found["state"] == "message"


def test_nobody_waits_for_what_the_page_asks_by_itself(tab, others, gate):
    """Two are read; how steady that is, is looked into for one, and the other stands in line."""
    visitors = [tab, others[0]]
    gate.clear()
    for visitor in visitors:
        ask(visitor)
    visitors[0].wait_for_selector(f"{PANEL}[data-state=busy]")
    gate.passes = 2
    states = [answer(visitor)["state"] for visitor in visitors]
    visitors[1].wait_for_timeout(2500)
    said = [visitor.inner_text(LINE) for visitor in visitors]
    checking = [visitor.inner_text("#hemo-steady .busy") for visitor in visitors]
    gate.set()

    assert states == ["read", "read"]
    assert checking == ["checking…", "checking…"]
    assert said == ["", ""]


def served(port, held):
    """A server in a process of its own, which reads nothing while a file is there; it answers."""
    code = SERVE.format(tests=os.path.dirname(__file__), port=port, held=str(held))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    end = time.monotonic() + 300
    while time.monotonic() < end:
        try:
            urlopen(f"http://127.0.0.1:{port}").close()
            return process
        except URLError:
            time.sleep(0.2)
    raise TimeoutError


@pytest.fixture
def mortal(chromium, server, tmp_path):
    """A page whose server can be killed and started again, and the file that holds it up."""
    held = tmp_path / "held"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = [served(port, held)]
    tab = chromium.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(f"http://127.0.0.1:{port}")
    tab.wait_for_selector(f"{PANEL}[data-state=empty]")
    tab.wait_for_function("document.querySelector('#hemo-footer').innerText.includes('model')")

    def killed_and_started():
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        tab.wait_for_selector(f"{LINE} .server:has-text('{words.LOST}')")
        held.unlink(missing_ok=True)
        running[0] = served(port, held)

    yield tab, held, killed_and_started
    tab.close()
    running[0].kill()
    running[0].wait()


def test_a_server_that_was_killed_is_said_and_the_page_goes_on(mortal):
    """Killed hard, started again at the same address: what is shown stays, and the next is read."""
    tab, _, killed_and_started = mortal
    ask(tab)
    shown = answer(tab)["text"]
    tab.wait_for_function("!document.querySelector('#hemo-steady .busy').textContent")
    tab.wait_for_load_state("networkidle")  # nothing is asked any more
    killed_and_started()
    tab.wait_for_selector(f"{LINE} .server:has-text('{words.BACK}')")
    kept = tab.inner_text(PANEL)
    ask(tab)

    assert kept == shown
    assert answer(tab)["state"] == "read"


def test_a_question_that_was_lost_with_the_server_is_said_and_can_be_asked_again(mortal):
    """Killed while it reads: the page is whole again, says that an answer is lost, and reads."""
    tab, held, killed_and_started = mortal
    held.touch()
    ask(tab)
    tab.wait_for_selector(f"{PANEL}[data-state=busy]")
    killed_and_started()
    tab.wait_for_selector(f"{LINE} .server:has-text('{words.AGAIN}')")
    tab.wait_for_selector(f"{PANEL}[data-state=empty]")
    ask(tab)

    assert answer(tab)["state"] == "read"
