"""Fixtures for every room's tests."""

from pathlib import Path

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
