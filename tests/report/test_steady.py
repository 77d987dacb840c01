"""Tests of what is said of how steady a reading is, and of a slice that was changed."""

import numpy as np
import pytest

from hemo.evidence import EvidenceMap
from hemo.reader import Reading
from hemo.report import steady, what_if
from hemo.trust import Curve, Faithfulness, Stability, Variant
from hemo.weights import Card

CARD = Card("0", threshold=0.5)


def stability(probability, *others, agreement=0.9):
    """A reading, and what it was when nothing that matters was changed."""
    variants = tuple(Variant("turn", (4.0,), other, agreement) for other in others)
    return Stability(probability, variants)


def reading(probability, logit=0.0):
    """A reading of which only numbers matter."""
    none = np.zeros((2, 2), np.float32)
    return Reading(logit, probability, "hemorrhage", EvidenceMap(none, 0, none, 1), (), "0")


@pytest.mark.parametrize(
    ("found", "states"),
    [
        (stability(0.9, 0.88, 0.93), ["good", "good"]),
        (stability(0.9, 0.6, 0.93), ["doubtful", "good"]),  # moves by a third
        (stability(0.55, 0.48), ["doubtful", "good"]),  # crosses the operating point
        (stability(0.9, 0.9, agreement=0.2), ["good", "doubtful"]),
        (stability(0.05, 0.06, agreement=0.2), ["good"]),  # no finding: no place to stay on
    ],
)
def test_steady_is_what_stays(found, states):
    """On the same side of the operating point, within 20 points, with the map in its place."""
    assert [check.state for check in steady.stable(found, CARD)] == states


def test_the_range_is_said_once():
    """With one unit, and without a line break in it."""
    said = steady.stable(stability(0.9, 0.88, 0.93), CARD)[0].text.replace("\N{WORD JOINER}", "")

    assert said.endswith("88–93\N{NO-BREAK SPACE}%")
    assert "crosses" in steady.stable(stability(0.55, 0.48), CARD)[0].text


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [(0.9, 0.1, "good"), (0.95, 0.9, "doubtful"), (0.1, 0.1, "plain"), (0.55, 0.45, "good")],
)
def test_without_region_1_the_probability_should_fall(before, after, state):
    """Where there is a finding; elsewhere it says nothing."""
    assert steady.without_region(before, after, CARD).state == state


@pytest.mark.parametrize(
    ("chosen", "said"),
    [((0.8, 0.3, 0.1), "points at"), ((0.9, 0.88, 0.85), "explains this answer")],
)
def test_a_faithful_map_falls_faster_than_chance(chosen, said):
    """By 20 points at the largest share."""
    curve = Curve(chosen, ((0.9, 0.9, 0.9), (0.9, 0.88, 0.86)))
    found = Faithfulness(0.9, 0.1, (0.05, 0.1, 0.2), curve, curve)

    assert said in steady.faithful(found, CARD)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(0.9, 0.1, "rests on"), (0.95, 0.9, "something else"), (0.1, 0.1, "no finding")],
)
def test_what_was_filled_in_is_judged(before, after, said):
    """By the operating point."""
    lines = what_if.filled(reading(before), reading(after, -1.5), "region 1", "both", CARD)

    assert said in lines[1]
    assert "−1.50 logits" in lines[0]
    assert "filled from the other side and its surroundings" in lines[0]


@pytest.mark.parametrize(
    ("before", "after", "on_it", "said"),
    [
        (0.1, 0.9, True, "Found: its strongest region lies on it."),
        (0.1, 0.9, False, "Called hemorrhage, but its evidence lies elsewhere."),
        (0.1, 0.2, False, "Not found"),
        (0.9, 0.95, True, "called hemorrhage before"),
    ],
)
def test_a_painted_bleed_is_found_or_not(before, after, on_it, said):
    """And whether the evidence lies on it."""
    lines = what_if.added(reading(before), reading(after), "epidural", "left", CARD, on_it=on_it)

    assert lines[0].startswith("An epidural bleed was painted on the patient's left")
    assert said in lines[1]
