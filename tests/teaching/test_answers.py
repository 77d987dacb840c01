"""What a browser sends is checked before it is believed."""

from dataclasses import asdict

import pytest

from hemo.errors import DataError
from hemo.teaching.answers import MOST_CASES, Record, answer_from, records_from

PLAIN = asdict(Record(True, 5, True, 0.8, True, None, None, None))


def test_an_answer_is_a_probability_of_hemorrhage():
    """80 % sure of none is 20 % for one."""
    yes = answer_from({"hemorrhage": True, "sure": 0.8, "click": [10, 20.5]})
    no = answer_from({"hemorrhage": False, "sure": 0.8, "click": None})

    assert (yes.probability, yes.click) == (0.8, (10.0, 20.5))
    assert no.probability == pytest.approx(0.2)


@pytest.mark.parametrize(
    "plain",
    [
        None,
        "yes",
        {},
        {"hemorrhage": 1, "sure": 0.8},
        {"hemorrhage": True, "sure": 0.4},
        {"hemorrhage": True, "sure": float("nan")},
        {"hemorrhage": True, "sure": True},
        {"hemorrhage": True, "sure": 0.8, "click": [1]},
        {"hemorrhage": True, "sure": 0.8, "click": ["a", "b"]},
    ],
)
def test_nonsense_is_no_answer(plain):
    """A sentence rather than a fault."""
    with pytest.raises(DataError, match="makes no sense"):
        answer_from(plain)


def test_records_come_back_as_they_went():
    """What the browser kept is what the server said."""
    assert records_from([PLAIN]) == [Record(True, 5, True, 0.8, True, None, None, None)]


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [1],
        [PLAIN | {"truth": None}],
        [PLAIN | {"probability": 2}],
        [PLAIN] * (MOST_CASES + 1),
    ],
)
def test_nonsense_is_no_record(plain):
    """Nor are more than a round can have."""
    with pytest.raises(DataError):
        records_from(plain)
