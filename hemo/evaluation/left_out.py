"""Leave one source out: a model that saw no real hemorrhage, on sources whose bleeds it never saw.

Its weights are a folder of their own, trained on negatives and on bleeds that were painted. It is
read on all of the 200, of which it must have seen nothing, and on the test patients of the others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hemo.errors import DataError
from hemo.evaluation.curves import curve
from hemo.evaluation.metrics import auc, average_precision, operating_figures
from hemo.evaluation.readings import Readings, Result, table
from hemo.evaluation.schema import NAMES, LeftOut
from hemo.evaluation.sources import brightness
from hemo.training.dataset import Sample
from hemo.weights import Card

WHOLE = "kaggle200"  # the source of which the left-out model saw nothing


def samples_of(samples: Sequence[Sample], card: Card) -> list[Sample]:
    """What a left-out model is tested on: all of the 200, and other sources' test groups.

    Raises:
        DataError: the card names groups of these among those that were trained on, or
            hemorrhages of theirs.
    """
    chosen = [s for s in samples if s.source == WHOLE or s.split == "test"]
    held_back = set(card.training.get("held_back", []))
    for source in sorted({s.source for s in chosen} - held_back):
        seen = {s.group for s in chosen if s.source == source}
        if seen & set(card.training.get("groups", {}).get(source, [])):
            raise DataError(
                f"The model that should know nothing of {NAMES.get(source, source)} was trained on "
                "some of the slices it would be tested on."
            )
    return chosen


def left_out_figures(readings: Readings, samples: Sequence[Sample]) -> dict[str, LeftOut]:
    """Figures of each source that the model was left out of.

    Args:
        readings: of the left-out model.
        samples: all of the data, with its splits.
    """
    card = readings.reader.card
    results = readings.results(samples_of(samples, card), "a model left out")
    found: dict[str, LeftOut] = {}
    for source in sorted({r.sample.source for r in results}):
        mine = [r for r in results if r.sample.source == source]
        others = [s for s in samples if s.source != source and s.split == "train" and s.clean]
        own = [s for s in samples if s.source == source and s.split == "train" and s.clean]
        figures = _figures(mine, card, others or own)
        if figures is not None:
            found[source] = figures
    return found


def trained_on(training: Mapping[str, Any]) -> str:
    """What a model learnt from, in words, from its card: ``real_bleeds`` and ``held_back``."""
    held_back = set(training.get("held_back", []))
    seen = training.get("groups", {})
    heads = [NAMES.get(source, source) for source in sorted(set(seen) - held_back) if seen[source]]
    if training.get("real_bleeds", True):
        return f"real hemorrhages and other slices of {' and '.join(heads) or 'no data set'}"
    without = f" and on slices without hemorrhage of {' and '.join(heads)}" if heads else ""
    return f"painted hemorrhages only, on phantoms{without}; no real one"


def _figures(results: Sequence[Result], card: Card, others: Sequence[Sample]) -> LeftOut | None:
    """None where only one label was read, or brightness has nothing to be fitted on."""
    read = table(results)
    base = brightness(others, results)
    if base is None:
        return None
    called = operating_figures(read.probabilities >= card.threshold, read.labels, read.groups)
    return {
        "label": NAMES.get(results[0].sample.source, results[0].sample.source),
        "model": card.version,
        "trained_on": trained_on(card.training),
        "n": len(read.labels),
        "groups": len(set(read.groups)),
        "positives": int(read.labels.sum()),
        "refused": len(results) - len(read.labels),
        "auc": auc(read.probabilities, read.labels, read.groups).plain(),
        "average_precision": average_precision(
            read.probabilities, read.labels, read.groups
        ).plain(),
        "accuracy": called["accuracy"].plain(),
        "sensitivity": called["sensitivity"].plain(),
        "specificity": called["specificity"].plain(),
        "curve": curve(read.probabilities, read.labels),
        "baseline": base,
    }
