"""Export: int8 is put among the weights only where it answers the same, whole or not at all."""

import numpy as np
import pytest

from hemo import phantom, weights
from hemo.compression import export as room
from hemo.compression.export import CHECKS, export, shifted, write_head
from hemo.compression.quantise import Plan
from hemo.errors import HemoError, MissingExtraError
from hemo.evidence import LinearHead, head_from
from hemo.openvino_engine import HEAD, NETWORK
from hemo.preprocessing import Preprocessing
from hemo.reader import Reader
from hemo.training.dataset import Sample
from hemo.weights import Card

PLAN = Plan("sums float32", sums=True, precision="bf16")


class Scaled:
    """An engine whose one channel is the input, scaled: [B, 3, 2, 2] to [B, 1, 2, 2]."""

    name = "scaled"

    def __init__(self, factor):
        self.factor = factor

    def features(self, images):
        """The first channel times the factor."""
        return images[:, :1] * np.float32(self.factor)


class Drawn(Sample):
    """A sample whose slice is a phantom."""

    def slice(self):
        """Drawn, not read."""
        return phantom.draw("epidural" if self.label else None, seed=int(self.group)).slice


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Weights, eight validation slices, and quantisation that writes two files and a head."""
    monkeypatch.setattr(room, "find_spec", lambda _: True)
    samples = [Drawn(tmp_path, "phantom", n % 2, str(n), split="val") for n in range(8)]
    monkeypatch.setattr(room, "find_samples", lambda *_, **__: samples)
    card = Card("0", preprocessing=Preprocessing(size=2))
    head = {"fc.weight": np.ones((1, 1), np.float32), "fc.bias": np.zeros(1, np.float32)}
    card = weights.save(tmp_path / "weights", head, card)

    def choose(_, scratch, calibration, trial, report):
        assert len(calibration) == 0  # there is no training slice
        assert len(trial.seen) == 4  # half of eight
        for name in NETWORK:
            (scratch / name).write_text(name)
        write_head(scratch, head, card, PLAN)
        return scratch

    monkeypatch.setattr(room, "choose", choose)
    return tmp_path / "weights"


def int8_that_scales_by(factor, monkeypatch):
    """Reader.load gives float32 features in torch, and those times a factor in openvino."""
    head = LinearHead(np.ones(1, np.float32), 0.0)

    def load(path, *, engine):
        engine = Scaled(factor if engine == "openvino" else 1)
        return Reader(engine, head, weights.read_card(path))

    monkeypatch.setattr(Reader, "load", load)
    monkeypatch.setattr(Reader, "with_openvino", lambda path, exact: load(path, engine="openvino"))


def test_int8_that_answers_the_same_is_put_among_the_weights(folder, monkeypatch):
    """With its checksums, its plan, what to check it with, and the parity of the other half."""
    int8_that_scales_by(1.0, monkeypatch)
    before = weights.read_card(folder)

    parity = export(folder, [], report=lambda _: None)
    card = weights.read_card(folder)

    assert (parity.probability_p99, parity.auc_change, parity.slices) == (0, 0, 4)
    assert card.openvino["plan"] == "sums float32"
    assert card.openvino["precision"] == "bf16"
    assert card.openvino["parity"] == vars(parity)
    assert card.openvino["files"].keys() == {*NETWORK, HEAD}
    weights.verify(folder, card.openvino["files"])
    assert [(c["kind"], c["seed"], c["size_mm"]) for c in card.openvino["checks"]] == list(CHECKS)
    assert Reader.load(folder, engine="openvino").passes_check()
    assert card.files == before.files


def test_a_refused_export_leaves_the_weights_as_they_were(folder, monkeypatch):
    """Half the features: the sentence holds the figures, the card is the old one, no file came."""
    int8_that_scales_by(0.5, monkeypatch)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    with pytest.raises(HemoError, match=r"probability p99 0\.[1-9]"):
        export(folder, [], report=lambda _: None)

    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_without_nncf_the_extra_is_named(monkeypatch, tmp_path):
    """It is not among the requirements of the demo."""
    monkeypatch.setattr(room, "find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match="export"):
        export(tmp_path, [])


def test_a_head_is_shifted_by_its_bias():
    """Either head's logit is larger by what was asked; what it weighs stays."""
    z = np.array([1.0, -2.0], np.float32)
    linear = {"fc.weight": np.array([[3.0, 1.0]]), "fc.bias": np.array([0.5])}
    notebook = {
        "fc.fc1.weight": np.array([[1.0, 0.0]]),
        "fc.fc1.bias": np.array([1.0]),
        "fc.fc2.weight": np.array([[1.0], [4.0]]),
        "fc.fc2.bias": np.array([0.0, 2.0]),
    }

    for tensors, logit in ((linear, 1.5), (notebook, 8.0)):  # 3 - 2 + 0.5; (4 - 1) * 2 + 2 - 0
        assert head_from(tensors).logit(z) == logit
        assert head_from(shifted(tensors, 0.25)).logit(z) == logit + 0.25
