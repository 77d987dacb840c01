"""Tests of how the page's tabs answer: stoppable, in steps."""

from threading import Event

import pytest

from hemo.ui.session import Stops, streamed


def test_a_question_is_stopped_by_its_token():
    """The event of that question is set, no other."""
    stops = Stops()
    with stops.asked("a") as first, stops.asked("b") as second:
        stops.stop("a")

        assert first.is_set()
        assert not second.is_set()


def test_a_question_that_still_waits_is_stopped_too():
    """It was stopped before its turn came."""
    stops = Stops()
    stops.stop("a")

    with stops.asked("a") as event:
        assert event.is_set()


def test_only_so_many_tokens_are_remembered():
    """Whoever sends tokens without end fills no memory."""
    stops = Stops(remembered=2)
    for token in "abc":
        stops.stop(token)

    with stops.asked("a") as forgotten, stops.asked("c") as remembered:
        assert not forgotten.is_set()
        assert remembered.is_set()


def test_what_is_told_comes_before_the_work_is_done():
    """The second thing is told only after the first was taken."""
    taken = Event()

    def work(tell):
        tell(1)
        assert taken.wait(10)
        tell(2)

    told = streamed(work)

    assert next(told) == 1
    taken.set()
    assert list(told) == [2]


def test_what_work_raises_is_raised():
    """After what it told."""

    def work(tell):
        tell(1)
        raise ValueError("no")

    told = streamed(work)

    assert next(told) == 1
    with pytest.raises(ValueError, match="no"):
        next(told)
