"""The test groups of one source: every figure, with the trivial baseline beside it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hemo.evaluation import baseline
from hemo.evaluation.calibration_figures import reliability
from hemo.evaluation.curves import (
    confusion,
    curve,
    threshold_for_sensitivity,
    threshold_for_specificity,
)
from hemo.evaluation.metrics import auc, average_precision, median, operating_figures, proportion
from hemo.evaluation.readings import Result, Table, table
from hemo.evaluation.schema import (
    NAMES,
    BandShares,
    Baseline,
    Chosen,
    FigureJson,
    Operating,
    Source,
)
from hemo.training.calibration import group_weights
from hemo.training.dataset import Sample
from hemo.training.phantoms import PhantomSample
from hemo.weights import Card

SHARE = 0.95  # of the operating points


def chosen_thresholds(validation: Sequence[Result]) -> dict[str, Chosen]:
    """Thresholds for 95 % sensitivity and for 95 % specificity, every validation group the same.

    Empty where validation holds one label only.
    """
    read = table(validation)
    positive = read.labels > 0.5
    if positive.all() or not positive.any():
        return {}
    names = np.asarray(read.groups)
    choices = {
        "sensitivity_95": (positive, threshold_for_sensitivity),
        "specificity_95": (~positive, threshold_for_specificity),
    }
    return {
        name: {
            "threshold": choose(
                read.probabilities[which], SHARE, group_weights(list(names[which]))
            ),
            "n": int(which.sum()),
            "groups": len(set(names[which])),
        }
        for name, (which, choose) in choices.items()
    }


def source_figures(
    results: Sequence[Result], card: Card, chosen: Mapping[str, Chosen] | None = None
) -> Source:
    """All that is measured on one source's test slices, less the baseline."""
    read = table(results)
    figures: Source = {
        "label": NAMES.get(results[0].sample.source, results[0].sample.source),
        "n": len(read.labels),
        "groups": len(set(read.groups)),
        "positives": int(read.labels.sum()),
        "refused": len(results) - len(read.labels),
        "refused_positives": sum(r.sample.label for r in results if r.answer.probability is None),
    }
    if len(set(read.labels)) < 2:
        return figures  # nothing to tell apart
    called = read.probabilities >= card.threshold
    at_threshold = operating_figures(called, read.labels, read.groups)
    figures["auc"] = auc(read.probabilities, read.labels, read.groups).plain()
    figures["average_precision"] = average_precision(
        read.probabilities, read.labels, read.groups
    ).plain()
    figures["accuracy"] = at_threshold["accuracy"].plain()
    figures["sensitivity"] = at_threshold["sensitivity"].plain()
    figures["specificity"] = at_threshold["specificity"].plain()
    figures["confusion"] = confusion(called, read.labels)
    figures["curve"] = curve(read.probabilities, read.labels)
    figures["operating"] = {
        name: operating(read, choice["threshold"]) for name, choice in (chosen or {}).items()
    }
    figures["calibration"] = reliability(read.probabilities, read.labels, read.groups)
    figures["bands"] = band_shares(read, card)
    _add_places(figures, results)
    return figures


def operating(read: Table, threshold: float) -> Operating:
    """What a threshold chosen elsewhere gives here."""
    found = operating_figures(read.probabilities >= threshold, read.labels, read.groups)
    return {
        "threshold": threshold,
        "sensitivity": found["sensitivity"].plain(),
        "specificity": found["specificity"].plain(),
    }


def band_shares(read: Table, card: Card) -> BandShares:
    """Where the slices fall between the card's limits."""
    names, positive = np.asarray(read.groups), read.labels > 0.5
    below, reaching = read.probabilities < card.low, read.probabilities >= card.high
    shares: BandShares = {"indeterminate": proportion(~below & ~reaching, names).plain()}
    if positive.any():
        shares["missed"] = proportion(below[positive], names[positive]).plain()
    if not positive.all():
        shares["false_alarms"] = proportion(reaching[~positive], names[~positive]).plain()
    return shares


def _add_places(figures: Source, results: Sequence[Result]) -> None:
    """Whether the evidence lies on the bleed, and phantoms by kind of bleed."""
    placed = [r for r in results if r.answer.pointed is not None]
    if placed:
        groups = [r.sample.group for r in placed]
        hits = np.array([bool(r.answer.pointed) for r in placed])
        inside = np.array([r.answer.inside or 0.0 for r in placed])
        figures["pointing"] = proportion(hits, groups).plain()
        figures["evidence_inside"] = median(inside, groups).plain()


def by_kind(results: Sequence[Result], threshold: float) -> dict[str, FigureJson]:
    """Sensitivity for each kind of phantom bleed."""
    found: dict[str, list[bool]] = {}
    for result in results:
        sample, probability = result.sample, result.answer.probability
        if isinstance(sample, PhantomSample) and sample.phantom.kind and probability is not None:
            found.setdefault(sample.phantom.kind, []).append(probability >= threshold)
    return {
        kind: proportion(np.array(hits), [str(i) for i in range(len(hits))]).plain()
        for kind, hits in sorted(found.items())
    }


def brightness(train: Sequence[Sample], results: Sequence[Result]) -> Baseline | None:
    """Brightness alone, fitted on training slices, on the same test slices.

    None where either has one label only.
    """
    test = [r.sample for r in results if r.answer.probability is not None]
    real = [s for s in test if isinstance(s, Sample)]
    if len({s.label for s in train}) < 2 or len({s.label for s in real}) < 2:
        return None
    return score_figures(baseline.on_test(train, real), real)


def score_figures(scores: NDArray[np.float64], samples: Sequence[Sample]) -> Baseline:
    """A baseline's figures; it calls hemorrhage from score 0."""
    labels = np.array([s.label for s in samples], np.float64)
    groups = [s.group for s in samples]
    called = operating_figures(scores >= 0, labels, groups)
    return {
        "auc": auc(scores, labels, groups).plain(),
        "average_precision": average_precision(scores, labels, groups).plain(),
        "accuracy": called["accuracy"].plain(),
        "sensitivity": called["sensitivity"].plain(),
        "specificity": called["specificity"].plain(),
    }
