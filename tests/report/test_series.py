"""What is said of a series: how many slices, which run, what was not read."""

import numpy as np
import pytest

from hemo.evidence import EvidenceMap
from hemo.gate.refusal import refuse
from hemo.reader import Reading
from hemo.report import series as words
from hemo.report.series import Run
from hemo.slice import Slice
from hemo.weights import Card

CARD = Card("0.1", threshold=0.5, low=0.3, high=0.7)
BLANK = EvidenceMap(np.zeros((4, 4), np.float32), 0.0, np.zeros((1, 1), np.float32), 16.0)
NOT_HEAD = refuse("not_head", "1")
NO_BRAIN = refuse("no_brain", "2")


def read(*chances):
    """Slices from number 1 on, and their readings; a refusal where one is given."""
    slices = [Slice(np.zeros((4, 4), np.float32), "HU", number=n + 1) for n in range(len(chances))]
    results = [
        one if not isinstance(one, float) else Reading(0.0, one, "indeterminate", BLANK, (), "0.1")
        for one in chances
    ]
    return slices, results


def summary(*chances):
    """Of a series of such slices."""
    return words.summarise(*read(*chances), CARD)


def test_slices_above_the_operating_point_and_their_longest_run():
    """Slices 2–4 and 6 of 7; the operating point itself counts as above."""
    found = summary(0.1, 0.5, 0.9, 0.6, 0.2, 0.7, 0.1)

    assert (found.count, found.read, found.above) == (7, 7, 4)
    assert found.runs == (Run(2, 4), Run(6, 6))
    assert found.highest == 2
    assert words.headline(found) == "4 of 7 slices above the operating point"
    assert words.sentences(found, 0.9, 3) == [
        "Longest run of neighbours: slices 2–4, 3 slices.",
        "Besides: slice 6.",
        "Most suspicious: slice 3, 90\N{NO-BREAK SPACE}%.",
    ]


def test_a_refused_slice_ends_a_run():
    """Nobody knows what it would have said."""
    found = summary(0.8, NO_BRAIN, 0.8)

    assert found.runs == (Run(1, 1), Run(3, 3))
    assert words.sentences(found, 0.8, 1)[0] == "None of them are neighbours: be doubtful of each."


def test_a_lone_slice_is_doubted():
    """One above, no neighbour."""
    assert words.sentences(summary(0.1, 0.8, 0.1), 0.8, 2)[0] == words.ALONE


def test_refusals_are_grouped_by_their_reason():
    """The most frequent first, with the numbers of the slices in runs."""
    found = summary(NO_BRAIN, NO_BRAIN, 0.2, NOT_HEAD, NO_BRAIN)

    assert words.refused_title(found) == "4 slices were not read"
    assert words.refusals(found) == [
        f"Slices 1–2, 5 not read. {NO_BRAIN.sentence}",
        f"Slice 4 not read. {NOT_HEAD.sentence}",
    ]


def test_a_series_without_a_reading_has_no_most_suspicious_slice():
    """And says that nothing was read."""
    found = summary(NOT_HEAD)

    assert (found.highest, found.runs, found.above) == (None, (), 0)
    assert words.headline(found) == "No slice of this series was read"
    assert words.headline(summary(0.1)) == "No slice above the operating point"
    assert words.sentences(summary(0.1), 0.1, 1) == [
        "Highest probability: slice 1, 10\N{NO-BREAK SPACE}%."
    ]


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 0.0, "0 of 28 slices"),
        (4, 2.0, "4 of 28 slices · about 10 s left"),
        (7, 70.0, "7 of 28 slices · about 4 min left"),
        (27, 10.0, "27 of 28 slices · a few seconds left"),
        (28, 14.2, "28 slices in 14 s"),
        (28, 150.0, "28 slices in 2.5 min"),
    ],
)
def test_progress_estimates_the_time_left(done, seconds, said):
    """Four slices in 2 s: 24 more take 12 s, said roughly."""
    assert words.progress(done, 28, seconds) == said


def test_a_very_long_series_is_said_to_be_thinned():
    """In words, not by leaving slices out silently."""
    assert words.only_every(2, 300) == "This series has 300 slices; every second one was read."
    assert words.only_every(4, 600) == "This series has 600 slices; every 4th one was read."
