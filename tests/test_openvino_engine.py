"""The int8 engine: shipped, checked, chosen by default, and close to float32."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from hemo import Reader, phantom, weights
from hemo.errors import MissingExtraError, WeightsError
from hemo.openvino_engine import OpenVinoEngine, available, load_head
from hemo.weights import Card


@pytest.fixture(scope="module")
def slices():
    """A phantom of each kind and one without a bleed."""
    kinds = [None, "intraparenchymal", "subdural", "epidural", "subarachnoid", "intraventricular"]
    return [phantom.draw(kind, seed=500 + n).slice for n, kind in enumerate(kinds)]


def test_int8_is_the_default(shipped_reader):
    """It is shipped, installed by requirements.txt, and passes its own check here."""
    assert available(shipped_reader.card)
    assert shipped_reader.engine == "openvino"
    assert shipped_reader.passes_check()


def test_int8_reads_as_float32_does(shipped_reader, torch_reader, slices):
    """Probabilities within a few hundredths, maps that look the same."""
    for one, other in zip(
        shipped_reader.read_many(slices), torch_reader.read_many(slices), strict=True
    ):
        assert one.probability == pytest.approx(other.probability, abs=0.08)
        r = np.corrcoef(one.evidence.cells.ravel(), other.evidence.cells.ravel())[0, 1]
        assert r > 0.95


def test_its_evidence_adds_up_too(shipped_reader, slices):
    """The closed form does not care what computed the features."""
    for result in shipped_reader.read_many(slices):
        total = result.evidence.values.sum(dtype=np.float64) + result.evidence.bias
        assert total == pytest.approx(result.logit, rel=1e-4, abs=1e-3)


def test_many_threads_get_their_own_slices_reading(shipped_reader, slices):
    """Eight threads, one model: nobody gets another's numbers."""
    alone = [r.logit for r in shipped_reader.read_many(slices)]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda s: shipped_reader.read(s).logit, slices * 4))

    assert together == pytest.approx(alone * 4)


def test_an_engine_that_computes_otherwise_is_not_trusted(shipped_reader):
    """A check that names another probability fails, and load falls back to torch."""
    check = {**shipped_reader.card.openvino["check"], "probability": -1.0}
    openvino = {**shipped_reader.card.openvino, "check": check}
    doubted = Reader(
        shipped_reader._engine,
        shipped_reader._head,
        replace(shipped_reader.card, openvino=openvino),
    )

    assert not doubted.passes_check()


def test_without_an_int8_model_it_is_said(tmp_path):
    """A card without one, and one whose files are gone."""
    with pytest.raises(WeightsError, match="hemo export"):
        load_head(tmp_path, Card("0"))
    with pytest.raises(WeightsError, match="missing"):
        load_head(tmp_path, Card("0", openvino={"files": {"model-int8.xml": "0"}}))


def test_without_openvino_the_feature_and_the_way_to_it_are_named(monkeypatch):
    """The install line, not an ImportError."""
    monkeypatch.setattr("hemo.openvino_engine.find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match="pip install openvino"):
        OpenVinoEngine(weights.DEFAULT)
    assert not available(Card("0", openvino={"files": {}}))
