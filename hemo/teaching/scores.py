"""How learner and model did on the same cases: proportions with intervals, and calibration."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from hemo.teaching.answers import Record

BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))


@dataclass(frozen=True)
class Share:
    """A proportion k of n with its 95 % Wilson interval (Wilson 1927), all in [0, 1]."""

    k: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Cases said with about the same probability, and how many of them had a hemorrhage."""

    low: float
    high: float
    n: int
    mean: float
    observed: float


@dataclass(frozen=True)
class Scores:
    """One reader's; None where there is no case to tell it from.

    Attributes:
        sensitivity: of the cases with a hemorrhage, the share called so.
        specificity: of the others, the share called free of it.
        localisation: of the hemorrhages whose place is known and that were called, the share
            marked in the right place.
        brier: mean squared distance of probability and truth (Brier 1950); 0 is perfect, always
            saying one half gives 0.25.
        bins: reliability; empty bins are left out.
    """

    sensitivity: Share | None
    specificity: Share | None
    localisation: Share | None
    brier: float | None
    bins: tuple[Bin, ...]


def learner(records: Sequence[Record]) -> Scores:
    """The learner's."""
    return _scores([(r.truth, r.said, r.probability, r.hit) for r in records])


def model(records: Sequence[Record]) -> Scores:
    """The model's, on the cases that it gave a reading."""
    return _scores(
        [
            (r.truth, r.model_said, r.model_probability, r.model_hit)
            for r in records
            if r.model_said is not None and r.model_probability is not None
        ]
    )


def _scores(cases: Sequence[tuple[bool, bool, float, bool | None]]) -> Scores:
    bleeds = [said for truth, said, _, _ in cases if truth]
    others = [not said for truth, said, _, _ in cases if not truth]
    hits = [hit for truth, said, _, hit in cases if truth and said and hit is not None]
    errors = [(probability - truth) ** 2 for truth, _, probability, _ in cases]
    return Scores(
        sensitivity=_share(bleeds),
        specificity=_share(others),
        localisation=_share(hits),
        brier=fmean(errors) if errors else None,
        bins=_bins([(probability, truth) for truth, _, probability, _ in cases]),
    )


def _share(flags: Sequence[bool]) -> Share | None:
    if not flags:
        return None
    from scipy.stats import binomtest  # importing it takes a second: not while the page starts

    found = binomtest(sum(flags), len(flags))
    interval = found.proportion_ci(method="wilson")
    return Share(
        found.k, found.n, float(found.statistic), float(interval.low), float(interval.high)
    )


def _bins(said: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    bins = []
    for low, high in BINS:
        inside = [(p, truth) for p, truth in said if low <= p < high or (p == high == 1)]
        if inside:
            mean, observed = fmean(p for p, _ in inside), fmean(truth for _, truth in inside)
            bins.append(Bin(low, high, len(inside), mean, observed))
    return tuple(bins)
