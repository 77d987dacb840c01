"""Training slices to compress with: some as serving shows them, most as training does."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hemo.preprocessing import Preprocessing
from hemo.training.dataset import Sample
from hemo.training.draw import Draw, Epoch, draw_epoch, without_room
from hemo.training.recipes import HEMO

PLAIN = 3  # one of so many is as serving shows it; the others are painted on and altered


def pictures(samples: Sequence[Sample], spec: Preprocessing, count: int, *, seed: int) -> Epoch:
    """Network inputs of training slices, as many with a hemorrhage as without.

    Args:
        samples: of all splits; "train" is used, without what is not trained on.
        spec: how serving sees a slice.
        count: how many.
        seed: of everything random.
    """
    train = [s for s in samples if s.split == "train" and s.clean]
    recipe = replace(HEMO, epoch_samples=count, sizes=())
    draws = draw_epoch(
        train, recipe, seed=seed, epoch=recipe.epochs - 1, unfit=without_room(train, spec)
    )
    rng = np.random.default_rng(seed)
    for place in range(0, len(draws), PLAIN):
        pool = [s for s in train if s.label == place // PLAIN % 2] or train
        draws[place] = Draw(pool[rng.integers(len(pool))], paint=False, seed=None)
    return Epoch(draws, spec, recipe)
