"""What a person does with the page, for the tests that use a real browser."""

import os
import shutil
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000  # ms: the first reading waits until the model is loaded
PANEL = "#hemo-reading .panel"
VIEWER = "#hemo-viewer .viewer"
PICTURE = "#hemo-viewer .canvas"

needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).is_file(), reason="no Chromium on this machine ($CHROMIUM names another)"
)


def ask(tab):
    """Mark the panel, so that the last answer is not taken for the next."""
    for part in (PANEL, VIEWER):
        tab.eval_on_selector(part, "part => (part.dataset.state = 'asked')")


def choose(tab, file):
    """Give the page a file and wait for its answer."""
    ask(tab)
    tab.set_input_files("#hemo-drop input", file)
    return answer(tab)


def drop(tab, file):
    """Drop a file on the picture, as a hand would, and wait for the answer."""
    data = tab.evaluate_handle(
        """([bytes, name]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          return data;
        }""",
        [list(file.read_bytes()), file.name],
    )
    tab.dispatch_event("#hemo-viewer .stage", "drop", {"dataTransfer": data})
    return answer(tab)


def press(tab, label):
    """Go to a button of the message with the keyboard's focus, press it and wait."""
    button = f'#hemo-viewer .actions button:text-is("{label}")'
    tab.focus(button)
    tab.eval_on_selector(PANEL, "panel => (panel.dataset.state = 'asked')")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(button, state="detached")  # it goes as soon as the page is at work
    return answer(tab)


def answer(tab):
    """The reading panel's data once an answer is there, in the panel and over the picture."""
    tab.wait_for_selector(f"{PANEL}[data-state=read], {PANEL}[data-state=message]")
    tab.wait_for_function(
        """() => {
          const state = (part) => document.querySelector(part).dataset.state;
          return ["shown", "message"].includes(state("#hemo-viewer .viewer"));
        }"""
    )
    return tab.eval_on_selector(PANEL, "panel => ({...panel.dataset, text: panel.innerText})")


def show(tab, value):
    """Let the viewer draw a value, as if the server had sent it."""
    tab.evaluate(
        """value => document.dispatchEvent(
          new CustomEvent("hemo:show", {detail: {viewer: "hemo-viewer", value}}))""",
        value,
    )
    tab.wait_for_selector(f"{PICTURE}[data-ready=true]")


def drawn(tab):
    """What the viewer's canvas shows, once it has been painted."""
    return tab.eval_on_selector(
        PICTURE,
        """canvas => new Promise((done) => requestAnimationFrame(() =>
          requestAnimationFrame(() => done(canvas.toDataURL()))))""",
    )


def quiet(tab):
    """Wait until nothing is asked of the server any more: the checks after a reading are in."""
    tab.wait_for_function("() => !document.querySelector('#hemo-steady .busy')?.textContent")
    tab.wait_for_load_state("networkidle")


def number(text):
    """A number as the page writes it: "−0.40"."""
    return float(text.replace("−", "-"))
