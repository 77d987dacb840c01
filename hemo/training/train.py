"""``hemo train``: data and start weights in, a model with its card out."""

import copy
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
from hemo.training.phantoms import FIRST_SEED, VAL_SEED, phantom_samples
from hemo.training.recipes import Recipe
from hemo.training.sizes import account as account_sizes
from hemo.training.sizes import chosen, try_sizes

Report = Callable[[str], None]
VERSION = "0.3"
SNAPSHOT = "painted"  # folder in the run's: the model before it was shown a real bleed
FEWEST, MOST = 100, 150  # slices that say what is usual; of a source


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
    _snapshot(trainer, samples, run / SNAPSHOT)
    trainer.run()
    trials = _choose_size(trainer)
    logits, labels = trainer.logits(trainer.val)
    calibration = calibrate(
        logits.double().numpy(),
        labels.double().numpy(),
        [s.source for s in trainer.val],
        groups=[s.group for s in trainer.val],
    )
    fold(trainer.network, calibration)
    card = _card(trainer, samples, calibration)
    card = replace(card, training=card.training | {"sizes": trials})
    card = save(trainer, inherited(card) if init == "shipped" else card, out)
    reader = Reader.load(out, engine="torch")
    card = _speaking(reader, trainer.val, card)
    known = _known(reader, trainer)
    if known:
        card = familiarity.save(out, known, card)
    weights.write_card(out, card)
    report(
        f"wrote {out}: operating point {card.threshold:.3f}, bands from {card.low:.3f} and "
        f"{card.high:.3f}"
    )
    return card


def _choose_size(trainer: Trainer) -> list[dict[str, Any]]:
    """Try the recipe's sizes on validation slices and go on with the chosen one."""
    candidates = trainer.recipe.candidates
    if not candidates:
        return []
    trainer.report("trying input sizes on the validation slices …")
    trials = try_sizes(trainer.draw_logits, trainer.validation(), candidates)
    best = chosen(trials)
    trainer.spec = replace(trainer.spec, size=best.size)
    for trial in trials:
        trainer.report(f"  {trial}")
    trainer.report(f"input size {best.size}")
    return account_sizes(trials)


def _snapshot(trainer: Trainer, samples: Sequence[AnySample], out: Path) -> None:
    """Train the stages before real bleeds are shown, if there are some, and keep what they gave.

    It is calibrated on painted validation slices: nothing real has a part in it but slices without
    blood of the sources that the recipe does not hold back.
    """
    blind = [stage for stage in trainer.recipe.stages if not stage.real]
    if not blind:
        return
    trainer.run(stages=len(blind))
    if out.is_dir() or trainer.epoch > sum(stage.epochs for stage in blind):
        return
    own = copy.deepcopy(trainer.network)
    logits, labels = trainer.draw_logits(trainer.checks)
    plain = labels.double().numpy()
    calibration = calibrate(logits.double().numpy(), plain, ["painted"] * len(plain))
    fold(trainer.network, calibration)
    card = save(trainer, _card(trainer, samples, calibration), out)
    held_back = ", ".join(trainer.recipe.held_back) or "nothing"
    told = {"real_bleeds": False, "held_back": list(trainer.recipe.held_back)}
    weights.write_card(out, replace(card, training={**card.training, **told}))
    trainer.report(f"wrote {out}: has seen no real bleed, and of {held_back} nothing")
    trainer.network.load_state_dict(own.state_dict())


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


def _speaking(reader: Reader, samples: Sequence[AnySample], card: weights.Card) -> weights.Card:
    """The card with how strongly the model speaks, in logits per map cell, on validation slices.

    The overlay's colour is full at the lower quartile of the strongest cells of found bleeds.
    Evidence is focal from half of what takes a slice that shows nothing else to even odds: of the
    bias with the other sign, the median over slices with a bleed. Where the bias is not against
    hemorrhage it is focal from half of the scale; and where no bleed was found the card stays.
    """
    readings = [
        r
        for r in reader.read_many([sample.slice() for sample in samples if sample.label])
        if isinstance(r, Reading)
    ]
    peaks = [r.evidence.peak for r in readings if r.probability >= card.threshold]
    if not peaks:
        return card
    scale = max(float(np.percentile(peaks, 25)), 1e-3)
    against = -float(np.median([r.evidence.bias for r in readings]))
    return replace(
        card, evidence_scale=scale, evidence_focal=(against if against > 0.1 else scale) / 2
    )


def _known(reader: Reader, trainer: Trainer) -> familiarity.Familiarity | None:
    """What slices look like to the network, up to ``MOST`` a source; None from too few."""

    def pooled(samples: Sequence[AnySample]) -> NDArray[np.float32]:
        rng = np.random.default_rng(trainer.seed)
        chosen: list[AnySample] = []
        for source in sorted({sample.source for sample in samples}):
            pool = [sample for sample in samples if sample.source == source]
            chosen += [pool[i] for i in rng.permutation(len(pool))[:MOST]]
        return reader.pooled([sample.slice() for sample in chosen])

    train, validation = pooled(trainer.train), pooled(trainer.val)
    if len(train) < FEWEST or not len(validation):
        return None
    return familiarity.Familiarity.fit(train, validation)


def gather(data: Sequence[Path], recipe: Recipe, seed: int) -> list[AnySample]:
    """The recipe's samples: the folders', and phantoms to learn from.

    Without a folder there are phantoms to choose by as well.
    """
    samples: list[AnySample] = list(find_samples(data, seed=seed))
    samples += phantom_samples(recipe.phantoms, split="train", first_seed=FIRST_SEED)
    others = 0 if data else recipe.phantoms // 2
    return samples + phantom_samples(others, split="val", first_seed=VAL_SEED)


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


def inherited(card: weights.Card) -> weights.Card:
    """A card with what holds of the shipped model that its own goes on from.

    How that one was trained, and how it did with sources left out: figures that name the model
    that they were measured on.
    """
    before = weights.read_card(weights.DEFAULT)
    account = {name: value for name, value in before.training.items() if name != "groups"}
    earlier = [*account.pop("before", []), {"version": before.version, **account}]
    left_out = before.evaluation.get("left_out", {})
    return replace(
        card,
        training=card.training | {"before": earlier},
        evaluation=card.evaluation | ({"left_out": left_out} if left_out else {}),
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
        "device": trainer.hardware,
        "slices": {source: dict(sorted(count.items())) for source, count in counts.items()},
        "groups": groups,
        "validation_loss": trainer.best_loss,
    }
