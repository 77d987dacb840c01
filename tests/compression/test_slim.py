"""Slimming: ranked, fitted, taught; what is done is not done again, and not for another run."""

import copy

import pytest
import torch

from hemo import phantom, weights
from hemo.compression import slim as room
from hemo.compression.activations import blocks
from hemo.compression.slim import products, slim
from hemo.errors import DataError
from hemo.preprocessing import Preprocessing
from hemo.training.draw import Draw, Epoch
from hemo.training.phantoms import PhantomSample
from hemo.training.recipes import QUICK
from hemo.weights import Card


@pytest.fixture
def small(network, monkeypatch):
    """A small network in place of the shipped one, and phantoms in place of slices."""
    spec = Preprocessing(size=32)

    def pictures(samples, _, count, *, seed):
        heads = (phantom.draw(None, seed=seed * 100 + n, shape=(128, 128)) for n in range(count))
        return Epoch([Draw(PhantomSample(p, ""), False, None) for p in heads], spec, QUICK)

    monkeypatch.setattr(weights, "load", lambda _: ({}, Card("0", preprocessing=spec)))
    monkeypatch.setattr(room, "_wide", lambda *_: copy.deepcopy(network))
    monkeypatch.setattr(room, "pictures", pictures)
    return network


def test_products_are_counted_by_convolution(network):
    """The stem's at 32 x 32 are 3 · 64 · 7 · 7 on 16 x 16; with one pixel for a kernel a 49th."""
    before = products(network, 32)

    network.conv1 = torch.nn.Conv2d(3, 64, 1, 2)

    assert before - products(network, 32) == 3 * 64 * 48 * 256


def test_half_of_a_run_is_not_done_again(small, tmp_path):
    """Narrower by as much as was asked; called again it reads its file and does no work."""
    said = []
    asked = {"share": 0.98, "fitted_on": 6, "taught_on": 16}

    made, what = slim(tmp_path, [], tmp_path / "run", **asked, report=said.append)

    assert what["share"] <= 0.98
    assert what["products"] == products(made.network, 32) < products(small, 32)
    for name, block in blocks(made.network):
        assert what["widths"][name] == [block.conv1.out_channels, block.conv2.out_channels]
    assert said[0] == "ranking the channels of 0 on 6 slices …"
    said.clear()
    assert slim(tmp_path, [], tmp_path / "run", **asked, report=said.append)[1] == what
    assert len(said) == 1


def test_another_runs_folder_is_not_touched(small, tmp_path):
    """Other settings would go on from what is not theirs."""
    slim(tmp_path, [], tmp_path, share=0.9, fitted_on=4, taught_on=8, report=lambda _: None)

    with pytest.raises(DataError, match="another run"):
        slim(tmp_path, [], tmp_path, share=0.8, fitted_on=4, taught_on=8)
