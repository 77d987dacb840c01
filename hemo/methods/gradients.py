"""Methods that look below the last layer: they need PyTorch and the network in float32.

The network is read from the weights folder once and shared by all threads: nothing here hooks into
it or changes it, gradients are those of the inputs.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hemo import weights
from hemo.errors import HemoError, MissingExtraError
from hemo.evidence import EvidenceMap
from hemo.methods.closed import added_up
from hemo.methods.look import Look
from hemo.methods.occlusion import TISSUE, level

if TYPE_CHECKING:
    from torch import Tensor
    from torchvision.models import ResNet

Float = NDArray[np.float32]

STEPS = 24
POOLED = 4  # pixels of the input along a side of what is shown as one place
_LOADING = Lock()


def layer_cam(look: Look) -> EvidenceMap:
    """Positive gradient times activation at layer3 (Jiang et al. 2021, IEEE TIP 30:5875)."""
    network = _network_of(look, "LayerCAM at layer3", ("torch", "torchvision"))
    import torch

    from hemo.network import pooled_logit, trunk

    look.step(0, 1)
    with torch.no_grad():
        before = trunk(network, torch.from_numpy(look.image[None]))  # [1, 1024, h, w]
    before.requires_grad_()
    logit = pooled_logit(network, network.layer4(before))
    (gradient,) = torch.autograd.grad(logit.sum(), before)
    cells = (gradient.clamp(min=0) * before).detach().sum(1)[0].numpy()
    look.step(1, 1)
    return look.on_slice(cells, method="LayerCAM", layer="layer3")


def integrated_gradients(look: Look) -> EvidenceMap:
    """Gradients added up from a levelled picture to the one read (Sundararajan et al. 2017).

    The levelled picture has its soft tissue at one grey, bone and air as they are. The map's sum
    is the logit less that of the levelled picture, which is the bias.
    """
    network = _network_of(look, "Integrated gradients", ("torch", "torchvision", "captum"))
    import torch
    from captum.attr import IntegratedGradients

    from hemo.network import features, pooled_logit

    done = 0

    def logits(images: "Tensor") -> "Tensor":
        nonlocal done
        look.step(min(done, STEPS), STEPS)
        done += len(images)
        return pooled_logit(network, features(network, images))

    baseline = torch.from_numpy(levelled(look)[None])
    attributed = IntegratedGradients(logits).attribute(
        torch.from_numpy(look.image[None]), baseline, n_steps=STEPS, internal_batch_size=2
    )
    look.step(STEPS, STEPS)
    cells = attributed[0].sum(0).numpy().astype(np.float32)
    with torch.no_grad():
        logit = float(pooled_logit(network, features(network, torch.from_numpy(look.image[None]))))
    return look.on_slice(
        added_up(cells, POOLED),
        bias=logit - float(cells.sum(dtype=float)),
        method="Integrated gradients",
        layer="input",
    )


def levelled(look: Look) -> Float:
    """The network's input, float32 [3, S, S], with soft tissue at the grey of ordinary brain."""
    spec, grey = look.reader.card.preprocessing, look.grey
    tissue = (grey > TISSUE[0]) & (grey < TISSUE[1])
    even = np.where(tissue, np.float32(level(grey)), grey)
    mean, std = np.asarray(spec.mean, np.float32), np.asarray(spec.std, np.float32)
    return np.asarray((even[None] - mean[:, None, None]) / std[:, None, None], np.float32)


def _network_of(look: Look, feature: str, packages: tuple[str, ...]) -> "ResNet":
    """The reader's network in float32.

    Raises:
        MissingExtraError: PyTorch or captum is not installed.
        HemoError: the reader's weights are in no folder.
    """
    if any(find_spec(package) is None for package in packages):
        raise MissingExtraError(feature, "'.[methods]'")
    if look.reader.folder is None:
        raise HemoError(f"{feature} needs the folder of the weights.")
    with _LOADING:
        return _load(look.reader.folder)


@lru_cache(maxsize=1)
def _load(folder: Path) -> "ResNet":
    from hemo.network import FeatureNetwork

    tensors, card = weights.load(folder)
    network = FeatureNetwork(tensors, head=card.head, dilated=card.dilated).network
    return network.requires_grad_(False)
