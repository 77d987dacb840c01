"""The model card, weights/README.md: written from card.json, never by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hemo.weights import Card

NAMES = {
    "kaggle200": "the 200",
    "phe": "PHE",
    "phantom": "phantoms",
    "folder": "the folder given",
}


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
            "## Results on groups never trained on",
            "",
            'The 200 are Kaggle\'s "Head CT - hemorrhage"; PHE is PHE-SICH-CT-IDS (arXiv '
            "2308.10521); phantoms are synthetic.",
            "",
            figures_table(card),
            "",
            "Accuracy, sensitivity and specificity are taken at the operating point, probability "
            f"{card.threshold:g} as calibrated on validation groups. Intervals are 95 %: Wilson's "
            "for proportions, bootstrap over groups for AUC. The baseline is a logistic regression "
            "on mean, standard deviation and 99th percentile of the middle of the picture, fitted "
            "on the same training groups and scored on the same slices. Where every pair of slices "
            "is in the right order (AUC 1) the bootstrap has no spread, and its interval says less "
            "than the number of groups does. Slices that the gate refuses (no brain at that level) "
            "get no reading and are counted apart.",
            *_reference(card),
            "",
            "## Training",
            "",
            *[f"* {line}" for line in _training(card.training)],
            "",
            "## Limits",
            "",
            "* Both real sources are small. The 200 were scraped from the web, many are large and "
            "obvious bleeds. Every PHE patient has a basal-ganglia bleed, and the negatives are "
            "other levels of the same heads: its specificity says nothing about healthy people.",
            "* Thin extra-axial, isodense and posterior-fossa bleeds are rare among the real "
            "slices; most of what the model knows of them was painted.",
            "* It was not tested on trauma series of another hospital, nor on healthy people.",
            "",
            "## Terms",
            "",
            "Research and teaching, non-commercial: the terms of the data it was trained on.",
            "",
        ]
    )


def figures_table(card: Card) -> str:
    """The test figures as a markdown table, the baseline beside each."""
    lines = [
        "| source | slices read (groups), refused | AUC | accuracy | sensitivity | specificity | "
        "evidence peak on the bleed | brightness alone: AUC, accuracy |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for source, test in card.evaluation.get("test", {}).items():
        base = test.get("baseline", {})
        cells = [
            NAMES.get(source, source),
            f"{test['n']} ({test['groups']}), {test['refused']}",
            *[_figure(test.get(name)) for name in ("auc", "accuracy", "sensitivity")],
            _figure(test.get("specificity")),
            _figure(test.get("pointing")),
            f"{_figure(base.get('auc'))}, {_figure(base.get('accuracy'))}" if base else "–",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def summary(card: Card) -> str:
    """The table and the baseline beside it, for the command line."""
    return "\n".join([figures_table(card), *_reference(card)])


def update_readme(path: Path, card: Card) -> None:
    """Put the table between the markers of a README, where it has them."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, begin, rest = text.partition("<!-- figures -->")
    _, end, after = rest.partition("<!-- /figures -->")
    if begin and end:
        path.write_text(f"{before}{begin}\n{figures_table(card)}\n{end}{after}", encoding="utf-8")


def _figure(figure: Mapping[str, float] | None) -> str:
    if figure is None:
        return "–"
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _reference(card: Card) -> list[str]:
    """The baseline on all of the 200, where it was measured."""
    found = card.evaluation.get("baseline_cross_validated", {}).get("kaggle200")
    if not found:
        return []
    return [
        "",
        f"Brightness alone on all of the 200, cross-validated by group: accuracy "
        f"{_figure(found['accuracy'])}, AUC {_figure(found['auc'])}.",
    ]


def _training(training: Mapping[str, Any]) -> list[str]:
    """What the training run wrote, in sentences."""
    lines = [
        f"{name.replace('_', ' ')}: {training[name]}"
        for name in ("recipe", "start", "seed")
        if name in training
    ]
    for source, counts in training.get("slices", {}).items():
        parts = ", ".join(f"{split} {n}" for split, n in counts.items())
        lines.append(f"{NAMES.get(source, source)}: slices {parts}, split by group")
    if "minutes" in training:
        lines.append(
            f"{training['epochs']} epochs, {training['minutes']:.0f} minutes "
            f"on {training['device']}"
        )
    return lines
