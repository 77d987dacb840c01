"""The shape of card.json's "evaluation": what ``hemo evaluate`` writes, all that is ever shown.

    {
     "engine": "openvino",  "files": {name: sha256},  "date": "2026-11-26",  "minutes": 11.2,
     "test":      {source: Source}          "kaggle200", "phe", "phantom", "folder"
     "operating": {"sensitivity_95": Chosen, "specificity_95": Chosen}
     "left_out":  {source: LeftOut}         {} where no model was left out of anything
     "painted":   {"threshold": …, "kinds": {kind: PaintedKind}, …}      absent with --painted 0
     "robustness": {alteration: Robustness}                              {} with --altered 0
     "bands":     Bands
     "calibration": Fit
     "prevalence": [Prevalence, …],  "prevalence_basis": sentence
     "failures":  [Failure, …]              descriptions, never pixels
     "not_tested": [sentence, …]
     "plots":     [file, …]                 in plots/ of the weights folder
     "baseline_cross_validated": {"kaggle200": {"auc": Figure, "accuracy": Figure}}
     "localisation": {…}                    ``hemo evaluate --trust`` writes it; kept as it is
    }

Every ``Figure`` is ``{"value", "low", "high", "n"}``: a 95 % interval and the cases behind it
(slices, unless said otherwise). All probabilities and shares are in [0, 1], unrounded. A key that
is marked ``NotRequired`` is absent where it could not be measured: it is never null.
"""

from typing import Any, NotRequired, TypedDict

NAMES = {
    "kaggle200": "the 200",
    "phe": "PHE",
    "phantom": "phantoms",
    "folder": "the folder given",
}


class FigureJson(TypedDict):
    """A figure, its 95 % interval, and the number of cases it rests on."""

    value: float
    low: float
    high: float
    n: int


class Confusion(TypedDict):
    """Slices at the card's threshold."""

    tp: int
    fp: int
    tn: int
    fn: int


class Point(TypedDict):
    """What calling hemorrhage from a threshold on gives; precision is 1 where nothing is called."""

    threshold: float
    sensitivity: float
    specificity: float
    precision: float


class Operating(TypedDict):
    """A threshold that was chosen on validation groups, and what it gives on test groups."""

    threshold: float
    sensitivity: FigureJson
    specificity: FigureJson


class Chosen(TypedDict):
    """How an operating point was chosen: on validation groups of the real sources, pooled."""

    threshold: float
    n: int  # validation slices
    groups: int


class Bin(TypedDict):
    """A bar of the reliability diagram, ``low`` <= probability < ``high``; no empty ones."""

    low: float
    high: float
    n: int
    mean: float  # predicted
    observed: FigureJson


class Reliability(TypedDict):
    """How far probabilities can be taken at their word, in ten bins of equal width.

    ``ece_floor`` is the ECE that a perfectly calibrated model with these probabilities would show
    on as many slices, by chance alone: its mean over draws, and the range of 95 % of them.
    ``brier_of_prevalence`` is the baseline: always saying the share of hemorrhages.
    """

    ece: FigureJson
    ece_floor: FigureJson
    brier: FigureJson
    brier_of_prevalence: float
    bins: list[Bin]


class BandShares(TypedDict):
    """Where the slices of one source fall; a share is absent where no slice could have it."""

    missed: NotRequired[FigureJson]  # hemorrhages called "no hemorrhage seen"
    false_alarms: NotRequired[FigureJson]  # others called "hemorrhage"
    indeterminate: FigureJson


class Baseline(TypedDict):
    """Brightness of the picture's middle alone, on the same slices."""

    auc: FigureJson
    accuracy: FigureJson
    average_precision: NotRequired[FigureJson]
    sensitivity: NotRequired[FigureJson]
    specificity: NotRequired[FigureJson]


class Source(TypedDict):
    """The test groups of one source. From ``auc`` on: absent where only one label was read."""

    label: str
    n: int  # slices read
    groups: int
    positives: int
    refused: int  # by the gate: counted in nothing else
    refused_positives: int
    auc: NotRequired[FigureJson]
    average_precision: NotRequired[FigureJson]
    accuracy: NotRequired[FigureJson]  # these three at the card's threshold
    sensitivity: NotRequired[FigureJson]
    specificity: NotRequired[FigureJson]
    confusion: NotRequired[Confusion]
    curve: NotRequired[
        list[Point]
    ]  # at most 200, thresholds falling: ROC, precision–recall, slider
    operating: NotRequired[dict[str, Operating]]  # "sensitivity_95", "specificity_95"
    calibration: NotRequired[Reliability]
    bands: NotRequired[BandShares]
    pointing: NotRequired[FigureJson]  # evidence peak on the bleed
    evidence_inside: NotRequired[FigureJson]  # share of positive evidence on it: median over slices
    sensitivity_by_kind: NotRequired[dict[str, FigureJson]]  # phantoms
    baseline: NotRequired[Baseline]


