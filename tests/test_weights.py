"""Model files: written in shards, read back only if they are what the card says."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from hemo import weights
from hemo.errors import WeightsError
from hemo.preprocessing import Preprocessing
from hemo.weights import Card


@pytest.fixture
def model(tmp_path):
    """A tiny model in a folder."""
    tensors = {
        "conv1.weight": np.full((2, 3, 1, 1), 0.5, np.float32),
        "bn1.weight": np.array([1e-6, 1e6], np.float32),
    }
    card = weights.save(tmp_path, tensors, Card("0.0", preprocessing=Preprocessing(size=96)))
    return tmp_path, tensors, card


def test_what_is_saved_is_loaded(model):
    """Arrays come back as float32, the card as it was."""
    folder, tensors, card = model

    loaded, read = weights.load(folder)

    assert read == card
    assert loaded.keys() == tensors.keys()
    for name, array in tensors.items():
        assert loaded[name].dtype == np.float32
        np.testing.assert_array_equal(loaded[name], array)


def test_kernels_are_stored_as_int8_on_a_grid_of_each_output_channel(tmp_path):
    """Steps of max|w|/127: 1.27 is 127 steps of 0.01, 0.014 is one, 0.016 two; 4 bytes a scale."""
    kernel = np.array([[1.27, -0.014, 0.016], [0, 0, -254]], np.float32).reshape(2, 3, 1, 1)

    card = weights.save(tmp_path, {"conv1.weight": kernel}, Card("0.0"))
    stored = load_file(tmp_path / "model.safetensors")
    loaded = weights.load(tmp_path)[0]["conv1.weight"]

    assert list(card.files) == ["model.safetensors"]
    assert stored["conv1.weight"].dtype == np.int8
    assert stored["conv1.weight"].reshape(2, 3).tolist() == [[127, -1, 2], [0, 0, -127]]
    np.testing.assert_allclose(stored["conv1.weight.scale"], [0.01, 2], rtol=1e-6)
    np.testing.assert_allclose(loaded.reshape(2, 3), [[1.27, -0.01, 0.02], [0, 0, -254]], rtol=1e-6)
    np.testing.assert_array_equal(weights.rounded({"k": kernel})["k"], loaded)


def test_kernels_that_lie_otherwise_in_memory_are_stored_alike(tmp_path):
    """Channels last, as training keeps them: the same numbers come back."""
    kernel = np.arange(-18, 18, dtype=np.float32).reshape(2, 3, 3, 2).transpose(0, 3, 1, 2)
    assert not kernel.flags.c_contiguous

    weights.save(tmp_path, {"conv1.weight": kernel}, Card("0.0"))
    loaded, _ = weights.load(tmp_path)

    np.testing.assert_allclose(loaded["conv1.weight"], kernel, atol=18 / 127 / 2)


def test_rounded_kernels_stay_as_they_are(tmp_path):
    """Saved again, and again: the grid is found anew. A channel of zeros has one too."""
    rng = np.random.default_rng(0)
    tensors = {"k": rng.normal(size=(16, 3, 3, 3)).astype(np.float32)}
    tensors["k"][5] = 0

    once = weights.rounded(tensors)
    weights.save(tmp_path, once, Card("0.0"))

    np.testing.assert_allclose(weights.load(tmp_path)[0]["k"], once["k"], rtol=1e-6)
    assert not once["k"][5].any()


def test_shards_of_version_0_1_are_loaded(tmp_path):
    """float16 kernels, without scales."""
    save_file({"conv1.weight": np.full((1, 1, 1, 2), 0.3, np.float16)}, tmp_path / "a.safetensors")

    found = weights.read_shard(tmp_path / "a.safetensors")["conv1.weight"]

    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.float32(np.float16(0.3)))


def test_a_kernel_without_its_scale_is_refused(tmp_path):
    """Its numbers mean nothing."""
    save_file({"conv1.weight": np.ones((1, 1, 1, 2), np.int8)}, tmp_path / "a.safetensors")

    with pytest.raises(WeightsError, match="scales"):
        weights.read_shard(tmp_path / "a.safetensors")


def test_large_models_are_split(tmp_path, monkeypatch):
    """No shard grows past the limit; none of an older model's is left behind."""
    monkeypatch.setattr(weights, "SHARD_BYTES", 100)
    tensors = {f"t{i}": np.ones((1, 1, 1, 80), np.float32) for i in range(3)}
    for old in ("model-00009-of-00009.safetensors", "model.safetensors"):
        (tmp_path / old).write_bytes(b"old")

    card = weights.save(tmp_path, tensors, Card("0.0"))

    assert len(card.files) == 3
    assert sorted(p.name for p in tmp_path.glob("model-*")) == sorted(card.files)
    assert weights.load(tmp_path)[0].keys() == tensors.keys()


def test_a_changed_file_is_refused(model):
    """One bit is enough."""
    folder, _, card = model
    shard = folder / next(iter(card.files))
    data = bytearray(shard.read_bytes())
    data[-1] ^= 1
    shard.write_bytes(bytes(data))

    with pytest.raises(WeightsError, match="checksum differs"):
        weights.load(folder)


def test_a_missing_file_is_named(model):
    """The sentence says which file."""
    folder, _, card = model
    name = next(iter(card.files))
    (folder / name).unlink()

    with pytest.raises(WeightsError, match=name):
        weights.load(folder)


def test_a_folder_without_a_card_is_no_model(tmp_path):
    """As is a folder that does not exist."""
    with pytest.raises(WeightsError, match=r"card\.json is missing"):
        weights.load(tmp_path)
    with pytest.raises(WeightsError, match=r"card\.json is missing"):
        weights.load(tmp_path / "nowhere")


def test_a_card_of_before_focal_evidence_had_a_threshold(tmp_path):
    """What was focal then still is: from half of the scale on."""
    weights.write_card(tmp_path, weights.Card("0.2", evidence_scale=1.6, evidence_focal=0.3))
    assert weights.read_card(tmp_path).evidence_focal == 0.3
    plain = json.loads((tmp_path / "card.json").read_text())
    del plain["evidence_focal"]
    (tmp_path / "card.json").write_text(json.dumps(plain))

    assert weights.read_card(tmp_path).evidence_focal == 0.8


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "labels": []}', "{not json"])
def test_a_card_that_is_not_one(tmp_path, text):
    """Broken, empty and foreign JSON: a sentence, no traceback."""
    (tmp_path / "card.json").write_text(text)

    with pytest.raises(WeightsError, match="not a card"):
        weights.read_card(tmp_path)


def test_a_shard_that_is_not_safetensors(model):
    """Even with a checksum that fits."""
    folder, _, card = model
    name = next(iter(card.files))
    (folder / name).write_bytes(b"no tensors here")
    plain = json.loads((folder / "card.json").read_text())
    plain["files"][name] = weights.sha256(folder / name)
    (folder / "card.json").write_text(json.dumps(plain))

    with pytest.raises(WeightsError, match="not a readable safetensors"):
        weights.load(folder)
