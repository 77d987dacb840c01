"""What is said when a slice was changed and read again."""

from hemo import report
from hemo.reader import Reading
from hemo.trust.fill import Way
from hemo.weights import Card

NO_MASK = "Nothing is painted over yet: paint on the picture, or choose a region."
PAINTED_OVER = "what was painted over"
WAYS: dict[Way, str] = {
    "the other side": "the other side of the head",
    "its surroundings": "its surroundings",
    "both": "the other side and its surroundings",
}
SIDES = {"left": "on the patient's left", "right": "on the patient's right"}


def filled(before: Reading, after: Reading, what: str, way: Way | None, card: Card) -> list[str]:
    """What became of a reading when something was filled in.

    Args:
        before: the reading of the slice as it is.
        after: with the place filled in.
        what: was filled, in words: "region 1".
        way: what it was filled from.
        card: of the model.
    """
    change = f"{_change(before, after)}, filled from {WAYS[way]}" if way else _change(before, after)
    if before.probability < card.threshold:
        return [f"Without {what}: {change}.", "There was no finding to take away."]
    if after.probability < card.threshold:
        return [f"Without {what}: {change}.", "It is what the reading rests on."]
    return [
        f"Without {what}: {change}.",
        "The reading does not rest on it alone: something else still speaks for hemorrhage.",
    ]


def added(
    before: Reading, after: Reading, kind: str, side: str | None, card: Card, *, on_it: bool
) -> list[str]:
    """What became of a reading when a bleed was painted in.

    Args:
        before: the reading of the slice as it is.
        after: with the bleed.
        kind: of the bleed.
        side: of the patient, "left" or "right"; None where chance chose.
        card: of the model.
        on_it: whether the strongest region lies on the bleed.
    """
    where = f" {SIDES[side]}" if side else ""
    article = "An" if kind[0] in "aeiou" else "A"
    painted = f"{article} {kind} bleed was painted{where}: {_change(before, after)}."
    if after.probability < card.threshold:
        return [painted, "Not found: the probability stays below the operating point."]
    place = "its strongest region lies on it" if on_it else "but its evidence lies elsewhere"
    if before.probability >= card.threshold:
        return [painted, f"The slice was called hemorrhage before; now {place}."]
    return [painted, f"Found: {place}." if on_it else f"Called hemorrhage, {place}."]


def _change(before: Reading, after: Reading) -> str:
    moved = report.signed(after.logit - before.logit)
    was, now = report.percent(before.probability), report.percent(after.probability)
    return f"{was} → {now} ({moved} logits)"
