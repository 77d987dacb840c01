"""Export: int8 replaces float32 only where it answers the same."""

from dataclasses import replace

import numpy as np
import pytest

from hemo import weights
from hemo.errors import HemoError, MissingExtraError
from hemo.evaluation import export as room
from hemo.evaluation.export import Parity, compare, export
from hemo.evidence import LinearHead
from hemo.preprocessing import Preprocessing
from hemo.reader import Reader
from hemo.weights import Card


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"probability_p99": 0.031}, False),
        ({"auc_change": 0.0031}, False),
        ({"map_correlation": 0.979}, False),
    ],
)
def test_every_figure_has_to_hold(changed, holds):
    """0.03 in probability, 0.003 in AUC, 0.98 in correlation."""
    good = Parity(probability_p99=0.03, auc_change=0.003, map_correlation=0.98, slices=10)

    assert replace(good, **changed).holds() == holds


class Scaled:
    """An engine whose one channel is the input, scaled: [B, 3, 2, 2] to [B, 1, 2, 2]."""

    name = "scaled"

    def __init__(self, factor):
        self.factor = factor

    def features(self, images):
        """The first channel times the factor."""
        return images[:, :1] * np.float32(self.factor)


class Known:
    """A sample whose slice is a phantom."""

    def __init__(self, label, slice_):
        self.label, self._slice = label, slice_

    def slice(self):
        """The phantom's slice."""
        return self._slice


def test_parity_of_two_engines():
    """Twice the features, twice the logit: maps correlate fully, the order stays, p does not."""
    from hemo import phantom

    kinds = [None, "intraparenchymal", None, "epidural"]
    samples = [
        Known(int(k is not None), phantom.draw(k, seed=i).slice) for i, k in enumerate(kinds)
    ]
    card = Card("0", preprocessing=Preprocessing(size=2))
    head = LinearHead(np.array([1.0], np.float32), 0.0)

    parity = compare(Reader(Scaled(1), head, card), Reader(Scaled(2), head, card), samples)

    assert parity.slices == 4
    assert parity.map_correlation == pytest.approx(1, abs=1e-5)
    assert parity.auc_change == 0
    assert parity.probability_p99 > 0.01


def test_without_nncf_the_extra_is_named(monkeypatch, tmp_path):
    """It is not among the requirements of the demo."""
    monkeypatch.setattr(room, "find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match="export"):
        export(tmp_path, [])


def test_a_refused_export_leaves_the_weights_as_they_were(monkeypatch, tmp_path):
    """Short parity: the sentence holds the figures, the card is the old one, no file stays."""
    card = weights.save(tmp_path, {"fc.weight": np.ones((1, 1), np.float32)}, Card("0"))
    reader = Reader(Scaled(1), LinearHead(np.ones(1, np.float32), 0.0), card)

    def write(folder, *_):
        (folder / "model-int8.xml").write_text("x")
        return {"model-int8.xml": "0"}

    short = Parity(probability_p99=0.5, auc_change=0.1, map_correlation=0.2, slices=3)
    monkeypatch.setattr(room, "find_spec", lambda _: True)
    monkeypatch.setattr(room, "_write_model", write)
    monkeypatch.setattr(room, "compare", lambda *_: short)
    monkeypatch.setattr(Reader, "load", lambda *_, **__: reader)

    with pytest.raises(HemoError, match="probability_p99"):
        export(tmp_path, [], report=lambda _: None)

    assert weights.read_card(tmp_path) == card
    assert not (tmp_path / "model-int8.xml").exists()
