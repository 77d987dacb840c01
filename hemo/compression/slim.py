"""The network that serves, narrow, out of the one that was trained: ranked, fitted, taught.

An hour or more on two cores. Every stage leaves a file in the run's folder, and a run that was cut
off goes on from the last.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torchvision.models import ResNet

from hemo import weights
from hemo.compression import narrow
from hemo.compression.activations import blocks
from hemo.compression.distil import Lessons, distil
from hemo.compression.parity import Report
from hemo.compression.pictures import pictures
from hemo.compression.widths import choose, rank_blocks
from hemo.errors import DataError
from hemo.network import FeatureNetwork
from hemo.training.dataset import Sample
from hemo.weights import Card

SHARE = 1.0  # of the products: nothing is narrowed until parity has held of less
FITTED_ON = 256  # slices
TAUGHT_ON = 3000  # slices
OF, FITTED, TAUGHT = "of.json", "fitted.safetensors", "taught.safetensors"


def slim(
    folder: Path,
    samples: Sequence[Sample],
    run: Path,
    *,
    share: float = SHARE,
    fitted_on: int = FITTED_ON,
    taught_on: int = TAUGHT_ON,
    report: Report = print,
) -> tuple[FeatureNetwork, dict[str, Any]]:
    """Narrow a model until a share of its products is left.

    Args:
        folder: of the weights.
        samples: of all splits; those of "train" are used.
        run: folder of this run.
        share: of the products.
        fitted_on, taught_on: slices.
        report: takes one line of progress at a time.

    Returns:
        The network, and what it is for the card.

    Raises:
        DataError: the run's folder holds another one.
        WeightsError: the weights are unusable.
    """
    tensors, card = weights.load(folder)
    _enter(run, {"files": card.files, "share": share, "slices": [fitted_on, taught_on]})
    teacher = _wide(tensors, card)
    student = _wide(tensors, card)
    if (run / TAUGHT).is_file():
        narrow.fill(student, run / TAUGHT)
    else:
        if not (run / FITTED).is_file():
            images = _stacked(samples, card, fitted_on)
            report(f"ranking the channels of {card.version} on {fitted_on} slices …")
            found = rank_blocks(teacher, images, report)
            inside = sum(block.products(block.full) for block in found.values())
            widths = choose(found, products(teacher, card.preprocessing.size) - inside, share)
            report("fitting what is left …")
            narrow.write(narrow.narrowed(teacher, found, widths, images, report), run / FITTED)
        narrow.fill(student, run / FITTED)
        report(f"teaching it on {taught_on} slices …")
        slices = pictures(samples, card.preprocessing, taught_on, seed=1)
        lessons = Lessons(temperature=card.temperature)
        distil(teacher, student, slices, lessons, run, report)
        narrow.write(student, run / TAUGHT)
    whole, left = (products(network, card.preprocessing.size) for network in (teacher, student))
    report(f"{left / 1e9:.2f} of {whole / 1e9:.2f} thousand million products are left")
    found_widths = {
        name: [block.conv1.out_channels, block.conv2.out_channels]
        for name, block in blocks(student)
    }
    return FeatureNetwork(student), {
        "share": left / whole,
        "products": left,
        "slices": [fitted_on, taught_on],
        "widths": found_widths,
    }


def products(network: ResNet, size: int) -> int:
    """Multiplications of all convolutions for one input of a size."""
    total = 0

    def count(module: torch.nn.Conv2d, _: object, output: Tensor) -> None:
        nonlocal total
        total += module.weight.numel() * output[0, 0].numel()

    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    hooks = [m.register_forward_hook(count) for m in convolutions]
    with torch.no_grad():
        network(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return total


def _enter(run: Path, what: dict[str, Any]) -> None:
    """Make the run's folder this run's.

    Raises:
        DataError: it is another one's.
    """
    run.mkdir(parents=True, exist_ok=True)
    path = run / OF
    text = json.dumps(what, sort_keys=True)
    if path.is_file() and path.read_text(encoding="utf-8") != text:
        raise DataError(
            f"{run} holds another run (other weights or settings): name another folder with --run, "
            "or remove it."
        )
    path.write_text(text, encoding="utf-8")


def _wide(tensors: weights.Tensors, card: Card) -> ResNet:
    return FeatureNetwork.of(tensors, head=card.head, dilated=card.dilated).network


def _stacked(samples: Sequence[Sample], card: Card, count: int) -> Tensor:
    epoch = pictures(samples, card.preprocessing, count, seed=0)
    return torch.stack([epoch[n]["image"] for n in range(len(epoch))])
