"""The model card, weights/README.md: written from card.json, never by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hemo.evaluation.results_card import results
from hemo.evaluation.schema import NAMES
from hemo.evaluation.tables import (
    figures_table,
    markdown,
    readme_figures,
    reference,
    summary,
    update_readme,
)
from hemo.weights import Card

__all__ = ["figures_table", "model_card", "readme_figures", "summary", "write_down"]

Json = Mapping[str, Any]
_SPLITS = {"train": "training", "val": "validation", "test": "test"}


def write_down(folder: Path, card: Card) -> None:
    """The model card beside the weights, and the tables of a README.md beside their folder."""
    (folder / "README.md").write_text(model_card(card), encoding="utf-8")
    update_readme(folder.resolve().parent / "README.md", card)


def model_card(card: Card) -> str:
    """Markdown from what training and evaluation wrote into the card."""
    return "\n".join(
        [
            f"# hemo {card.version}: ResNet-152 for hemorrhage on head-CT slices",
            "",
            "Written by `python -m hemo evaluate` from `card.json`. "
            "**Teaching and research. Not a medical device.**",
            "",
            "**Purpose.** To demonstrate and to teach how a convolutional network reads one axial, "
            "non-contrast head-CT slice in the brain window, and what its answer is made of.",
            "",
            "**Out of scope.** Any decision about a patient; other windows, other body regions, "
            "MR; whole studies.",
            "",
            *_operating(card),
            "## Results on groups never trained on",
            "",
            'The 200 are Kaggle\'s "Head CT - hemorrhage"; PHE is PHE-SICH-CT-IDS (arXiv '
            "2308.10521); phantoms are synthetic.",
            "",
            figures_table(card),
            "",
            *_how_measured(card),
            *reference(card),
            "",
            *results(card),
            *_data(card.training),
            *_training(card.training),
            *_limits(card),
            "## Terms",
            "",
            "Research and teaching, non-commercial: the terms of the data it was trained on.",
            "",
        ]
    )


def _operating(card: Card) -> list[str]:
    """Threshold and bands, and what the bands promise."""
    lines = [
        "## Operating point and bands",
        "",
        f"Hemorrhage is called from probability {card.threshold:g}. Below {card.low:.3f} the band "
        f'is "no hemorrhage seen", from {card.high:.3f} "hemorrhage", between them '
        '"indeterminate".',
        "",
    ]
    bands = card.evaluation.get("bands")
    if bands:
        lines += [
            f"{bands['guarantee']} (Split-conformal limits by patient: Lee, Barber and Willett "
            "2023, arXiv 2306.06342.)",
            "",
        ]
    return lines


def _how_measured(card: Card) -> list[str]:
    return [
        "Accuracy, sensitivity and specificity are taken at the operating point, probability "
        f"{card.threshold:g} as calibrated on validation groups. Intervals are 95 %: Wilson's for "
        "proportions, on as many cases as slices of the same patient are worth (design effect), "
        "bootstrap over groups for everything else; where every pair of slices is in the right "
        "order (AUC 1) the bootstrap has no spread, and the interval is Newcombe's on the numbers "
        "of groups. The baseline is a logistic regression on mean, standard deviation and 99th "
        "percentile of the middle of the picture, fitted on the same training groups and scored "
        "on the same slices. Slices that the gate refuses (no brain at that level) get no reading "
        "and are counted apart.",
    ]


def _data(training: Json) -> list[str]:
    """Which slices were for what."""
    counts = training.get("slices", {})
    if not counts:
        return []
    splits = [s for s in ("train", "val", "test") if any(s in count for count in counts.values())]
    rows = [
        [NAMES.get(source, source), *[str(count.get(split, 0)) for split in splits]]
        for source, count in counts.items()
    ]
    return [
        "## Data",
        "",
        "Slices by split; patients and near-duplicates are never on both sides of one. Validation "
        "chose the epoch, the calibration, the bands and the thresholds; test chose nothing.",
        "",
        markdown(["source", *[_SPLITS[split] for split in splits]], rows),
        "",
        "Bleeds are also painted into slices without one, afresh in every epoch, and so is what is "
        "bright and innocent; phantoms are drawn.",
        "",
    ]


def _training(training: Json) -> list[str]:
    """How the weights came to be, in sentences: of the models before it too, the first first."""
    lines = ["## Training", ""]
    for earlier in training.get("before", []):
        lines += [f"Model {earlier['version']}, which it went on from:", ""]
        lines += [*[f"* {line}" for line in _run(earlier)], ""]
    if training.get("before"):
        lines += ["This model:", ""]
    return [*lines, *[f"* {line}" for line in _run(training)], ""]


def _run(training: Json) -> list[str]:
    """One run, in sentences."""
    lines = [
        f"{name.replace('_', ' ')}: {_words(training[name])}"
        for name in ("recipe", "seed", "size", "held_back")
        if name in training
    ]
    if "start" in training:
        lines.insert(0, _start(str(training["start"])))
    if "minutes" in training:
        lines.append(
            f"{training['epochs']} epochs, {training['minutes']:.0f} minutes "
            f"on {training['device']}"
        )
    return lines


def _start(origin: str) -> str:
    """Which layers began where; every layer has learnt since."""
    taken, _, random = origin.partition("; random: ")
    rest = f" {random} began from random numbers." if random else ""
    return f"Start: {taken}.{rest} From there the layers were trained as the recipe says."


def _words(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(part) for part in value) or "nothing"
    return str(value)


def _limits(card: Card) -> list[str]:
    not_tested = card.evaluation.get("not_tested", [])
    return [
        "## Limits",
        "",
        "* Both real sources are small. The 200 were scraped from the web, many are large and "
        "obvious bleeds. Every PHE patient has a basal-ganglia bleed, and the negatives are "
        "other levels of the same heads: its specificity says nothing about healthy people.",
        "* Thin extra-axial, isodense and posterior-fossa bleeds are rare among the real "
        "slices; most of what the model knows of them was painted, and painted bleeds are what "
        "it is tested on by kind: the same painter drew them, on other heads.",
        "* A probability is right for slices as common as in validation. Where hemorrhages are "
        "rarer, fewer of those it calls are one.",
        "",
        *(
            ["Not tested:", "", *[f"* {sentence}" for sentence in not_tested], ""]
            * bool(not_tested)
        ),
    ]
