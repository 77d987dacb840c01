"""The notebook that hemo grew from, repeated: its split, and a split by group beside it.

The original drew its 80/20 split by slice, so that near-duplicates of training slices were tested
on, and kept the epoch that did best on the test slices. Here the last epoch is kept, so that the
slices reported on have chosen nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from hemo import weights
from hemo.evaluation.metrics import Figure, wilson
from hemo.training.dataset import Sample, find_samples
from hemo.training.fit import Trainer
from hemo.training.recipes import NOTEBOOK, Recipe
from hemo.training.train import account, save

Report = Callable[[str], None]
Way = Literal["slice", "group"]
TRAINED = 0.8  # the share of slices, or of groups, that is trained on


def repeat_notebook(
    data: Sequence[Path],
    init: str,
    out: Path,
    run: Path,
    *,
    recipe: Recipe = NOTEBOOK,
    size: int | None = None,
    seed: int = 0,
    report: Report = print,
) -> dict[Way, Figure]:
    """Train twice by the notebook's recipe, split by slice and split by group.

    Args:
        data: folders; see ``hemo.training.dataset``.
        init: start weights; see ``hemo.training.start``.
        out: weights folder for the model of the split by group.
        run: folder of both runs' states and logs.
        recipe: the notebook's, or a shorter one.
        size: of the input, where it is not the recipe's.
        seed: of the splits and of everything random.
        report: takes one line of progress at a time.

    Returns:
        Accuracy at probability 0.5 on the held-out fifth, by way of splitting.
    """
    found: dict[Way, Figure] = {}
    ways: tuple[Way, ...] = ("slice", "group")
    for way in ways:
        report(f"split by {way}:")
        samples = eighty_twenty(find_samples(data, seed=seed), way, seed)
        trainer = Trainer(recipe, samples, init, run / way, size=size, seed=seed, report=report)
        if "layer4" in trainer.origin.split("random:")[-1]:
            report("  layer4 is not among the start weights: it is random, and stays so.")
        trainer.run()
        logits, labels = trainer.logits(trainer.val)
        found[way] = wilson(int(((logits >= 0) == (labels > 0.5)).sum()), len(labels))
    plain = {way: vars(figure) for way, figure in found.items()}
    card = weights.Card(
        version="notebook",
        head=recipe.head,
        dilated=recipe.dilated,
        preprocessing=trainer.spec,
        training=account(trainer, samples),
        evaluation={"notebook_accuracy": plain},
    )
    save(trainer, card, out)
    return found


def eighty_twenty(samples: Sequence[Sample], way: Way, seed: int) -> list[Sample]:
    """Four fifths "train", one fifth "val", drawn by slice or by group."""
    names = [s.group if way == "group" else str(s.path) for s in samples]
    units = sorted(set(names))
    order = np.random.default_rng([seed, 80]).permutation(len(units))
    trained = {units[i] for i in order[: round(TRAINED * len(units))]}
    return [
        replace(s, split="train" if name in trained else "val")
        for s, name in zip(samples, names, strict=True)
    ]
