"""A small network of ResNet's blocks, and pictures for it."""

import pytest
import torch
from torchvision.models import ResNet
from torchvision.models.resnet import Bottleneck

from hemo.network import fuse


@pytest.fixture(scope="session")
def images():
    """Twelve pictures of 32 x 32: smooth, as noise alone looks the same everywhere."""
    coarse = torch.randn(12, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(coarse, 32, mode="bilinear")


@pytest.fixture
def network():
    """One block a layer, an eighth as wide inside, random weights; layer4 dilated as hemo's is."""
    torch.manual_seed(0)
    made = ResNet(
        Bottleneck,
        [1, 1, 1, 1],
        num_classes=1,
        width_per_group=8,
        replace_stride_with_dilation=[False, False, True],
    )
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
    return fuse(made.eval()).requires_grad_(False)
