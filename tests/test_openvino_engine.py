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
CHECKS = [
    {"kind": "subdural", "seed": 1, "size_mm": 9.0},
    {"kind": None, "seed": 2, "size_mm": None},
]


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
    card = Card("0", preprocessing=Preprocessing(size=8), openvino={"files": files})
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


def expecting(folder, off):
    """Let the card expect what is computed here, off by some in each of its slices."""
    reader = Reader.with_openvino(folder, exact=True)
    checks = [c | {"logit": reader.check_logit(c) + d} for c, d in zip(CHECKS, off, strict=True)]
    card = replace(reader.card, openvino={**reader.card.openvino, "checks": checks})
    weights.write_card(folder, card)


@pytest.mark.parametrize(("off", "passes"), [((0, 0), True), ((0.4, 0.4), True), ((4, -4), False)])
def test_the_check_knows_an_engine_that_computes_otherwise(folder, off, passes):
    """On average within one of what the card expects, in log odds, whatever the signs."""
    expecting(folder, off)

    for exact in (False, True):
        assert Reader.with_openvino(folder, exact=exact).passes_check() == passes


def test_a_processor_whose_int8_saturates_computes_in_float32(folder, monkeypatch):
    """int8 that is wrong on thin bleeds is not asked; nothing else changes."""
    expecting(folder, (0, 0))
    right = Reader.check_logit

    def saturating(reader, check):
        return right(reader, check) - (0 if reader._engine.exact else 4)

    monkeypatch.setattr(Reader, "check_logit", saturating)

    for engine in (None, "openvino"):
        reader = Reader.load(folder, engine=engine)
        assert reader.engine == "openvino in float32"


def test_int8_is_asked_where_it_is_right(folder):
    """The first that passes, and that is the fast one."""
    expecting(folder, (0.1, 0.1))

    assert Reader.load(folder).engine == "openvino"


def test_who_asks_for_openvino_gets_its_exact_numbers_at_worst(folder):
    """A check that nothing passes leaves the choice that was made, in float32."""
    expecting(folder, (9, 9))

    assert Reader.load(folder, engine="openvino").engine == "openvino in float32"


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
    """The int8 model where the weights hold one, in whatever way is right; else torch."""
    expected = "openvino" if available(shipped_reader.card) else "torch"

    assert shipped_reader.engine.split()[0] == expected
    assert shipped_reader.passes_check()
