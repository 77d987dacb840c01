"""The randomisation test: a map that explains a network must change when the network does.

Adebayo et al. 2018 (arXiv 1810.03292), cascading: the head is drawn anew, then layer4 with it, then
layer3. A method whose maps stay alike shows the picture, not what was learned.
"""

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from torch import nn
from torchvision.models import ResNet

from hemo import weights
from hemo.errors import HemoError
from hemo.evaluation.trust_cases import Looked, on_grid
from hemo.evidence import Head, LinearHead
from hemo.methods import METHODS
from hemo.methods.look import Look
from hemo.network import build, features, load_tensors
from hemo.reader import Reader

Float = NDArray[np.float32]
Tick = Callable[[], None]

STAGES = ("head", "layer4", "layer3")
GRID = 28  # on which maps are compared


class _Redrawn:
    """An engine around a network, part of which is random."""

    name = "torch"

    def __init__(self, network: ResNet) -> None:
        self._network = network

    def features(self, images: Float) -> Float:
        """Layer4's output, float32 [B, C, h, w]."""
        with torch.inference_mode():
            found: Float = features(self._network, torch.from_numpy(images)).numpy()
        return found


def correlations(
    looked: Sequence[Looked], maps: dict[str, list[Float]], seed: int, tick: Tick
) -> dict[str, dict[str, list[float]]]:
    """Spearman's rank correlation of maps with those of the same network redrawn.

    Args:
        looked: cases, of one reader whose weights lie in a folder.
        maps: for each method (of the last layer) the cells of its maps of these cases.
        seed: of what is drawn.
        tick: called after each stage of each case.

    Returns:
        For each method and stage one correlation a case.
    """
    reader = looked[0].look.reader
    if reader.folder is None:
        raise HemoError("The randomisation test needs the folder of the weights.")
    tensors, card = weights.load(reader.folder)
    network = build(card.head, dilated=card.dilated).eval()
    load_tensors(network, tensors)
    found: dict[str, dict[str, list[float]]] = {name: {} for name in maps}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for stage, (engine, head) in _cascade(network, reader.head, seed):
            redrawn = Reader(engine, head, card)
            for number, one in enumerate(looked):
                look = Look(redrawn, one.look.image, one.look.view)
                for name, cells in maps.items():
                    new = METHODS[name].compute(look).cells
                    found[name].setdefault(stage, []).append(alike(cells[number], new))
                tick()
    return found


def _cascade(
    network: ResNet, head: Head, seed: int
) -> "Sequence[tuple[str, tuple[_Redrawn, Head]]]":
    """The stages, each with all that was redrawn before it."""
    weight = np.random.default_rng(seed).standard_normal(_channels(network)).astype(np.float32)
    drawn = LinearHead(weight * np.float32(head.gradient(np.zeros_like(weight)).std()), 0.0)
    stages: list[tuple[str, tuple[_Redrawn, Head]]] = [("head", (_Redrawn(network), drawn))]
    current = network
    for layer in STAGES[1:]:
        current = copy.deepcopy(current)
        for module in getattr(current, layer).modules():
            if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
                module.reset_parameters()
        stages.append((layer, (_Redrawn(current), drawn)))
    return stages


def _channels(network: ResNet) -> int:
    layer = network.fc if isinstance(network.fc, nn.Linear) else network.fc[0]
    return int(layer.in_features)


def alike(one: Float, other: Float) -> float:
    """Spearman's rank correlation of two maps; 0 where one is even or not finite."""
    a, b = on_grid(one, GRID).ravel(), on_grid(other, GRID).ravel()
    if not np.isfinite(b).all() or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b).statistic)
