"""Tests of the methods of the last layer: against hand-made features and against the library."""

import numpy as np
import pytest
from pytorch_grad_cam import EigenCAM, GradCAMPlusPlus, HiResCAM
from torch import nn

from hemo import methods
from hemo.evidence import LinearHead, NotebookHead
from hemo.methods import closed
from hemo.methods.look import Look
from hemo.preprocessing import Preprocessing, View
from hemo.reader import Reader
from hemo.weights import Card


class Given:
    """An engine that has seen these features."""

    name = "given"

    def __init__(self, features):
        self.maps = features

    def features(self, images):
        """The same for every input."""
        return np.repeat(self.maps[None], len(images), axis=0)


def look_at(features, head):
    """A look whose features are given, at a square slice of 224 pixels."""
    reader = Reader(Given(features), head, Card(version="given"))
    grey = np.full((224, 224), 0.5, np.float32)
    spec = Preprocessing()
    image = np.stack([(grey - m) / s for m, s in zip(spec.mean, spec.std, strict=True)])
    return Look(reader, image.astype(np.float32), View(0, 0, 224, (224, 224)))


@pytest.fixture
def random_look():
    """Three channels on 4 x 4 cells, weights of both signs."""
    features = np.random.default_rng(5).random((3, 4, 4), dtype=np.float32)
    return look_at(features, LinearHead(np.array([2.0, -1.0, 0.5], np.float32), 0.25))


def library(method, look):
    """The library's raw map [h, w], before it rescales: its formula on our gradients."""
    features = look.features[None]
    _, _, height, width = features.shape
    weight = look.head.gradient(features.mean((2, 3))[0]) / (height * width)
    gradients = np.broadcast_to(weight[None, :, None, None], features.shape).astype(np.float32)
    cam = method(nn.Linear(1, 1), [])  # the formula needs no network
    return cam.get_cam_image(None, None, None, features, gradients, False)[0]


@pytest.mark.parametrize(
    "name", [n for n, m in methods.METHODS.items() if m.adds_up and not m.slow]
)
def test_what_adds_up_does(random_look, name):
    """Map and bias are the logit."""
    found = methods.METHODS[name].compute(random_look)
    logit = random_look.head.logit(random_look.features.mean((1, 2)))

    assert found.values.sum(dtype=float) + found.bias == pytest.approx(logit, abs=1e-5)
    assert found.values.shape == (224, 224)


def test_hires_cam_is_grad_cam_here(random_look):
    """Behind average pooling the two are one map, also in the library's own words."""
    cells = closed.hires_cam(random_look).cells

    np.testing.assert_allclose(cells, closed.plain(random_look).cells, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(cells, library(HiResCAM, random_look), rtol=1e-5, atol=1e-7)


def test_grad_cam_plus_plus_is_the_librarys(random_look):
    """Up to the unit: the library's weights are sums over the 16 cells."""
    expected = np.maximum(library(GradCAMPlusPlus, random_look), 0) / 16

    np.testing.assert_allclose(
        closed.grad_cam_plus_plus(random_look).cells, expected, rtol=2e-3, atol=1e-6
    )


def test_eigen_cam_is_the_librarys_up_to_its_sign(random_look):
    """The strongest place is positive."""
    cells, expected = closed.eigen_cam(random_look).cells, library(EigenCAM, random_look)

    np.testing.assert_allclose(np.abs(cells), np.abs(expected), rtol=1e-3, atol=1e-5)
    assert cells.max() == np.abs(cells).max()


def test_eigen_cam_of_an_even_picture_is_nothing():
    """Features that do not vary have no component."""
    look = look_at(np.ones((3, 4, 4), np.float32), LinearHead(np.ones(3, np.float32), 0.0))

    np.testing.assert_allclose(closed.eigen_cam(look).cells, 0, atol=1e-6)


def test_ablation_weighs_channels_by_what_the_logit_loses():
    """Linear: channel c loses w_c z_c. z = (2, 1), w = (1, -3): weights 2 and -3."""
    features = np.array([[[1.0, 3.0]], [[2.0, 0.0]]], np.float32)
    cells = closed.ablation_cam(look_at(features, LinearHead(np.array([1.0, -3.0]), 0.0))).cells

    np.testing.assert_allclose(cells, [[2 * 1 - 3 * 2, 2 * 3 - 0]])


def test_ablation_sees_a_hidden_unit_switch_off():
    """A head with ReLU: without the only channel the unit is off, and all of 1.5 - (-1) is lost."""
    head = NotebookHead(
        np.array([[2.0]], np.float32), np.array([-1.0], np.float32), np.array([0.5]), 0.0
    )
    cells = closed.ablation_cam(look_at(np.array([[[2.0, 2.0]]], np.float32), head)).cells

    np.testing.assert_allclose(cells, [[1.5 * 2, 1.5 * 2]])  # y = 0.5 (2·2 - 1) = 1.5, then 0


def test_coarse_cells_are_sums_of_four():
    """14 x 14 to 7 x 7; the density in logits per map cell is their mean."""
    features = np.arange(196, dtype=np.float32).reshape(1, 14, 14)
    look = look_at(features, LinearHead(np.array([196.0], np.float32), 0.0))
    found = closed.coarse(look)

    assert found.cells.shape == (7, 7)
    assert found.cells[0, 0] == pytest.approx((0 + 1 + 14 + 15) / 4)
    assert found.cell_pixels == 256


def test_an_odd_map_is_not_halved():
    """A 7 x 7 network's map stays what it is."""
    cells = np.ones((7, 7), np.float32)

    assert closed.added_up(cells, 2) is cells


def test_the_coarse_map_is_the_librarys_grad_cam_of_the_pooled_network(random_networks):
    """Its last layer average-pooled to half: ReLU and min-max aside, the library's own map."""
    import torch
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.image import scale_cam_image

    from hemo.network import features, hemorrhage_logit

    network, head = random_networks["linear"]
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    pool = nn.AvgPool2d(2)
    pooled = nn.Sequential(
        network.conv1, network.bn1, network.relu, network.maxpool, network.layer1, network.layer2,
        network.layer3, network.layer4, pool, network.avgpool, nn.Flatten(), network.fc,
    )  # fmt: skip
    with GradCAM(pooled, [pool]) as cam:
        expected = cam(images, targets=[lambda out: hemorrhage_logit(out[None])[0]])[0]
    with torch.inference_mode():
        cells = closed.coarse(look_at(features(network, images)[0].numpy(), head)).cells

    ours = scale_cam_image(np.maximum(cells, 0)[None], (64, 64))
    np.testing.assert_allclose(scale_cam_image(ours)[0], expected, rtol=1e-3, atol=1e-3)
