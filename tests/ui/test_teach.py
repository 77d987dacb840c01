"""The Teach tab's handlers: no truth before the answer, all of it afterwards."""

import json

import numpy as np
import pytest

from hemo import phantom
from hemo.report import teach as words
from hemo.teaching import deck as decks
from hemo.teaching.cases import Case
from hemo.teaching.deck import Deck
from hemo.teaching.misses import Miss, Recipe
from hemo.ui import teach, teach_views

NAME = "0123456789abcdef"


@pytest.fixture(scope="module")
def bleed():
    """A small head with a bleed, as a case of level 4."""
    drawn = phantom.draw("subdural", seed=1, shape=(128, 128))
    return Case(drawn.slice, True, drawn.mask, "phantom", 4, "subdural")


@pytest.fixture
def deck(bleed, monkeypatch):
    """A deck whose every synthetic case is that head."""
    monkeypatch.setattr(decks, "phantom_case", lambda level, rng: bleed)
    return Deck()


def place(deck, **change):
    """As a browser names it."""
    return {
        "source": "phantom", "round": NAME, "number": 0, "level": 4, "deck": deck.name
    } | change  # fmt: skip


def answered(deck, hemorrhage=True, click=None, records=()):
    """What a browser sends with an answer."""
    answer = {"hemorrhage": hemorrhage, "sure": 0.9, "click": click}
    return {"place": place(deck), "answer": answer, "records": list(records)}


def on_it(case):
    """A place on the bleed, [x, y]."""
    row, column = np.argwhere(case.mask)[0]
    return [float(column), float(row)]


def test_a_case_that_is_asked_tells_nothing_of_what_it_holds(deck, bleed, reader):
    """The same values as of a head without a bleed, but for the pixels."""
    page = teach.ask({"place": place(deck)}, deck, lambda: reader)
    plain = Case(phantom.draw(None, seed=1, shape=(128, 128)).slice, False, None, "phantom", 4)
    other = teach_views.asking(plain, decks.place_from(place(deck)), reader.card)
    (shown,), (without,) = page.viewer["slices"], other.viewer["slices"]

    assert page.desk["state"] == "asking"
    assert (page.desk, page.board) == (other.desk, other.board)
    assert page.viewer | {"slices": []} == other.viewer | {"slices": []}
    assert {key for key in shown if shown[key] != without[key]} <= {"pixels", "content"}
    assert shown["truth"] is shown["evidence"] is shown["probability"] is None


def test_the_answer_reveals_truth_model_and_evidence(deck, bleed, reader):
    """And the record of the case goes back to the browser."""
    page = teach.reveal(answered(deck, click=on_it(bleed)), deck, lambda: reader)
    (shown,) = page.viewer["slices"]

    assert page.board["title"] == "You found it."
    assert page.board["sentences"][0] == "A subdural hematoma was painted here (dashed outline)."
    assert shown["truth"] and shown["evidence"]
    assert page.viewer["marks"][0]["label"] == words.YOUR_MARK
    assert page.desk["record"]["hit"] is True
    assert page.desk["record"]["model_said"] is True
    assert page.desk["next"] == 5


def test_a_wrong_answer_makes_the_next_case_easier(deck, reader):
    """Three levels down from four is the first."""
    page = teach.reveal(answered(deck, hemorrhage=False), deck, lambda: reader)

    assert page.board["title"] == "You missed it."
    assert page.board["right"] is False
    assert page.desk["next"] == 1


def test_scores_run_over_the_whole_round(deck, bleed, reader):
    """Two bleeds, one found: the browser brings the record of the first."""
    first = teach.reveal(answered(deck, hemorrhage=False), deck, lambda: reader)
    asked = answered(deck, click=on_it(bleed), records=[first.desk["record"]])
    second = teach.reveal(json.loads(json.dumps(asked)), deck, lambda: reader)
    rows = {row["key"]: row for row in second.board["scores"]}

    assert rows["sensitivity"]["learner"]["text"].startswith("1 of 2 (")
    assert rows["sensitivity"]["model"]["text"].startswith("2 of 2 (")
    assert rows["specificity"]["learner"] is None
    assert rows["localisation"]["learner"]["n"] == 1
    assert second.board["bins"]["learner"][0]["n"] == 1


@pytest.mark.parametrize("handler", [teach.ask, teach.reveal, teach.tour])
@pytest.mark.parametrize(
    "plain", [None, {}, {"place": {"source": "x"}}, {"place": None, "example": -1}]
)
def test_nonsense_gets_a_sentence(deck, reader, handler, plain):
    """No fault, and nothing shown."""
    page = handler(plain, deck, lambda: reader)

    assert page.desk["state"] == "message"
    assert page.viewer["slices"] == []


def test_a_round_of_a_server_that_was_restarted_is_said_to_be_over(deck, reader):
    """The case it asked cannot be worked out any more."""
    page = teach.reveal(answered(deck) | {"place": place(Deck())}, deck, lambda: reader)

    assert "started anew" in page.desk["sentence"]


def test_a_tour_lays_nothing_over_the_slice_before_it_was_looked_at(deck, reader):
    """One slice a step, the same pixels in all."""
    page = teach.tour({"place": place(deck)}, deck, lambda: reader)
    slices = page.viewer["slices"]

    assert len(slices) == len(page.board["steps"]) == 7
    assert slices[0]["truth"] is slices[0]["evidence"] is None
    assert slices[2]["truth"] and slices[2]["evidence"] is None
    assert slices[4]["truth"] and slices[4]["evidence"]
    assert {one["pixels"]["data"] for one in slices} == {slices[0]["pixels"]["data"]}


def test_an_example_can_be_toured_without_a_round(reader):
    """For a lecture: the second example is the subdural."""
    page = teach.tour({"place": None, "example": 1}, Deck(), lambda: reader)

    assert "subdural" in page.board["steps"][2]["text"]


def test_misses_of_another_model_are_not_shown_as_this_ones(reader):
    """They were found by running a certain model."""
    misses = (Miss(Recipe(1, finding="falx"), 0.9),)
    of_another = Deck(misses=misses, model="0.0")
    page = teach.ask({"place": place(of_another, source="misses")}, of_another, lambda: reader)

    assert page.desk["sentence"] == words.OTHER_MODEL


def test_a_miss_is_revealed_with_its_reason(reader):
    """Why it is not blood."""
    misses = (Miss(Recipe(1, finding="calcification"), 0.9),)
    deck = Deck(misses=misses, model=reader.card.version)
    asked = answered(deck) | {"place": place(deck, source="misses")}
    page = teach.reveal(asked, deck, lambda: reader)

    assert page.board["title"] == "You called a hemorrhage where there is none."
    assert page.board["sentences"][-1].startswith("Calcified pineal gland")
