"""``hemo export``: the int8 model from the float weights, refused where it answers differently.

Validation groups are halved. The first half chooses among the plans of
``hemo.compression.quantise``, from the fastest to the safest, and sets the head's offset; the
second half chose nothing, is what is reported, and has to hold.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from hemo import openvino_engine, weights
from hemo.compression import quantise
from hemo.compression.parity import (
    Answers,
    Parity,
    Report,
    Seen,
    ask,
    compare,
    in_first_half,
    offset,
    see,
)
from hemo.errors import HemoError, MissingExtraError
from hemo.network import FeatureNetwork
from hemo.reader import Reader
from hemo.training.dataset import Sample, find_samples
from hemo.weights import Card, Tensors

CALIBRATION_SLICES = 300
PARITY_SLICES = 600  # validation slices at most, over both halves
MARGIN = 0.9  # of what parity may lose: so that who passes on one half does on the other
# Thin bleeds, and a head without one that looks doubtful: where int8 that saturates goes wrong.
# Kind, seed (no other phantom's) and size in mm of what an engine elsewhere has to reproduce.
CHECKS: tuple[tuple[str | None, int, float | None], ...] = (
    ("subdural", 400_000, 9.0),
    ("epidural", 400_001, 9.0),
    ("subarachnoid", 400_006, None),
    (None, 400_004, None),
)


@dataclass(frozen=True, eq=False)
class Trial:
    """Slices, and what float32 answers to them.

    Attributes:
        seen: N slices.
        answers: float32's.
        temperature: of the card.
    """

    seen: Sequence[Seen]
    answers: Answers
    temperature: float

    def half(self, *, first: bool) -> "Trial":
        """The slices of every other group."""
        chosen = in_first_half(self.seen) == first
        seen = [s for s, is_chosen in zip(self.seen, chosen, strict=True) if is_chosen]
        return replace(self, seen=seen, answers=self.answers[chosen])

    def parity(self, theirs: Answers) -> Parity:
        """How far another engine's answers are from these."""
        labels = np.array([s.label for s in self.seen])
        return compare(self.answers, theirs, labels, self.temperature)


def export(folder: Path, data: Sequence[Path], report: Report = print) -> Parity:
    """Quantise a model with training slices and compare it on validation slices.

    The files are written and the card is changed only if parity holds.

    Args:
        folder: of the weights.
        data: folders of slices.
        report: takes one line of progress at a time.

    Returns:
        Parity on the half of the validation groups that chose nothing.

    Raises:
        MissingExtraError: nncf is not installed.
        HemoError: parity is short; the figures are in the sentence.
        DataError: the data cannot be used.
    """
    if find_spec("nncf") is None:
        raise MissingExtraError("The export", "-e '.[export]'")
    reference = Reader.load(folder, engine="torch")
    card = reference.card
    samples = find_samples(data, seed=card.training.get("seed", 0))
    seen = see(_some(samples, "val", PARITY_SLICES), card.preprocessing)
    report(f"reading {len(seen)} validation slices in float32 …")
    trial = Trial(seen, ask(reference, seen), card.temperature)
    calibration = see(_some(samples, "train", CALIBRATION_SLICES), card.preprocessing)
    with tempfile.TemporaryDirectory() as scratch:
        chosen = choose(folder, Path(scratch), calibration, trial.half(first=True), report)
        rest = trial.half(first=False)
        parity = rest.parity(ask(Reader.load(chosen, engine="openvino"), rest.seen))
        report(f"on slices that chose nothing: {parity}")
        if not parity.holds():
            raise HemoError(f"int8 is too far from float32 to be shipped: {parity}.")
        _install(chosen, folder, parity)
    return parity


def choose(
    folder: Path, scratch: Path, calibration: Sequence[Seen], trial: Trial, report: Report
) -> Path:
    """The folder of the fastest plan that the trial passes with a margin, or of the safest."""
    tensors, card = weights.load(folder)
    network = FeatureNetwork(tensors, head=card.head, dilated=card.dilated)
    model = quantise.convert(network, card.preprocessing.size)
    report(f"quantising with {len(calibration)} training slices …")
    quantised = quantise.quantise(model, [s.image for s in calibration])
    moved = quantise.steps_moved(model, quantised)
    report(f"kernels moved by at most {moved:.2g} steps of the grid that they are stored on")
    head = {name: array for name, array in tensors.items() if name.startswith("fc.")}
    for number, plan in enumerate(quantise.PLANS):
        stage = scratch / str(number)
        stage.mkdir()
        quantise.write(quantise.relaxed(quantised, plan), stage / openvino_engine.MODEL)
        write_head(stage, head, card, plan)
        found = ask(Reader.load(stage, engine="openvino"), trial.seen)
        shift = offset(trial.answers, found, trial.temperature)
        parity = trial.parity(replace(found, logits=found.logits + shift))
        report(f"{plan.name}: {parity}; offset {shift:+.3f}")
        write_head(stage, shifted(head, shift), card, plan)
        if parity.holds(MARGIN):
            break
    return stage


def write_head(stage: Path, head: Tensors, card: Card, plan: quantise.Plan) -> None:
    """The head beside an int8 network, and a card that names both."""
    save_file(head, stage / openvino_engine.HEAD)
    names = (*openvino_engine.NETWORK, openvino_engine.HEAD)
    openvino = {
        "files": {name: weights.sha256(stage / name) for name in names},
        "plan": plan.name,
        "precision": plan.precision,
    }
    card = replace(card, openvino=openvino, familiarity={})
    weights.write_card(stage, card)
    weights.write_card(stage, replace(card, openvino={**openvino, "checks": checks(stage)}))


def checks(folder: Path) -> list[dict[str, Any]]:
    """What an engine elsewhere has to reproduce: see ``Reader.passes_check``.

    Worked out in float32, which is the same on every processor.
    """
    reader = Reader.with_openvino(folder, exact=True)
    slices = [{"kind": kind, "seed": seed, "size_mm": mm} for kind, seed, mm in CHECKS]
    return [check | {"logit": reader.check_logit(check)} for check in slices]


def shifted(head: Tensors, shift: float) -> Tensors:
    """A head whose hemorrhage logit is larger by some."""
    name = "fc.bias" if "fc.bias" in head else "fc.fc2.bias"
    bias = head[name].copy()
    bias[-1] += shift  # of one output, or of the second of two, whose difference is the logit
    return {**head, name: bias}


def _some(samples: Sequence[Sample], split: str, count: int) -> list[Sample]:
    """Slices of a split, as many of each label where there are, the same every time."""
    rng = np.random.default_rng(0)
    chosen: list[Sample] = []
    for label in (0, 1):
        pool = [s for s in samples if s.split == split and s.label == label]
        order = rng.permutation(len(pool))[: count // 2]
        chosen += [pool[i] for i in order]
    return chosen


def _install(stage: Path, folder: Path, parity: Parity) -> None:
    """Put a stage's files among the weights; the card, which names them, comes last."""
    openvino = weights.read_card(stage).openvino
    for name in openvino["files"]:
        shutil.copyfile(stage / name, folder / name)
    openvino = {**openvino, "parity": vars(parity)}
    weights.write_card(folder, replace(weights.read_card(folder), openvino=openvino))
