"""The scoreboard: what it is sent, and what it draws of an evaluation made by hand."""

import re
from dataclasses import replace

import numpy as np
import pytest
from cards import EVALUATION, SOURCE
from tabs import needs_chromium

from hemo import weights
from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.ui import parts
from hemo.ui.page import launch
from hemo.ui.scoreboard_tab import scores

BOARD = "#hemo-scoreboard .board"
SHOWN = f"{BOARD}[data-state=shown]"
TAB = "#hemo-tabs button[role=tab]:has-text('Scoreboard')"


def test_the_card_is_sent_as_it_is(known_reader):
    """Nothing is rounded, nothing invented; checksums stay here."""
    card = replace(known_reader.card, evaluation=EVALUATION)
    sent = scores(card)

    assert sent["evaluation"] == {k: v for k, v in EVALUATION.items() if k != "files"}
    assert (sent["threshold"], sent["low"], sent["high"]) == (0.41, 0.14, 0.72)


def test_a_card_without_an_evaluation_is_sent_without_one(known_reader):
    """The script says "not measured"."""
    assert scores(known_reader.card)["evaluation"] == {}


@pytest.mark.parametrize("word", ["innerHTML", "insertAdjacentHTML", "https://", "http://"])
def test_the_script_writes_text_and_asks_nobody(word):
    """Words of a card are text, and nothing is fetched."""
    assert word not in parts.script("scoreboard")


@pytest.fixture(scope="module")
def evaluated(known_reader):
    """A reader with the card made by hand; a test may give it another."""
    card = replace(known_reader.card, evaluation=EVALUATION)
    return Reader(known_reader._engine, LinearHead(np.ones(1, np.float32), -1.0), card)


@pytest.fixture(scope="module")
def server(evaluated):
    """The address of the running page, and the page."""
    address, page = launch(lambda: evaluated, host="127.0.0.1", block=False)
    yield address, page
    page.close(verbose=False)


@pytest.fixture
def board(tab):
    """The scoreboard of the card made by hand."""
    tab.click(TAB)
    tab.wait_for_selector(SHOWN)
    return tab


def fact(tab, number):
    """A value of the operating point as computed, and as shown."""
    cell = tab.locator(f"{BOARD} .four dd >> nth={number}")
    return float(cell.get_attribute("data-value")), cell.inner_text().split("\n")


@needs_chromium
def test_the_figures_are_drawn(board):
    """Each with its interval and its number of cases."""
    table = board.inner_text(f"{BOARD} .by-source")
    roc = board.text_content(f"{BOARD} .roc svg")

    assert "50 slices, 10 with hemorrhage, 12 groups; 3 refused, 1 of them with" in table
    assert "left out: model 0.1, trained on elsewhere" in table
    assert "0.810–0.980" in table and "0.600–0.800" in table
    assert "AUC 0.925" in roc and "n = 50" in roc and "brightness 0.700" in roc
    assert "On 7 heads. Called from 44 % on" in board.inner_text(f"{BOARD} .painted")
    assert "subdural by age, 2–5 mm" in board.inner_text(f"{BOARD} .painted")
    assert "fainter than what brain itself varies" in board.inner_text(f"{BOARD} .failures")
    assert "Scanners of other makers." in board.inner_text(f"{BOARD} .untested")
    assert "at most 2 are called not seen" in board.inner_text(f"{BOARD} .bands")
    assert not board.faults


@needs_chromium
def test_the_methods_are_compared(board):
    """Where each lies, whether the answer follows it, beside a map drawn by chance."""
    place = f"{BOARD} .localisation"
    rows = [row.split() for row in board.locator(f"{place} tbody tr").all_inner_texts()]
    text = board.inner_text(place)

    assert [row[0] for row in rows] == ["guided", "Grad-CAM", "a", "better"]
    assert "what the page shows" in text and "a map drawn by chance" in text
    assert "0.21" in rows[0] and "0.04" in rows[0] and "0.62" in rows[2]
    assert "better than Grad-CAM by" in text
    for cell in (
        "+10\n−20 to +40",
        "−3\n−10 to 0",
        "+0.06\n+0.02 to +0.10",
        "0.00\n−0.10 to +0.10",
    ):
        assert cell in text
    assert "probabilities span 3 % (1–6 %)" in text
    board.check(f"{place} .choices input >> nth=1", force=True)
    assert "55 %" in board.inner_text(f"{place} tbody")


@needs_chromium
def test_the_curve_goes_through_its_points(board):
    """In the plot's own units: 268 across, 236 down."""
    d = board.get_attribute(f"{BOARD} .roc .curve", "d")
    places = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", d)]
    expected = [(0, 0), (0, 0), (0, 0.5), (0.1, 0.9), (1, 1), (1, 1)]

    assert places == [pytest.approx((42 + 268 * x, 244 - 236 * y), abs=0.01) for x, y in expected]


