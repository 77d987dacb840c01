"""Where a training run starts from: ImageNet weights on disk, torchvision's, or hemo's own."""

from pathlib import Path
from urllib.error import URLError

import numpy as np
import torch
from torchvision.models import ResNet, ResNet152_Weights

from hemo import weights
from hemo.errors import WeightsError
from hemo.network import TRUNK


def start_from(network: ResNet, init: str) -> str:
    """Fill a network, in place, with what ``init`` names; layers that it lacks stay random.

    Args:
        init: "torchvision" (downloads ImageNet weights, needs internet), "shipped" (the model in
            this checkout), "trunk" (its stem to layer3), a safetensors file, or a folder of them
            (such as a stem-to-layer3 export).

    Returns:
        What was loaded, in words, for the card.

    Raises:
        WeightsError: nothing usable is there, or the download failed.
    """
    if init in ("shipped", "trunk"):
        own, card = weights.load(weights.DEFAULT)
        whole = init == "shipped"
        kept = {name: array for name, array in own.items() if whole or name.split(".")[0] in TRUNK}
        return _fill(network, kept, f"model {card.version}")
    if init == "torchvision":
        return _fill(network, _download(), "torchvision ImageNet weights")
    path = Path(init)
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    tensors: weights.Tensors = {}
    for file in files:
        tensors.update(weights.read_shard(file))
    if not tensors:
        raise WeightsError(f"There are no safetensors files in {path}.")
    return _fill(network, tensors, "ImageNet weights" if "fc.weight" not in tensors else "a model")


def _download() -> weights.Tensors:
    try:
        state = ResNet152_Weights.IMAGENET1K_V1.get_state_dict(progress=True, check_hash=True)
    except (URLError, OSError) as error:
        raise WeightsError(
            "torchvision's ImageNet weights could not be downloaded: this machine has no way to "
            "the internet. Use --init PATH with weights on disk."
        ) from error
    return {name: tensor.numpy() for name, tensor in state.items()}


def _fill(network: ResNet, tensors: weights.Tensors, origin: str) -> str:
    """Load what fits by name and shape; an ImageNet head does not fit and is left out."""
    own = network.state_dict()
    fitting = {
        name: torch.from_numpy(np.asarray(array)).to(own[name].dtype).reshape(own[name].shape)
        for name, array in tensors.items()
        if name in own and own[name].numel() == np.asarray(array).size
    }
    loaded = sorted({name.split(".")[0] for name in fitting})
    if not set(TRUNK) <= set(loaded):
        raise WeightsError(
            "The start weights hold no ResNet-152: stem to layer3 are not all there."
        )
    network.load_state_dict(fitting, strict=False)
    random = sorted({name.split(".")[0] for name in own} - set(loaded))
    return f"{origin}: {', '.join(loaded)}; random: {', '.join(random) or 'nothing'}"