class LeftOut(TypedDict):
    """A model that never saw this source's hemorrhages, on this source."""

    label: str
    model: str  # its version; an earlier one where the card's model went on from that
    trained_on: str  # in words
    n: int
    groups: int
    positives: int
    refused: int
    auc: FigureJson
    average_precision: FigureJson
    accuracy: FigureJson  # these three at that model's own threshold
    sensitivity: FigureJson
    specificity: FigureJson
    curve: list[Point]
    baseline: Baseline  # fitted on another source than this


class Size(TypedDict):
    """Painted bleeds of ``low_mm`` <= size < ``high_mm``: thickness, or diameter if intra-axial."""

    low_mm: float
    high_mm: float
    sensitivity: FigureJson
    baseline: FigureJson


class Age(Size):
    """Painted subdurals of one age ("acute", "isodense", …) in a range of thicknesses."""

    age: str


class PaintedKind(TypedDict):
    """Painted bleeds of one kind; blood in CSF has no size: ``sizes`` is empty."""

    label: str
    measure: str  # "thickness", "diameter" or ""
    sizes: list[Size]
    ages: NotRequired[list[Age]]  # of subdurals; not among ``sensitivity``
    sensitivity: FigureJson  # of all sizes together
    baseline: FigureJson  # brightness alone, at its own 95 % specificity
    auc: FigureJson  # against the same heads without a bleed


class Painted(TypedDict):
    """Bleeds painted on heads never trained on.

    ``threshold`` is the probability that ``at_specificity`` of the same slices stay under, half of
    them as they are and half with innocent brightness painted on.
    """

    heads: int  # patients
    slices: int
    negatives: int
    at_specificity: float
    threshold: float
    specificity: FigureJson  # as it came out on those negatives
    specificity_of_card: FigureJson  # at the card's own threshold
    kinds: dict[str, PaintedKind]


class Level(TypedDict):
    """The same test slices, altered so far; the level that is no alteration is among them."""

    level: float
    auc: FigureJson
    sensitivity: FigureJson  # both at the card's threshold
    specificity: FigureJson
    refused: int
    baseline: FigureJson  # AUC of brightness alone


class Robustness(TypedDict):
    """One alteration; points in the order of their levels."""

    label: str
    unit: str
    unaltered: float  # the level at which nothing is changed
    points: list[Level]


class Bands(TypedDict):
    """The three bands; ``test`` says how the promise held."""

    miss_rate: float
    low: float
    high: float
    guarantee: str  # one sentence, with its assumption
    test: dict[str, BandShares]


class Fit(TypedDict):
    """How logits became probabilities, and how that came out on all real test slices together."""

    method: str
    test: NotRequired[Reliability]


class Prevalence(TypedDict):
    """Predictive values at the card's threshold, were so many slices hemorrhages."""

    prevalence: float
    ppv: FigureJson
    npv: FigureJson


class Failure(TypedDict):
    """A test slice that was called wrongly, in words."""

    source: str  # a key of ``test``
    kind: str  # "missed" or "false alarm"
    name: str  # of the slice in its data set
    level: str  # where in the head
    what: str  # what is there
    probability: float
    reason: str  # as far as it can be measured; may be empty


class Evaluation(TypedDict):
    """All of it."""

    engine: str
    files: dict[str, str]
    date: str
    minutes: float
    test: dict[str, Source]
    operating: NotRequired[dict[str, Chosen]]
    left_out: dict[str, LeftOut]
    painted: NotRequired[Painted]
    robustness: dict[str, Robustness]
    bands: Bands
    calibration: Fit
    prevalence: list[Prevalence]
    prevalence_basis: str
    failures: list[Failure]
    not_tested: list[str]
    plots: list[str]
    baseline_cross_validated: NotRequired[dict[str, Baseline]]
    localisation: NotRequired[dict[str, Any]]
