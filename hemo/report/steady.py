"""What is said of how steady a reading is."""

from dataclasses import dataclass
from typing import Literal

from hemo import report
from hemo.report import hints
from hemo.trust import Faithfulness, Stability
from hemo.weights import Card

State = Literal["good", "doubtful", "plain"]
JOINED = "\N{WORD JOINER}"  # no new line here
ALIKE = 0.5  # correlation of two maps above which they show the same
MOVES = 0.2  # of a probability: more is no steady reading
FALLS = 0.2  # of a probability: less is not what a finding rests on


@dataclass(frozen=True)
class Check:
    """One line: its name, what came out, whether that speaks for the reading, and a hint."""

    name: str
    text: str
    state: State
    hint: str


def stable(found: Stability, card: Card) -> list[Check]:
    """Flips, turns, shifts and windows: the probabilities, and whether the maps agree."""
    low, high = report.percent(found.lowest), report.percent(found.highest)
    same_side = (found.lowest >= card.threshold) == (found.highest >= card.threshold)
    steady = same_side and found.highest - found.lowest <= MOVES
    between = f"{low} each time" if low == high else f"{_range(low, high)}"
    crosses = "" if same_side else ": crosses the operating point"
    answers = Check(
        "stability",
        f"flips, small turns, other windows: {between}{crosses}",
        "good" if steady else "doubtful",
        hints.STABILITY,
    )
    if found.probability < card.threshold:
        return [answers]
    follows = found.agreement >= ALIKE
    maps = Check(
        "agreement",
        "the evidence stays on the same place" if follows else "the evidence wanders meanwhile",
        "good" if follows else "doubtful",
        hints.AGREEMENT,
    )
    return [answers, maps]


def _range(low: str, high: str) -> str:
    """One range, its unit once: 88–93 %; a limit such as < 1 % keeps its own."""
    bare = low.removesuffix(f"{report.GAP}%")
    return f"{low} to {high}" if "<" in low or ">" in high else f"{bare}{JOINED}–{JOINED}{high}"


def without_region(before: float, after: float, card: Card) -> Check:
    """What is left of the probability without region 1."""
    finding = before >= card.threshold
    falls = before - after >= FALLS or after < card.threshold
    rests = "" if falls or not finding else ": it does not rest on region 1 alone"
    return Check(
        "without",
        f"without region 1: {report.percent(after)}{rests}",
        "plain" if not finding else "good" if falls else "doubtful",
        hints.WITHOUT,
    )


def familiar(usual: bool) -> Check:
    """Whether the slice looks to the network like those it was trained on."""
    text = "looks like the slices it was trained on"
    return Check(
        "familiar",
        text if usual else "looks unlike the slices it was trained on",
        "good" if usual else "doubtful",
        hints.FAMILIAR,
    )


def faithful(found: Faithfulness, card: Card) -> str:
    """What deleting the strongest evidence did, against deleting by chance."""
    chosen = found.deleted.chosen[-1]
    chance = sum(curve[-1] for curve in found.deleted.chance) / len(found.deleted.chance)
    share = f"{found.shares[-1] * 100:.0f}{report.GAP}%"
    said = (
        f"Without the strongest {share}: {report.percent(chosen)}; "
        f"without as much at random: {report.percent(chance)}."
    )
    if found.probability < card.threshold:
        return f"{said} There is no finding that could fall."
    if chance - chosen >= FALLS:
        return f"{said} The map points at what the answer rests on."
    return f"{said} The map explains this answer poorly."
