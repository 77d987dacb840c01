"""The model card's sections on results: each is empty where the card holds nothing of it."""

from collections.abc import Mapping
from typing import Any

from hemo.evaluation.schema import NAMES
from hemo.evaluation.tables import figure, left_out_table, markdown, painted_table
from hemo.weights import Card

Json = Mapping[str, Any]
CHOICES = {"sensitivity_95": "95 % sensitivity", "specificity_95": "95 % specificity"}


def results(card: Card) -> list[str]:
    """All sections, in order."""
    found = card.evaluation
    sections = [
        _curves(found),
        _operating(found),
        _confusion(found),
        _left_out(card),
        _painted(card),
        _calibration(found),
        _bands(found),
        _robustness(found),
        _prevalence(found),
        _localisation(found),
        _failures(found),
    ]
    return [line for section in sections for line in section]


def _tests(found: Json, key: str) -> dict[str, Any]:
    """Sources for which something was measured."""
    return {
        NAMES.get(source, source): test
        for source, test in found.get("test", {}).items()
        if key in test
    }


def _picture(found: Json, name: str, alternative: str) -> list[str]:
    """A plot, where it was drawn."""
    file = f"{name}.svg"
    return [f"![{alternative}](plots/{file})", ""] if file in found.get("plots", []) else []


def _curves(found: Json) -> list[str]:
    tests = _tests(found, "average_precision")
    if not tests:
        return []
    rows = [
        [
            name,
            figure(test["average_precision"]),
            figure(test.get("baseline", {}).get("average_precision")),
            f"{test['positives'] / test['n']:.3f}",
        ]
        for name, test in tests.items()
    ]
    head = ["source", "average precision", "brightness alone", "by chance"]
    return [*_picture(found, "curves", "ROC and precision–recall"), markdown(head, rows), ""]


def _operating(found: Json) -> list[str]:
    chosen, tests = found.get("operating", {}), _tests(found, "operating")
    if not chosen or not tests:
        return []
    rows = [
        [CHOICES[name], f"{choice['threshold']:.3f}", source]
        + [figure(test["operating"][name][key]) for key in ("sensitivity", "specificity")]
        for name, choice in chosen.items()
        for source, test in tests.items()
    ]
    counts = ", ".join(
        f"{choice['n']} slices of {choice['groups']} groups for {CHOICES[name]}"
        for name, choice in chosen.items()
    )
    return [
        "### Other operating points",
        "",
        f"Thresholds chosen on validation slices ({counts}; every group the same), reported on "
        "test groups.",
        "",
        markdown(["for", "threshold", "source", "sensitivity", "specificity"], rows),
        "",
    ]


def _confusion(found: Json) -> list[str]:
    rows = [
        [name, *[str(test["confusion"][key]) for key in ("tp", "fn", "tn", "fp")]]
        for name, test in _tests(found, "confusion").items()
    ]
    if not rows:
        return []
    head = ["source", "hemorrhages found", "missed", "others left alone", "false alarms"]
    return ["### Confusion by source", "", markdown(head, rows), ""]


def _left_out(card: Card) -> list[str]:
    table = left_out_table(card)
    if not table:
        return []
    return [
        "### Leave one source out",
        "",
        "Another model than this one, a snapshot of the same training taken before it was shown a "
        "real hemorrhage, on sources whose hemorrhages it had never seen; brightness alone was "
        "fitted on the other source.",
        "",
        table,
        "",
    ]


def _painted(card: Card) -> list[str]:
    table = painted_table(card)
    if not table:
        return []
    found = card.evaluation["painted"]
    return [
        "### Painted bleeds by kind and size",
        "",
        f"Painted on {found['slices']} slices of {found['heads']} heads never trained on. "
        f"Probability {found['threshold']:.3f} is what 95 % of {found['negatives']} readings of "
        "the same slices without a bleed stay under, half of them with innocent brightness painted "
        "on; at the model's own operating point their specificity is "
        f"{figure(found['specificity_of_card'])}.",
        "",
        *_picture(card.evaluation, "painted", "Sensitivity by kind and size"),
        table,
        "",
    ]


