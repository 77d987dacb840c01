"""What a clinician reads: every sentence about a reading, and its JSON.

Plain values in, words out; nothing here knows of a page. Numbers are rounded here and nowhere
before.
"""

from collections.abc import Mapping
from math import isfinite, nan
from typing import Any

from hemo.gate import Refusal
from hemo.reader import Band, Reading
from hemo.slice import Slice
from hemo.weights import Card

DISCLAIMER = "Teaching and research. Not a medical device."
EMPTY = "Drop a head-CT slice here"
EMPTY_MORE = "or anywhere on this page; or choose a synthetic example."
EMPTY_READING = "Probability, band and what the score is made of appear here."
NOTHING_ARRIVED = "No file arrived; it may be larger than 64 MB. Nothing was read."
ONE_AT_A_TIME = "Several files were dropped. hemo reads one slice at a time here: drop one file."
NOTHING_IN_IT = "There is no slice in this file."
FAULT = "Something failed inside hemo and this slice was not read. Other slices can still be read."
AS_STORED = "shown as stored"
CONVENTION = "R on the left of the picture"
NOT_READ = "Not read"
READ_ANYWAY = "Read anyway"
LETTERS_TITLE = "Letters in the picture"
BLURRED = "Letters are burned into this picture; it may name a patient, and is shown blurred."
SHOW = "Show it anyway"
FORGET = "Forget it"
UNIT = "logits per map cell"

GAP = "\N{NO-BREAK SPACE}"
_WRONG = "the model is wrong to find one."
_ELSEWHERE = "its strongest evidence lies elsewhere."
_TITLES: dict[Band, str] = {
    "hemorrhage": "Hemorrhage",
    "indeterminate": "Indeterminate",
    "no hemorrhage seen": "No hemorrhage seen",
}
_SENTENCES: dict[Band, str] = {
    "hemorrhage": "The model finds a hemorrhage on this slice. Amber marks where; check it there.",
    "indeterminate": "The probability lies between the limits: the model gives no answer here.",
    "no hemorrhage seen": "The model sees no hemorrhage on this slice. That does not rule one out.",
}


def percent(probability: float) -> str:
    """A probability in words: "91 %"; never "0 %" or "100 %", which no model can mean."""
    if probability < 0.01:
        return f"< 1{GAP}%"
    return f"> 99{GAP}%" if probability > 0.99 else f"{probability * 100:.0f}{GAP}%"


def title(band: Band) -> str:
    """The band as a heading."""
    return _TITLES[band]


def sentence(band: Band) -> str:
    """What the band means for whoever looks at the slice."""
    return _SENTENCES[band]


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign: "+3.14", "−0.30", "0.00"."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def calibration(card: Card) -> str:
    """How the logit becomes the probability; empty where it does so without a temperature."""
    if card.temperature == 1:
        return ""
    return (
        f"probability = sigmoid(logit / {card.temperature:.2f}); the divisor was fitted on "
        "validation slices"
    )


def model(reading: Reading) -> str:
    """Which model said it, and how its evidence was computed."""
    return f"Model {reading.model} · evidence: {reading.evidence.method}, {reading.evidence.layer}"


def network(card: Card, engine: str) -> str:
    """Which weights answer, and what computes them."""
    return f"model {card.version} · ResNet-152 · {engine}"


def duration(seconds: float) -> str:
    """How long a reading took."""
    return f"read in {seconds:.1f} s" if seconds >= 1 else f"read in {seconds * 1000:.0f} ms"


def limits(card: Card) -> str:
    """Where the bands begin and the operating point lies."""
    if card.low == card.high:
        return f"operating point {percent(card.threshold)}"
    return (
        f"operating point {percent(card.threshold)} · "
        f"indeterminate from {percent(card.low)} to {percent(card.high)}"
    )


def truth(kind: str | None, result: Reading | Refusal, *, pointed: bool = True) -> str:
    """The reading of a synthetic slice beside what was painted on it.

    Args:
        kind: of the bleed, "subdural" and the like; None where none was painted.
        result: of the model.
        pointed: whether the strongest evidence lies on the bleed.
    """
    bleed = f"{_article(kind)} {kind} bleed" if kind else "no bleed"
    painted = f"Synthetic: {bleed} was painted here; the model"
    if isinstance(result, Refusal):
        return f"{painted} was not asked."
    if result.band == "indeterminate":
        return f"{painted} is undecided."
    if not kind:
        finds = result.band == "hemorrhage"
        return f"This synthetic slice holds {bleed}; {_WRONG}" if finds else f"{painted} sees none."
    if result.band == "no hemorrhage seen":
        return f"This synthetic slice does hold {bleed}; the model does not see it."
    return f"{painted} finds it." if pointed else f"{painted} says hemorrhage, but {_ELSEWHERE}"


def _article(kind: str | None) -> str:
    return "an" if kind and kind[0] in "aeiou" else "a"


def caption(slice_: Slice, synthetic: bool = False) -> list[str]:
    """What is shown: its values and source, then size, spacing and orientation.

    Which side is which is only said where hemo knows it: of what it drew itself.
    """
    window = "Hounsfield units" if slice_.units == "HU" else "Display window burned in"
    source = "synthetic" if synthetic else slice_.source
    height, width = slice_.shape
    size = f"{width} × {height}"
    if slice_.spacing:
        size += f" · {slice_.spacing[0]:.2f} mm"
    return [
        f"{window} ({source})" if source else window,
        f"{size} · {CONVENTION if synthetic else AS_STORED}",
    ]


def one_of_many(number: int, count: int) -> str:
    """Which slice of a file with several was read."""
    return f"This file holds {count} slices; only slice {number}, the middle one, is read here."


def figures(evaluation: Mapping[str, Any]) -> list[str]:
    """What evaluation measured, in short; empty where the card holds nothing.

    Args:
        evaluation: of a card: ``evaluation["test"][name]["auc"]`` with value, low and high.
    """
    tests = evaluation.get("test", {})
    return [_figure(name, test) for name, test in tests.items() if _has_auc(test)]


def _has_auc(test: object) -> bool:
    auc = test.get("auc", {}) if isinstance(test, Mapping) else {}
    return isfinite(auc.get("value", nan))


def _figure(name: str, test: Mapping[str, Any]) -> str:
    auc = test["auc"]
    text = f"{test.get('label', name)}: AUC {auc['value']:.3f}"
    if "low" in auc and "high" in auc:
        text += f" ({auc['low']:.3f}–{auc['high']:.3f})"
    return text + (f", n = {test['n']}" if "n" in test else "")


def to_json(file: str, slice_: Slice, result: Reading | Refusal) -> dict[str, Any]:
    """A reading as the command line writes it: numbers unrounded, null where there are none."""
    plain: dict[str, Any] = {
        "file": file,
        "slice": slice_.number,
        "probability": None,
        "logit": None,
        "band": None,
        "warnings": list(slice_.warnings),
        "refusal": None,
        "model": None,
    }
    if isinstance(result, Refusal):
        return plain | {"refusal": {"reason": result.reason, "sentence": result.sentence}}
    return plain | {
        "probability": float(result.probability),
        "logit": float(result.logit),
        "band": result.band,
        "warnings": list(result.warnings),
        "model": result.model,
    }
