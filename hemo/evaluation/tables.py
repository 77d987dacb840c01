"""Figures of the card as markdown tables, for the README, the model card and the command line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hemo.evaluation.schema import NAMES
from hemo.weights import Card

Json = Mapping[str, Any]


def figure(value: Json | None) -> str:
    """As "0.957 (0.910–0.990)"; a dash where nothing was measured."""
    if not value:
        return "–"
    return f"{value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f})"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *["| " + " | ".join(row) + " |" for row in rows]])


def figures_table(card: Card) -> str:
    """The test figures, the baseline beside each."""
    head = [
        "source", "slices read (groups), refused", "AUC", "accuracy", "sensitivity", "specificity",
        "ECE", "evidence peak on the bleed", "brightness alone: AUC, accuracy",
    ]  # fmt: skip
    rows = []
    for source, test in card.evaluation.get("test", {}).items():
        base = test.get("baseline")
        row = [NAMES.get(source, source), f"{test['n']} ({test['groups']}), {test['refused']}"]
        row += [figure(test.get(n)) for n in ("auc", "accuracy", "sensitivity", "specificity")]
        row += [figure(test.get("calibration", {}).get("ece")), figure(test.get("pointing"))]
        rows.append([*row, _auc_and_accuracy(base)])
    return markdown(head, rows)


def left_out_table(card: Card) -> str:
    """Sources whose hemorrhages the model tested had never seen; empty where none was tested."""
    found = card.evaluation.get("left_out", {})
    rows = [
        [
            f"{test['label']}: {test['n']} slices ({test['groups']} groups)",
            f"{test['trained_on']} (model {test['model']}, as it was then)",
            figure(test["auc"]),
            figure(test["accuracy"]),
            _auc_and_accuracy(test["baseline"]),
        ]
        for test in found.values()
    ]
    head = ["never seen", "trained on", "AUC", "accuracy", "brightness alone: AUC, accuracy"]
    return markdown(head, rows) if rows else ""


def painted_table(card: Card) -> str:
    """Painted bleeds by kind and size; empty where none were painted."""
    found = card.evaluation.get("painted")
    if not found:
        return ""
    rows = []
    for kind in found["kinds"].values():
        rows += [
            [_painted_label(kind, size), str(size["sensitivity"]["n"]),
             figure(size["sensitivity"]), "–", figure(size["baseline"])]
            for size in (*kind["sizes"], *kind.get("ages", []))
        ]  # fmt: skip
        rows.append(
            [_painted_label(kind), str(kind["sensitivity"]["n"]),
             figure(kind["sensitivity"]), figure(kind["auc"]), figure(kind["baseline"])]
        )  # fmt: skip
    share = f"{100 * found['at_specificity']:.0f} %"
    head = [
        "painted bleed", "slices", f"sensitivity at {share} specificity",
        "AUC", "brightness alone: sensitivity",
    ]  # fmt: skip
    return markdown(head, rows)


def readme_figures(card: Card) -> str:
    """All that README.md shows of the evaluation."""
    parts = [figures_table(card), left_out_table(card), painted_table(card)]
    return "\n\n".join(part for part in parts if part)


def summary(card: Card) -> str:
    """The tables and the baseline beside them, for the command line."""
    return "\n".join([readme_figures(card), *reference(card)])


def update_readme(path: Path, card: Card) -> None:
    """Put the tables between the markers of a README, where it has them."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, begin, rest = text.partition("<!-- figures -->")
    _, end, after = rest.partition("<!-- /figures -->")
    if begin and end:
        path.write_text(f"{before}{begin}\n{readme_figures(card)}\n{end}{after}", encoding="utf-8")


def reference(card: Card) -> list[str]:
    """The baseline on all of the 200, where it was measured."""
    found = card.evaluation.get("baseline_cross_validated", {}).get("kaggle200")
    if not found:
        return []
    return [
        "",
        f"Brightness alone on all of the 200, cross-validated by group: accuracy "
        f"{figure(found['accuracy'])}, AUC {figure(found['auc'])}.",
    ]


def _auc_and_accuracy(base: Json | None) -> str:
    return f"{figure(base['auc'])}, {figure(base['accuracy'])}" if base else "–"


def _painted_label(kind: Json, size: Json | None = None) -> str:
    if size is None:
        return f"{kind['label']}, all" if kind["sizes"] else str(kind["label"])
    age = f", {size['age']}" if "age" in size else ""
    return f"{kind['label']}{age}, {kind['measure']} {size['low_mm']:g}–{size['high_mm']:g} mm"
