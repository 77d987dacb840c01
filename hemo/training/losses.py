"""What training asks for: the right answer, for the right reason, and for nothing else.

The map of evidence E [B, h, w] is the head's weights times layer4's output, in logits times the
number of cells (its mean and the bias are the logit; see ``hemo.evidence``).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models import ResNet

from hemo.network import pooled_logit

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Losses:
    """Mean losses of a batch, scalars.

    Attributes:
        slice: log loss of the slices' logits.
        position: log loss of the evidence at each position whose truth is known.
        share: how much of the positive evidence lies beside the blood, in [0, 1].
    """

    slice: Tensor
    position: Tensor
    share: Tensor


def losses(
    network: ResNet,
    maps: Tensor,
    batch: Batch,
    scale: Tensor,
    offset: Tensor,
    *,
    dense: bool,
    full: float = 1.0,
) -> Losses:
    """All losses of a batch.

    Args:
        network: whose head is used.
        maps: layer4's output, float32 [B, C, h, w].
        batch: ``label`` [B]; ``blood`` and ``known`` [B, h, w], see ``draw.Epoch``.
        scale, offset: evidence times scale plus offset is the logit of "this cell is blood".
        dense: whether masks are used; without, position and share are 0.
        full: see ``position_loss``.
    """
    logits = pooled_logit(network, maps)
    slice_loss = functional.binary_cross_entropy_with_logits(logits, batch["label"])
    if not dense:
        nothing = torch.zeros((), device=maps.device)
        return Losses(slice_loss, nothing, nothing)
    evidence = functional.conv2d(maps, network.fc.weight[:, :, None, None])[:, 0]
    return Losses(
        slice_loss,
        position_loss(evidence * scale + offset, batch["blood"], batch["known"], full),
        share_loss(evidence, batch["blood"], batch["known"]),
    )


def position_loss(logits: Tensor, blood: Tensor, known: Tensor, full: float = 1.0) -> Tensor:
    """Log loss over known cells; blood is rare: a cell of it weighs as much as five without.

    Args:
        logits, blood, known: [B, h, w].
        full: the share of a cell from which on it counts as blood: thin crescents fill none.
    """
    blood = (blood / full).clamp(max=1)
    each = functional.binary_cross_entropy_with_logits(logits, blood, reduction="none")
    weight = known * (1 + 4 * blood)
    return (each * weight).sum() / weight.sum().clamp(min=1)


def share_loss(evidence: Tensor, blood: Tensor, known: Tensor) -> Tensor:
    """The share of positive evidence beside the blood, mean over slices that show some.

    Cells that touch blood count as it, and those whose truth is unknown as nothing.
    """
    positive = evidence.clamp(min=0)
    touched = (blood > 0.02).float()
    total = (positive * torch.maximum(known, touched)).sum((1, 2))
    beside = (positive * known * (1 - touched)).sum((1, 2))
    shows = (touched.sum((1, 2)) > 0).float()
    share = beside / total.clamp(min=1e-3)
    return (share * shows).sum() / shows.sum().clamp(min=1)
