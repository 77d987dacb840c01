"""``hemo export``: the int8 model from the float weights, refused where it answers differently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save_file
from sklearn.metrics import roc_auc_score

from hemo import openvino_engine, phantom, weights
from hemo.errors import HemoError, MissingExtraError
from hemo.preprocessing import preprocess
from hemo.reader import Reader, Reading
from hemo.training.dataset import Sample, find_samples
from hemo.weights import Card

if TYPE_CHECKING:
    import openvino

Report = Callable[[str], None]
CALIBRATION_SLICES = 128
PARITY_SLICES = 200
CHECK_KIND, CHECK_SEED = "intraparenchymal", 400_000  # no other phantom has this seed


@dataclass(frozen=True)
class Parity:
    """How far int8 is from float32 on real slices that neither was fitted to.

    Attributes:
        probability_p99: 99th percentile of the absolute difference of probabilities.
        auc_change: of the AUC over the same slices, absolute.
        map_correlation: median over slices of Pearson's r between the two evidence maps.
        slices: how many.
    """

    probability_p99: float
    auc_change: float
    map_correlation: float
    slices: int

    def holds(self) -> bool:
        """Whether int8 may stand in for float32."""
        return (
            self.probability_p99 <= 0.03
            and self.auc_change <= 0.003
            and self.map_correlation >= 0.98
        )


def export(folder: Path, data: Sequence[Path], report: Report = print) -> Parity:
    """Quantise a model with training slices and compare it on validation slices.

    The files are written and the card is changed only if parity holds.

    Raises:
        MissingExtraError: nncf is not installed.
        HemoError: parity is short; the figures are in the sentence.
        DataError: the data cannot be used.
    """
    if find_spec("nncf") is None or find_spec("openvino") is None:
        raise MissingExtraError("The export", "-e '.[export]'")
    reference = Reader.load(folder, engine="torch")
    samples = find_samples(data, seed=reference.card.training.get("seed", 0))
    report("quantising …")
    files = _write_model(folder, reference.card, samples)
    try:
        card = replace(reference.card, openvino={"files": files})
        weights.write_card(folder, card)
        int8 = Reader.load(folder, engine="openvino")
        report("comparing with float32 …")
        parity = compare(reference, int8, _some(samples, "val", PARITY_SLICES))
        if not parity.holds():
            raise HemoError(f"int8 is too far from float32 to be shipped: {parity}.")
    except HemoError:
        weights.write_card(folder, reference.card)
        _remove(folder, files)
        raise
    openvino = {"files": files, "check": _check(int8), "parity": vars(parity)}
    weights.write_card(folder, replace(card, openvino=openvino))
    return parity


def compare(reference: Reader, other: Reader, samples: Sequence[Sample]) -> Parity:
    """Read the same slices by two engines."""
    slices = [sample.slice() for sample in samples]
    pairs = [
        (sample.label, a, b)
        for sample, a, b in zip(
            samples, reference.read_many(slices), other.read_many(slices), strict=True
        )
        if isinstance(a, Reading) and isinstance(b, Reading)
    ]
    labels = [label for label, _, _ in pairs]
    ours = np.array([a.probability for _, a, _ in pairs])
    theirs = np.array([b.probability for _, _, b in pairs])
    maps = [
        np.corrcoef(a.evidence.cells.ravel(), b.evidence.cells.ravel())[0, 1] for _, a, b in pairs
    ]
    return Parity(
        probability_p99=float(np.percentile(np.abs(ours - theirs), 99)),
        auc_change=abs(float(roc_auc_score(labels, ours) - roc_auc_score(labels, theirs))),
        map_correlation=float(np.median(maps)),
        slices=len(pairs),
    )


def _some(samples: Sequence[Sample], split: str, count: int) -> list[Sample]:
    """Slices of a split with a brain in them, as many of each label, the same every time."""
    rng = np.random.default_rng(0)
    chosen: list[Sample] = []
    for label in (0, 1):
        pool = [s for s in samples if s.split == split and s.label == label]
        order = rng.permutation(len(pool))[: count // 2]
        chosen += [pool[i] for i in order]
    return chosen


def _write_model(folder: Path, card: Card, samples: Sequence[Sample]) -> dict[str, str]:
    """Write the int8 network and the float32 head; returns their checksums."""
    import nncf
    import openvino
    import torch

    from hemo.network import FeatureNetwork

    tensors, _ = weights.load(folder)
    images = [
        preprocess(sample.slice(), card.preprocessing)[0][None]
        for sample in _some(samples, "train", CALIBRATION_SLICES)
    ]
    model = openvino.convert_model(
        FeatureNetwork(tensors, head=card.head, dilated=card.dilated),
        example_input=torch.from_numpy(images[0]),
        input=list(images[0].shape),
    )
    quantised = nncf.quantize(
        model,
        nncf.Dataset(images),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(images),
        ignored_scope=nncf.IgnoredScope(names=_delicate(model)),
    )
    openvino.save_model(quantised, folder / openvino_engine.MODEL)
    head = {name: array for name, array in tensors.items() if name.startswith("fc.")}
    save_file(head, folder / openvino_engine.HEAD)
    names = (openvino_engine.MODEL, openvino_engine.MODEL.replace(".xml", ".bin"))
    return {name: weights.sha256(folder / name) for name in (*names, openvino_engine.HEAD)}


def _delicate(model: "openvino.Model") -> list[str]:
    """The convolutions of stem, layer1 and the last block, which stay in floating point.

    What is rounded first is amplified by 50 blocks; what is rounded last is damped by none.
    """
    names = [
        op.get_friendly_name()
        for op in model.get_ordered_ops()
        if op.get_type_name() == "Convolution"
    ]
    first = [name for name in names if "layer1" in name or "network.conv1" in name]
    return [*first, *names[-3:]]


def _check(reader: Reader) -> dict[str, Any]:
    """What an engine elsewhere has to reproduce; see ``Reader.passes_check``."""
    result = reader.read(phantom.draw(CHECK_KIND, seed=CHECK_SEED).slice)
    if not isinstance(result, Reading):
        raise HemoError("The gate refuses the slice that engines are checked with.")
    return {"kind": CHECK_KIND, "seed": CHECK_SEED, "probability": result.probability}


def _remove(folder: Path, names: Sequence[str] | dict[str, str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
