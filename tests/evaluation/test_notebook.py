"""The notebook's protocol: two splits, and an interval on each."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemo import weights
from hemo.evaluation.metrics import Figure
from hemo.evaluation.notebook import eighty_twenty, repeat_notebook
from hemo.training.dataset import Sample
from hemo.training.recipes import NOTEBOOK, Stage


@pytest.mark.parametrize("way", ["slice", "group"])
def test_four_fifths_are_trained_on(way):
    """Of 100 slices in 20 groups; by group, no group is on both sides."""
    samples = [Sample(Path(f"{i}"), "kaggle200", i % 2, f"g{i // 5}") for i in range(100)]

    split = eighty_twenty(samples, way, seed=0)

    assert sum(s.split == "train" for s in split) == 80
    shared = {s.group for s in split if s.split == "train"} & {
        s.group for s in split if s.split == "val"
    }
    assert bool(shared) == (way == "slice")


def test_both_accuracies_are_reported_with_their_intervals(tmp_path, start_weights):
    """One epoch on ten pictures: two figures on two slices each, and a model that loads."""
    (tmp_path / "head_ct").mkdir()
    for i in range(10):
        grey = np.zeros((100, 100), np.uint8)
        grey[10:90, 10:90] = 90 + 100 * (i < 5)
        Image.fromarray(grey).save(tmp_path / "head_ct" / f"{i:03d}.png")
    rows = "".join(f"{i},{int(i < 5)}\n" for i in range(10))
    (tmp_path / "labels.csv").write_text("id,hemorrhage\n" + rows)
    recipe = replace(NOTEBOOK, stages=(Stage(1, 0, 0, 1e-3),))

    found = repeat_notebook(
        [tmp_path],
        start_weights,
        tmp_path / "out",
        tmp_path / "run",
        recipe=recipe,
        size=64,
        report=lambda _: None,
    )

    assert found.keys() == {"slice", "group"}
    assert all(isinstance(figure, Figure) and figure.n == 2 for figure in found.values())
    tensors, card = weights.load(tmp_path / "out")
    assert card.head == "notebook"
    assert "fc.fc2.weight" in tensors
    assert card.evaluation["notebook_accuracy"].keys() == {"slice", "group"}
