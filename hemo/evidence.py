"""Evidence maps: which places of the slice the logit is made of.

Grad-CAM in closed form. With features A [C, h, w], pooled z_c = mean_ij A_cij and a head y(z),
Grad-CAM's weights are (1/hw) ∂y/∂z_c at every position, so no backward pass through the network
is needed (Selvaraju et al. 2017, arXiv 1610.02391; for a linear head it is Zhou et al. 2016, CAM).
The signed map E_ij = Σ_c (1/hw) ∂y/∂z_c · A_cij adds up: Σ_ij E_ij + b = y, where b is the head's
bias, or, for a head with ReLU, what is left of y: b = y - ∂y/∂z · z. Grad-CAM as published is
ReLU(E), rescaled per image; here nothing is rescaled.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.errors import WeightsError
from hemo.preprocessing import View, visible

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EvidenceMap:
    """What the logit is made of, on the slice's own pixel grid.

    Attributes:
        values: float32 [H, W], logits per pixel, positive for hemorrhage; zero outside the view.
        bias: what is not in the picture: the head's bias, and the share of map cells that lie on
            the black around it. ``values.sum() + bias`` is the logit.
        cells: float32 [h, w], the map on the view before it is spread, in logits per map cell.
            The network's own grid, or a finer one given in the same unit.
        cell_pixels: pixels of the slice's grid that a cell covers; ``values * cell_pixels`` is in
            logits per map cell, a unit that means the same on every slice.
        view: the square of the slice that the cells tile; None where ``values`` came another way.
        method: its name.
        layer: the target layer.
        peak: the strongest cell, in logits per map cell.
    """

    values: Array
    bias: float
    cells: Array
    cell_pixels: float
    method: str = "Grad-CAM"
    layer: str = "layer4"
    view: View | None = None

    @property
    def peak(self) -> float:
        """The raw peak: the strongest cell, in logits per map cell."""
        return float(self.cells.max())

    @property
    def per_cell(self) -> Array:
        """float32 [H, W], in logits per map cell: what the overlay colours."""
        return self.values * np.float32(self.cell_pixels)


class Head(Protocol):
    """The last layers, from pooled features z [C] to the hemorrhage logit."""

    def logit(self, z: Array) -> float:
        """y(z)."""
        ...

    def gradient(self, z: Array) -> Array:
        """∂y/∂z, float32 [C]."""
        ...


@dataclass(frozen=True, eq=False)
class LinearHead:
    """y = w·z + b, with w float32 [C]."""

    weight: Array
    bias: float

    def logit(self, z: Array) -> float:
        """y(z)."""
        return float(self.weight @ z) + self.bias

    def gradient(self, z: Array) -> Array:
        """∂y/∂z = w."""
        return self.weight


@dataclass(frozen=True, eq=False)
class NotebookHead:
    """y = v·ReLU(W z + c) + d, where v and d are the difference of the two classes' outputs.

    The log-softmax of the notebook's head cancels: its log-odds are the difference of its inputs.
    """

    hidden_weight: Array  # [512, C]
    hidden_bias: Array  # [512]
    weight: Array  # [512]
    bias: float

    def logit(self, z: Array) -> float:
        """y(z)."""
        hidden = np.maximum(self.hidden_weight @ z + self.hidden_bias, 0)
        return float(self.weight @ hidden) + self.bias

    def gradient(self, z: Array) -> Array:
        """∂y/∂z: the rows of W whose unit is on, weighted by v."""
        on = self.hidden_weight @ z + self.hidden_bias > 0
        gradient: Array = (self.weight * on) @ self.hidden_weight
        return gradient


def head_from(tensors: dict[str, Array]) -> Head:
    """The head out of a network's named arrays.

    Raises:
        WeightsError: there is none that hemo knows.
    """
    try:
        if "fc.weight" in tensors:
            return LinearHead(tensors["fc.weight"][0], float(tensors["fc.bias"][0]))
        out, bias = tensors["fc.fc2.weight"], tensors["fc.fc2.bias"]
        return NotebookHead(
            tensors["fc.fc1.weight"], tensors["fc.fc1.bias"], out[1] - out[0], bias[1] - bias[0]
        )
    except (KeyError, IndexError):
        raise WeightsError("The model file has no classification head that hemo knows.") from None


def grad_cam(
    features: Array, head: Head, pooled: Array | None = None
) -> tuple[Array, float, float]:
    """Signed Grad-CAM in closed form.

    Args:
        features: float32 [C, h, w], the target layer's output.
        head: from pooled features to the logit.
        pooled: float32 [C], the features' means over cells, where they are known already.

    Returns:
        The map in logits per cell, float32 [h, w]; the effective bias; the logit, their sum.
    """
    z = features.mean((1, 2)) if pooled is None else pooled
    logit, gradient = head.logit(z), head.gradient(z)
    _, height, width = features.shape
    # Not by BLAS: waking its threads for so little takes longer than the sum, above all on a
    # machine whose cores are busy.
    weights = (gradient / (height * width)).astype(np.float32)
    cells: Array = np.einsum("c,chw->hw", weights, features)
    return cells.astype(np.float32), logit - float(gradient @ z), logit


def on_slice(
    cells: Array,
    bias: float,
    view: View,
    *,
    map_cells: int | None = None,
    method: str = "Grad-CAM",
    layer: str = "layer4",
) -> EvidenceMap:
    """Bring a map onto the slice's own grid so that its sum stays what it was.

    Every cell is spread over the pixels around it by bilinear weights that add up to 1. What a
    cell spreads outside the picture is not shown and goes to the bias.

    Args:
        cells: float32 [h, w], logits per cell of the square view.
        bias: the head's (effective) bias.
        view: where the square lies on the slice.
        map_cells: how many cells the network's own map has, where ``cells`` is another grid.
        method: its name.
        layer: the target layer.
    """
    rows, columns = visible(view)
    down = spread(cells.shape[0], view.side)[rows.start - view.top : rows.stop - view.top]
    across = spread(cells.shape[1], view.side)[columns.start - view.left : columns.stop - view.left]
    inside = down @ cells @ across.T
    values = np.zeros(view.shape, np.float32)
    values[rows, columns] = inside
    outside = float(cells.sum(dtype=np.float64) - inside.sum(dtype=np.float64))
    unit = map_cells or cells.size
    return EvidenceMap(
        values=values,
        bias=bias + outside,
        cells=cells * np.float32(cells.size / unit),
        cell_pixels=view.side**2 / unit,
        method=method,
        layer=layer,
        view=view,
    )


@lru_cache(maxsize=32)  # the slices of a series are all of one size
def spread(cells: int, pixels: int) -> Array:
    """[pixels, cells]: bilinear interpolation (means where it shrinks); columns add up to 1."""
    way = cv2.INTER_LINEAR if pixels >= cells else cv2.INTER_AREA
    weights: Array = cv2.resize(np.eye(cells, dtype=np.float32), (cells, pixels), interpolation=way)
    weights /= weights.sum(0, keepdims=True)
    weights.setflags(write=False)
    return weights
