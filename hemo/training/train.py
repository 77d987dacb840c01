"""``hemo train``: data and start weights in, a model with its card out."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.models import ResNet

from hemo import familiarity, weights
from hemo.reader import Reader, Reading
from hemo.training.calibration import Calibration, calibrate
from hemo.training.dataset import find_samples
from hemo.training.draw import AnySample
from hemo.training.fit import Trainer
from hemo.training.phantoms import FIRST_SEED, phantom_samples
from hemo.training.recipes import Recipe

Report = Callable[[str], None]
VERSION = "0.1"
FEWEST = 100  # slices that say what is usual


def train(
    data: Sequence[Path],
    init: str,
    out: Path,
    recipe: Recipe,
    *,
    run: Path,
    size: int | None = None,
    seed: int = 0,
    report: Report = print,
) -> weights.Card:
    """Train by a recipe, calibrate on the validation groups, and write the weights folder.

    Args:
        data: folders; see ``hemo.training.dataset``.
        init: start weights; see ``hemo.training.start``.
        out: the weights folder to write.
        recipe: how to train.
        run: folder of the run's state and log; an unfinished run there is gone on with.
        size: of the input, where it is not the recipe's.
        seed: of the split and of everything random.
        report: takes one line of progress at a time.

    Raises:
        HemoError: data or start weights cannot be used.
    """
    samples = gather(data, recipe, seed)
    trainer = Trainer(recipe, samples, init, run, size=size, seed=seed, report=report)
    trainer.run()
    logits, labels = trainer.logits(trainer.val)
    calibration = calibrate(
        logits.double().numpy(), labels.double().numpy(), [s.source for s in trainer.val]
    )
    fold(trainer.network, calibration)
    card = save(trainer, _card(trainer, samples, calibration), out)
    reader = Reader.load(out, engine="torch")
    card = replace(card, evidence_scale=_evidence_scale(reader, trainer.val))
    known = _known(reader, trainer)
    if known:
        card = familiarity.save(out, known, card)
    weights.write_card(out, card)
    report(
        f"wrote {out}: operating point {card.threshold:.3f}, bands from {card.low:.3f} and "
        f"{card.high:.3f}"
    )
    return card


def fold(network: ResNet, calibration: Calibration) -> None:
    """Put the calibration into a linear head, in place: its logits are then log odds as they are.

    So the evidence map, the bias and the probability speak of the same number.
    """
    with torch.no_grad():
        network.fc.weight.mul_(calibration.slope)
        network.fc.bias.mul_(calibration.slope).add_(calibration.offset)


def save(trainer: Trainer, card: weights.Card, out: Path) -> weights.Card:
    """Write a trained network as a weights folder."""
    tensors = {
        name: tensor.detach().cpu().float().numpy()
        for name, tensor in trainer.network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    return weights.save(out, tensors, card)


def _evidence_scale(reader: Reader, samples: Sequence[AnySample]) -> float:
    """The strength at which the overlay's colour is full: half of the detected bleeds reach it.

    The median of the strongest cell over validation slices whose hemorrhage was found, in logits
    per map cell; 0.1 where none was.
    """
    readings = reader.read_many([sample.slice() for sample in samples if sample.label])
    peaks = [
        r.evidence.peak
        for r in readings
        if isinstance(r, Reading) and r.probability >= reader.card.threshold
    ]
    return max(float(np.median(peaks)), 1e-3) if peaks else 0.1


def _known(reader: Reader, trainer: Trainer) -> familiarity.Familiarity | None:
    """What slices look like to the network, up to 300 of each source; None from too few."""

    def pooled(samples: Sequence[AnySample]) -> NDArray[np.float32]:
        rng = np.random.default_rng(trainer.seed)
        chosen: list[AnySample] = []
        for source in sorted({sample.source for sample in samples}):
            pool = [sample for sample in samples if sample.source == source]
            chosen += [pool[i] for i in rng.permutation(len(pool))[:300]]
        return reader.pooled([sample.slice() for sample in chosen])

    train, validation = pooled(trainer.train), pooled(trainer.val)
    if len(train) < FEWEST or not len(validation):
        return None
    return familiarity.Familiarity.fit(train, validation)


def gather(data: Sequence[Path], recipe: Recipe, seed: int) -> list[AnySample]:
    """The recipe's samples: the folders', and phantoms to learn from (never to choose by)."""
    samples: list[AnySample] = list(find_samples(data, seed=seed))
    return samples + phantom_samples(recipe.phantoms, split="train", first_seed=FIRST_SEED)


def _card(trainer: Trainer, samples: Sequence[AnySample], calibration: Calibration) -> weights.Card:
    recipe = trainer.recipe
    return weights.Card(
        version=VERSION,
        head=recipe.head,
        dilated=recipe.dilated,
        preprocessing=trainer.spec,
        threshold=calibration.threshold,
        low=calibration.low,
        high=calibration.high,
        training=account(trainer, samples),
    )


def account(trainer: Trainer, samples: Sequence[AnySample]) -> dict[str, Any]:
    """What the card says of how the weights came to be."""
    counts: dict[str, Counter[str]] = {}
    for sample in samples:
        counts.setdefault(sample.source, Counter())[sample.split] += 1
    groups = {
        source: sorted({s.group for s in [*trainer.train, *trainer.val] if s.source == source})
        for source in counts
        if source != "phantom"
    }
    return {
        "recipe": trainer.recipe.name,
        "start": trainer.origin,
        "seed": trainer.seed,
        "epochs": trainer.epoch,
        "minutes": trainer.seconds / 60,
        "device": trainer.device.type,
        "slices": {source: dict(sorted(count.items())) for source, count in counts.items()},
        "groups": groups,
        "validation_loss": trainer.best_loss,
    }