def _calibration(found: Json) -> list[str]:
    tests = _tests(found, "calibration")
    if not tests:
        return []
    pooled = found.get("calibration", {}).get("test")
    shown = {name: test["calibration"] for name, test in tests.items()}
    if pooled:
        shown["all real slices"] = pooled
    rows = [
        [
            name,
            figure(c["ece"]),
            figure(c["ece_floor"]),
            figure(c["brier"]),
            f"{c['brier_of_prevalence']:.3f}",
        ]
        for name, c in shown.items()
    ]
    head = ["source", "ECE", "ECE by chance alone", "Brier score", "Brier of the prevalence"]
    return [
        "### Calibration",
        "",
        f"{found['calibration']['method']} ECE is in ten bins of equal width; it is never 0 on a "
        "finite number of slices: beside it is what a perfectly calibrated model with these "
        "probabilities would show.",
        "",
        *_picture(found, "reliability", "Reliability diagrams"),
        markdown(head, rows),
        "",
    ]


def _bands(found: Json) -> list[str]:
    tests = found.get("bands", {}).get("test", {})
    if not tests:
        return []
    rows = [
        [
            NAMES.get(source, source),
            figure(shares.get("missed")),
            figure(shares.get("false_alarms")),
            figure(shares["indeterminate"]),
        ]
        for source, shares in tests.items()
    ]
    head = [
        "source", 'hemorrhages in "no hemorrhage seen"', 'others in "hemorrhage"',
        "slices that are indeterminate",
    ]  # fmt: skip
    rate = f"{100 * found['bands']['miss_rate']:.0f} %"
    return [f"### Bands (promised: at most {rate} of either)", "", markdown(head, rows), ""]


def _robustness(found: Json) -> list[str]:
    alterations = [a for a in found.get("robustness", {}).values() if a["points"]]
    if not alterations:
        return []
    rows = [
        [
            f"{a['label']} {_level(p['level'], a)}",
            figure(p["auc"]),
            figure(p["sensitivity"]),
            figure(p["specificity"]),
            str(p["refused"]),
            figure(p["baseline"]),
        ]
        for a in alterations
        for p in a["points"]
    ]
    n = max(p["auc"]["n"] for a in alterations for p in a["points"])
    head = ["alteration", "AUC", "sensitivity", "specificity", "refused", "brightness alone: AUC"]
    return [
        "### Robustness",
        "",
        f"The same {n} test slices, as many with hemorrhage as without from either real source.",
        "",
        *_picture(found, "robustness", "AUC under alterations"),
        markdown(head, rows),
        "",
    ]


def _level(level: float, alteration: Json) -> str:
    if level == alteration["unaltered"]:
        return "as it is"
    unit = alteration["unit"]
    return f"{level:g}{'' if unit in ('', '°') else ' '}{unit}"


def _prevalence(found: Json) -> list[str]:
    rows = [
        [f"{100 * row['prevalence']:g} %", figure(row["ppv"]), figure(row["npv"])]
        for row in found.get("prevalence", [])
    ]
    if not rows:
        return []
    head = ["slices with hemorrhage", "positive predictive value", "negative predictive value"]
    return [
        "### Predictive values",
        "",
        found["prevalence_basis"],
        "",
        *_picture(found, "prevalence", "Predictive values over prevalence"),
        markdown(head, rows),
        "",
    ]


def _localisation(found: Json) -> list[str]:
    """Of each method and source that was measured: pointing game, share inside, best Dice."""
    methods = found.get("localisation", {}).get("methods", {})
    keys = ("pointing", "inside", "dice_best")
    rows = [
        [method.get("label", name), NAMES.get(source, source), *[figure(of.get(k)) for k in keys]]
        for name, method in methods.items()
        for source, of in method.items()
        if isinstance(of, Mapping) and "pointing" in of
    ]
    if not rows:
        return []
    head = ["method", "source", "peak on the bleed", "share of evidence on it", "best Dice"]
    return [
        "### Where the evidence lies",
        "",
        "Dice is of what a map marks at its best level with the bleed's outline; where boxes are "
        "known (PHE), of the boxes around its parts with those.",
        "",
        markdown(head, rows),
        "",
    ]


def _failures(found: Json) -> list[str]:
    rows = [
        [
            NAMES.get(f["source"], f["source"]),
            f["name"],
            f["kind"],
            f"{f['probability']:.3f}",
            f["level"],
            f["what"],
            f["reason"] or "–",
        ]
        for f in found.get("failures", [])
    ]
    if not rows:
        return []
    head = ["source", "slice", "", "probability", "level", "what is there", "measured"]
    return [
        "### Failures",
        "",
        "The worst of each source and kind, in words: the pictures are not ours to show.",
        "",
        markdown(head, rows),
        "",
    ]
