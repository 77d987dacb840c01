"""What makes an epoch: balanced, repeatable, and with the truth that belongs to each picture."""

from pathlib import Path

import numpy as np
import pytest

from hemo.preprocessing import Preprocessing
from hemo.training.dataset import Sample
from hemo.training.draw import Draw, Epoch, draw_epoch, squared
from hemo.training.phantoms import phantom_samples
from hemo.training.recipes import HEMO, NOTEBOOK


@pytest.fixture(scope="module")
def samples():
    """90 negatives and 10 positives of one source, 5 and 15 of another."""
    counts = {("phe", 0): 90, ("phe", 1): 10, ("kaggle200", 0): 5, ("kaggle200", 1): 15}
    return [
        Sample(Path(f"{source}{label}{i}"), source, label, f"{i}")
        for (source, label), count in counts.items()
        for i in range(count)
    ]


def test_an_epoch_is_half_positive_in_every_source(samples):
    """Painted or found: neither source nor number gives the label away."""
    draws = draw_epoch(samples, HEMO, seed=0, epoch=0)

    assert len(draws) == HEMO.epoch_samples
    for source in ("phe", "kaggle200"):
        mine = [d for d in draws if d.sample.source == source]
        positive = sum(d.paint or d.sample.label for d in mine) / len(mine)
        assert positive == pytest.approx(0.5, abs=0.08)
    painted = [d for d in draws if d.paint]
    assert len(painted) / len(draws) == pytest.approx(0.25, abs=0.04)
    assert all(d.sample.label == 0 for d in painted)


def test_the_same_epoch_is_drawn_again(samples):
    """A resumed run sees what it would have seen; the next epoch is another."""
    first = draw_epoch(samples, HEMO, seed=0, epoch=3)

    assert draw_epoch(samples, HEMO, seed=0, epoch=3) == first
    assert draw_epoch(samples, HEMO, seed=0, epoch=4) != first


def test_the_notebooks_epoch_is_every_sample_once(samples):
    """Shuffled, nothing painted."""
    draws = draw_epoch(samples, NOTEBOOK, seed=0, epoch=0)

    assert {d.sample.path for d in draws} == {s.path for s in samples}
    assert len(draws) == len(samples)
    assert not any(d.paint for d in draws)


def test_a_painted_phantom_is_positive_and_its_cells_know_where():
    """A bleed painted into a head without one: label 1, blood on the map, the same every time."""
    negative = phantom_samples(1, split="train", first_seed=5)[0]
    spec = Preprocessing(size=64)

    epoch = Epoch([Draw(negative, paint=True, seed=(0, 0, 1))], spec, HEMO, cells=4)
    item, again = epoch[0], epoch[0]

    assert item["label"] == 1
    assert item["blood"].sum() > 0
    assert item["known"].min() == 1
    np.testing.assert_array_equal(item["image"], again["image"])


def test_a_phantoms_mask_follows_it_onto_the_square():
    """The bleed is bright where the square's mask says it is."""
    sample = phantom_samples(2, split="train", first_seed=5)[1]

    square = squared(sample, Preprocessing())

    assert sample.label == 1
    assert square.blood.any()
    assert square.grey[square.blood].mean() > square.grey[~square.blood & (square.grey < 1)].mean()
