"""What the machine could do at best: the network's own multiplications and nothing else.

Every convolution is one matrix product, [positions, inputs x kernel] x [inputs x kernel, outputs],
computed by oneDNN through torch. The limit is their sum: no activation is read in from the
picture, rounded, added or written back. Beside it, the rate at one large product, which no layer
of a ResNet reaches.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from measure import Figures, seconds

from hemo.network import build

LARGE = (2048, 2048, 2048)
Product = tuple[int, int, int]  # positions, inputs x kernel, outputs


def limits(size: int, repeats: int, kinds: Sequence[str]) -> Figures:
    """The limits for one slice of ``size`` pixels a side, in ms, of "int8", "float32" or both."""
    products = network_products(size)
    operations = 2 * sum(count * m * k * n for (m, k, n), count in products.items())
    figures = {"network: operations, 1e9": operations / 1e9}
    for kind in kinds:
        own = sum(n * _seconds(product, kind, repeats) for product, n in products.items())
        rate = 2 * np.prod(LARGE, dtype=float) / _seconds(LARGE, kind, repeats)
        figures[f"limit, {kind}, the network's own products, ms"] = 1000 * own
        figures[f"limit, {kind}, at the rate of one large product, ms"] = 1000 * operations / rate
        figures[f"machine: {kind} rate of one large product, 1e9/s"] = rate / 1e9
    return figures


def network_products(size: int) -> Counter[Product]:
    """The matrix products that ResNet-152's convolutions are, and how often each occurs."""
    found: Counter[Product] = Counter()

    def count(module: torch.nn.Conv2d, _: object, output: torch.Tensor) -> None:
        kernel = module.kernel_size[0] * module.kernel_size[1]
        positions = output.shape[2] * output.shape[3]
        found[positions, module.in_channels * kernel, module.out_channels] += 1

    network = build().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.zeros(1, 3, size, size))
    return found


def _seconds(product: Product, kind: str, repeats: int) -> float:
    """One product, as all is measured here: a limit of lucky moments would be nobody's."""
    m, k, n = product
    rng = np.random.default_rng(0)
    if kind == "int8":
        a, b = (
            torch.from_numpy(rng.integers(-99, 99, shape).astype(np.int8))
            for shape in ((m, k), (k, n))
        )
        return seconds(lambda: torch._int_mm(a, b), repeats)
    c, d = (torch.from_numpy(rng.normal(size=s).astype(np.float32)) for s in ((m, k), (k, n)))
    return seconds(lambda: c @ d, repeats)
