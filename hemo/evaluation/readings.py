"""Reading many slices for evaluation: with progress, and never the same slice twice.

What was read is kept in a file a model, so that an evaluation that was stopped goes on where it
was, and a slice that two measurements want is read once. The file's name depends on the weights,
the engine and the code that reads; its lines on the very pixels.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hemo.evaluation.metrics import pointing, share_inside
from hemo.reader import BATCH, Reader, Reading
from hemo.slice import Slice
from hemo.training.dataset import Sample, sample_mask
from hemo.training.phantoms import PhantomSample

Report = Callable[[str], None]
Array = NDArray[np.float64]
Bool = NDArray[np.bool_]
AnySample = Sample | PhantomSample
PACKAGE = Path(__file__).resolve().parents[1]
NOT_READING = ("ui", "training", "evaluation")  # rooms that no reading passes through


@dataclass(frozen=True)
class Answer:
    """What the model said of one slice.

    Attributes:
        probability: calibrated; None where the gate refused the slice.
        pointed: whether the strongest evidence lies on the bleed, where its place is known.
        inside: the share of positive evidence on the bleed, where its place is known.
    """

    probability: float | None
    pointed: bool | None = None
    inside: float | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """A slice to read, and where its bleed is, bool [H, W], if it has one of known place."""

    slice: Slice
    target: Bool | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """A sample and what the model said of it."""

    sample: AnySample
    answer: Answer


@dataclass(frozen=True, eq=False)
class Table:
    """Slices that were read, as columns of length N: what every figure is computed from."""

    probabilities: Array
    labels: Array
    groups: tuple[str, ...]


class Progress:
    """Counts readings against a plan and says how long the rest may take."""

    def __init__(self, planned: int, report: Report) -> None:
        self.planned, self.done, self.report = planned, 0, report
        self._started = time.monotonic()
        self._slow = 0  # those that were really read, not remembered

    def step(self, what: str, count: int, fresh: int) -> None:
        """``count`` more are done, ``fresh`` of them not from memory."""
        before, self.done = self.done, self.done + count
        self._slow += fresh
        if self.done // 64 == before // 64:
            return
        each = (time.monotonic() - self._started) / max(self._slow, 1)
        left = each * max(self.planned - self.done, 0)
        self.report(f"  {what}: {self.done} of about {self.planned} readings, {_time(left)} left")


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


class Readings:
    """A reader that remembers."""

    def __init__(self, reader: Reader, progress: Progress, store: Path | None = None) -> None:
        self.reader, self.progress = reader, progress
        self._known: dict[str, Answer] = {}
        self._file = store / f"{_identity(reader)}.jsonl" if store else None
        if self._file and self._file.is_file():
            self._known = dict(_lines(self._file))

    def read(self, jobs: Iterable[Job], what: str) -> list[Answer]:
        """Answers in the order of the jobs, which are taken as they are needed."""
        found: list[Answer] = []
        for batch in _batches(jobs, BATCH):
            keys = [_key(job) for job in batch]
            new = {key: job for key, job in zip(keys, batch, strict=True) if key not in self._known}
            if new:
                self._read(new)
            found += [self._known[key] for key in keys]
            self.progress.step(what, len(batch), len(new))
        return found

    def results(self, samples: Sequence[AnySample], what: str) -> list[Result]:
        """The samples as they are, each with its answer."""
        answers = self.read((job_of(sample) for sample in samples), what)
        return [Result(s, a) for s, a in zip(samples, answers, strict=True)]

    def _read(self, jobs: dict[str, Job]) -> None:
        readings = self.reader.read_many([job.slice for job in jobs.values()])
        answers = {
            key: _answer(reading, job.target) if isinstance(reading, Reading) else Answer(None)
            for (key, job), reading in zip(jobs.items(), readings, strict=True)
        }
        self._known |= answers
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                for key, answer in answers.items():
                    # The line's end comes first: a line that a kill cut off stays alone.
                    file.write("\n" + json.dumps({"key": key, **asdict(answer)}))


def table(results: Iterable[Result]) -> Table:
    """Those that were read, without the refused."""
    read = [r for r in results if r.answer.probability is not None]
    return Table(
        np.array([r.answer.probability for r in read], np.float64),
        np.array([r.sample.label for r in read], np.float64),
        tuple(f"{r.sample.source}/{r.sample.group}" for r in read),
    )


def job_of(sample: AnySample) -> Job:
    """A sample as it is, with its target where it has one."""
    slice_ = sample.slice()
    return Job(slice_, target_of(sample, slice_.shape) if sample.label else None)


def target_of(sample: AnySample, shape: tuple[int, int]) -> Bool | None:
    """Where the bleed is, bool [H, W]: the mask, or the boxes (which hold its edema too)."""
    if isinstance(sample, PhantomSample):
        return sample.blood()
    if sample.mask:
        return sample_mask(sample.mask, shape)
    if not sample.boxes:
        return None
    target = np.zeros(shape, np.bool_)
    for x0, y0, x1, y1 in sample.boxes:
        target[y0:y1, x0:x1] = True
    return target


def _answer(reading: Reading, target: Bool | None) -> Answer:
    if target is None or not target.any():
        return Answer(reading.probability)
    per_cell = reading.evidence.per_cell.astype(np.float64)
    return Answer(reading.probability, pointing(per_cell, target), share_inside(per_cell, target))


def _batches(jobs: Iterable[Job], size: int) -> Iterator[list[Job]]:
    batch: list[Job] = []
    for job in jobs:
        batch.append(job)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _key(job: Job) -> str:
    """A digest of the pixels, what they mean, and the target."""
    digest = hashlib.sha256(f"{job.slice.shape} {job.slice.units} {job.slice.modality}".encode())
    digest.update(np.ascontiguousarray(job.slice.pixels).tobytes())
    if job.target is not None:
        digest.update(np.packbits(job.target).tobytes())
    return digest.hexdigest()[:32]


def _identity(reader: Reader) -> str:
    """A digest of everything that an answer depends on but the slice."""
    digest = hashlib.sha256(reader.engine.encode())
    digest.update(repr(replace(reader.card, evaluation={}, training={})).encode())
    digest.update(_code())
    return digest.hexdigest()[:16]


@cache
def _code() -> bytes:
    """A digest of the code that reads, as it was when this process first asked."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in NOT_READING:
            digest.update(path.read_bytes())
    return digest.digest()


def _lines(path: Path) -> Iterator[tuple[str, Answer]]:
    """What a file holds; a last line that was cut off by a kill is left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):
            plain = json.loads(line)
            yield plain.pop("key"), Answer(**plain)
