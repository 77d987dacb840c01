"""How a model is trained, as data: every choice that is not code."""

from dataclasses import dataclass, field, replace
from math import cos, pi
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
        real: whether real bleeds are shown, and the sources of ``Recipe.held_back`` at all.
    """

    epochs: int
    trunk_rate: float
    layer4_rate: float
    head_rate: float
    layer4_statistics: bool = False
    real: bool = True


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
        kinds: share of each of ``hemo.bleeds.KINDS`` among these; empty: all alike.
        even_ages: share of the painted subdurals whose age is any of ``hemo.bleeds.AGES`` alike;
            the others' is as common as in patients.
        paired: share of these that are shown beside the same slice without the bleed.
        held_back: sources of which stages that are not ``real`` show nothing, so that their
            snapshot can be tested on all of them.
        sizes: sides of the input that batches take in turn by chance; empty: ``size`` alone.
        candidates: sides of the input that the trained network is tried at; empty: ``size``.
        average: decay of the average of the weights that is validated and kept; 0 keeps the last.
        checks: painted slices, half of them left clean, added to the validation slices.
        phantoms: synthetic heads added to the training data.
        dense: weight of the loss on the evidence at each position; 0 leaves masks unused.
        full: the share of a position that is blood from which on it counts as blood.
        share: weight of the share of positive evidence that lies beside the blood.
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
    kinds: tuple[float, ...] = ()
    even_ages: float = 0.0
    paired: float = 0.0
    held_back: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    candidates: tuple[int, ...] = field(default=(), repr=False)
    average: float = 0.0
    checks: int = 0
    phantoms: int = 80
    dense: float = 1.0
    full: float = 1.0
    share: float = 0.0
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

    def rate_factor(self, epoch: int, progress: float) -> float:
        """What learning rates are multiplied by, at ``progress`` in [0, 1] of a stage."""
        if self.schedule == "step":
            return float(0.1 ** (epoch // 5))
        return min(1.0, progress / 0.05 + 0.01) * (0.51 + 0.49 * cos(pi * progress))


# Ten minutes on a GPU with sixteen cores beside it that paint: 0.18 million slices, nearly all of
# them seen once.
HEMO = Recipe(
    name="hemo",
    stages=(
        # layer4 and the head start from random numbers: alone first, on the trunk as it is.
        Stage(2, 0, layer4_rate=7e-4, head_rate=1.5e-3, layer4_statistics=True, real=False),
        # Then every layer, gently: too fast, and the trunk forgets more than it learns.
        Stage(7, trunk_rate=6e-5, layer4_rate=2e-4, head_rate=2e-4, real=False),
        # What painting has taught is tested on real bleeds before any is learnt from.
        Stage(2, trunk_rate=4e-5, layer4_rate=1e-4, head_rate=1e-4),
    ),
    size=256,
    sizes=(224, 256, 288),
    candidates=(224, 256, 288, 320, 384),
    batch=64,
    epoch_samples=16384,
    painted=0.65,
    # Subdurals are what is missed most: more of them, those as bright as brain and darker too,
    # half of all bleeds beside the same head without, and a crescent that fills a third of a
    # position is blood there.
    kinds=(0.15, 0.38, 0.14, 0.19, 0.14),
    even_ages=0.5,
    paired=0.5,
    full=1 / 3,
    held_back=("kaggle200",),
    average=0.995,
    checks=320,
    dense=1.0,
    share=0.5,
)

# The same without a GPU: an hour or more on two cores that compute in bfloat16, for a twentieth
# of the slices.
SHORT = replace(
    HEMO,
    name="short",
    stages=(
        Stage(3, 0, layer4_rate=5e-4, head_rate=1e-3, layer4_statistics=True, real=False),
        Stage(4, trunk_rate=4e-5, layer4_rate=1.5e-4, head_rate=1.5e-4, real=False),
        Stage(4, trunk_rate=3e-5, layer4_rate=8e-5, head_rate=8e-5),
    ),
    batch=16,
    epoch_samples=1024,
    average=0.99,
    checks=160,
)

# A run of minutes on phantoms alone, on the shipped model's trunk, with layer4 and the head from
# random numbers: to see that everything works.
QUICK = Recipe(
    name="quick",
    stages=(Stage(3, 0, layer4_rate=1e-3, head_rate=2e-3, layer4_statistics=True),),
    size=128,
    batch=16,
    epoch_samples=192,
    painted=0.5,
    phantoms=48,
    share=0.5,
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

RECIPES = {recipe.name: recipe for recipe in (HEMO, SHORT, QUICK, NOTEBOOK)}
