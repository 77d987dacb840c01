"""``hemo evaluate --trust``: can the maps be trusted? Measured once, for every method.

Where evidence lies (pointing game, share inside, Dice) on bleeds whose place is known; whether the
answer follows it (deletion, insertion, ROAD); whether it depends on what the network learned
(randomisation); whether it stays when nothing that matters changes (stability). The method that is
best on validation groups becomes the one that readings show.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemo import weights
from hemo.errors import DataError
from hemo.evaluation import trust_faithful, trust_random
from hemo.evaluation.metrics import median
from hemo.evaluation.trust_cases import Case, Looked, evenly, painted_cases, real_cases
from hemo.evaluation.trust_places import Measured, as_json, differences, mean, measure, plain
from hemo.methods import METHODS
from hemo.reader import Reader
from hemo.training.dataset import find_samples
from hemo.trust.stability import Stability, stability

Float = NDArray[np.float32]
Json = dict[str, Any]
Report = Callable[[str], None]
Maps = dict[str, list[Float]]

SHOWN = ("guided", "grad_cam")  # what readings can show: Card.evidence_method
BASELINE = "grad_cam_7"  # what most demos show
CHANCE = "chance"  # a map that knows nothing, beside the methods


@dataclass(frozen=True)
class Amounts:
    """How much is measured.

    Attributes:
        painted: bleeds of each kind and size.
        slices: test slices for slow methods and for stability; half as many for the randomisation
            test and for slow methods' thresholds.
    """

    painted: int = 6
    slices: int = 12


def evaluate_trust(
    folder: Path,
    data: Sequence[Path],
    *,
    amounts: Amounts | None = None,
    engine: str | None = None,
    report: Report = print,
) -> Json:
    """Measure every method, and write it into card.json as ``evaluation["localisation"]``.

    The card's ``evidence_method`` becomes the one that won, its ``evidence_scale`` that one's.

    Raises:
        DataError: no bleed of known place is among the validation or the test groups.
        WeightsError: the weights cannot be loaded.
    """
    started, how = time.monotonic(), amounts or Amounts()
    reader = Reader.load(folder, engine=engine)
    found = _Measurement(reader, data, how, report).all()
    found["engine"], found["date"] = reader.engine, datetime.now(UTC).date().isoformat()
    found["minutes"] = (time.monotonic() - started) / 60
    card = weights.read_card(folder)  # another evaluation may have written meanwhile
    evaluation = {**card.evaluation, "localisation": found}
    default = found["default"]
    card = replace(
        card,
        evaluation=evaluation,
        evidence_method=default,
        evidence_scale=found["methods"][default]["scale"],
    )
    weights.write_card(folder, card)
    return found


def free(name: str) -> bool:
    """Whether a method needs nothing but the features of a reading."""
    return not METHODS[name].slow and not METHODS[name].extra


class _Measurement:
    """One run: its cases and what it has found so far."""

    def __init__(
        self, reader: Reader, data: Sequence[Path], amounts: Amounts, report: Report
    ) -> None:
        self.reader, self.amounts, self.report = reader, amounts, report
        samples = find_samples(data, seed=reader.card.training.get("seed", 0))
        self.val = self._looked(real_cases(samples, "val"))
        self.test = self._looked(real_cases(samples, "test"))
        self.test += self._looked(painted_cases(samples, reader, amounts.painted))
        if not self.val or not self.test:
            raise DataError("There is no bleed of known place among the validation or test groups.")
        self.few_val = evenly(self.val, max(amounts.slices // 2, 1))
        self.few = evenly(self.test, max(amounts.slices, 1))
        report(f"  {len(self.val)} validation and {len(self.test)} test slices with a known bleed")

    def _looked(self, cases: Iterable[Case]) -> list[Looked]:
        """Cases with all maps that cost nothing but their features, which are then forgotten."""
        looked = []
        for case in cases:
            one = Looked(case, self.reader)
            if one.target.any():
                for name in filter(free, METHODS):
                    self._cells(name, one)
                looked.append(one.rested())
        return looked

    def all(self) -> Json:
        """Everything, the cheap first."""
        places = {name: self._places(name) for name in METHODS}
        default = max(SHOWN, key=lambda n: places[n].validation)
        found: Json = {
            "methods": {name: as_json(one) for name, one in places.items()},
            "default": default,
            "chosen_by": "mean of pointing, share inside and Dice on validation groups",
            "best_by": {
                "against": BASELINE,
                **differences(places[default], places[BASELINE]),
            },
            "compared": {
                name: differences(places[default], places[name])
                for name in METHODS
                if name != default and len(places[name].places) == len(places[default].places)
            },
        }
        found |= self._faithfulness(default)
        found["randomisation"] = self._randomisation()
        found["stability"] = self._stability()
        return found

    def _places(self, name: str) -> Measured:
        """A method on all cases, or on a few where it takes seconds."""
        val, test = (self.val, self.test) if free(name) else (self.few_val, self.few)
        self.report(f"  {METHODS[name].label}: {len(val) + len(test)} maps")
        found = [[(one, self._cells(name, one)) for one in looked] for looked in (val, test)]
        return measure(name, *found)

    def _cells(self, name: str, looked: Looked) -> Float:
        """A method's map of a case, computed once."""
        if name not in looked.maps:
            if not free(name):
                self.report(f"    {METHODS[name].label}: a slice of {looked.case.source}")
            looked.maps[name] = METHODS[name].compute(looked.look).cells
        return looked.maps[name]

    def _faithfulness(self, default: str) -> Json:
        """Deletion, insertion and ROAD on found bleeds, for every method and for chance.

        All of them, as what the answer does differs much between bleeds; slow methods on a few.
        And ``faithful_by``: how much the default is better than the baseline, slice by slice.
        """
        found = [one for one in self.test if one.probability >= self.reader.card.threshold]
        slow = {id(one) for one in self.few}
        rows: dict[str, list[tuple[str, list[float]]]] = {name: [] for name in [*METHODS, CHANCE]}
        for number, looked in enumerate(found):
            self.report(f"  deletion, insertion, ROAD: slice {number + 1} of {len(found)}")
            names = [name for name in METHODS if free(name) or id(looked) in slow]
            maps = [self._cells(name, looked) for name in names]
            maps.append(trust_faithful.chance(looked, number))
            even = trust_faithful.even_probability(looked)
            areas = trust_faithful.curves(looked, maps, even, lambda: None)
            for name, cells, two in zip([*names, CHANCE], maps, areas, strict=True):
                row = [*two, trust_faithful.road(looked, cells)]
                rows[name].append((looked.case.group, row))
            looked.rested()
        return trust_faithful.figures(rows, default, BASELINE)

    def _randomisation(self) -> Json:
        """Rank correlations with maps of a network redrawn, of the methods of the last layer."""
        looked = self.few[: max(self.amounts.slices // 2, 1)]
        self.report(f"  randomisation: {len(looked)} slices, {len(trust_random.STAGES)} stages")
        names = [name for name in METHODS if free(name)]
        maps = {name: [self._cells(name, one) for one in looked] for name in names}
        found = trust_random.correlations(looked, maps, 0, lambda: None)
        groups = [one.case.group for one in looked]
        return {
            name: plain({s: mean(np.array(v), groups) for s, v in stages.items()})
            for name, stages in found.items()
        }

    def _stability(self) -> Json:
        """How far probabilities move, and how well maps agree, when nothing that matters does."""
        self.report(f"  stability: {len(self.few)} slices")
        found = [stability(self.reader, one.case.slice_) for one in self.few]
        groups = [one.case.group for one in self.few]
        kinds = sorted({v.kind for v in found[0].variants})
        changed = np.array([_changed(one, self.reader.card.threshold) for one in found])
        return plain(
            {
                "spread": median(np.array([one.spread for one in found]), groups),
                "agreement": median(np.array([one.agreement for one in found]), groups),
                "answer_changed": mean(changed, groups),
                **{f"agreement_{k}": median(_agreements(found, k), groups) for k in kinds},
            }
        )


def _changed(found: Stability, threshold: float) -> float:
    """The share of variants on the other side of the operating point."""
    sides = [
        (v.probability >= threshold) != (found.probability >= threshold) for v in found.variants
    ]
    return float(np.mean(sides))


def _agreements(found: Sequence[Stability], kind: str) -> NDArray[np.float64]:
    return np.array(
        [np.median([v.agreement for v in one.variants if v.kind == kind]) for one in found]
    )


def summary(found: Json) -> str:
    """What came out, in lines for a terminal."""
    lines = [f"evidence: {METHODS[found['default']].label}, chosen on validation groups"]
    for name, method in found["methods"].items():
        for source in ("kaggle200", "phe", "painted"):
            if source in method:
                lines.append(_line(name, source, method[source]))
    for what in ("deletion", "insertion", "road"):
        heights = (f"{name} {figure['value']:.3f}" for name, figure in found[what].items())
        lines.append(f"{what}: " + ", ".join(heights))
    for what, figure in found["faithful_by"].items():
        low, high = figure["low"], figure["high"]
        lines.append(f"{what}, better by {figure['value']:+.3f} ({low:+.3f} to {high:+.3f})")
    return "\n".join(lines)


def _line(name: str, source: str, figures: Json) -> str:
    shown = ", ".join(f"{fact} {figure['value']:.3f}" for fact, figure in figures.items())
    return f"{name:22s}{source:10s} {shown} (n = {figures['pointing']['n']})"
