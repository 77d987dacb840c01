"""Evidence maps: closed-form Grad-CAM that adds up and equals the library's."""

import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image

from hemo.errors import WeightsError
from hemo.evidence import LinearHead, NotebookHead, grad_cam, head_from, on_slice
from hemo.network import features, hemorrhage_logit
from hemo.preprocessing import View


def test_a_linear_heads_map_by_hand():
    """Two channels on a 1 x 2 map: E = (w1 A1 + w2 A2) / 2, and E.sum() + b is the logit."""
    maps = np.array([[[2.0, 4.0]], [[1.0, 3.0]]], np.float32)
    head = LinearHead(np.array([3.0, -1.0], np.float32), bias=0.5)

    cells, bias, logit = grad_cam(maps, head)

    np.testing.assert_allclose(cells, [[2.5, 4.5]])  # (6 - 1) / 2, (12 - 3) / 2
    assert bias == pytest.approx(0.5)
    assert logit == pytest.approx(7.5)


def test_a_relu_heads_map_adds_up_with_its_effective_bias():
    """Units that are off carry nothing: only the first hidden unit counts here."""
    maps = np.array([[[1.0, 3.0]]], np.float32)  # z = 2
    head = NotebookHead(
        hidden_weight=np.array([[2.0], [-5.0]], np.float32),
        hidden_bias=np.array([1.0, 4.0], np.float32),  # on: 2·2 + 1 = 5; off: -10 + 4 < 0
        weight=np.array([0.5, 7.0], np.float32),
        bias=-1.0,
    )

    cells, bias, logit = grad_cam(maps, head)

    assert logit == pytest.approx(1.5)  # 0.5·5 - 1
    np.testing.assert_allclose(cells, [[0.5, 1.5]])  # gradient 0.5·2 = 1, over 2 cells
    assert bias == pytest.approx(-0.5)
    assert cells.sum() + bias == pytest.approx(logit)


@pytest.mark.parametrize("head", ["linear", "notebook"])
def test_equals_the_librarys_grad_cam(random_networks, head):
    """ReLU(E), normalised alike, is pytorch_grad_cam.GradCAM on the hemorrhage logit to 1e-4."""
    network, numpy_head = random_networks[head]
    images = torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(1))

    with torch.inference_mode():
        maps = features(network, images)[0].numpy()
    cells, _, _ = grad_cam(maps, numpy_head)
    with GradCAM(network, [network.layer4[-1]]) as cam:
        cam.batch_size = 1
        library = cam(images, targets=[lambda out: hemorrhage_logit(out[None])[0]])[0]
    resized = _like_the_library(cells, (96, 96))

    np.testing.assert_allclose(resized, library, rtol=1e-4, atol=1e-4)


def _like_the_library(cells, size):
    """ReLU, min-max per image, resizing and min-max again, as pytorch_grad_cam does them."""
    resized = scale_cam_image(np.maximum(cells, 0)[None], size)
    return scale_cam_image(resized)[0]


@pytest.mark.parametrize("head", ["linear", "notebook"])
def test_the_logit_is_the_networks_own(random_networks, head):
    """Features and head in numpy give the logit that the network's forward pass gives."""
    network, numpy_head = random_networks[head]
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))

    with torch.inference_mode():
        expected = hemorrhage_logit(network(images)).numpy()
        maps = features(network, images).numpy()

    for one, logit in zip(maps, expected, strict=True):
        assert grad_cam(one, numpy_head)[2] == pytest.approx(float(logit), rel=1e-4, abs=1e-4)


def test_the_map_on_the_slice_keeps_its_sum():
    """A view inside the picture: all evidence is shown, the bias stays what it was."""
    cells = np.random.default_rng(0).normal(size=(14, 14)).astype(np.float32)

    evidence = on_slice(cells, -1.0, View(top=10, left=20, side=200, shape=(240, 300)))

    assert evidence.values.sum(dtype=np.float64) == pytest.approx(cells.sum(), abs=1e-3)
    assert evidence.bias == pytest.approx(-1.0, abs=1e-3)
    assert evidence.values.shape == (240, 300)


def test_zero_outside_the_view():
    """Pixels that the network did not see carry no evidence."""
    evidence = on_slice(
        np.ones((7, 7), np.float32), 0.0, View(top=50, left=60, side=100, shape=(200, 200))
    )

    outside = np.ones((200, 200), bool)
    outside[50:150, 60:160] = False
    assert not evidence.values[outside].any()
    assert (evidence.values[50:150, 60:160] > 0).all()


def test_evidence_on_the_letterbox_goes_to_the_bias():
    """A square half outside the picture: that half is not shown, but the logit still adds up."""
    cells = np.ones((4, 4), np.float32)

    evidence = on_slice(cells, 0.25, View(top=0, left=-50, side=100, shape=(100, 50)))

    assert evidence.values.sum() == pytest.approx(8.0, rel=1e-5)
    assert evidence.bias == pytest.approx(8.25, rel=1e-5)


def test_units_do_not_depend_on_the_slices_size():
    """An even map of 0.3 a cell reads 0.3 logits per map cell on a slice of any resolution."""
    cells = np.full((14, 14), 0.3, np.float32)

    for side in (150, 448):
        evidence = on_slice(cells, 0.0, View(top=0, left=0, side=side, shape=(side, side)))
        np.testing.assert_allclose(evidence.per_cell, 0.3, rtol=0.1)
        assert evidence.per_cell.mean() == pytest.approx(0.3, rel=1e-4)


def test_the_peak_is_the_strongest_cell():
    """The raw peak is read off the network's map, before any spreading."""
    cells = np.zeros((14, 14), np.float32)
    cells[3, 4] = 2.5

    evidence = on_slice(cells, 0.0, View(top=0, left=0, side=280, shape=(280, 280)))

    assert evidence.peak == 2.5
    assert np.unravel_index(evidence.values.argmax(), (280, 280)) == pytest.approx((70, 90), abs=10)


def test_weights_without_a_head_are_refused():
    """A backbone alone cannot be read with."""
    with pytest.raises(WeightsError, match="head"):
        head_from({"conv1.weight": np.zeros(3, np.float32)})
