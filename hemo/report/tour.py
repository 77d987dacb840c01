"""What is said on a guided tour of one case, step by step: for a lecture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hemo.report import percent
from hemo.report.teach import KINDS

Layer = Literal["plain", "truth", "evidence", "all"]
LIMIT = (
    "One slice of one head, read by a model made for teaching. A reading that is right for the "
    "wrong reason is wrong: check the place, not the number. That nothing is found rules nothing "
    "out."
)


@dataclass(frozen=True)
class Step:
    """One step of a tour.

    Attributes:
        title: short.
        text: to be read aloud.
        lines: (label, amount) pairs, where the step is about numbers.
        layer: what lies over the slice: nothing, the truth's outline, the model's evidence, both.
    """

    title: str
    text: str
    layer: Layer
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Facts:
    """What a tour is about; numbers as measured.

    Attributes:
        truth: whether there is a hemorrhage.
        kind: of one that was painted, else None.
        area_cm2: of the outline; None where there is none.
        blood_hu: mean inside the outline; None where it or Hounsfield units are missing.
        brain_hu: mean of the brain around it.
        probability: the model's; None where it gave no reading.
        threshold: its operating point.
        hit: whether its strongest evidence lies on the bleed; None where that cannot be told.
        parts: what the logit is made of, lines that add up to the last.
        windows: whether the slice can be shown in other windows.
        note: what is known of the case besides, may be empty.
    """

    truth: bool
    kind: str | None
    area_cm2: float | None
    blood_hu: float | None
    brain_hu: float | None
    probability: float | None
    threshold: float
    hit: bool | None
    parts: Sequence[tuple[str, str]]
    windows: bool
    note: str = ""


def steps(facts: Facts) -> list[Step]:
    """The tour of a case, from the bare slice to what the reading does not mean."""
    tour = [
        Step(
            "Look first",
            "From the outside inward: scalp and bone, the rim under the bone, the sulci, grey and "
            "white matter, the ventricles, the midline. Compare both sides. What is brighter than "
            "it should be, and what is pushed away?",
            "plain",
        )
    ]
    if facts.windows:
        tour.append(
            Step(
                "Change the window",
                "Key 2 is the subdural window: a thin rim of blood parts from the bone beside it. "
                "Key 3 narrows the greys for early infarcts, key 4 shows bone, key 1 goes back.",
                "plain",
            )
        )
    tour.append(Step("What is there", _truth(facts), "truth"))
    if facts.probability is None:
        return [*tour, Step("What this does not mean", LIMIT, "truth")]
    return [
        *tour,
        Step("What the model says", _model(facts), "truth"),
        Step("Where it sees that", _where(facts), "all"),
        Step(
            "It adds up",
            "Each cell of the map is its share of the logit. Regions, what lies elsewhere and the "
            "bias add up to the logit, and the logit is the probability. The colours have one "
            "scale for all slices: a weak map looks weak.",
            "evidence",
            tuple(facts.parts),
        ),
        Step("What this does not mean", LIMIT, "all"),
    ]


def _truth(facts: Facts) -> str:
    if not facts.truth:
        said = "There is no hemorrhage on this slice."
    else:
        what = KINDS.get(facts.kind or "", "a hemorrhage")
        said = f"There is {what}{' (dashed)' if facts.area_cm2 else ''}"
        said += f", {facts.area_cm2:.1f} cm² on this slice." if facts.area_cm2 else "."
        if facts.blood_hu is not None and facts.brain_hu is not None:
            said += (
                f" It measures {facts.blood_hu:.0f} HU, brain beside it {facts.brain_hu:.0f} HU."
            )
    return f"{said} {facts.note}".strip()


def _model(facts: Facts) -> str:
    assert facts.probability is not None
    called = facts.probability >= facts.threshold
    right = called == facts.truth
    side = "above" if called else "below"
    return (
        f"{percent(facts.probability)} probability of hemorrhage, {side} the operating point of "
        f"{percent(facts.threshold)}: {'right' if right else 'wrong'}. Among many slices said with "
        "such a probability, about that share has a hemorrhage."
    )


def _where(facts: Facts) -> str:
    said = "Amber speaks for a hemorrhage, blue against one."
    if facts.hit is None:
        return f"{said} Is it where you looked?"
    if facts.hit:
        return f"{said} The strongest evidence lies on the bleed."
    return f"{said} The strongest evidence does not lie on the bleed: do not trust this number."
