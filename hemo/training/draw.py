"""Which samples make an epoch, and what is done to each: balanced, and the same after a resume."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from hemo.preprocessing import Preprocessing, crop, cut, to_input
from hemo.training.augmentation import augment, notebook_augment
from hemo.training.dataset import Sample, Square, load_square
from hemo.training.phantoms import PhantomSample
from hemo.training.recipes import Recipe
from hemo.training.synthesis import paint_bleed, paint_innocent

AnySample = Sample | PhantomSample


@dataclass(frozen=True)
class Draw:
    """One sample of an epoch.

    Attributes:
        sample: what is read.
        paint: paint a bleed into it, which makes a negative positive.
        seed: of everything random that happens to it; None where nothing may happen.
    """

    sample: AnySample
    paint: bool
    seed: tuple[int, ...] | None


def draw_epoch(
    samples: Sequence[AnySample], recipe: Recipe, *, seed: int, epoch: int
) -> list[Draw]:
    """An epoch's samples in order: half positive, and each source with as many of either.

    Without ``epoch_samples`` in the recipe it is every sample once, shuffled.
    """
    rng = np.random.default_rng([seed, epoch])
    if recipe.epoch_samples is None:
        order = rng.permutation(len(samples))
        return [Draw(samples[i], False, (seed, epoch, n)) for n, i in enumerate(order)]
    pools = _pools(samples)
    sources = sorted({source for source, _ in pools})
    weights = np.array([_weight(pools, source) for source in sources])
    draws = []
    for n in range(recipe.epoch_samples):
        source = sources[rng.choice(len(sources), p=weights / weights.sum())]
        positive, painted = n % 2 == 0, rng.random() < recipe.painted
        if not pools.get((source, 1)):
            painted = True
        pool = pools[source, int(positive and not painted)]
        draws.append(Draw(pool[rng.integers(len(pool))], positive and painted, (seed, epoch, n)))
    return [draws[i] for i in rng.permutation(len(draws))]


def _pools(samples: Sequence[AnySample]) -> dict[tuple[str, int], list[AnySample]]:
    pools: dict[tuple[str, int], list[AnySample]] = {}
    for sample in samples:
        pools.setdefault((sample.source, sample.label), []).append(sample)
    return pools


def _weight(pools: dict[tuple[str, int], list[AnySample]], source: str) -> float:
    """A source counts with the square root of its size: large ones lead, small ones are heard."""
    return float(np.sqrt(sum(len(pool) for (name, _), pool in pools.items() if name == source)))


class Epoch(Dataset[dict[str, Any]]):
    """The draws of an epoch as network inputs with their truth.

    Each item holds ``image`` float32 [3, S, S], ``label`` 0 or 1, and for the positions of a map
    of ``cells`` x ``cells``: ``blood``, the share of each cell that is blood, and ``known``, 1
    where that can be believed.
    """

    def __init__(
        self, draws: Sequence[Draw], spec: Preprocessing, recipe: Recipe, *, cells: int
    ) -> None:
        self._draws, self._spec, self._recipe, self._cells = draws, spec, recipe, cells

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, index: int) -> dict[str, Any]:
        draw = self._draws[index]
        square, label = squared(draw.sample, self._spec), draw.sample.label
        if draw.seed is not None:
            square, label = self._changed(square, draw, np.random.default_rng(draw.seed))
        return {
            "image": torch.from_numpy(to_input(square.grey, self._spec)),
            "label": np.float32(label),
            **_cells(square, self._cells),
        }

    def _changed(self, square: Square, draw: Draw, rng: np.random.Generator) -> tuple[Square, int]:
        """Painted and augmented as the recipe says; with the label that it has then."""
        if self._recipe.augmentation == "notebook":
            return notebook_augment(square, rng), draw.sample.label
        square, label = _painted(square, draw, rng)
        return augment(square, rng), label


def squared(sample: AnySample, spec: Preprocessing) -> Square:
    """Any sample's cropped square with its truth."""
    if isinstance(sample, Sample):
        return load_square(sample, spec)
    grey, view = crop(sample.slice(), spec)
    blood = cut(sample.blood(), view)
    return Square(grey, blood, np.ones_like(blood))


def _painted(square: Square, draw: Draw, rng: np.random.Generator) -> tuple[Square, int]:
    """Paint a bleed where the draw asks for one; where no bleed fits, the slice stays negative.

    Negatives get innocent brightness as often as painted positives do, so that being painted on
    says nothing.
    """
    label = draw.sample.label
    if label:
        return square, label
    grey = paint_innocent(square.grey, rng) if rng.random() < 0.4 else square.grey
    result = paint_bleed(grey, rng) if draw.paint else None
    if result is None:
        return Square(grey, square.blood, square.known), 0
    grey, blood = result
    return Square(grey, blood, np.ones_like(blood)), 1


def _cells(square: Square, cells: int) -> dict[str, torch.Tensor]:
    def shrunk(mask: np.ndarray) -> np.ndarray:
        return cv2.resize(mask.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA)

    known = shrunk(square.known) > 0.99
    return {
        "blood": torch.from_numpy(shrunk(square.blood)),
        "known": torch.from_numpy(known.astype(np.float32)),
    }
