"""Slices in, readings out: the network, its calibration and its evidence behind one door."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import exp
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from hemo import familiarity, openvino_engine, phantom, weights
from hemo.errors import HemoError
from hemo.evidence import EvidenceMap, Head, grad_cam, head_from, on_slice
from hemo.gate import LETTERS, Refusal, check, has_burned_in_text
from hemo.guided import guided, shown
from hemo.preprocessing import View, preprocess
from hemo.slice import Slice

_In = TypeVar("_In")
_Out = TypeVar("_Out")
Band = Literal["hemorrhage", "indeterminate", "no hemorrhage seen"]
ENGINES = ("openvino", "torch")
BATCH = 8  # slices that PyTorch computes at once; int8 is as fast one by one, and answers sooner
AHEAD = 2  # batches that are prepared while the network computes
CHECK_LOGITS = 1.0  # mean over slices: int8 is within 0.3 of what it stands for, or 5 off
CHECK_SHAPE = (256, 256)  # pixels: as many as the network sees, and quickly drawn
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


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A slice as the network gets it."""

    slice: Slice
    image: NDArray[np.float32]  # [3, S, S]
    view: View
    refusal: Refusal | None  # what the gate says of it
    stands: bool  # whether it is refused, or read all the same
    letters: bool  # whether some are burned into it


_Batch = tuple[_Prepared, ...]


class Engine(Protocol):
    """Something that runs the network up to layer4."""

    name: str

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network inputs [B, 3, S, S] to layer4's output, float32 [B, C, h, w]."""
        ...


