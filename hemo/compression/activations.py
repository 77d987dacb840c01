"""What goes on inside a network's blocks, over many pictures and many places."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet
from torchvision.models.resnet import Bottleneck

AT_ONCE = 16  # pictures
NARROWED = ("layer2", "layer3", "layer4")  # layer1 has a twentieth of the products


def blocks(network: ResNet) -> Iterator[tuple[str, Bottleneck]]:
    """The blocks that may be narrowed, in order, each with its name: "layer3.0"."""
    for layer in NARROWED:
        for number, block in enumerate(getattr(network, layer)):
            yield f"{layer}.{number}", block


def before_blocks(network: ResNet, images: Tensor) -> Tensor:
    """Images [N, 3, S, S] to what the first of them gets, [N, C, h, w]."""
    return run(
        lambda x: network.layer1(network.maxpool(network.relu(network.bn1(network.conv1(x))))),
        images,
    )


@torch.no_grad()
def run(part: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """A part of a network on [N, C, h, w], some at once, as one float32 tensor."""
    made = [part(some.contiguous(memory_format=torch.channels_last)) for some in x.split(AT_ONCE)]
    return torch.cat(made)


def stream(block: Bottleneck, x: Tensor) -> Tensor:
    """What a block adds its own to."""
    return x if block.downsample is None else run(block.downsample, x)


class Places:
    """Places of maps [N, C, h, w] drawn at random, as many in every picture.

    Args:
        maps: of this height and width, so many.
        count: places a picture; all where there are no more.
        generator: draws them.
    """

    def __init__(self, maps: Tensor, count: int, generator: torch.Generator) -> None:
        pictures, _, height, width = maps.shape
        self._each = torch.stack(
            [
                torch.randperm(height * width, generator=generator)[:count].sort().values
                for _ in range(pictures)
            ]
        )

    def of(self, maps: Tensor) -> Tensor:
        """The channels at these places, [places, C]."""
        some = zip(maps.split(AT_ONCE), self._each.split(AT_ONCE), strict=True)
        return torch.cat([_taken(part.flatten(2), places) for part, places in some])

    def around(self, maps: Tensor, conv: nn.Conv2d) -> Tensor:
        """What a convolution sees at these places of its output, [places, C · kh · kw]."""
        some = zip(maps.split(AT_ONCE), self._each.split(AT_ONCE), strict=True)
        return torch.cat([_taken(_seen(part, conv), places) for part, places in some])


def _seen(maps: Tensor, conv: nn.Conv2d) -> Tensor:
    height, dilation, stride = conv.kernel_size[0], conv.dilation[0], conv.stride[0]
    return functional.unfold(maps, height, dilation, int(conv.padding[0]), stride)


def _taken(values: Tensor, places: Tensor) -> Tensor:
    """[n, C, positions] at [n, places], as [n · places, C]."""
    index = places[:, None, :].expand(-1, values.shape[1], -1)
    return values.gather(2, index).transpose(1, 2).reshape(-1, values.shape[1])
