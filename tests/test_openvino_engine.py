"""The OpenVINO engine: verified files, a self-check, and every thread its own numbers."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from hemo import Reader, Reading, phantom, weights
from hemo.errors import MissingExtraError, WeightsError
from hemo.openvino_engine import HEAD, MODEL, OpenVinoEngine, available, load_head
from hemo.preprocessing import Preprocessing
from hemo.weights import Card

openvino = pytest.importorskip("openvino", reason="openvino is not installed")
CHECK = {"kind": "intraparenchymal", "seed": 1}


@pytest.fixture
def folder(tmp_path):
    """Weights whose network doubles its input: [1, 3, 8, 8] to [1, 3, 8, 8], and its card."""
    ops = openvino.opset8
    image = ops.parameter([1, 3, 8, 8], np.float32)
    doubled = ops.multiply(image, ops.constant(np.float32(2)))
    openvino.save_model(openvino.Model([doubled], [image]), tmp_path / MODEL)
    head = {"fc.weight": np.ones((1, 3), np.float32), "fc.bias": np.zeros(1, np.float32)}
    save_file(head, tmp_path / HEAD)
    names = (MODEL, MODEL.replace(".xml", ".bin"), HEAD)
    files = {name: weights.sha256(tmp_path / name) for name in names}
    card = Card(
        "0", preprocessing=Preprocessing(size=8), openvino={"files": files, "check": dict(CHECK)}
    )
    weights.write_card(tmp_path, card)
    return tmp_path


def test_features_are_the_models(folder):
    """Twice the input, for any number of images."""
    images = np.random.default_rng(0).normal(size=(3, 3, 8, 8)).astype(np.float32)

    found = OpenVinoEngine(folder).features(images)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 2 * images, rtol=0.01)  # bfloat16 where the processor has it


def test_many_threads_get_their_own_numbers(folder):
    """Eight threads, one model: nobody gets another's features."""
    engine = OpenVinoEngine(folder)
    images = [np.full((1, 3, 8, 8), n, np.float32) for n in range(64)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(engine.features, images))

    assert [int(maps[0, 0, 0, 0]) for maps in found] == [2 * n for n in range(64)]


def test_a_reading_by_openvino(folder):
    """The whole path: verified files, engine, head, evidence that adds up."""
    reader = Reader.load(folder, engine="openvino")
    result = reader.read(phantom.draw(None, seed=1).slice)

    assert isinstance(result, Reading)
    assert reader.engine == "openvino"
    total = result.evidence.values.sum(dtype=np.float64) + result.evidence.bias
    assert total == pytest.approx(result.logit, abs=1e-3)


def test_the_check_knows_an_engine_that_computes_otherwise(folder):
    """The probability that the card names holds; a tenth away does not."""
    reader = Reader.load(folder, engine="openvino")
    right = reader.read(phantom.draw(CHECK["kind"], seed=CHECK["seed"]).slice).probability

    for probability, passes in ((right, True), (right - 0.1, False)):
        check = {**CHECK, "probability": probability}
        card = replace(reader.card, openvino={**reader.card.openvino, "check": check})
        assert Reader(reader._engine, reader.head, card).passes_check() == passes


def test_the_check_tells_engines_apart_where_probabilities_are_near_one():
    """0.9999 and 0.99999 differ by 0.00009 and by 2.3 in log odds."""

    class Fixed(Reader):
        def read(self, slice_, *, anyway=False):
            return Reading(0.0, self.probability, "hemorrhage", None, (), "0")

    for probability, passes in ((0.99999, True), (0.999989, True), (0.9999, False)):
        card = Card("0", openvino={"check": {**CHECK, "probability": 0.99999}})
        reader = Fixed(None, None, card)
        reader.probability = probability
        assert reader.passes_check() == passes


def test_a_changed_model_is_refused(folder):
    """As every file of the weights is."""
    (folder / MODEL).write_text("<net/>")

    with pytest.raises(WeightsError, match="checksum"):
        Reader.load(folder, engine="openvino")


def test_a_model_that_openvino_cannot_read(folder):
    """One sentence instead of OpenVINO's own."""
    (folder / MODEL).write_text("<net/>")

    with pytest.raises(WeightsError, match="cannot read"):
        OpenVinoEngine(folder)


def test_without_an_int8_model_it_is_said(tmp_path):
    """A card without one, and one whose files are gone."""
    with pytest.raises(WeightsError, match="hemo export"):
        load_head(tmp_path, Card("0"))
    with pytest.raises(WeightsError, match="missing"):
        load_head(tmp_path, Card("0", openvino={"files": {MODEL: "0"}}))
    assert not available(Card("0"))


def test_without_openvino_the_feature_and_the_way_to_it_are_named(monkeypatch, tmp_path):
    """The install line, not an ImportError."""
    monkeypatch.setattr("hemo.openvino_engine.find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match="pip install openvino"):
        OpenVinoEngine(tmp_path)
    assert not available(Card("0", openvino={"files": {}}))


def test_the_shipped_model_takes_the_fastest_engine_that_there_is(shipped_reader):
    """int8 where the weights hold one, else float32 in torch."""
    expected = "openvino" if available(shipped_reader.card) else "torch"

    assert shipped_reader.engine == expected
