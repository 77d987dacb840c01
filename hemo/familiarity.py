"""Does a slice look to the network like those it was trained on?

Mahalanobis distance of the pooled layer4 features to the training slices', in the space of their
first principal components with the rest as one residual (probabilistic PCA; Tipping & Bishop 1999;
for out-of-distribution detection Lee et al. 2018, arXiv 1807.03888).
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from hemo import weights
from hemo.weights import Card, Tensors

Array = NDArray[np.float32]
FILE = "familiarity.safetensors"


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The training slices' features as a Gaussian, and how far from it is still usual.

    Attributes:
        mean: float32 [C] of the pooled features.
        components: float32 [K, C], orthonormal directions of most variance.
        deviations: float32 [K], standard deviation along each.
        residual: standard deviation along all other directions.
        limit: distance that 99 % of validation slices keep within.
    """

    mean: Array
    components: Array
    deviations: Array
    residual: float
    limit: float

    @classmethod
    def fit(cls, train: Array, validation: Array, *, keep: int = 32) -> Self:
        """From pooled features of training slices [N, C] and validation slices [M, C], N > keep."""
        mean = train.mean(0)
        _, singular, directions = np.linalg.svd(train - mean, full_matrices=False)
        variances = singular**2 / (len(train) - 1)
        rest = max(train.shape[1] - keep, 1)
        residual = float(np.sqrt(max(variances[keep:].sum() / rest, 1e-12)))
        known = cls(mean, directions[:keep], np.sqrt(variances[:keep]), residual, limit=0.0)
        limit = float(np.percentile([known.distance(z) for z in validation], 99))
        return cls(mean, directions[:keep], np.sqrt(variances[:keep]), residual, limit)

    def distance(self, z: Array) -> float:
        """Mahalanobis distance of pooled features [C], per direction: about 1 for a usual slice."""
        centred = z - self.mean
        along = self.components @ centred
        off = float(centred @ centred - along @ along)
        squared = float(((along / np.maximum(self.deviations, 1e-6)) ** 2).sum())
        return float(np.sqrt((squared + max(off, 0.0) / self.residual**2) / len(z)))

    def is_usual(self, z: Array) -> bool:
        """Whether a slice with these pooled features [C] is like those the network knows."""
        return self.distance(z) <= self.limit

    def tensors(self) -> Tensors:
        """As named arrays, to be stored."""
        return {
            "mean": self.mean.astype(np.float32),
            "components": self.components.astype(np.float32),
            "deviations": self.deviations.astype(np.float32),
            "scalars": np.array([self.residual, self.limit], np.float32),
        }

    @classmethod
    def from_tensors(cls, tensors: Tensors) -> Self:
        """The inverse of ``tensors``."""
        residual, limit = (float(value) for value in tensors["scalars"])
        return cls(tensors["mean"], tensors["components"], tensors["deviations"], residual, limit)


def load(folder: Path, card: Card) -> Familiarity | None:
    """What a weights folder holds of it; None where it holds nothing.

    Raises:
        WeightsError: the file is missing or changed.
    """
    if not card.familiarity:
        return None
    weights.verify(folder, card.familiarity)
    return Familiarity.from_tensors(weights.read_shard(folder / FILE))


def save(folder: Path, known: Familiarity, card: Card) -> Card:
    """Write it beside the weights; returns the card that names it."""
    save_file(known.tensors(), folder / FILE)
    (folder / FILE).chmod(0o644)
    return replace(card, familiarity={FILE: weights.sha256(folder / FILE)})
