"""Tests of the page as it is built; nothing is served here."""

import os
import signal
import subprocess
import sys
from threading import Event

import pytest

from hemo.errors import WeightsError
from hemo.ui import page, parts, read_tab, views


def test_nothing_of_the_page_imports_torch():
    """The page is up before torch is: it is imported when the model is loaded."""
    code = "import hemo.ui.page, sys; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_keeps_and_tells_nothing(reader):
    """No analytics, no event that other programs can call, uploads swept away."""
    built = page.build(lambda: reader)

    assert built.analytics_enabled is False
    assert built.delete_cache == page.SWEEP
    assert {event.api_visibility for event in built.fns.values()} == {"private"}


def test_readings_wait_for_each_other(reader):
    """One reading at a time, whether it is an upload's or an example's."""
    built = page.build(lambda: reader)
    lines = [(event.name, event.concurrency_id) for event in built.fns.values()]

    assert sorted(line for name, line in lines if name in ("on_upload", "on_example")) == [
        *["reading"] * 2,
        *["series"] * 2,  # a line of their own: one slice does not wait for a whole series
    ]


def test_the_reader_is_loaded_in_the_background(reader):
    """The caller goes on at once; whoever asks for the reader waits."""
    may_load = Event()

    def load():
        assert may_load.wait(10)
        return reader

    get_reader = page.warm(load)
    may_load.set()

    assert get_reader() is reader
    assert get_reader() is reader


def test_a_page_that_is_stopped_while_it_starts_ends(tmp_path):
    """However early: nothing hangs, no folder is left, and it is not an error."""
    code = (
        "import os, signal\n"
        "from hemo.ui import page\n"
        "page.launch(lambda: os.kill(os.getpid(), signal.SIGTERM), host='127.0.0.1')\n"
    )
    space = os.environ | {"TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=space, timeout=120, capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stderr
    assert "hemo is at" in ended.stdout
    assert not list(tmp_path.glob("hemo-*"))


@pytest.fixture
def as_before():
    """What the signals that stop a process do is put back."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("as_before")
def test_a_start_is_interrupted_at_its_end_or_by_a_second_wish():
    """Ctrl-C twice means now; once the page is up, once is enough."""
    with page._stopped_once_up() as stopped:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)

    assert stopped == [signal.SIGTERM]


def test_a_model_that_cannot_be_loaded_is_said_in_the_footer():
    """The sentence of the error stands where the model's version would."""

    def load():
        raise WeightsError("There is no model here.")

    get_reader = page.warm(load)

    with pytest.raises(WeightsError):
        get_reader()
    assert page._first_footer(get_reader) == {"parts": ["There is no model here."]}


def test_the_footer_names_the_model(reader):
    """Version, network and engine; no figures where evaluation wrote none."""
    assert views.footer(reader) == {"parts": ["model 0.1 · ResNet-152 · fixed"]}
    assert views.footer(reader, seconds=0.0384)["parts"][1] == "read in 38 ms"
    assert views.footer(reader, seconds=2.44)["parts"][1] == "read in 2.4 s"


def test_several_files_are_refused_with_a_sentence(reader):
    """None of them is picked silently."""
    shown = read_tab.upload(None, 3, lambda: reader)

    assert "one slice at a time" in shown.reading["sentence"]


def test_an_upload_that_did_not_arrive_is_said(reader):
    """Too large, or the connection broke."""
    shown = read_tab.upload(None, 1, lambda: reader)

    assert "64 MB" in shown.reading["sentence"]
    assert shown.reading["state"] == "message"


def test_an_answer_ends_with_nothing_changed(reader):
    """Busy, the answer, and a last message that Gradio may send twice."""
    busy, answer, last = read_tab.answer(lambda: views.failed("No."))

    assert busy[0]["state"] == "busy"
    assert answer[1]["sentence"] == "No."
    assert all(update == {"__type__": "update"} for update in last)


@pytest.mark.parametrize("name", sorted(path.name for path in parts.HERE.glob("*.html")))
def test_templates_hold_no_expressions(name):
    """Gradio runs what stands in ${…} as script: texts are filled in as text, by our own script."""
    text = parts.asset(name)

    assert "${" not in text
    assert "{{" not in text


@pytest.mark.parametrize("name", sorted(path.name for path in parts.HERE.glob("*.js")))
def test_scripts_write_text_and_never_markup(name):
    """A file's words cannot become part of the page's markup, and nothing is fetched or kept."""
    text = parts.asset(name)

    for word in ("innerHTML", "insertAdjacentHTML", "http://", "https://", "localStorage", "eval("):
        assert word not in text
