"""Fixtures for every room's tests."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that want it are skipped without it."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data) is not on this machine")
    return folder


@pytest.fixture(scope="session")
def random_networks() -> dict:
    """A ResNet-152 of each head with random weights, and its head in numpy."""
    import torch

    from hemo.evidence import head_from
    from hemo.network import build

    torch.manual_seed(0)
    networks = {}
    for head, dilated in (("linear", True), ("notebook", False)):
        network = build(head, dilated=dilated).eval()
        # Batch norms that shrink each block's change keep random features finite over 50 blocks.
        for name, parameter in network.named_parameters():
            if name.endswith("bn3.weight"):
                torch.nn.init.constant_(parameter, 0.2)
        head_tensors = {
            name: tensor.numpy()
            for name, tensor in network.state_dict().items()
            if name.startswith("fc.")
        }
        networks[head] = (network, head_from(head_tensors))
    return networks


@pytest.fixture(scope="session")
def shipped_reader():
    """The model that the repository ships."""
    from hemo import Reader

    return Reader.load()


@pytest.fixture(scope="session")
def start_weights(tmp_path_factory, random_networks):
    """A random ResNet-152 on disk to start from."""
    from safetensors.numpy import save_file

    path = tmp_path_factory.mktemp("start") / "start.safetensors"
    state = random_networks["linear"][0].state_dict()
    save_file({n: t.numpy() for n, t in state.items() if not n.startswith("fc")}, path)
    return str(path)


class TwoChannels:
    """Features [2, 14, 14] of an input: how bright each cell is, and how dark."""

    name = "by hand"

    def features(self, images):
        """Means over 16 x 16 pixels of the red channel, its positive part and its negative."""
        count, _, size, _ = images.shape
        cells = images[:, 0].reshape(count, 14, size // 14, 14, size // 14).mean((2, 4))
        return np.stack([np.maximum(cells, 0), np.maximum(-cells, 0)], axis=1)


@pytest.fixture(scope="session")
def tiny_reader():
    """Bright speaks for hemorrhage, dark against: y = 19.6 z_0 - 9.8 z_1 + 8."""
    from hemo.evidence import LinearHead
    from hemo.reader import Reader
    from hemo.weights import Card

    head = LinearHead(np.array([19.6, -9.8], np.float32), 8.0)
    return Reader(TwoChannels(), head, Card("by hand", evidence_scale=0.5, evidence_focal=0.25))


@pytest.fixture(scope="session")
def head_slice():
    """An even oval head in a skull, with one bright spot on the right of the picture."""
    from hemo.slice import Slice

    y, x = np.indices((256, 256), dtype=np.float32) - 127.5
    radius = np.hypot(x / 96, y / 115)
    grey = np.where(radius < 1, 1.0, 0.0)
    grey = np.where(radius < 0.9, 0.4, grey)
    grey[np.hypot(x - 45, y - 10) < 14] = 0.8
    return Slice(grey.astype(np.float32), "display", source="test")
