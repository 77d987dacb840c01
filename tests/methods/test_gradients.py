"""Tests of the methods below the last layer, on a random network at 32 x 32."""

import copy
from threading import Event

import numpy as np
import pytest
import torch
from pytorch_grad_cam import LayerCAM

from hemo.methods import gradients
from hemo.methods.look import Look, Stopped
from hemo.network import features, fuse, hemorrhage_logit, pooled_logit
from hemo.preprocessing import View
from hemo.reader import Reader
from hemo.weights import Card


class Torch:
    """An engine around a network."""

    name = "random"

    def __init__(self, network):
        self.network = network

    def features(self, images):
        """Its layer4."""
        with torch.no_grad():
            return features(self.network, torch.from_numpy(images)).numpy()


@pytest.fixture(scope="module")
def fused(random_networks):
    """The linear network as the reference is: batch norms folded in, no gradients of its own."""
    return fuse(copy.deepcopy(random_networks["linear"][0])).requires_grad_(False)


@pytest.fixture
def look(random_networks, fused, monkeypatch, tmp_path):
    """A random picture in front of it."""
    monkeypatch.setattr(gradients, "_load", lambda folder: fused)
    reader = Reader(Torch(fused), random_networks["linear"][1], Card(version="0"), None, tmp_path)
    image = np.random.default_rng(2).normal(0, 1, (3, 32, 32)).astype(np.float32)
    return Look(reader, image, View(0, 0, 32, (32, 32)))


def test_layer_cam_is_the_librarys(look, fused):
    """Its raw map at layer3 for the hemorrhage logit, before it is rescaled."""
    image = torch.from_numpy(look.image[None]).requires_grad_()
    cells = gradients.layer_cam(look).cells
    with LayerCAM(fused, [fused.layer3[-1]]) as cam:
        hemorrhage_logit(cam.activations_and_grads(image)).sum().backward()
        seen = cam.activations_and_grads
        activations, slopes = seen.activations[0].numpy(), seen.gradients[0].numpy()
        expected = cam.get_cam_image(None, None, None, activations, slopes, False)[0]

    np.testing.assert_allclose(cells, expected, rtol=1e-3, atol=1e-5)
    assert (cells >= 0).all()


def test_integrated_gradients_account_for_the_logit(look, fused, monkeypatch):
    """The map is the logit less that of the levelled picture, the bias; all steps are told."""
    monkeypatch.setattr(gradients, "STEPS", 10)
    told = []
    asked = Look(look.reader, look.image, look.view, Event(), lambda *step: told.append(step))
    found = gradients.integrated_gradients(asked)
    both = torch.from_numpy(np.stack([look.image, gradients.levelled(look)]))
    with torch.no_grad():
        logit, of_level = pooled_logit(fused, features(fused, both)).tolist()

    assert found.values.sum(dtype=float) + found.bias == pytest.approx(logit, abs=1e-3)
    assert found.bias == pytest.approx(of_level, abs=0.1 * abs(logit - of_level) + 0.01)
    assert found.cells.shape == (8, 8)
    assert told[0] == (0, 10) and told[-1] == (10, 10)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_levelled_picture_keeps_bone_and_air(tiny_reader, head_slice):
    """Only soft tissue becomes even."""
    look = Look.at(tiny_reader, head_slice)
    spec = tiny_reader.card.preprocessing
    grey = gradients.levelled(look)[0] * spec.std[0] + spec.mean[0]
    tissue = (look.grey > 0.15) & (look.grey < 0.95)

    np.testing.assert_allclose(grey[tissue], 0.4, atol=0.01)
    np.testing.assert_allclose(grey[~tissue], look.grey[~tissue], atol=1e-5)


def test_integrated_gradients_stop_when_asked(look):
    """A set event ends it before the first step."""
    stop = Event()
    stop.set()

    with pytest.raises(Stopped):
        gradients.integrated_gradients(Look(look.reader, look.image, look.view, stop))


def test_the_network_is_loaded_once(tmp_path, monkeypatch):
    """The same folder gives the same network to everybody."""
    loads = []
    monkeypatch.setattr(gradients.weights, "load", lambda folder: loads.append(folder) or _raise())
    gradients._load.cache_clear()

    with pytest.raises(LookupError):
        gradients._load(tmp_path)
    assert loads == [tmp_path]


def _raise():
    raise LookupError
