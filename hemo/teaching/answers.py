"""What a learner said of a case beside what was there: the record that the browser keeps.

Records come back from a browser with every answer, so they are checked like any other input.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from hemo.errors import DataError

MOST_CASES = 200  # in a round
NONSENSE = "This round cannot be continued: what the browser sent of it makes no sense."


@dataclass(frozen=True)
class Answer:
    """What the learner said.

    Attributes:
        hemorrhage: whether there is one.
        sure: how sure, a probability from 0.5 (a guess) to 1.
        click: where, (x, y) in pixels of the slice; None where nothing was marked.
    """

    hemorrhage: bool
    sure: float
    click: tuple[float, float] | None = None

    @property
    def probability(self) -> float:
        """The answer as a probability of hemorrhage, in [0, 1]."""
        return self.sure if self.hemorrhage else 1 - self.sure


@dataclass(frozen=True)
class Record:
    """One case, read by both.

    Attributes:
        truth: whether there was a hemorrhage.
        level: how hard the case was; None where nobody knows.
        said: the learner's answer, whether there is a hemorrhage.
        probability: the learner's of hemorrhage, in [0, 1].
        hit: whether the learner's mark lay on the bleed; None where there was none to be marked
            or its place is not known.
        model_said: the model's answer at its operating point; None where it gave no reading.
        model_probability: calibrated; None where it gave no reading.
        model_hit: whether the strongest evidence lay on the bleed; None as for ``hit``.
    """

    truth: bool
    level: int | None
    said: bool
    probability: float
    hit: bool | None
    model_said: bool | None
    model_probability: float | None
    model_hit: bool | None

    @property
    def right(self) -> bool:
        """Whether the learner read it rightly; a bleed that was marked elsewhere was not found."""
        return self.said == self.truth and self.hit is not False


def answer_from(plain: object) -> Answer:
    """A learner's answer as the browser sends it: {hemorrhage, sure, click}.

    Raises:
        DataError: it is not one.
    """
    if not isinstance(plain, Mapping):
        raise DataError(NONSENSE)
    click = plain.get("click")
    if click is not None:
        if not isinstance(click, list) or len(click) != 2:
            raise DataError(NONSENSE)
        click = (_number(click[0], -1e5, 1e5), _number(click[1], -1e5, 1e5))
    return Answer(_flag(plain.get("hemorrhage")), _number(plain.get("sure"), 0.5, 1.0), click)


def records_from(plain: object) -> list[Record]:
    """The records of a round so far as the browser sends them.

    Raises:
        DataError: they are not such, or more than a round has.
    """
    if not isinstance(plain, list) or len(plain) > MOST_CASES:
        raise DataError(NONSENSE)
    return [_record(one) for one in plain]


def _record(plain: object) -> Record:
    if not isinstance(plain, Mapping):
        raise DataError(NONSENSE)
    level, chance = plain.get("level"), plain.get("model_probability")
    return Record(
        truth=_flag(plain.get("truth")),
        level=None if level is None else round(_number(level, 1, 100)),
        said=_flag(plain.get("said")),
        probability=_number(plain.get("probability"), 0, 1),
        hit=_maybe(plain.get("hit")),
        model_said=_maybe(plain.get("model_said")),
        model_probability=None if chance is None else _number(chance, 0, 1),
        model_hit=_maybe(plain.get("model_hit")),
    )


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise DataError(NONSENSE)
    return value


def _maybe(value: object) -> bool | None:
    return None if value is None else _flag(value)


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError(NONSENSE)
    if not isfinite(value) or not low <= value <= high:
        raise DataError(NONSENSE)
    return float(value)
