"""Which samples make an epoch, and what is done to each: balanced, and the same after a resume."""

import os
from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from hemo.bleeds import Head, find_head
from hemo.preprocessing import Preprocessing, crop, cut, to_input
from hemo.training.augmentation import augment, notebook_augment
from hemo.training.dataset import Sample, Square, load_square
from hemo.training.phantoms import PhantomSample
from hemo.training.recipes import Recipe
from hemo.training.synthesis import paint_bleed, paint_innocent
from hemo.windowing import BRAIN

AnySample = Sample | PhantomSample
CHECKS = 1_000_000  # of their seeds: no epoch has this number
WORKING = 400  # pixels: larger squares are painted and augmented at this size
INNOCENT = 0.5  # share of negatives, and of painted positives, with innocent brightness


@dataclass(frozen=True, eq=False)
class Canvas:
    """A sample ready to be painted on and augmented.

    Attributes:
        square: its crop, at most ``WORKING`` pixels a side.
        head: of a sample without a bleed, where one is found that has room for a bleed.
    """

    square: Square
    head: Head | None


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
    samples: Sequence[AnySample],
    recipe: Recipe,
    *,
    seed: int,
    epoch: int,
    unfit: Container[AnySample] = (),
) -> list[Draw]:
    """An epoch's samples in order: half positive, and each source with as many of either.

    Without ``epoch_samples`` in the recipe it is every sample once, shuffled.

    Args:
        samples: to draw from.
        recipe: says how many, and how many are painted.
        seed: of everything random.
        epoch: its number, from 0.
        unfit: negatives that no bleed can be painted into; they are shown as they are.
    """
    rng = np.random.default_rng([seed, epoch])
    samples = shown_in(samples, recipe, epoch)
    if recipe.epoch_samples is None:
        order = rng.permutation(len(samples))
        return [Draw(samples[i], False, (seed, epoch, n)) for n, i in enumerate(order)]
    pools = _pools(samples)
    canvases = _pools([s for s in samples if not s.label and s not in unfit])
    sources = sorted({source for source, _ in pools})
    weights = np.array([_weight(pools, source) for source in sources])
    draws: list[Draw] = []
    for n in range(recipe.epoch_samples):
        source = sources[rng.choice(len(sources), p=weights / weights.sum())]
        positive, painted = n % 2 == 0, rng.random() < recipe.painted
        if not pools.get((source, 1)):
            painted = True
        if not positive and draws[-1].paint and rng.random() < recipe.paired:
            pool = [draws[-1].sample]
        elif positive and painted:
            pool = canvases.get((source, 0)) or pools[source, 0]
        else:
            pool = pools[source, int(positive)]
        draws.append(Draw(pool[rng.integers(len(pool))], positive and painted, (seed, epoch, n)))
    # A positive and the negative after it stay neighbours, so that a batch shows both of a pair.
    pairs = [draws[i : i + 2] for i in range(0, len(draws), 2)]
    return [draw for i in rng.permutation(len(pairs)) for draw in pairs[i]]


def canvas(sample: AnySample, spec: Preprocessing) -> Canvas:
    """A sample read, cropped and shrunk, and the head on it where it shows no bleed."""
    square = shrunk(squared(sample, spec), WORKING)
    return Canvas(square, None if sample.label else find_head(square.grey))


