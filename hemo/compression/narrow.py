"""A network with narrower blocks, their kernels fitted anew to what the wide ones made.

Block after block, on the narrow network's own activations, so that each makes up for what those
before it got wrong (He, Zhang & Sun 2017, arXiv 1707.06168): kernels and biases by ridge
regression, towards the kernels as they were.
"""

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet
from torchvision.models.resnet import Bottleneck

from hemo.compression.activations import Places, before_blocks, blocks, run, stream
from hemo.compression.parity import Report
from hemo.compression.widths import DAMPING, DAMPING_AROUND, PLACES, Block, Width


@torch.no_grad()
def narrowed(
    network: ResNet,
    found: Mapping[str, Block],
    widths: Mapping[str, Width],
    images: Tensor,
    report: Report = lambda _: None,
) -> ResNet:
    """A copy of a network whose blocks have the widths that were chosen.

    Args:
        network: batch norms folded in (``hemo.network.fuse``).
        found: its ranked channels.
        widths: of each of these blocks.
        images: [N, 3, S, S] that kernels are fitted to.
        report: takes one line of progress at a time.
    """
    made = copy.deepcopy(network)
    generator = torch.Generator().manual_seed(0)
    wide = narrow = before_blocks(network, images)
    for (name, block), (_, own) in zip(blocks(network), blocks(made), strict=True):
        shaped(own, widths[name])
        kept = [
            torch.tensor(ranking.kept(count))
            for ranking, count in zip(
                (found[name].first, found[name].second), widths[name], strict=True
            )
        ]
        wide, narrow, error = _fitted(block, own, kept, (wide, narrow), generator)
        report(
            f"{name}: {widths[name].first} and {widths[name].second} channels, off by {error:.2%}"
        )
    return made


def _fitted(
    block: Bottleneck,
    own: Bottleneck,
    kept: list[Tensor],
    x: tuple[Tensor, Tensor],
    generator: torch.Generator,
) -> tuple[Tensor, Tensor, float]:
    """Fit a narrow block; both blocks' outputs, and the share of variance in which they differ."""
    wide, narrow = x
    first, second = kept
    goal_first = run(block.conv1, wide)
    goal_second = run(lambda some: block.conv2(functional.relu(some)), goal_first)
    goal = run(lambda some: block.conv3(functional.relu(some)), goal_second) + stream(block, wide)
    at_first = Places(goal_first, PLACES, generator)
    at = Places(goal, PLACES, generator)

    prior = block.conv1.weight[first].flatten(1)
    _fit(own.conv1, at_first.of(narrow), at_first.of(goal_first[:, first]), prior, DAMPING)
    inside = run(lambda some: functional.relu(own.conv1(some)), narrow)

    prior = block.conv2.weight[second][:, first].flatten(1)
    seen = at.around(inside, own.conv2)
    _fit(own.conv2, seen, at.of(goal_second[:, second]), prior, DAMPING_AROUND)
    inside = run(lambda some: functional.relu(own.conv2(some)), inside)

    under = stream(own, narrow)
    prior = block.conv3.weight[:, second].flatten(1)
    _fit(own.conv3, at.of(inside), at.of(goal - under), prior, DAMPING)
    y = run(own.conv3, inside) + under
    spread = (goal - goal.mean((0, 2, 3), keepdim=True)).square().mean()
    return functional.relu(goal), functional.relu(y), float((y - goal).square().mean() / spread)


def _fit(conv: nn.Conv2d, inputs: Tensor, goal: Tensor, prior: Tensor, damping: float) -> None:
    """Ridge regression [N, D] to [N, outputs] with a bias, towards a kernel [outputs, D]."""
    at_input, at_goal = inputs.mean(0).double(), goal.mean(0).double()
    inputs, goal = inputs - inputs.mean(0), goal - goal.mean(0)
    square = (inputs.T @ inputs).double() / len(inputs)
    crossed = (goal.T @ inputs).double() / len(inputs)
    pull = damping * square.diagonal().mean()
    kernel = torch.linalg.solve(
        square + pull * torch.eye(len(square), dtype=torch.float64),
        (crossed + pull * prior.double()).T,
    ).T
    conv.weight.copy_(kernel.reshape(conv.weight.shape))
    assert conv.bias is not None
    conv.bias.copy_(at_goal - kernel @ at_input)


def shaped(block: Bottleneck, width: Width) -> None:
    """Make a block narrow, in place, kernels as they come."""
    first, second = width
    wide = (block.conv1, block.conv2, block.conv3)
    channels = ((wide[0].in_channels, first), (first, second), (second, wide[2].out_channels))
    block.conv1, block.conv2, block.conv3 = (
        nn.Conv2d(
            enters,
            leaves,
            conv.kernel_size,
            conv.stride,
            conv.padding,
            conv.dilation,
        )
        for conv, (enters, leaves) in zip(wide, channels, strict=True)
    )


def write(network: ResNet, path: Path) -> None:
    """Its tensors as they are, float32, whole or not at all."""
    partial = path.with_suffix(".part")
    state = network.state_dict()
    save_file({n: np.ascontiguousarray(t.numpy()) for n, t in state.items()}, partial)
    partial.replace(path)


def fill(network: ResNet, path: Path) -> None:
    """Give a network, in place, the widths and tensors that ``write`` wrote of one like it."""
    tensors = {name: torch.from_numpy(array) for name, array in load_file(path).items()}
    for name, block in blocks(network):
        first, second = (len(tensors[f"{name}.conv{n}.bias"]) for n in (1, 2))
        shaped(block, Width(first, second))
    network.load_state_dict(tensors)
