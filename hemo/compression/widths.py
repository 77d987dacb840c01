"""How narrow each block of a network can be: where it is cheapest, for a share of its products.

A block of ResNet-152 squeezes what it gets into few channels, looks around in them (3 x 3) and adds
what it saw. It was made for the thousand things of ImageNet; on head CT many of these channels say
what others say too. Only they are narrowed: what the blocks add to keeps its width, and layer4's
output, which evidence is made of, its 2048 channels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models import ResNet
from torchvision.models.resnet import Bottleneck

from hemo.compression.activations import Places, before_blocks, blocks, run, stream
from hemo.compression.channels import Ranking, gram, rank
from hemo.compression.parity import Report

PLACES = 96  # of a picture
LEAST = 8  # of so many channels at least one stays
STEP = 32  # widths are multiples of it: int8 instructions take that many products at once
DAMPING = 1e-3  # of a sum over channels
DAMPING_AROUND = 1e-2  # of one over channels and places, which has nine times the numbers to find


class Width(NamedTuple):
    """Channels inside a block: after its first convolution, and after its second."""

    first: int
    second: int


@dataclass(frozen=True)
class Block:
    """What narrowing a block does.

    Attributes:
        first: ranking of what its first convolution makes; what the second makes of it is lost.
        second: ranking of what its second makes; what the third makes of it is lost.
        enters, leaves: channels of its input and output.
        places: positions of its output.
        stride: of its second convolution: its first has that many times as many positions, squared.
    """

    first: Ranking
    second: Ranking
    enters: int
    leaves: int
    places: int
    stride: int

    @property
    def full(self) -> Width:
        """As it was made."""
        return Width(self.first.channels, self.second.channels)

    def products(self, width: Width) -> int:
        """Multiplications of its three convolutions, at a width."""
        each = self.enters * width.first * self.stride**2
        return self.places * (each + 9 * width.first * width.second + width.second * self.leaves)

    def lost(self, width: Width) -> float:
        """As a share of the variance of its output."""
        return self.first.lost(width.first) + self.second.lost(width.second)

    def widths(self, step: int) -> list[Width]:
        """All that it can have."""
        return [
            Width(first, second)
            for first in _steps(self.first, step)
            for second in _steps(self.second, step)
        ]


def rank_blocks(
    network: ResNet, images: Tensor, report: Report = lambda _: None
) -> dict[str, Block]:
    """Rank the channels inside every block, by what pictures show in them.

    Args:
        network: batch norms folded in (``hemo.network.fuse``).
        images: [N, 3, S, S].
        report: takes one line of progress at a time.
    """
    generator = torch.Generator().manual_seed(0)
    x = before_blocks(network, images)
    found: dict[str, Block] = {}
    for name, block in blocks(network):
        x, found[name] = _ranked(block, x, generator)
        first, second = found[name].full
        half = found[name].lost(Width(first // 2, second // 2))
        report(f"{name}: half as wide it would lose {half:.2%}")
    return found


@torch.no_grad()
def _ranked(block: Bottleneck, x: Tensor, generator: torch.Generator) -> tuple[Tensor, Block]:
    """A block's output, and what narrowing it does."""
    first = run(lambda some: functional.relu(block.conv1(some)), x)
    second = run(lambda some: functional.relu(block.conv2(some)), first)
    y = run(block.conv3, second) + stream(block, x)
    places = Places(y, PLACES, generator)
    variance = float((y - y.mean((0, 2, 3), keepdim=True)).square().mean()) * y.shape[1]
    out = block.conv3.weight.flatten(1) / variance**0.5
    # What the second convolution gets wrong counts as much as the third makes of it.
    heard = out.square().sum(0).sqrt()
    around = block.conv2.weight.flatten(1) * heard[:, None]
    n, m = first.shape[1], second.shape[1]
    covariance = gram(places.around(first, block.conv2), DAMPING_AROUND)
    ranked = Block(
        first=rank(around, covariance, n, max(1, n // LEAST)),
        second=rank(out, gram(places.of(second), DAMPING), m, max(1, m // LEAST)),
        enters=x.shape[1],
        leaves=y.shape[1],
        places=y.shape[2] * y.shape[3],
        stride=int(block.conv2.stride[0]),
    )
    return functional.relu(y), ranked


def choose(
    found: Mapping[str, Block], rest: int, share: float, step: int = STEP
) -> dict[str, Width]:
    """The widths that lose least for a share of the products.

    Lagrange's way: one price for a product everywhere, as high as it takes.

    Args:
        found: of ``rank_blocks``.
        rest: products of what is not narrowed.
        share: of all products, narrowed and not, that may be left. Where the narrowest are not
            narrow enough, it is these.
        step: widths are multiples of it.
    """
    whole = rest + sum(block.products(block.full) for block in found.values())
    low, high = 1e-6 / whole, 1e6 / whole
    for _ in range(60):
        price = (low * high) ** 0.5
        widths = {name: _best(block, price, step) for name, block in found.items()}
        left = rest + sum(found[name].products(width) for name, width in widths.items())
        low, high = (price, high) if left > share * whole else (low, price)
    return {name: _best(block, high, step) for name, block in found.items()}


def _best(block: Block, price: float, step: int) -> Width:
    return min(
        block.widths(step), key=lambda width: block.lost(width) + price * block.products(width)
    )


def _steps(ranking: Ranking, step: int) -> list[int]:
    fewest = -(-ranking.fewest // step) * step
    return [*range(fewest, ranking.channels, step), ranking.channels]
