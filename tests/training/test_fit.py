"""The training loop: it learns, freezes what it should, and goes on after a kill."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from hemo import phantom
from hemo.errors import DataError
from hemo.reader import Reader
from hemo.training.dataset import find_samples
from hemo.training.fit import Trainer
from hemo.training.recipes import HEMO, NOTEBOOK, Recipe, Stage
from hemo.training.train import train

SMALL = Recipe(
    name="small",
    stages=(
        Stage(1, trunk_rate=0, layer4_rate=1e-3, head_rate=1e-3, layer4_statistics=True),
        Stage(1, trunk_rate=0, layer4_rate=1e-4, head_rate=1e-4),
    ),
    size=64,
    batch=4,
    epoch_samples=8,
    painted=0,
    phantoms=0,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A Kaggle folder of 16 heads, half of them with a bright blob and its mask."""
    root = tmp_path_factory.mktemp("kaggle")
    (root / "head_ct").mkdir()
    (root / "masks").mkdir()
    y, x = np.ogrid[:100, :100]
    rng = np.random.default_rng(0)
    for i in range(16):
        grey = np.where((y - 50) ** 2 + (x - 50) ** 2 < 40**2, 90, 0).astype(np.uint8)
        if i < 8:
            blob = (y - rng.integers(35, 65)) ** 2 + (x - rng.integers(35, 65)) ** 2 < 100
            grey[blob] = 230
            mask = Image.fromarray((blob * 255).astype(np.uint8)).resize((227, 227))
            mask.save(root / "masks" / f"{i:03d}.png")
        Image.fromarray(grey).save(root / "head_ct" / f"{i:03d}.png")
    rows = "".join(f"{i},{int(i < 8)}\n" for i in range(16))
    (root / "labels.csv").write_text("id,hemorrhage\n" + rows)
    return root


def state_of(module):
    """A copy of a module's state."""
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def same(a, b):
    """Are two states the same to the bit?"""
    return all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_that_is_killed_goes_on_where_it_was(folder, start_weights, tmp_path, monkeypatch):
    """Killed after the first epoch and started again, it ends with the very weights of a run that
    was left alone.
    """
    samples = find_samples([folder])
    whole = Trainer(SMALL, samples, start_weights, tmp_path / "whole", report=lambda _: None)
    whole.run()

    killed = Trainer(SMALL, samples, start_weights, tmp_path / "killed", report=lambda _: None)
    killed.hardware = "another machine"
    real = Trainer._train_epoch

    def dies_in_the_second(self, *arguments):
        if self.epoch == 1:
            raise KeyboardInterrupt
        return real(self, *arguments)

    monkeypatch.setattr(Trainer, "_train_epoch", dies_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    monkeypatch.setattr(Trainer, "_train_epoch", real)
    said = []
    again = Trainer(SMALL, samples, start_weights, tmp_path / "killed", report=said.append)
    again.run()

    assert said[0] == "going on after epoch 1 of 2"
    assert again.origin == whole.origin
    assert again.hardware == "another machine"  # what is finished here was trained there
    log = (tmp_path / "killed" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2]
    for name, tensor in whole.network.state_dict().items():
        torch.testing.assert_close(again.network.state_dict()[name], tensor, rtol=1e-4, atol=1e-5)


def test_another_runs_state_is_not_gone_on_with(folder, start_weights, tmp_path):
    """Another seed splits the data otherwise: mixing the two would leak."""
    samples = find_samples([folder])
    trainer = Trainer(SMALL, samples, start_weights, tmp_path, report=lambda _: None)
    trainer._save(trainer._optimizer(SMALL.stages[0], 0))

    with pytest.raises(DataError, match="--run"):
        Trainer(SMALL, samples, start_weights, tmp_path, seed=1)


def test_a_frozen_trunk_does_not_move(folder, start_weights, tmp_path):
    """In the first stage stem to layer3 stay to the bit, statistics too; layer4 and head learn."""
    samples = find_samples([folder])
    recipe = replace(SMALL, stages=SMALL.stages[:1])
    trainer = Trainer(recipe, samples, start_weights, tmp_path, report=lambda _: None)
    trunk, layer4 = state_of(trainer.network.layer2), state_of(trainer.network.layer4)

    trainer.run()

    assert same(trunk, state_of(trainer.network.layer2))
    assert not same(layer4, state_of(trainer.network.layer4))


def test_every_layer_learns_in_the_last_stage(folder, start_weights, tmp_path):
    """The weights of stem and every layer change; no batch norm's statistics do."""
    samples = find_samples([folder])
    recipe = replace(SMALL, stages=(Stage(1, trunk_rate=1e-5, layer4_rate=1e-4, head_rate=1e-4),))
    trainer = Trainer(recipe, samples, start_weights, tmp_path, report=lambda _: None)
    before = state_of(trainer.network)

    trainer.run()

    after = trainer.network.state_dict()
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    statistics = [name for name in before if "running" in name]
    assert {"conv1", "layer1", "layer2", "layer3", "layer4", "fc"} <= moved
    assert all(torch.equal(before[name], after[name]) for name in statistics)


def test_the_notebooks_backbone_is_frozen(folder, start_weights, tmp_path):
    """Only fc1 and fc2 learn in the notebook's recipe."""
    recipe = replace(NOTEBOOK, stages=(Stage(1, 0, 0, 1e-3),), size=64)
    trainer = Trainer(recipe, find_samples([folder]), start_weights, tmp_path, report=lambda _: 0)
    before = state_of(trainer.network)

    trainer.run()

    after = trainer.network.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"fc.fc1.weight", "fc.fc1.bias", "fc.fc2.weight", "fc.fc2.bias"}


def test_training_writes_a_model_that_reads(folder, start_weights, tmp_path):
    """Data in, weights folder out: calibrated, on disk, and read by the reader."""
    out = tmp_path / "weights"
    recipe = replace(SMALL, stages=SMALL.stages[:1])

    card = train([folder], start_weights, out, recipe, run=tmp_path / "run", report=lambda _: None)

    reader = Reader.load(out)
    assert reader.card == card
    assert card.preprocessing.size == 64
    assert card.low <= card.threshold <= card.high
    assert 0 < card.evidence_focal <= card.evidence_scale
    assert card.training["slices"]["kaggle200"].keys() == {"train", "val", "test"}
    result = reader.read(phantom.draw(None, seed=1).slice)
    assert 0 <= result.probability <= 1


def test_without_data_there_is_no_training(start_weights, tmp_path):
    """A sentence instead of a division by zero."""
    with pytest.raises(DataError, match="learn from"):
        Trainer(HEMO, [], start_weights, tmp_path)