@needs_chromium
def test_the_shipped_operating_point_has_the_cards_figures(board):
    """And predictive values by Bayes: 0.8 and 0.95 at the prevalence in the middle, 2.236 %."""
    prevalence = 0.001 * 500**0.5
    sensitivity, shown = fact(board, 0)
    positive, negative = fact(board, 2)[0], fact(board, 3)[0]
    hits, alarms = 0.8 * prevalence, 0.05 * (1 - prevalence)

    assert (sensitivity, shown[:2]) == (0.8, ["80 %", "49–94 %"])
    assert positive == pytest.approx(hits / (hits + alarms))
    assert negative == pytest.approx(
        0.95 * (1 - prevalence) / (0.95 * (1 - prevalence) + 0.2 * prevalence)
    )


@needs_chromium
def test_the_sliders_work_in_the_browser(board):
    """With the keyboard; at half of all slices, 90 % and 90 % give 90 % either way."""
    board.wait_for_load_state("networkidle")
    before = len(board.requested)
    board.focus(f"{BOARD} .stop")
    board.keyboard.press("ArrowRight")  # from the shipped 41 % to the curve's 30 %
    board.focus(f"{BOARD} .common")
    board.keyboard.press("End")

    assert board.inner_text(f"{BOARD} .threshold") == "30 %"
    assert board.inner_text(f"{BOARD} .prevalence") == "50 %"
    assert [fact(board, i)[0] for i in range(4)] == [pytest.approx(0.9)] * 4
    assert fact(board, 0)[1][1] == "60–98 %"  # Wilson's of 9 in 10
    assert "450 found" in board.inner_text(f"{BOARD} .thousand").replace("\n", " ")
    assert "sensitivity 90 %" in board.get_attribute(f"{BOARD} .stop", "aria-valuetext")
    assert len(board.requested) == before


@needs_chromium
def test_a_named_point_is_one_press_away(board):
    """It has the interval of the card."""
    board.click(f"{BOARD} .presets button:has-text('95 % sensitivity')")

    assert fact(board, 0) == (1.0, ["100 %", "72–100 %", "of hemorrhages, so many are called"])
    assert fact(board, 1)[0] == 0.5


@needs_chromium
def test_another_source_is_chosen(board):
    """Curves and operating point follow."""
    board.check(f"{BOARD} .setting .choices input >> nth=1", force=True)

    assert "4 hemorrhages and 16 other slices of elsewhere" in board.inner_text(
        f"{BOARD} .intervals"
    )
    assert "n = 20" in board.text_content(f"{BOARD} .roc svg")


@needs_chromium
def test_an_interval_between_points_knows_that_slices_are_alike(tab, evaluated, monkeypatch):
    """The card's interval is that of 5 independent slices, not 10: so are the others."""
    source = {**SOURCE, "sensitivity": {"value": 0.8, "low": 0.3755, "high": 0.9638, "n": 10}}
    card = replace(evaluated.card, evaluation={"test": {"ward": source}})
    monkeypatch.setattr(evaluated, "card", card)
    tab.click(TAB)
    tab.wait_for_selector(SHOWN)
    tab.focus(f"{BOARD} .stop")
    tab.keyboard.press("ArrowLeft")  # the curve's 80 %: half of the hemorrhages

    assert fact(tab, 0)[1][:2] == ["50 %", "17–83 %"]  # Wilson's of 2.5 in 5; of 5 in 10: 24–76


@needs_chromium
def test_what_was_not_measured_is_said(tab, evaluated, known_reader, monkeypatch):
    """No figure is invented, no script fails, for a card that never was evaluated."""
    monkeypatch.setattr(evaluated, "card", known_reader.card)
    tab.click(TAB)
    tab.wait_for_selector(SHOWN)
    articles = tab.locator(f"{BOARD} article").all_inner_texts()

    assert all("not measured" in article for article in articles), articles
    assert tab.locator(f"{BOARD} svg circle").count() == 0
    assert not tab.faults


@needs_chromium
@pytest.mark.skipif(
    not (weights.DEFAULT / "card.json").is_file(), reason="weights/card.json is not here"
)
def test_the_shipped_card_is_drawn(tab, evaluated, monkeypatch):
    """Every source of the card has its row, with the card's AUC."""
    card = weights.read_card(weights.DEFAULT)
    monkeypatch.setattr(evaluated, "card", card)
    tab.click(TAB)
    tab.wait_for_selector(SHOWN)
    table = tab.inner_text(f"{BOARD} .by-source")

    for source in card.evaluation["test"].values():
        assert source["label"] in table
        assert f"{source['auc']['value']:.3f}" in table
    assert not tab.faults
