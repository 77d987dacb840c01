"""The same test slices, altered step by step: how far does the model follow?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from hemo.evaluation import baseline
from hemo.evaluation.metrics import auc, operating_figures
from hemo.evaluation.readings import Job, Readings, Result, table
from hemo.evaluation.schema import Level, Robustness
from hemo.slice import Slice
from hemo.training.dataset import Sample
from hemo.weights import Card
from hemo.windowing import BRAIN, Window, to_display

Grey = NDArray[np.float32]


@dataclass(frozen=True)
class Alteration:
    """One thing that differs between scanners, screens and hospitals.

    Attributes:
        label, unit: in words.
        unaltered: the level at which nothing is changed.
        levels: in order; ``unaltered`` is among them.
        apply: grey float32 [H, W] in [0, 1] and a level to new grey.
    """

    label: str
    unit: str
    unaltered: float
    levels: tuple[float, ...]
    apply: Callable[[Grey, float], Grey]


def rewindowed(grey: Grey, window: Window) -> Grey:
    """A slice burned in at 40/80 as another window shows it; what was clipped stays clipped."""
    shown = window.apply(BRAIN.invert(grey))
    return np.where(grey >= 0.995, 1, np.where(grey <= 0, 0, shown)).astype(np.float32)


def noisy(grey: Grey, deviation_hu: float) -> Grey:
    """Gaussian noise of that many HU, where there is tissue; the same for the same slice."""
    rng = np.random.default_rng(int(grey.size))
    noise = rng.standard_normal(grey.shape, np.float32) * np.float32(deviation_hu / BRAIN.width)
    return np.clip(grey + noise * (grey > 0), 0, 1).astype(np.float32)


def compressed(grey: Grey, quality: float) -> Grey:
    """Through JPEG of a quality from 1 to 100."""
    eight_bits = np.round(grey * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", eight_bits, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)


def rotated(grey: Grey, degrees: float) -> Grey:
    """About the picture's middle, on a canvas on which nothing is cut off; clockwise."""
    height, width = grey.shape
    side = int(np.ceil(np.hypot(height, width)))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    turned = cv2.warpAffine(grey, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return np.clip(turned, 0, 1).astype(np.float32)


def shrunk(grey: Grey, longer_side: float) -> Grey:
    """To so many pixels on the longer side, never more than there are."""
    scale = min(longer_side / max(grey.shape), 1.0)
    size = max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)


FULL = 1000.0  # pixels on the longer side: more than any of the slices has
ALTERATIONS = {
    "window_width": Alteration(
        "window width (center 40)", "HU", 80, (60, 80, 100, 130, 180),
        lambda grey, width: rewindowed(grey, Window(40, width)),
    ),
    "window_center": Alteration(
        "window center (width 80)", "HU", 40, (25, 32, 40, 48, 55),
        lambda grey, center: rewindowed(grey, Window(center, 80)),
    ),
    "noise": Alteration("added noise", "HU", 0, (0, 2, 4, 8, 12), noisy),
    "jpeg": Alteration("JPEG quality", "", 100, (10, 20, 40, 70, 100), compressed),
    "rotation": Alteration("rotation", "°", 0, (0, 10, 20, 30, 90, 180), rotated),
    "resolution": Alteration(
        "longer side", "pixels", FULL, (128, 160, 200, 256, FULL), shrunk
    ),
}  # fmt: skip


def planned(count: int) -> int:
    """How many readings all alterations of so many slices take, the unaltered apart."""
    return count * sum(len(a.levels) - 1 for a in ALTERATIONS.values())


def choose(results: Sequence[Result], count: int, seed: int = 0) -> list[Result]:
    """Up to ``count`` slices that were read, from every source as many of either label."""
    read = [r for r in results if isinstance(r.sample, Sample) and r.answer.probability is not None]
    cells = sorted({(r.sample.source, r.sample.label) for r in read})
    chosen: list[Result] = []
    for number, cell in enumerate(cells):
        pool = [r for r in read if (r.sample.source, r.sample.label) == cell]
        order = np.random.default_rng([seed, number]).permutation(len(pool))
        chosen += [pool[i] for i in order[: count // len(cells)]]
    return chosen


def robustness(
    readings: Readings, results: Sequence[Result], count: int, train: Sequence[Sample]
) -> dict[str, Robustness]:
    """Every alteration at every level, brightness alone beside it.

    Args:
        readings: reads the altered slices.
        results: of the test slices as they are.
        count: how many of them are altered; 0 leaves all of this out.
        train: what brightness is fitted on, as it is.
    """
    chosen = choose(results, count) if count else []
    if len({r.sample.label for r in chosen}) < 2:
        return {}
    model = baseline.fitted(train)
    return {
        name: {
            "label": alteration.label,
            "unit": alteration.unit,
            "unaltered": alteration.unaltered,
            "points": [
                point
                for level in alteration.levels
                if (point := _level(readings, chosen, alteration, level, model)) is not None
            ],
        }
        for name, alteration in ALTERATIONS.items()
    }


def _level(
    readings: Readings,
    chosen: Sequence[Result],
    alteration: Alteration,
    level: float,
    model: Pipeline,
) -> Level | None:
    if level == alteration.unaltered:
        bright = np.stack([baseline.brightness(r.sample.slice()) for r in chosen])
        return _figures(chosen, model.decision_function(bright), level, readings.reader.card)
    features: list[NDArray[np.float64]] = []
    answers = readings.read(_altered(chosen, alteration, level, features), alteration.label)
    results = [replace(r, answer=a) for r, a in zip(chosen, answers, strict=True)]
    scores = model.decision_function(np.stack(features))
    return _figures(results, scores, level, readings.reader.card)


def _altered(
    chosen: Sequence[Result],
    alteration: Alteration,
    level: float,
    features: list[NDArray[np.float64]],
) -> Iterator[Job]:
    """The altered slices as they are asked for; their brightness is noted in passing."""
    for result in chosen:
        grey = to_display(result.sample.slice())
        slice_ = Slice(alteration.apply(grey, level), "display")
        features.append(baseline.brightness(slice_))
        yield Job(slice_)


def _figures(
    results: Sequence[Result], brightness: NDArray[np.float64], level: float, card: Card
) -> Level | None:
    """Of those that were read; None where they have one label only."""
    read = table(results)
    if len(set(read.labels)) < 2:
        return None
    kept = np.array([r.answer.probability is not None for r in results])
    called = operating_figures(read.probabilities >= card.threshold, read.labels, read.groups)
    return {
        "level": level,
        "auc": auc(read.probabilities, read.labels, read.groups).plain(),
        "sensitivity": called["sensitivity"].plain(),
        "specificity": called["specificity"].plain(),
        "refused": int((~kept).sum()),
        "baseline": auc(brightness[kept], read.labels, read.groups).plain(),
    }
