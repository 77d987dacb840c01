"""Tests of hemo.trust.faithfulness: a reader of brightness must fall with its brightest place."""

import numpy as np
import pytest

from hemo import phantom
from hemo.trust import faithfulness
from hemo.trust.faithfulness import strongest


@pytest.fixture(scope="module")
def asked(tiny_reader):
    """The by-hand reader on a synthetic head with a large bleed."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=40)
    return faithfulness(tiny_reader, drawn.slice, shares=(0.1, 0.2), chances=2)


def test_without_its_evidence_the_probability_falls(asked):
    """More than without as much chosen by chance."""
    assert asked.deleted.chosen[0] < asked.probability
    assert asked.deleted.chosen[1] < min(curve[1] for curve in asked.deleted.chance)


def test_with_its_evidence_alone_the_probability_rises(asked):
    """From even brain, more than with as much chosen by chance."""
    assert asked.inserted.chosen[0] > asked.even
    assert asked.inserted.chosen[1] > max(curve[1] for curve in asked.inserted.chance)


def test_there_is_a_probability_for_each_share(asked):
    """One for the chosen, one for each draw of chance."""
    assert asked.shares == (0.1, 0.2)
    for curve in (asked.deleted, asked.inserted):
        assert len(curve.chosen) == 2
        assert [len(c) for c in curve.chance] == [2, 2]


def test_the_same_seed_asks_the_same(tiny_reader):
    """Chance is seeded."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=40)
    one, two = (
        faithfulness(tiny_reader, drawn.slice, shares=(0.1,), chances=1, seed=5) for _ in range(2)
    )

    assert one == two


def test_another_map_can_be_asked_about(tiny_reader, asked):
    """A map that points away from the bleed takes little away."""
    drawn = phantom.draw("intraparenchymal", seed=4, side="left", size_mm=40)
    wrong = np.where(drawn.mask, -1, 0).astype(np.float32)
    found = faithfulness(tiny_reader, drawn.slice, wrong, shares=(0.1,), chances=0)

    assert found.deleted.chosen[0] > asked.deleted.chosen[0]
    assert found.deleted.chance == ()


def test_the_strongest_share_of_a_room():
    """Half of four pixels: the two highest inside; what lies outside does not count."""
    values = np.array([[9.0, 1.0, 3.0], [2.0, 4.0, 9.0]], np.float32)
    room = np.array([[False, True, True], [True, True, False]])

    assert strongest(values, room, 0.5).tolist() == [[False, False, True], [False, True, False]]
    assert not strongest(values, room, 0).any()
    assert (strongest(values, room, 1) == room).all()