def canvases(samples: Sequence[AnySample], spec: Preprocessing) -> dict[AnySample, Canvas]:
    """The canvas of each sample, about 1.5 MB each: to read and look for heads once only."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda sample: canvas(sample, spec), samples)
        return dict(zip(samples, made, strict=True))


def without_room(
    samples: Sequence[AnySample],
    spec: Preprocessing,
    kept: Mapping[AnySample, Canvas] | None = None,
) -> frozenset[Sample]:
    """The negatives among real samples in which no closed skull is found to paint into.

    Args:
        samples: negatives and others.
        spec: how serving sees a slice.
        kept: canvases of the samples, where they are made already.
    """
    negatives = [s for s in samples if isinstance(s, Sample) and not s.label]
    if kept is not None:
        return frozenset(s for s in negatives if kept[s].head is None)
    with ThreadPoolExecutor(2) as pool:
        heads = pool.map(lambda sample: canvas(sample, spec).head, negatives)
        return frozenset(s for s, head in zip(negatives, heads, strict=True) if head is None)


def thinned(samples: Sequence[AnySample], unfit: frozenset[Sample]) -> list[AnySample]:
    """Without every second of the unfit: half of them are enough to learn such slices by."""
    spare = frozenset(sorted(unfit, key=lambda s: s.path)[::2])
    return [s for s in samples if s not in spare]


def shown_in(samples: Sequence[AnySample], recipe: Recipe, epoch: int) -> list[AnySample]:
    """Those of the samples that an epoch's stage may show; phantoms' bleeds are not real ones."""
    if recipe.stage_of(epoch)[0].real:
        return list(samples)
    return [
        s
        for s in samples
        if s.source not in recipe.held_back and (s.source == "phantom" or not s.label)
    ]


def checks(samples: Sequence[AnySample], recipe: Recipe, *, seed: int) -> list["Draw"]:
    """Validation slices painted on, always the same: half of them with a bleed, half without.

    Both halves are augmented and show innocent brightness alike; none where there is no negative.
    """
    rng = np.random.default_rng([seed, CHECKS])
    apart = ("phantom", *recipe.held_back)
    real = [s for s in samples if isinstance(s, Sample) and s.source not in apart]
    clean = [s for s in real if not s.label and s.clean] if recipe.checks else []
    unfit = without_room(clean, Preprocessing())
    pool = [s for s in clean if s not in unfit]
    if not pool:
        return []
    picks = rng.integers(len(pool), size=recipe.checks)
    return [Draw(pool[i], n % 2 == 0, (seed, CHECKS, n)) for n, i in enumerate(picks)]


def spread(samples: Sequence[AnySample], most: int) -> list[AnySample]:
    """At most so many of each source and label, spread evenly over their order."""
    pools = _pools(samples)
    return [s for key in sorted(pools) for s in pools[key][:: max(1, -(-len(pools[key]) // most))]]


def sizes_of(epoch: int, count: int, recipe: Recipe, size: int, *, seed: int) -> list[int]:
    """The input's side for each of an epoch's items: the same within a batch."""
    if not recipe.sizes:
        return [size] * count
    rng = np.random.default_rng([seed, epoch, 1])
    steps = -(-count // recipe.batch)
    return [int(side) for side in rng.choice(recipe.sizes, steps).repeat(recipe.batch)[:count]]


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

    Each item holds ``image`` float32 [3, S, S], ``label`` 0 or 1, and for the positions of the
    network's map [h, w]: ``blood``, the share of each cell that is blood, and ``known``, 1 where
    that can be believed.

    Args:
        draws: in order.
        spec: how serving sees a slice.
        recipe: what is done to a sample.
        sizes: side S of each item's input; the spec's where None.
        kept: canvases of samples, where they are made already.
    """

    def __init__(
        self,
        draws: Sequence[Draw],
        spec: Preprocessing,
        recipe: Recipe,
        sizes: Sequence[int] | None = None,
        kept: Mapping[AnySample, Canvas] | None = None,
    ) -> None:
        self._draws, self._recipe, self._kept = draws, recipe, kept or {}
        self._specs = [replace(spec, size=size) for size in sizes or [spec.size] * len(draws)]

    def __len__(self) -> int:
        return len(self._draws)

    def __getitem__(self, index: int) -> dict[str, Any]:
        draw, spec = self._draws[index], self._specs[index]
        if draw.seed is None:
            square, label = squared(draw.sample, spec), draw.sample.label
        else:
            square, label = self._changed(draw, spec, np.random.default_rng(draw.seed))
        return {
            "image": torch.from_numpy(to_input(square.grey, spec)),
            "label": np.float32(label),
            **_cells(square, spec.size // (16 if self._recipe.dilated else 32)),
        }

    def _changed(
        self, draw: Draw, spec: Preprocessing, rng: np.random.Generator
    ) -> tuple[Square, int]:
        """Painted and augmented as the recipe says; with the label that it has then."""
        plain = self._kept.get(draw.sample) or canvas(draw.sample, spec)
        if self._recipe.augmentation == "notebook":
            return notebook_augment(plain.square, rng), draw.sample.label
        square, label = _painted(plain, draw, rng, self._recipe)
        return augment(square, rng), label


def squared(sample: AnySample, spec: Preprocessing) -> Square:
    """Any sample's cropped square with its truth."""
    if isinstance(sample, Sample):
        return load_square(sample, spec)
    grey, view = crop(sample.slice(), spec)
    blood = cut(sample.blood(), view)
    return Square(grey, blood, np.ones_like(blood))


def _painted(
    plain: Canvas, draw: Draw, rng: np.random.Generator, recipe: Recipe
) -> tuple[Square, int]:
    """Paint a bleed where the draw asks for one; where no bleed fits, the slice stays negative.

    Negatives get innocent brightness as often as painted positives do, so that being painted on
    says nothing.
    """
    square, label = plain.square, draw.sample.label
    if label:
        return square, label
    grey = square.grey
    head = plain.head if draw.paint or rng.random() < INNOCENT else None
    if head and rng.random() < (INNOCENT if draw.paint else 1):
        grey = paint_innocent(grey, rng, head)
        head = Head(BRAIN.invert(grey), head.inside, head.mm)
    result = None
    if draw.paint and head:
        result = paint_bleed(grey, rng, head=head, shares=recipe.kinds, even_ages=recipe.even_ages)
    if result is None:
        return Square(grey, square.blood, square.known), 0
    grey, blood = result
    return Square(grey, blood, np.ones_like(blood)), 1


def shrunk(square: Square, side: int) -> Square:
    """A larger square brought down to a side in pixels, a smaller one as it is."""
    if square.grey.shape[0] <= side:
        return square
    size = (side, side)

    def smaller(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0

    grey = cv2.resize(square.grey, size, interpolation=cv2.INTER_AREA)
    return Square(np.asarray(grey, np.float32), smaller(square.blood), smaller(square.known))


def _cells(square: Square, cells: int) -> dict[str, torch.Tensor]:
    def shrunk(mask: np.ndarray) -> np.ndarray:
        return cv2.resize(mask.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA)

    known = shrunk(square.known) > 0.99
    return {
        "blood": torch.from_numpy(shrunk(square.blood)),
        "known": torch.from_numpy(known.astype(np.float32)),
    }
