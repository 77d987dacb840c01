"""How a model is trained, as data: every choice that is not code."""

from dataclasses import dataclass
from typing import Literal

from hemo.network import HeadKind


@dataclass(frozen=True)
class Stage:
    """Some epochs with the same layers learning.

    Attributes:
        epochs: how many.
        trunk_rate: learning rate of stem to layer3; 0 freezes them.
        layer4_rate: of layer4; 0 freezes it.
        head_rate: of the head.
        layer4_statistics: whether layer4's batch norms still gather theirs (the trunk's never do).
    """

    epochs: int
    trunk_rate: float
    layer4_rate: float
    head_rate: float
    layer4_statistics: bool = False


@dataclass(frozen=True)
class Recipe:
    """A way to train.

    Attributes:
        name: of the recipe.
        head, dilated, size: of the network and its input.
        stages: in order.
        batch: samples a step.
        epoch_samples: samples an epoch, drawn balanced; None: each training sample once.
        painted: share of the drawn positives that are bleeds painted into negatives.
        phantoms: synthetic heads added to the training data.
        dense: weight of the loss on the evidence at each position; 0 leaves masks unused.
        schedule: "cosine" over a stage, or "step": times 0.1 every 5 epochs.
        augmentation: "hemo" (``augmentation.augment``) or "notebook".
        weight_decay: of AdamW; 0 is Adam.
        keep: the epoch that is shipped: the "best" on the validation slices, or the "last".
    """

    name: str
    stages: tuple[Stage, ...]
    head: HeadKind = "linear"
    dilated: bool = True
    size: int = 224
    batch: int = 16
    epoch_samples: int | None = 1024
    painted: float = 0.5
    phantoms: int = 80
    dense: float = 1.0
    schedule: Literal["cosine", "step"] = "cosine"
    augmentation: Literal["hemo", "notebook"] = "hemo"
    weight_decay: float = 0.01
    keep: Literal["best", "last"] = "best"

    @property
    def epochs(self) -> int:
        """Over all stages."""
        return sum(stage.epochs for stage in self.stages)

    def stage_of(self, epoch: int) -> tuple[Stage, int]:
        """The stage of an epoch (from 0) and the epoch's place in it."""
        for stage in self.stages:
            if epoch < stage.epochs:
                return stage, epoch
            epoch -= stage.epochs
        raise ValueError("no such epoch in this recipe")


HEMO = Recipe(
    name="hemo",
    stages=(
        # layer4 and the head start from random numbers: alone first, on the trunk as it is.
        Stage(4, trunk_rate=0, layer4_rate=5e-4, head_rate=1e-3, layer4_statistics=True),
        # Then every layer, gently: at 1e-4 the trunk forgets more than it learns.
        Stage(8, trunk_rate=2e-5, layer4_rate=8e-5, head_rate=8e-5),
    ),
)

# The notebook that hemo grew from: frozen backbone, batch-norm statistics too, Adam 1e-4,
# step 5 x 0.1, batch 8, 10 epochs, 80/20.
NOTEBOOK = Recipe(
    name="notebook",
    stages=(Stage(10, trunk_rate=0, layer4_rate=0, head_rate=1e-4),),
    head="notebook",
    dilated=False,
    batch=8,
    epoch_samples=None,
    painted=0,
    phantoms=0,
    dense=0,
    schedule="step",
    augmentation="notebook",
    weight_decay=0,
    keep="last",
)

RECIPES = {recipe.name: recipe for recipe in (HEMO, NOTEBOOK)}
