"""The deck: the same question, the same case; and no question tells the answer."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from hemo.errors import DataError
from hemo.teaching import deck as decks
from hemo.teaching.deck import RESTARTED, Deck, Place, place_from
from hemo.teaching.folder import Entry, Folder

NAME = "0123456789abcdef"


@pytest.fixture
def no_drawing(monkeypatch):
    """Cases are the random numbers that they would be drawn from."""
    monkeypatch.setattr(decks, "phantom_case", lambda level, rng: (level, rng.random()))


def place(deck, number=0, level=4, source="phantom", name=NAME):
    """A place of a deck."""
    return Place(source, name, number, level, deck.name)


def test_the_same_place_is_the_same_case(no_drawing):
    """The server keeps nothing and still knows what it asked."""
    deck = Deck()

    assert deck.case(place(deck)) == deck.case(place(deck))


def test_other_numbers_rounds_levels_and_servers_have_other_cases(no_drawing):
    """Nothing a learner sees once tells of another round."""
    deck, other = Deck(), Deck()
    cases = [
        deck.case(place(deck)),
        deck.case(place(deck, number=1)),
        deck.case(place(deck, name=NAME[::-1])),
        deck.case(place(deck, level=5)),
        other.case(place(other)),
    ]

    assert len({chance for _, chance in cases}) == 5


def test_a_place_of_another_server_is_said_to_be_lost(no_drawing):
    """Rather than show another case than the one that was asked."""
    with pytest.raises(DataError, match="started anew"):
        Deck().case(place(Deck()))
    assert "Begin a new one" in RESTARTED


def test_the_name_says_nothing_of_the_secret():
    """Two decks of the same secret have one name, and it is not in the secret."""
    deck = Deck(secret=b"x" * 32)

    assert deck.name == Deck(secret=b"x" * 32).name
    assert deck.name not in repr(deck)
    assert "xxx" not in repr(deck)


def test_a_folder_gives_every_case_once_in_its_rounds_own_order(tmp_path, monkeypatch):
    """Eight cases, each once; two rounds do not have the same order."""
    entries = tuple(Entry(tmp_path / str(n), n % 2 == 0, None, "") for n in range(8))
    monkeypatch.setattr(Folder, "case", lambda self, index: index)
    deck = Deck(Folder(entries), secret=b"s" * 32)
    orders = [
        [deck.case(place(deck, n, source="folder", name=name)) for n in range(8)]
        for name in (NAME, NAME[::-1])
    ]

    assert sorted(orders[0]) == sorted(orders[1]) == list(range(8))
    assert orders[0] != orders[1]
    with pytest.raises(DataError):
        deck.case(place(deck, 8, source="folder"))


def test_there_is_no_case_where_there_is_no_source():
    """No teacher's folder, no misses."""
    deck = Deck()

    assert list(deck.sizes()) == ["phantom"]
    for source in ("folder", "misses"):
        with pytest.raises(DataError):
            deck.case(place(deck, source=source))


def test_a_place_comes_back_as_it_went():
    """As the browser names it."""
    there = Place("phantom", NAME, 3, 5, "deck")

    assert place_from(asdict(there)) == there


@pytest.mark.parametrize(
    "change",
    [
        {"source": "secrets"},
        {"source": ["phantom"]},
        {"round": "short"},
        {"round": NAME.upper()},
        {"number": -1},
        {"number": True},
        {"number": 1.5},
        {"level": 99},
        {"level": None},
    ],
)
def test_nonsense_is_no_place(change):
    """Not a fault of the server but a sentence."""
    plain = asdict(Place("phantom", NAME, 3, 5, "deck")) | change

    with pytest.raises(DataError):
        place_from(plain)
    with pytest.raises(DataError):
        place_from(None)


def test_about_half_of_the_cases_bleed():
    """Over many rounds: the answer cannot be guessed better than by a coin."""
    deck = Deck(secret=b"s" * 32)
    coins = [deck._rng(NAME, str(n), "4").random() < 0.5 for n in range(400)]

    assert np.mean(coins) == pytest.approx(0.5, abs=0.08)
    assert replace(deck).name == deck.name
