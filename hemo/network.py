"""torchvision's ResNet-152 with a hemorrhage head, and the engine that runs it in PyTorch.

torch is imported here and below this room's users only: whoever shows results does without it.
"""

from collections import OrderedDict
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torchvision.models import ResNet, resnet152
from torchvision.models.resnet import Bottleneck

from hemo.errors import WeightsError

HeadKind = Literal["linear", "notebook"]
FEATURES = 2048
TRUNK = ("conv1", "bn1", "layer1", "layer2", "layer3")


def build(head: HeadKind = "linear", *, dilated: bool = True) -> ResNet:
    """A ResNet-152 with random weights.

    Args:
        head: "linear" is one logit, w·z + b. "notebook" is the head of the notebook that hemo grew
            from: 2048 → 512, ReLU, 2, log-softmax.
        dilated: layer4 keeps layer3's resolution: a 14 x 14 map at 224 x 224 instead of 7 x 7.
    """
    network = resnet152(weights=None, replace_stride_with_dilation=[False, False, dilated])
    network.fc = nn.Linear(FEATURES, 1) if head == "linear" else _notebook_head()
    return network


def _notebook_head() -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            fc1=nn.Linear(FEATURES, 512),
            relu=nn.ReLU(),
            fc2=nn.Linear(512, 2),
            output=nn.LogSoftmax(dim=1),
        )
    )


def trunk(network: ResNet, images: Tensor) -> Tensor:
    """Stem to layer3: images [B, 3, S, S] to features [B, 1024, S/16, S/16]."""
    x = network.maxpool(network.relu(network.bn1(network.conv1(images))))
    x = network.layer3(network.layer2(network.layer1(x)))
    return x


def features(network: ResNet, images: Tensor) -> Tensor:
    """What Grad-CAM looks at: images [B, 3, S, S] to layer4's output [B, 2048, h, w]."""
    x: Tensor = network.layer4(trunk(network, images))
    return x


def pooled_logit(network: ResNet, maps: Tensor) -> Tensor:
    """layer4's output [B, 2048, h, w] to hemorrhage logits [B]."""
    return hemorrhage_logit(network.fc(maps.mean((2, 3))))


def hemorrhage_logit(outputs: Tensor) -> Tensor:
    """The head's outputs to log odds of hemorrhage [B].

    One column is the logit itself; of two log-probabilities (normal, hemorrhage) it is the
    difference, since log(p / (1 - p)) = log p - log(1 - p).
    """
    return outputs[:, 0] if outputs.shape[1] == 1 else outputs[:, 1] - outputs[:, 0]


def load_tensors(network: ResNet, tensors: dict[str, NDArray[np.float32]]) -> None:
    """Fill a network with named arrays.

    Raises:
        WeightsError: a name is missing, left over, or has another shape.
    """
    state = {name: torch.from_numpy(np.array(array)) for name, array in tensors.items()}
    try:
        missing, unexpected = network.load_state_dict(state, strict=False)
    except RuntimeError:
        raise WeightsError("The model file holds layers of another shape than ResNet-152's.") from (
            None
        )
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise WeightsError(
            f"The model file does not fit ResNet-152: {len(missing)} layers are missing and "
            f"{len(unexpected)} are unknown."
        )


def fuse(network: ResNet) -> ResNet:
    """Fold every batch norm into its convolution, in place: the same function in fewer passes."""
    network.eval()
    network.conv1, network.bn1 = fuse_conv_bn_eval(network.conv1, network.bn1), nn.Identity()
    for block in network.modules():
        if isinstance(block, Bottleneck):
            for index in (1, 2, 3):
                conv, norm = getattr(block, f"conv{index}"), getattr(block, f"bn{index}")
                setattr(block, f"conv{index}", fuse_conv_bn_eval(conv, norm))
                setattr(block, f"bn{index}", nn.Identity())
            if block.downsample is not None:
                block.downsample = nn.Sequential(fuse_conv_bn_eval(*block.downsample))
    return network


class FeatureNetwork(nn.Module):
    """A trained network up to layer4, batch norms folded in: what an engine has to compute.

    Raises:
        WeightsError: the tensors do not fit.
    """

    def __init__(
        self, tensors: dict[str, NDArray[np.float32]], *, head: HeadKind, dilated: bool
    ) -> None:
        super().__init__()
        network = build(head, dilated=dilated)
        load_tensors(network, tensors)
        self.network = fuse(network)
        self.eval()

    def forward(self, images: Tensor) -> Tensor:
        """Images [B, 3, S, S] to layer4's output [B, 2048, h, w]."""
        return features(self.network, images)


class TorchEngine:
    """float32 on the CPU: the reference that other engines are held to."""

    name = "torch"

    def __init__(
        self, tensors: dict[str, NDArray[np.float32]], *, head: HeadKind, dilated: bool
    ) -> None:
        network = FeatureNetwork(tensors, head=head, dilated=dilated)
        self._network = network.to(memory_format=torch.channels_last)

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network inputs [B, 3, S, S] to layer4's output, float32 [B, 2048, h, w]."""
        with torch.inference_mode():
            batch = torch.from_numpy(images).to(memory_format=torch.channels_last)
            maps: NDArray[np.float32] = self._network(batch).contiguous().numpy()
        return maps
