"""``hemo evaluate``: measure a model on groups it never saw, and write down what came out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from hemo import weights
from hemo.errors import DataError
from hemo.evaluation import baseline, left_out, painted, robustness
from hemo.evaluation.calibration_figures import reliability
from hemo.evaluation.curves import predictive_values
from hemo.evaluation.failures import failures
from hemo.evaluation.model_card import write_down
from hemo.evaluation.plots import check_plots, write_plots
from hemo.evaluation.readings import AnySample, Progress, Readings, Result, table
from hemo.evaluation.schema import NAMES, Bands, Confusion, Evaluation, LeftOut, Source
from hemo.evaluation.sources import (
    brightness,
    by_kind,
    chosen_thresholds,
    score_figures,
    source_figures,
)
from hemo.reader import Reader
from hemo.training.calibration import METHOD, MISS_RATE, guarantee
from hemo.training.dataset import Sample, find_samples
from hemo.training.phantoms import phantom_samples

Report = Callable[[str], None]
PHANTOM_SEED = 300_000  # of the test phantoms: neither training's nor the page's
STORE = Path("runs/evaluation")
NOT_TESTED = [
    "Healthy people: every real slice without a hemorrhage is of another level of a head that "
    "bleeds (PHE), or of unknown origin (the 200).",
    "Another hospital's trauma series with thin extra-axial bleeds; of those only painted ones.",
    "Children, contrast-enhanced scans, heads after surgery, and scanners by maker.",
    "Whole studies: every figure is of single slices.",
    "What readers do with it: nobody's decision was studied.",
]


@dataclass(frozen=True)
class Amounts:
    """How much is read beside the real slices; 0 leaves a part out.

    Attributes:
        phantoms: synthetic heads.
        painted: test slices to paint on, each with every kind and size of bleed.
        altered: test slices to alter, each in every way and to every degree.
    """

    phantoms: int = 60
    painted: int = 60
    altered: int = 80


def evaluate(
    folder: Path,
    data: Sequence[Path],
    *,
    amounts: Amounts | None = None,
    without: Path | None = None,
    plots: bool = True,
    store: Path | None = STORE,
    engine: str | None = None,
    report: Report = print,
) -> Evaluation:
    """Read every test slice as serving does, and write down what came out.

    Into card.json, README.md and plots/ of the weights folder, and into the tables of a README.md
    beside it.

    Args:
        folder: of the weights.
        data: folders that training could have seen; their test groups are what is read.
        amounts: how much besides.
        without: weights of a model that saw no real hemorrhage and nothing of the 200; see
            ``hemo.evaluation.left_out``.
        plots: whether to draw them.
        store: folder that remembers readings, so that a run that was stopped goes on; None keeps
            nothing.
        engine: what computes; None: the fastest.
        report: takes one line of progress at a time.

    Returns:
        What card.json now holds under "evaluation".

    Raises:
        MissingExtraError: plots are wanted and matplotlib is not installed.
        DataError: the model was trained on another split of this data.
        WeightsError: the weights cannot be loaded.
    """
    if plots:
        check_plots()
    started, how = time.monotonic(), amounts or Amounts()
    reader = Reader.load(folder, engine=engine)
    samples = find_samples(data, seed=reader.card.training.get("seed", 0))
    _check_split(samples, reader.card)
    progress = Progress(_planned(samples, how, without), report)
    found = _measure(Readings(reader, progress, store), samples, how)
    before = weights.read_card(folder)
    found["left_out"] = _left_out(without, samples, progress, store, before)
    found["minutes"] = (time.monotonic() - started) / 60
    _keep_localisation(found, before)
    if plots:
        found["plots"] = write_plots(found, folder / "plots")
    card = replace(weights.read_card(folder), evaluation=dict(found))
    weights.write_card(folder, card)
    write_down(folder, card)
    return found


def _planned(samples: Sequence[Sample], amounts: Amounts, without: Path | None) -> int:
    """About how many readings there will be."""
    real = sum(s.split != "train" for s in samples)
    beside = amounts.phantoms + painted.planned(amounts.painted)
    apart = sum(s.source == left_out.WHOLE or s.split == "test" for s in samples) if without else 0
    return real + beside + robustness.planned(amounts.altered) + apart


def _measure(readings: Readings, samples: Sequence[Sample], amounts: Amounts) -> Evaluation:
    """Everything about one model; what another model was left out of is added by the caller."""
    card = readings.reader.card
    tests: list[AnySample] = [s for s in samples if s.split == "test"]
    tests += phantom_samples(amounts.phantoms, split="test", first_seed=PHANTOM_SEED)
    train = [s for s in samples if s.split == "train" and s.clean]
    chosen = chosen_thresholds(
        readings.results([s for s in samples if s.split == "val"], "validation slices")
    )
    results = readings.results(tests, "test slices")
    by_source = {
        source: [r for r in results if r.sample.source == source]
        for source in sorted({s.source for s in tests})
    }
    found: Evaluation = {
        "engine": readings.reader.engine,
        "files": card.files,
        "date": datetime.now(UTC).date().isoformat(),
        "minutes": 0.0,
        "test": {
            source: _with_baseline(source_figures(mine, card, chosen), mine, train, card)
            for source, mine in by_source.items()
        },
        "left_out": {},
        "robustness": robustness.robustness(readings, results, amounts.altered, train),
        "bands": _bands(card),
        "calibration": {"method": str(card.training.get("calibration", METHOD))},
        "prevalence": [],
        "prevalence_basis": "",
        "failures": failures(readings.reader, results, samples),
        "not_tested": NOT_TESTED,
        "plots": [],
    }
    if chosen:
        found["operating"] = chosen
    on_painted = painted.painted(readings, results, amounts.painted, train)
    if on_painted:
        found["painted"] = on_painted
    _add_pooled(found, [r for r in results if isinstance(r.sample, Sample)])
    _add_cross_validated(found, [s for s in samples if s.source == left_out.WHOLE])
    return found


def _check_split(samples: Sequence[Sample], card: weights.Card) -> None:
    """A model must not be tested on what it was trained on."""
    trained = card.training.get("groups", {})
    for source in {s.source for s in samples}:
        tests = {s.group for s in samples if s.source == source and s.split == "test"}
        if tests & set(trained.get(source, [])):
            raise DataError(
                f"The model was trained on groups of {source} that this split tests on."
            )


def _with_baseline(
    figures: Source, results: Sequence[Result], train: Sequence[Sample], card: weights.Card
) -> Source:
    """With brightness alone beside a real source, and phantoms by kind."""
    kinds = by_kind(results, card.threshold)
    if kinds:
        figures["sensitivity_by_kind"] = kinds
    same = [s for s in train if s.source == results[0].sample.source]
    beside = brightness(same, results) if "auc" in figures else None
    if beside:
        figures["baseline"] = beside
    return figures


def _bands(card: weights.Card) -> Bands:
    miss_rate = float(card.training.get("miss_rate", MISS_RATE))
    return {
        "miss_rate": miss_rate,
        "low": card.low,
        "high": card.high,
        "guarantee": guarantee(miss_rate),
        "test": {},
    }


def _add_pooled(found: Evaluation, real: Sequence[Result]) -> None:
    """What all real test slices give together."""
    found["bands"]["test"] = {
        source: test["bands"] for source, test in found["test"].items() if "bands" in test
    }
    read = table(real)
    if len(set(read.labels)) < 2:
        return
    found["calibration"]["test"] = reliability(read.probabilities, read.labels, read.groups)
    counts: Confusion = {"tp": 0, "fp": 0, "tn": 0, "fn": 0}
    for test in found["test"].values():
        if test["label"] != NAMES["phantom"] and "confusion" in test:
            for key in ("tp", "fp", "tn", "fn"):
                counts[key] += test["confusion"][key]
    if counts["tp"] + counts["fn"] and counts["tn"] + counts["fp"]:
        found["prevalence"] = predictive_values(counts)
        found["prevalence_basis"] = (
            f"From all real test slices together at the operating point: {counts['tp']} of "
            f"{counts['tp'] + counts['fn']} hemorrhages found, {counts['tn']} of "
            f"{counts['tn'] + counts['fp']} others left alone. Elsewhere both shares may differ."
        )


def _add_cross_validated(found: Evaluation, whole: Sequence[Sample]) -> None:
    """Brightness alone on all of the 200, by grouped cross-validation."""
    if len({s.label for s in whole}) == 2:
        scores = baseline.cross_validated(whole)
        found["baseline_cross_validated"] = {left_out.WHOLE: score_figures(scores, whole)}


def _left_out(
    folder: Path | None,
    samples: Sequence[Sample],
    progress: Progress,
    store: Path | None,
    before: weights.Card,
) -> dict[str, LeftOut]:
    """Without a folder what the card holds stays: it names the model that was measured."""
    if folder is None:
        return dict(before.evaluation.get("left_out", {}))
    return left_out.left_out_figures(Readings(Reader.load(folder), progress, store), samples)


def _keep_localisation(found: Evaluation, before: weights.Card) -> None:
    """What ``--trust`` measured of these very weights stays."""
    old = before.evaluation
    if old.get("files") == found["files"] and "localisation" in old:
        found["localisation"] = old["localisation"]
