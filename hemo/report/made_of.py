"""What a score is made of, in lines that add up as shown, and what the evidence says in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from hemo import report
from hemo.regions import Parts, Region
from hemo.report import hints
from hemo.weights import Card

MOST_LINES = 4  # of regions; the weaker ones share one line
FEWEST = 10  # slices in a bin of the reliability curve, to be spoken of
CONVENTION = "Sides by display convention: the patient's left is on the right of the picture."
NO_FOCUS = "No focal evidence: nothing on this slice stands out."
SPREAD = "What there is for hemorrhage is weak and spread over the slice."


@dataclass(frozen=True)
class Line:
    """One line of what a logit is made of.

    Attributes:
        label: what it is.
        amount: as shown, "+3.14".
        hint: one line on what that means.
        region: the number of the region that it stands for; 0 where for none or for several.
    """

    label: str
    amount: str
    hint: str
    region: int = 0


def composition(found: Parts) -> tuple[list[Line], str]:
    """The lines of a logit, and the logit itself: as shown, they add up.

    Each amount is within 0.01 of its value: they are rounded together, not one by one.
    """
    named = [*_regions(found.regions), *_rest(found)]
    total = round(found.logit * 100)
    shown = _rounded_together([amount for _, _, amount, _ in named], total)
    lines = [
        Line(label, report.signed(value / 100), hint, region)
        for (label, hint, _, region), value in zip(named, shown, strict=True)
    ]
    return lines, report.signed(total / 100)


def _regions(regions: Sequence[Region]) -> list[tuple[str, str, float, int]]:
    most = len(regions) if len(regions) <= MOST_LINES else MOST_LINES - 1
    lines = [
        (f"Region {region.number} · {region.place}", hints.REGION, region.logits, region.number)
        for region in regions[:most]
    ]
    others = regions[most:]
    if others:
        logits = sum(region.logits for region in others)
        lines.append((f"{len(others)} smaller regions", hints.REGION, logits, 0))
    return lines


def _rest(found: Parts) -> list[tuple[str, str, float, int]]:
    elsewhere = "elsewhere, for" if found.regions else "evidence for"
    against = "elsewhere, against" if found.regions else "evidence against"
    return [
        (elsewhere, hints.FOR, found.elsewhere_for, 0),
        (against, hints.AGAINST, found.elsewhere_against, 0),
        ("bias", hints.BIAS, found.bias, 0),
    ]


def _rounded_together(amounts: Sequence[float], total: int) -> list[int]:
    """Amounts in whole hundredths that add up to the total (largest remainders go up)."""
    hundredths = [floor(amount * 100) for amount in amounts]
    missing = total - sum(hundredths)
    by_remainder = sorted(
        range(len(amounts)), key=lambda i: amounts[i] * 100 - hundredths[i], reverse=True
    )
    for i in by_remainder[: max(missing, 0)]:
        hundredths[i] += 1
    return hundredths


def in_words(found: Parts) -> list[str]:
    """What the evidence says, in sentences."""
    if not found.regions:
        return [NO_FOCUS, SPREAD]
    first, others = found.regions[0], found.regions[1:]
    said = f"The evidence is strongest {_where(first)}: region 1 holds {_share(first)} of it."
    also = "; ".join(f"region {region.number}, {_where(region)}" for region in others[:2])
    return [said, *([f"Also {also}."] if also else []), CONVENTION]


def _where(region: Region) -> str:
    side, _, third = region.place.partition(", ")
    where = "in the midline" if side == "midline" else f"on the {side}"
    return f"{where}, {third}" if third else where


def _share(region: Region) -> str:
    return report.percent(region.share)


def observed(probability: float, card: Card) -> str:
    """How often slices that were scored like this one held a hemorrhage, as evaluation measured.

    On every test set whose bin holds enough slices; empty where the card has none.
    """
    found = []
    for name, test in card.evaluation.get("test", {}).items():
        for bin_ in test.get("calibration", {}).get("bins", []):
            last = bin_["high"] >= 1
            if bin_["n"] < FEWEST or not (
                bin_["low"] <= probability < bin_["high"] or (last and probability == 1)
            ):
                continue
            seen = bin_["observed"]
            low, high = (f"{seen[end] * 100:.0f}" for end in ("low", "high"))
            found.append(f"{low}–{high}{report.GAP}% ({test.get('label', name)})")
    return f"of slices scored like this, one was held by {', '.join(found)}" if found else ""
