"""Slices in, readings out: the network, its calibration and its evidence behind one door."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hemo import familiarity, openvino_engine, phantom, weights
from hemo.errors import HemoError
from hemo.evidence import EvidenceMap, Head, grad_cam, head_from, on_slice
from hemo.gate import LETTERS, Refusal, check, has_burned_in_text
from hemo.preprocessing import View, preprocess
from hemo.slice import Slice

Band = Literal["hemorrhage", "indeterminate", "no hemorrhage seen"]
ENGINES = ("openvino", "torch")
BATCH = 8
CHECK_TOLERANCE = 0.03  # of a probability
STRANGE = (
    "To the model this slice looks unlike those it was trained on: its answer may mean little."
)


@dataclass(frozen=True, eq=False)
class Reading:
    """What the model says of one slice; numbers as computed, never rounded.

    Attributes:
        logit: log odds of hemorrhage before calibration.
        probability: calibrated, in [0, 1].
        band: the probability against the limits that the card holds.
        evidence: what the logit is made of, on the slice's own grid.
        warnings: sentences that belong beside the number.
        model: version of the weights.
    """

    logit: float
    probability: float
    band: Band
    evidence: EvidenceMap
    warnings: tuple[str, ...]
    model: str


class Engine(Protocol):
    """Something that runs the network up to layer4."""

    name: str

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network inputs [B, 3, S, S] to layer4's output, float32 [B, C, h, w]."""
        ...


class Reader:
    """Reads slices. Holds weights only, never a request's data: one serves all threads."""

    def __init__(
        self,
        engine: Engine,
        head: Head,
        card: weights.Card,
        known: familiarity.Familiarity | None = None,
    ) -> None:
        self._engine = engine
        self._head = head
        self._known = known
        self.card = card

    @classmethod
    def load(cls, path: str | Path | None = None, *, engine: str | None = None) -> Self:
        """The model in a weights folder (default: ``weights/`` of this checkout).

        Args:
            path: the weights folder.
            engine: "openvino" (int8) or "torch" (float32, the reference); where None, openvino if
                it is installed and passes its self-check, else torch.

        Raises:
            HemoError: no such engine, or its packages are not installed.
            WeightsError: a file is missing, changed or does not fit.
        """
        if engine is not None and engine not in ENGINES:
            raise HemoError(f"There is no engine {engine!r}; there is: {', '.join(ENGINES)}.")
        folder = Path(path) if path else weights.DEFAULT
        if engine == "openvino":
            return cls._with_openvino(folder)
        if engine is None and openvino_engine.available(weights.read_card(folder)):
            reader = cls._with_openvino(folder)
            if reader.passes_check():
                return reader
        return cls._with_torch(folder)

    @classmethod
    def _with_openvino(cls, folder: Path) -> Self:
        card = weights.read_card(folder)
        head = head_from(openvino_engine.load_head(folder, card))
        known = familiarity.load(folder, card)
        return cls(openvino_engine.OpenVinoEngine(folder), head, card, known)

    @classmethod
    def _with_torch(cls, folder: Path) -> Self:
        tensors, card = weights.load(folder)
        from hemo.network import TorchEngine  # importing torch takes seconds: not before it is due

        engine = TorchEngine(tensors, head=card.head, dilated=card.dilated)
        return cls(engine, head_from(tensors), card, familiarity.load(folder, card))

    def passes_check(self) -> bool:
        """Whether the engine computes on this machine what it computed where it was exported.

        int8 instructions differ between processors: some saturate where others do not. The check
        is the probability of a synthetic slice that the card names, to ``CHECK_TOLERANCE``.
        """
        check = self.card.openvino["check"]
        result = self.read(phantom.draw(check["kind"], seed=check["seed"]).slice)
        return (
            isinstance(result, Reading)
            and abs(result.probability - check["probability"]) <= CHECK_TOLERANCE
        )

    @property
    def engine(self) -> str:
        """The name of the engine that computes."""
        return self._engine.name

    def read(self, slice_: Slice, *, anyway: bool = False) -> Reading | Refusal:
        """Read one slice; ``anyway`` as in ``read_many``."""
        return self.read_many([slice_], anyway=anyway)[0]

    def read_many(
        self, slices: Sequence[Slice], *, anyway: bool = False
    ) -> list[Reading | Refusal]:
        """Read slices in batches; results in their order.

        Args:
            slices: of any series and size.
            anyway: read also what the gate refuses by judgement (``Refusal.judgement``); the
                first of the reading's warnings then says so. What is certain stays refused.
        """
        return list(self.read_each(slices, anyway=anyway))

    def read_each(
        self, slices: Sequence[Slice], *, anyway: bool = False
    ) -> Iterator[Reading | Refusal]:
        """As ``read_many``, each batch's results as soon as they are there."""
        for start in range(0, len(slices), BATCH):
            yield from self._read_batch(slices[start : start + BATCH], anyway)

    def pooled(self, slices: Sequence[Slice]) -> NDArray[np.float32]:
        """Pooled layer4 features, float32 [N, C], of the N slices that the gate lets through."""
        found: list[NDArray[np.float32]] = []
        for slice_ in slices:
            image, view = preprocess(slice_, self.card.preprocessing)
            if check(slice_, view) is None:
                found.append(self._engine.features(image[None])[0].mean((1, 2)))
        return np.array(found, np.float32)

    def _read_batch(self, slices: Sequence[Slice], anyway: bool) -> list[Reading | Refusal]:
        inputs = [preprocess(slice_, self.card.preprocessing) for slice_ in slices]
        refusals = [check(s, view) for s, (_, view) in zip(slices, inputs, strict=True)]
        standing = [None if anyway and r and r.judgement else r for r in refusals]
        images = [x for (x, _), refusal in zip(inputs, standing, strict=True) if refusal is None]
        maps: Iterator[NDArray[np.float32]] = iter(
            list(self._engine.features(np.stack(images))) if images else []
        )
        return [
            stands or self._reading(slice_, next(maps), view, refusal)
            for slice_, (_, view), refusal, stands in zip(
                slices, inputs, refusals, standing, strict=True
            )
        ]

    def _reading(
        self, slice_: Slice, features: NDArray[np.float32], view: View, overruled: Refusal | None
    ) -> Reading:
        cells, bias, logit = grad_cam(features, self._head)
        probability = calibrated(logit, self.card.temperature)
        return Reading(
            logit=logit,
            probability=probability,
            band=band_of(probability, self.card),
            evidence=on_slice(cells, bias, view),
            warnings=_warnings(slice_, overruled, self._is_usual(features)),
            model=self.card.version,
        )

    def _is_usual(self, features: NDArray[np.float32]) -> bool:
        return self._known is None or self._known.is_usual(features.mean((1, 2)))


def _warnings(slice_: Slice, overruled: Refusal | None, usual: bool) -> tuple[str, ...]:
    """What belongs beside the number; that the gate refused it before all else."""
    refused = (overruled.overruled,) if overruled else ()
    letters = (LETTERS,) if has_burned_in_text(slice_) else ()
    strange = () if usual else (STRANGE,)
    return refused + letters + strange + slice_.warnings


def calibrated(logit: float, temperature: float) -> float:
    """sigmoid(logit / temperature), in [0, 1] (temperature scaling: Guo et al. 2017)."""
    scaled = logit / temperature
    return 1 / (1 + exp(-scaled)) if scaled >= 0 else exp(scaled) / (1 + exp(scaled))


def band_of(probability: float, card: weights.Card) -> Band:
    """The band that a probability falls in."""
    if probability >= card.high:
        return "hemorrhage"
    return "no hemorrhage seen" if probability < card.low else "indeterminate"
