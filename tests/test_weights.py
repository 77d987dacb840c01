"""Model files: written in shards, read back only if they are what the card says."""

import json

import numpy as np
import pytest

from hemo import weights
from hemo.errors import WeightsError
from hemo.preprocessing import Preprocessing
from hemo.weights import Card


@pytest.fixture
def model(tmp_path):
    """A tiny model of two shards in a folder."""
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


def test_large_models_are_split(tmp_path, monkeypatch):
    """No shard grows past the limit; none of an older model's is left behind."""
    monkeypatch.setattr(weights, "SHARD_BYTES", 100)
    tensors = {f"t{i}": np.ones(20, np.float32) for i in range(3)}
    (tmp_path / "model-00009-of-00009.safetensors").write_bytes(b"old")

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
