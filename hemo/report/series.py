"""What is said of a series as a whole: each slice is read for itself, a run of them says more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hemo.gate import Refusal
from hemo.reader import Reading
from hemo.report import percent
from hemo.slice import Slice
from hemo.weights import Card

EMPTY = "Drop a head-CT series here"
EMPTY_MORE = "a zip, a folder, several DICOM files, a multi-frame file or NIfTI; or choose one."
EMPTY_PANEL = "How many slices are above the operating point, and which, appears here."
UPLOADING = "Taking the files in"
OPENING = "Opening the files and putting the slices in order"
DRAWING = "Drawing the synthetic series"
STOPPED = "Stopped: the slices after these were not read."
FAULT = "Something failed inside hemo and this series was not read to its end."
LOGIT = "Logit"
ALONE = "It stands alone, without a neighbour: be doubtful. Blood mostly shows on more than one."
LIMIT = (
    "Each slice is read for itself. The model was made for single slices: that none is above the "
    "operating point does not rule a hemorrhage out."
)


@dataclass(frozen=True)
class Run:
    """Neighbouring slices above the operating point, by their numbers, both ends included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many slices."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Summary:
    """What the slices of a series say together.

    Attributes:
        count: of slices.
        read: how many of them got a reading.
        above: how many of those at or above the operating point.
        runs: of neighbours among them, the longest first; a refused slice ends a run.
        highest: index of the slice with the highest probability, None where none was read.
        refused: reasons as sentences with the numbers of the slices, the most frequent first.
    """

    count: int
    read: int
    above: int
    runs: tuple[Run, ...]
    highest: int | None
    refused: tuple[tuple[str, tuple[int, ...]], ...]


def summarise(slices: Sequence[Slice], results: Sequence[Reading | Refusal], card: Card) -> Summary:
    """Count, and find the runs; slices and their results in order."""
    chances = [r.probability if isinstance(r, Reading) else None for r in results]
    above = [chance is not None and chance >= card.threshold for chance in chances]
    best = max(
        (i for i, chance in enumerate(chances) if chance is not None),
        key=lambda i: chances[i] or 0.0,
        default=None,
    )
    numbers = [slice_.number for slice_ in slices]
    return Summary(
        count=len(results),
        read=sum(chance is not None for chance in chances),
        above=sum(above),
        runs=tuple(sorted(_runs(numbers, above), key=lambda run: -run.length)),
        highest=best,
        refused=_refused(numbers, results),
    )


def _runs(numbers: Sequence[int], above: Sequence[bool]) -> list[Run]:
    runs: list[Run] = []
    for number, is_above in zip(numbers, above, strict=False):
        if is_above and runs and runs[-1].last == number - 1:
            runs[-1] = Run(runs[-1].first, number)
        elif is_above:
            runs.append(Run(number, number))
    return runs


def _refused(
    numbers: Sequence[int], results: Sequence[Reading | Refusal]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    pairs = [
        (r.sentence, n) for n, r in zip(numbers, results, strict=False) if isinstance(r, Refusal)
    ]
    often = Counter(sentence for sentence, _ in pairs)
    return tuple(
        (sentence, tuple(n for one, n in pairs if one == sentence))
        for sentence, _ in often.most_common()
    )


def headline(summary: Summary) -> str:
    """The most important thing, short."""
    if not summary.read:
        return "No slice of this series was read"
    if not summary.above:
        return "No slice above the operating point"
    return f"{summary.above} of {summary.read} slices above the operating point"


def sentences(summary: Summary, probability: float | None, number: int | None) -> list[str]:
    """What else there is to say.

    Args:
        summary: of the series.
        probability: the highest, None where no slice was read.
        number: of the slice that has it.
    """
    said = []
    if summary.runs:
        longest = summary.runs[0]
        if longest.length > 1:
            said.append(f"Longest run of neighbours: {_span(longest)}, {longest.length} slices.")
        elif summary.above == 1:
            said.append(ALONE)
        else:
            said.append("None of them are neighbours: be doubtful of each.")
        others = summary.runs[1:]
        if others and longest.length > 1:
            said.append(f"Besides: {', '.join(_span(run) for run in others)}.")
    if probability is not None and number is not None:
        most = "Most suspicious" if summary.above else "Highest probability"
        said.append(f"{most}: slice {number}, {percent(probability)}.")
    return said


def refusals(summary: Summary) -> list[str]:
    """Which slices were not read, and why."""
    return [f"{_numbers(numbers)} not read. {sentence}" for sentence, numbers in summary.refused]


def refused_title(summary: Summary) -> str:
    """How many slices were not read."""
    count = summary.count - summary.read
    return f"{count} {'slice was' if count == 1 else 'slices were'} not read" if count else ""


def more_series(count: int) -> str:
    """What was not read of files with several series."""
    return f"There are more series in these files: {count}. The largest one was read."


def only_every(every: int, count: int) -> str:
    """Which slices of a very long series were read."""
    ordinal = {2: "second", 3: "third"}.get(every, f"{every}th")
    return f"This series has {count} slices; every {ordinal} one was read."


def progress(done: int, count: int, seconds: float) -> str:
    """How far it is, and how long it will take if it goes on as it did.

    Args:
        done: slices with a result.
        count: of slices.
        seconds: that these took.
    """
    if done >= count:
        return f"{count} {'slice' if count == 1 else 'slices'} in {_took(seconds)}"
    text = f"{done} of {count} slices"
    if done == 0:
        return text
    left = seconds / done * (count - done)
    return f"{text} · {_about(left)} left"


def _about(seconds: float) -> str:
    """A duration that is only known roughly."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s"
    return f"about {seconds / 60:.0f} min"


def _took(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def _span(run: Run) -> str:
    return f"slices {run.first}–{run.last}" if run.length > 1 else f"slice {run.first}"


def _numbers(numbers: Sequence[int]) -> str:
    """Slices in words: "Slice 3" or "Slices 1–3, 7"."""
    runs = _runs(list(numbers), [True] * len(numbers))
    spans = ", ".join(
        f"{run.first}–{run.last}" if run.length > 1 else str(run.first) for run in runs
    )
    return f"Slice{'s' if len(numbers) > 1 else ''} {spans}"
