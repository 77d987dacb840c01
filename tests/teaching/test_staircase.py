"""The level follows the learner, and makes bleeds smaller and fainter."""

import numpy as np
import pytest

from hemo.bleeds import KINDS
from hemo.teaching.staircase import EASIEST, HARDEST, START, look, next_level


def test_one_up_after_a_right_answer_three_down_after_a_wrong_one():
    """A weighted staircase, which stays where three of four answers are right."""
    assert next_level(6, right=True) == 7
    assert next_level(6, right=False) == 3

    level = 6
    for right in (True, True, True, False):
        level = next_level(level, right)
    assert level == 6


def test_it_ends_at_both_ends():
    """No level below the easiest or above the hardest."""
    assert next_level(EASIEST, right=False) == EASIEST
    assert next_level(EASIEST + 1, right=False) == EASIEST
    assert next_level(HARDEST, right=True) == HARDEST


def test_it_settles_where_three_of_four_are_read_rightly():
    """A learner who reads level n rightly with probability 1 − n / 16 settles near n = 4."""
    rng = np.random.default_rng(0)
    level, seen = START, []
    for _ in range(6000):
        level = next_level(level, right=bool(rng.random() < 1 - level / 16))
        seen.append(1 - level / 16)

    assert np.mean(seen) == pytest.approx(0.75, abs=0.03)


def test_the_hardest_bleeds_are_smaller_and_fainter_than_the_easiest():
    """The largest intraparenchymal is 38 mm across, the smallest 7; contrast falls from 34 HU."""
    sizes, contrasts = {}, {}
    for level in (EASIEST, HARDEST):
        looks = [look(level, np.random.default_rng(n)) for n in range(60)]
        sizes[level] = {one.size_mm for one in looks if one.kind == "intraparenchymal"}
        contrasts[level] = {one.contrast_hu for one in looks}

    assert list(sizes[EASIEST]) == pytest.approx([38])
    assert list(sizes[HARDEST]) == pytest.approx([7])
    assert list(contrasts[EASIEST]) == pytest.approx([34])
    assert list(contrasts[HARDEST]) == pytest.approx([11])


def test_kinds_that_are_hard_to_see_come_later():
    """The easiest level has two kinds, the hardest all five."""
    seen = {
        level: {look(level, np.random.default_rng(n)).kind for n in range(80)}
        for level in (EASIEST, HARDEST)
    }

    assert seen[EASIEST] == {"intraparenchymal", "epidural"}
    assert seen[HARDEST] == set(KINDS)


@pytest.mark.parametrize("level", [0, 13])
def test_a_level_that_does_not_exist_is_refused(level):
    """Levels are from 1 to 12."""
    with pytest.raises(ValueError, match="a level is from 1 to 12"):
        look(level, np.random.default_rng(0))
