"""torchvision's ResNet-152 with hemo's head, and the engine that runs it."""

import numpy as np
import pytest
import torch

from hemo.errors import WeightsError
from hemo.network import TorchEngine, features, hemorrhage_logit, load_tensors, pooled_logit


def arrays(network):
    """A network's state as the float32 arrays that a model file holds."""
    return {
        name: tensor.numpy()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def test_dilation_keeps_layer3s_resolution(random_networks):
    """Dilated, 64 x 64 gives a 4 x 4 map; the notebook's plain network gives 2 x 2."""
    images = torch.zeros(1, 3, 64, 64)

    with torch.inference_mode():
        assert features(random_networks["linear"][0], images).shape == (1, 2048, 4, 4)
        assert features(random_networks["notebook"][0], images).shape == (1, 2048, 2, 2)


def test_two_log_probabilities_are_read_as_log_odds():
    """log 0.8 - log 0.2 = log 4."""
    outputs = torch.log(torch.tensor([[0.2, 0.8], [0.5, 0.5]]))

    np.testing.assert_allclose(hemorrhage_logit(outputs), [np.log(4), 0], atol=1e-6)


@pytest.mark.parametrize("head", ["linear", "notebook"])
def test_parts_and_whole_agree(random_networks, head):
    """Features, pooling and head are torchvision's forward pass."""
    network, _ = random_networks[head]
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))

    with torch.inference_mode():
        parts = pooled_logit(network, features(network, images))
        whole = hemorrhage_logit(network(images))

    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-5)


def test_the_fused_engine_computes_the_same(random_networks):
    """Folding batch norms into convolutions changes nothing but the speed."""
    network, _ = random_networks["linear"]
    images = np.random.default_rng(0).normal(size=(2, 3, 64, 64)).astype(np.float32)
    engine = TorchEngine(arrays(network), head="linear", dilated=True)

    with torch.inference_mode():
        expected = features(network, torch.from_numpy(images)).numpy()

    np.testing.assert_allclose(engine.features(images), expected, rtol=1e-3, atol=1e-4)


def test_a_foreign_model_file_is_refused(random_networks):
    """Missing, unknown and misshapen layers are each said, not guessed around."""
    network, _ = random_networks["linear"]
    good = arrays(network)

    with pytest.raises(WeightsError, match="1 layers are missing and 1 are unknown"):
        load_tensors(network, {("other" if k == "fc.bias" else k): v for k, v in good.items()})
    with pytest.raises(WeightsError, match="another shape"):
        load_tensors(network, good | {"fc.weight": np.zeros((3, 2048), np.float32)})
