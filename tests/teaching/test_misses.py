"""What the model gets wrong: found by running it, written down, drawn again."""

import json

import numpy as np
import pytest

from hemo.bleeds import KINDS
from hemo.cli import main
from hemo.errors import DataError
from hemo.evidence import LinearHead
from hemo.innocents import IN_HEAD
from hemo.reader import Reader
from hemo.teaching import curate as curating
from hemo.teaching.misses import FILE, Miss, Recipe, draw, miss_case, read_misses, write_misses
from hemo.weights import Card

CARD = Card("0.3", threshold=0.5)


class CallsAll:
    """Says hemorrhage of every slice."""

    name = "calls all"

    def features(self, images):
        """A logit of 3 on every picture."""
        return np.full((len(images), 1, 14, 14), 3.0, np.float32)


@pytest.fixture
def reader():
    """A reader that is wrong of every head without a bleed."""
    return Reader(CallsAll(), LinearHead(np.ones(1, np.float32), 0.0), CARD)


def test_candidates_have_every_finding_and_every_kind_in_turn():
    """No seed twice."""
    recipes = [one for one, _ in zip(curating.recipes(), range(40), strict=False)]

    assert {one.finding for one in recipes} == {*IN_HEAD, None}
    assert {one.kind for one in recipes} == {*KINDS, None}
    assert len({one.seed for one in recipes}) == 40


def test_only_wrong_readings_are_misses(reader, monkeypatch):
    """Of a reader that calls all: the innocent heads, at 95 %, no bleed among them."""
    some = [Recipe(1, finding="falx"), Recipe(2, "subdural", 8.0, 40.0), Recipe(3, finding="falx")]
    monkeypatch.setattr(curating, "recipes", lambda: iter(some))
    told = []
    misses = curating.curate(reader, 3, lambda done, found: told.append((done, found)))

    assert [miss.recipe for miss in misses] == [some[0], some[2]]
    assert misses[0].probability == pytest.approx(0.9526, abs=1e-4)
    assert told == [(3, 2)]


def test_a_miss_is_drawn_again_with_its_reason():
    """The same pixels each time; the truth and why it was missed."""
    recipe = Recipe(5, "subdural", 3.5, 16.0)
    case = miss_case(Miss(recipe, 0.1))

    assert case.truth and case.mask.any()
    assert np.array_equal(case.slice.pixels, draw(recipe)[1].pixels)
    assert "thin subdural" in case.note


def test_a_finding_brightens_and_has_no_mask():
    """A calcification on a head without a bleed."""
    plain, found = (draw(Recipe(7, finding=name))[1].pixels for name in (None, "calcification"))
    case = miss_case(Miss(Recipe(7, finding="calcification"), 0.9))

    assert (found - plain).max() > 20
    assert not case.truth and not case.mask.any()


def test_what_is_written_is_read(tmp_path):
    """With the version of the model whose misses they are."""
    misses = (Miss(Recipe(1, finding="falx"), 0.9), Miss(Recipe(2, "subdural", 3.5, 16.0), 0.2))
    write_misses(tmp_path / FILE, "0.3", 18, misses)

    assert read_misses(tmp_path) == (misses, "0.3")
    assert read_misses(tmp_path / "none") == ((), "")


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"model": "1", "misses": [{}]}',
        json.dumps(
            {"model": "1", "misses": [{"recipe": {"seed": 1, "kind": "x"}, "probability": 1}]}
        ),
    ],
)
def test_a_file_of_another_kind_is_said(tmp_path, text):
    """A sentence, not a fault when the page starts."""
    (tmp_path / FILE).write_text(text)

    with pytest.raises(DataError, match=r"misses\.json is not a list of misses"):
        read_misses(tmp_path)


def test_the_command_writes_the_file(tmp_path, reader, monkeypatch, capsys):
    """``python -m hemo cases``."""
    monkeypatch.setattr(Reader, "load", lambda *_, **__: reader)
    monkeypatch.setattr(curating, "recipes", lambda: iter([Recipe(1, finding="falx")]))
    status = main(["cases", "--count", "1", "--out", str(tmp_path / FILE)])

    assert status == 0
    assert "1 cases that model 0.3 gets wrong" in capsys.readouterr().out
    assert len(read_misses(tmp_path)[0]) == 1
