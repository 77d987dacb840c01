"""``hemo evaluate``: measure a model on groups it never saw, and write down what came out."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemo import weights
from hemo.errors import DataError
from hemo.evaluation import baseline
from hemo.evaluation.metrics import Figure, auc, operating_figures, pointing, share_inside, wilson
from hemo.evaluation.model_card import NAMES, model_card, update_readme
from hemo.reader import Reader, Reading
from hemo.training.dataset import Sample, find_samples, sample_mask
from hemo.training.phantoms import PhantomSample, phantom_samples

Report = Callable[[str], None]
PHANTOM_SEED = 300_000  # of the test phantoms: neither training's nor the page's


@dataclass(frozen=True, eq=False)
class Result:
    """A sample, what the model said of it (None: refused), and how its evidence lies."""

    sample: Sample | PhantomSample
    reading: Reading | None
    pointed: bool | None = None
    inside: float | None = None


def evaluate(
    folder: Path, data: Sequence[Path], *, phantoms: int = 60, report: Report = print
) -> dict[str, Any]:
    """Read every test slice as serving does, and write down what came out.

    Into card.json and README.md of the weights folder, and into the table of a README.md beside it.

    Args:
        folder: of the weights.
        data: folders that training could have seen; their test groups are what is read.
        phantoms: synthetic heads read besides.
        report: takes one line of progress at a time.

    Returns:
        What card.json now holds under "evaluation".

    Raises:
        DataError: the model was trained on another split of this data.
        WeightsError: the weights cannot be loaded.
    """
    reader = Reader.load(folder)
    samples = find_samples(data, seed=reader.card.training.get("seed", 0))
    _check_split(samples, reader.card)
    tests: list[Sample | PhantomSample] = [s for s in samples if s.split == "test"]
    tests += phantom_samples(phantoms, split="test", first_seed=PHANTOM_SEED)
    results = read_all(reader, tests, report)
    found: dict[str, Any] = {"engine": reader.engine, "files": reader.card.files, "test": {}}
    for source in sorted({s.source for s in tests}):
        mine = [r for r in results if r.sample.source == source]
        found["test"][source] = _source_figures(mine, reader.card)
        if source != "phantom" and "auc" in found["test"][source]:
            same = [s for s in samples if s.source == source]
            found["test"][source]["baseline"] = _baseline(same, mine)
    kaggle = [s for s in samples if s.source == "kaggle200"]
    if kaggle:
        found["baseline_cross_validated"] = {"kaggle200": _cross_validated(kaggle)}
    card = replace(reader.card, evaluation=found)
    weights.write_card(folder, card)
    (folder / "README.md").write_text(model_card(card), encoding="utf-8")
    update_readme(folder.resolve().parent / "README.md", card)
    return found


def read_all(
    reader: Reader, samples: Sequence[Sample | PhantomSample], report: Report
) -> list[Result]:
    """Read samples in order, with progress."""
    results = []
    for start in range(0, len(samples), 32):
        batch = samples[start : start + 32]
        slices = [sample.slice() for sample in batch]
        for sample, reading in zip(batch, reader.read_many(slices), strict=True):
            results.append(_result(sample, reading if isinstance(reading, Reading) else None))
        report(f"  read {len(results)} of {len(samples)} slices")
    return results


def _check_split(samples: Sequence[Sample], card: weights.Card) -> None:
    """A model must not be tested on what it was trained on."""
    trained = card.training.get("groups", {})
    for source in {s.source for s in samples}:
        tests = {s.group for s in samples if s.source == source and s.split == "test"}
        if tests & set(trained.get(source, [])):
            raise DataError(
                f"The model was trained on groups of {source} that this split tests on."
            )


def _result(sample: Sample | PhantomSample, reading: Reading | None) -> Result:
    """With the localisation figures where the bleed's place is known."""
    target = _target(sample, reading) if sample.label and reading else None
    if target is None or reading is None or not target.any():
        return Result(sample, reading)
    per_cell = reading.evidence.per_cell.astype(np.float64)
    return Result(sample, reading, pointing(per_cell, target), share_inside(per_cell, target))


def _target(sample: Sample | PhantomSample, reading: Reading | None) -> NDArray[np.bool_] | None:
    """Where the bleed is [H, W]: the mask, or the boxes (which hold its edema too)."""
    if isinstance(sample, PhantomSample):
        return sample.blood()
    shape = reading.evidence.values.shape if reading else (0, 0)
    if sample.mask:
        return sample_mask(sample.mask, (shape[0], shape[1]))
    if not sample.boxes:
        return None
    target = np.zeros(shape, np.bool_)
    for x0, y0, x1, y1 in sample.boxes:
        target[y0:y1, x0:x1] = True
    return target


def _source_figures(results: Sequence[Result], card: weights.Card) -> dict[str, Any]:
    read = [r for r in results if r.reading is not None]
    labels = np.array([r.sample.label for r in read], np.float64)
    probabilities = np.array([r.reading.probability for r in read if r.reading])
    figures: dict[str, Any] = {
        "label": NAMES.get(results[0].sample.source, results[0].sample.source),
        "n": len(read),
        "groups": len({r.sample.group for r in read}),
        "positives": int(labels.sum()),
        "refused": len(results) - len(read),
        "refused_positives": sum(r.sample.label for r in results if r.reading is None),
    }
    if len(set(labels)) < 2:
        return figures  # nothing to tell apart
    figures["auc"] = asdict(auc(probabilities, labels, [r.sample.group for r in read]))
    operating = operating_figures(probabilities >= card.threshold, labels)
    figures |= {name: asdict(figure) for name, figure in operating.items()}
    placed = [r for r in read if r.pointed is not None]
    if placed:
        figures["pointing"] = asdict(wilson(sum(bool(r.pointed) for r in placed), len(placed)))
        figures["evidence_inside"] = float(np.median([r.inside or 0.0 for r in placed]))
    kinds = {r.sample.phantom.kind for r in read if isinstance(r.sample, PhantomSample)} - {None}
    if kinds:
        figures["sensitivity_by_kind"] = {
            str(kind): asdict(_kind_sensitivity(read, str(kind), card.threshold)) for kind in kinds
        }
    return figures


def _kind_sensitivity(results: Sequence[Result], kind: str, threshold: float) -> Figure:
    of_kind = [
        r.reading.probability >= threshold
        for r in results
        if r.reading and isinstance(r.sample, PhantomSample) and r.sample.phantom.kind == kind
    ]
    return wilson(sum(of_kind), len(of_kind))


def _baseline(samples: Sequence[Sample], results: Sequence[Result]) -> dict[str, Any]:
    """Brightness alone, fitted on the training groups, on the same test slices."""
    train = [s for s in samples if s.split == "train" and s.clean]
    test = [r.sample for r in results if isinstance(r.sample, Sample) and r.reading is not None]
    return _score_figures(baseline.on_test(train, test), test)


def _cross_validated(samples: Sequence[Sample]) -> dict[str, Any]:
    """Brightness alone on all of a source by grouped cross-validation."""
    return _score_figures(baseline.cross_validated(samples), samples)


def _score_figures(scores: NDArray[np.float64], samples: Sequence[Sample]) -> dict[str, Any]:
    labels = np.array([s.label for s in samples], np.float64)
    return {
        "auc": asdict(auc(scores, labels, [s.group for s in samples])),
        "accuracy": asdict(operating_figures(scores >= 0, labels)["accuracy"]),
    }
