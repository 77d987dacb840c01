"""Start weights: what fits is taken, what does not is said."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from hemo.errors import WeightsError
from hemo.network import build
from hemo.training import start
from hemo.training.start import start_from
from hemo.weights import Card


@pytest.fixture(scope="module")
def trunk_tensors(random_networks):
    """Stem to layer3 of a random network, as a stem-to-layer3 export holds them."""
    state = random_networks["linear"][0].state_dict()
    return {
        name: tensor.numpy()
        for name, tensor in state.items()
        if not name.startswith(("layer4", "fc"))
    }


def test_a_trunk_on_disk_is_loaded_and_the_rest_stays_random(tmp_path, trunk_tensors):
    """The sentence for the card names both; a folder of shards is one set."""
    names = sorted(trunk_tensors)
    save_file({n: trunk_tensors[n] for n in names[:100]}, tmp_path / "a.safetensors")
    save_file({n: trunk_tensors[n] for n in names[100:]}, tmp_path / "b.safetensors")
    network = build()

    origin = start_from(network, str(tmp_path))

    assert "layer3" in origin
    assert origin.endswith("random: fc, layer4")
    np.testing.assert_array_equal(
        network.layer3[35].conv3.weight.detach(), trunk_tensors["layer3.35.conv3.weight"]
    )


@pytest.mark.parametrize(("init", "random"), [("shipped", "nothing"), ("trunk", "fc, layer4")])
def test_a_run_goes_on_from_the_shipped_model(monkeypatch, random_networks, init, random):
    """From all of it, or from its stem to layer3; the card says from which."""
    state = random_networks["linear"][0].state_dict()
    own = {name: tensor.numpy() for name, tensor in state.items()}
    monkeypatch.setattr(start.weights, "load", lambda _: (own, Card("0.1")))
    network = build()

    origin = start_from(network, init)

    taken = "bn1, conv1, " + ("fc, " if init == "shipped" else "") + "layer1, layer2, layer3"
    assert origin.startswith(f"model 0.1: {taken}")
    assert origin.endswith(f"random: {random}")
    same = bool((network.fc.weight == state["fc.weight"]).all())
    assert same == (init == "shipped")


def test_something_else_is_refused(tmp_path):
    """An empty folder, and a file that holds no ResNet-152."""
    with pytest.raises(WeightsError, match="no safetensors"):
        start_from(build(), str(tmp_path))
    save_file({"conv1.weight": np.zeros((64, 3, 7, 7), np.float32)}, tmp_path / "x.safetensors")
    with pytest.raises(WeightsError, match="not all there"):
        start_from(build(), str(tmp_path / "x.safetensors"))


def test_torchvisions_weights_are_asked_for_where_there_is_internet(monkeypatch, trunk_tensors):
    """Up to the download: what it would bring is taken, but for the ImageNet head."""
    asked = []
    state = {name: torch.from_numpy(np.array(a)) for name, a in trunk_tensors.items()}
    state["fc.weight"] = torch.zeros(1000, 2048)

    def download(url, **_):
        asked.append(url)
        return state

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", download)

    origin = start_from(build(), "torchvision")

    assert asked == [start.ResNet152_Weights.IMAGENET1K_V1.url]
    assert origin.startswith("torchvision ImageNet weights")
    assert "random: fc" in origin


def test_no_internet_is_said(monkeypatch):
    """A failed download is one sentence with the way out."""

    def fail(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)

    with pytest.raises(WeightsError, match="--init PATH"):
        start_from(build(), "torchvision")
