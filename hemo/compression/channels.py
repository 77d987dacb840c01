"""In which order a convolution's input channels can go, and what each costs.

Optimal Brain Surgeon for whole channels (Hassibi & Stork 1993; with the inverse of the Gram matrix
kept up to date: Frantar & Alistarh 2022, arXiv 2208.11580; for groups of inputs: Kurtic, Frantar &
Alistarh 2023, ZipLM, arXiv 2302.04089). With inputs a, their Gram matrix H = E[a aᵀ] and a kernel
W, taking away the inputs g and changing the rest of W for the best adds

    tr(W_g [(H⁻¹)_gg]⁻¹ W_gᵀ)

to the squared error of the outputs. What the other channels say as well costs little.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

SHRUNK = 0.2  # of what is left is gone before the matrices are made smaller: copying costs too


@dataclass(frozen=True)
class Ranking:
    """The order in which channels can go.

    Attributes:
        channels: how many there are.
        order: the first to go first; those it does not name stay.
        cost: what the outputs have lost once each is gone, all before it too: squared error, the
            mean over positions.
    """

    channels: int
    order: tuple[int, ...]
    cost: tuple[float, ...]

    @property
    def fewest(self) -> int:
        """How many are left when all have gone that may."""
        return self.channels - len(self.order)

    def lost(self, kept: int) -> float:
        """What the outputs lose where so many are kept."""
        gone = self.channels - kept
        return self.cost[gone - 1] if gone else 0.0

    def kept(self, count: int) -> list[int]:
        """Which these are, in the order in which they lie."""
        gone = set(self.order[: self.channels - count])
        return [channel for channel in range(self.channels) if channel not in gone]


def gram(inputs: Tensor, damping: float) -> Tensor:
    """The damped covariance of inputs [N, D] over positions, float64 [D, D].

    Of deviations from the mean, as a bias makes up for the mean. ``damping``, a share of the mean
    variance, is added to every variance: what hardly varies here may elsewhere.
    """
    deviations = inputs - inputs.mean(0)
    found = (deviations.T @ deviations).double() / len(inputs)
    return found + damping * found.diagonal().mean() * torch.eye(len(found), dtype=torch.float64)


def rank(kernel: Tensor, covariance: Tensor, channels: int, fewest: int) -> Ranking:
    """Rank the input channels of a kernel.

    Args:
        kernel: [outputs, D], where each channel has D / channels neighbouring columns.
        covariance: of the inputs, float64 [D, D], invertible: see ``gram``.
        channels: how many.
        fewest: how many stay, whatever they cost.
    """
    width = len(covariance) // channels
    inverse, kernel = torch.linalg.inv(covariance), kernel.double().clone()
    names, alive = torch.arange(channels), torch.ones(channels, dtype=torch.bool)
    order: list[int] = []
    cost: list[float] = []
    while len(order) < channels - fewest:
        worth = _worth(inverse, kernel, alive)
        least = int(worth.argmin())
        own = slice(least * width, (least + 1) * width)
        step = torch.linalg.solve(inverse[own, own], inverse[own])
        kernel -= kernel[:, own] @ step
        inverse -= inverse[:, own] @ step
        kernel[:, own] = 0
        alive[least] = False
        order.append(int(names[least]))
        cost.append(float(worth[least]) + (cost[-1] if cost else 0.0))
        if (~alive).float().mean() >= SHRUNK:
            columns = alive.repeat_interleave(width)
            inverse, kernel = inverse[columns][:, columns].contiguous(), kernel[:, columns]
            names, alive = names[alive], alive[alive]
    return Ranking(channels, tuple(order), tuple(cost))


def _worth(inverse: Tensor, kernel: Tensor, alive: Tensor) -> Tensor:
    """tr(W_g [(H⁻¹)_gg]⁻¹ W_gᵀ) of every channel g, infinite of those that are gone."""
    count, width = len(alive), len(inverse) // len(alive)
    each = torch.arange(count)
    blocks = inverse.view(count, width, count, width)[each, :, each, :].clone()
    blocks[~alive] = torch.eye(width, dtype=blocks.dtype)
    own = kernel.view(-1, count, width).permute(1, 2, 0)
    worth = (torch.linalg.solve(blocks, own) * own).sum((1, 2))
    return worth.masked_fill(~alive, torch.inf)