class Reader:
    """Reads slices. Holds weights only, never a request's data: one serves all threads.

    Attributes:
        card: what the weights are.
        head: from pooled features to the logit.
        folder: of the weights, None where they did not come from one.
    """

    def __init__(
        self,
        engine: Engine,
        head: Head,
        card: weights.Card,
        known: familiarity.Familiarity | None = None,
        folder: Path | None = None,
        *,
        batch: int = 1,
    ) -> None:
        self._engine = engine
        self._batch = batch
        self._known = known
        self._beside = ThreadPoolExecutor(1)  # while one slice is prepared, a core is idle
        self.head = head
        self.card = card
        self.folder = folder

    @classmethod
    def load(cls, path: str | Path | None = None, *, engine: str | None = None) -> Self:
        """The model in a weights folder (default: ``weights/`` of this checkout).

        Args:
            path: the weights folder.
            engine: "openvino" (int8, in float32 on processors whose int8 fails the self-check) or
                "torch" (float32, the reference); where None, openvino if it is installed and
                passes its self-check in either way, else torch.

        Raises:
            HemoError: no such engine, or its packages are not installed.
            WeightsError: a file is missing, changed or does not fit.
        """
        if engine is not None and engine not in ENGINES:
            raise HemoError(f"There is no engine {engine!r}; there is: {', '.join(ENGINES)}.")
        folder = Path(path) if path else weights.DEFAULT
        if engine == "torch":
            return cls._with_torch(folder)
        if engine == "openvino" or openvino_engine.available(weights.read_card(folder)):
            for exact in (False, True):
                reader = cls.with_openvino(folder, exact=exact)
                if reader.passes_check() or (exact and engine == "openvino"):
                    return reader
        return cls._with_torch(folder)

    @classmethod
    def with_openvino(cls, folder: Path, *, exact: bool) -> Self:
        """The int8 model, unchecked; ``exact`` as in ``OpenVinoEngine``.

        Raises:
            HemoError: as ``load``.
        """
        card = weights.read_card(folder)
        head = head_from(openvino_engine.load_head(folder, card))
        known = familiarity.load(folder, card)
        precision = card.openvino.get("precision", openvino_engine.PRECISION)
        engine = openvino_engine.OpenVinoEngine(folder, precision, exact=exact)
        return cls(engine, head, card, known, folder)

    @classmethod
    def _with_torch(cls, folder: Path) -> Self:
        tensors, card = weights.load(folder)
        from hemo.network import TorchEngine  # importing torch takes seconds: not before it is due

        engine = TorchEngine(tensors, head=card.head, dilated=card.dilated)
        known = familiarity.load(folder, card)
        return cls(engine, head_from(tensors), card, known, folder, batch=BATCH)

    def passes_check(self) -> bool:
        """Whether the engine computes on this machine what the int8 model stands for.

        int8 instructions differ between processors: some saturate where others do not, and that
        shows where evidence is thin. The check is the log odds of the synthetic slices that the
        card names, off by ``CHECK_LOGITS`` on average at most; without any it is passed.
        """
        checks = self.card.openvino.get("checks", [])
        allowed = CHECK_LOGITS * len(checks)
        for expected in checks:
            allowed -= abs(self.check_logit(expected) - expected["logit"])
            if allowed < 0:
                return False  # the next need not be drawn
        return True

    def check_logit(self, drawn: Mapping[str, Any]) -> float:
        """The log odds of one of the slices that engines are checked with.

        Args:
            drawn: a phantom's ``kind``, ``seed`` and ``size_mm``.
        """
        slice_ = _check_slice(drawn["kind"], drawn["seed"], drawn["size_mm"])
        image, _ = preprocess(slice_, self.card.preprocessing)
        return self.head.logit(self._engine.features(image[None])[0].mean((1, 2)))

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
        """As ``read_many``, each result as soon as it is there.

        The next slices are prepared in one thread and computed in another meanwhile.
        """
        if len(slices) == 1:
            prepared = self._prepare(slices[0], anyway, self._beside)
            yield from self._finish(*self._compute((prepared,)))
            return
        coming = _ahead(lambda slice_: self._prepare(slice_, anyway), slices, self._batch * AHEAD)
        for found in _ahead(self._compute, _batches(coming, self._batch), 1):
            yield from self._finish(*found)

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inputs [B, 3, S, S], as ``preprocess`` makes them, to features float32 [B, C, h, w]."""
        return self._engine.features(images)

    def pooled(self, slices: Sequence[Slice]) -> NDArray[np.float32]:
        """Pooled layer4 features, float32 [N, C], of the N slices that the gate lets through."""
        found: list[NDArray[np.float32]] = []
        for slice_ in slices:
            image, view = preprocess(slice_, self.card.preprocessing)
            if check(slice_, view) is None:
                found.append(self._engine.features(image[None])[0].mean((1, 2)))
        return np.array(found, np.float32)

    def _prepare(
        self, slice_: Slice, anyway: bool, beside: ThreadPoolExecutor | None = None
    ) -> _Prepared:
        """Made ready; with a thread beside this one, letters are looked for in it."""
        image, view = preprocess(slice_, self.card.preprocessing)
        begun = beside.submit(has_burned_in_text, slice_, view) if beside else None
        refusal = check(slice_, view)
        stands = refusal is not None and not (anyway and refusal.judgement)
        letters = not stands and (begun.result() if begun else has_burned_in_text(slice_, view))
        return _Prepared(slice_, image, view, refusal, stands, letters)

    def _compute(self, batch: _Batch) -> tuple[_Batch, list[NDArray[np.float32]]]:
        """A batch, and the features of those that are to be read."""
        images = [prepared.image for prepared in batch if not prepared.stands]
        if not images:
            return batch, []
        stacked = images[0][None] if len(images) == 1 else np.stack(images)
        return batch, list(self._engine.features(stacked))

    def _finish(
        self, batch: _Batch, features: list[NDArray[np.float32]]
    ) -> Iterator[Reading | Refusal]:
        maps = iter(features)
        for prepared in batch:
            if prepared.stands and prepared.refusal:
                yield prepared.refusal
            else:
                yield self._reading(prepared, next(maps))

    def _reading(self, prepared: _Prepared, features: NDArray[np.float32]) -> Reading:
        with _blas().limit(limits=1, user_api="blas"):
            pooled = features.mean((1, 2))
            cells, bias, logit = grad_cam(features, self.head, pooled)
            evidence = self._evidence(cells, bias, prepared)
            usual = self._known is None or self._known.is_usual(pooled)
        probability = calibrated(logit, self.card.temperature)
        return Reading(
            logit=logit,
            probability=probability,
            band=band_of(probability, self.card),
            evidence=evidence,
            warnings=_warnings(prepared, usual),
            model=self.card.version,
        )

    def _evidence(
        self, cells: NDArray[np.float32], bias: float, prepared: _Prepared
    ) -> EvidenceMap:
        """The map on the slice, by the method that the card names."""
        if self.card.evidence_method != "guided":
            return on_slice(cells, bias, prepared.view)
        grey = shown(prepared.image, self.card.preprocessing)
        return guided(cells, bias, prepared.view, grey)


@cache
def _blas() -> ThreadpoolController:
    """numpy's linear algebra, to be kept to one thread.

    Its others do not sleep for tens of milliseconds after a product of any size, but go round in
    circles beside the network that reads the next slice, and double its time on two cores.
    """
    return ThreadpoolController()


@cache
def _check_slice(kind: str | None, seed: int, size_mm: float | None) -> Slice:
    """Drawn once, for one engine after the other."""
    return phantom.draw(kind, seed=seed, size_mm=size_mm, shape=CHECK_SHAPE).slice


def _warnings(prepared: _Prepared, usual: bool) -> tuple[str, ...]:
    """What belongs beside the number; that the gate refused it before all else."""
    refused = (prepared.refusal.overruled,) if prepared.refusal else ()
    letters = (LETTERS,) if prepared.letters else ()
    strange = () if usual else (STRANGE,)
    return refused + letters + strange + prepared.slice.warnings


def _ahead(work: Callable[[_In], _Out], items: Iterable[_In], count: int) -> Iterator[_Out]:
    """The work on each item, in order, done in another thread up to ``count`` items ahead."""
    with ThreadPoolExecutor(1) as thread:
        begun: deque[Future[_Out]] = deque()
        for item in items:
            begun.append(thread.submit(work, item))
            if len(begun) > count:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


def _batches(items: Iterator[_Prepared], size: int) -> Iterator[_Batch]:
    while batch := tuple(islice(items, size)):
        yield batch


def calibrated(logit: float, temperature: float) -> float:
    """sigmoid(logit / temperature), in [0, 1] (temperature scaling: Guo et al. 2017)."""
    scaled = logit / temperature
    return 1 / (1 + exp(-scaled)) if scaled >= 0 else exp(scaled) / (1 + exp(scaled))


def band_of(probability: float, card: weights.Card) -> Band:
    """The band that a probability falls in."""
    if probability >= card.high:
        return "hemorrhage"
    return "no hemorrhage seen" if probability < card.low else "indeterminate"
