"""A reader whose numbers are known by heart, and a browser."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.weights import Card

sys.path.insert(0, str(Path(__file__).parent))  # for tabs: tests have no packages here

from tabs import CHROMIUM, PANEL, PATIENCE, QUIET

CARD = Card("0.1", threshold=0.41, low=0.14, high=0.72, evidence_scale=0.4, evidence_focal=0.2)


class FixedEngine:
    """Finds the same in every picture: one cell that speaks for hemorrhage, one against."""

    name = "fixed"

    def features(self, images):
        """[B, 3, S, S] to [B, 1, 14, 14]: 3.5 logits for, 0.5 against, 1 of bias less."""
        found = np.zeros((len(images), 1, 14, 14), np.float32)
        found[:, :, 6, 8], found[:, :, 9, 4] = 3.5 * 196, -0.5 * 196
        return found


@pytest.fixture(scope="session")
def known_reader():
    """A Reader that says the same of every slice: logit 2, probability 0.88."""
    return Reader(FixedEngine(), LinearHead(np.ones(1, np.float32), -1.0), CARD)


@pytest.fixture
def reader(known_reader):
    """The reader that a handler is given."""
    return known_reader


@pytest.fixture(scope="session")
def chromium():
    """A browser without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium, server):
    """A fresh tab with the page, its requests, answers and script errors noted."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="light", locale="en-US"
    )
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.requested, tab.answers, tab.faults = [], [], []
    tab.on("request", lambda request: tab.requested.append(request.url))
    tab.on("response", lambda response: tab.answers.append(response))
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.goto(server[0])
    tab.wait_for_selector(PANEL)
    yield tab
    context.close()
