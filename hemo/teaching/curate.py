"""Look for what a model gets wrong: run it over phantoms that are made to be hard.

Two ways to be wrong: innocent findings called blood, and blood that is small, faint or isodense
and not called. Nothing is picked by hand; the worst of each reason are kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice

from hemo.errors import DataError
from hemo.innocents import IN_HEAD
from hemo.reader import BATCH, Reader, Reading
from hemo.slice import Slice
from hemo.teaching.misses import Miss, Recipe, draw

FIRST_SEED = 70_000_000
BLEEDS = (  # kind, size in mm, contrast in HU: from hard to hardly visible
    ("subdural", 3.5, 16.0),
    ("intraparenchymal", 8.0, 14.0),
    ("epidural", 5.0, 20.0),
    ("subarachnoid", None, 12.0),
    ("intraventricular", None, 12.0),
)
EACH = 3  # of one reason at most
MOST = 24


def recipes() -> Iterator[Recipe]:
    """Candidates without end: every innocent finding and every hard bleed in turn."""
    seed = FIRST_SEED
    while True:
        for finding in IN_HEAD:
            yield Recipe(seed, finding=finding)
            seed += 1
        for kind, size_mm, contrast_hu in BLEEDS:
            yield Recipe(seed, kind, size_mm, contrast_hu)
            seed += 1


def curate(
    reader: Reader, count: int, told: Callable[[int, int], None] = lambda done, found: None
) -> tuple[Miss, ...]:
    """The misses of a reader among so many candidates, the plainest errors of each reason first.

    Args:
        reader: whose errors are looked for.
        count: of candidates.
        told: called with (candidates read, misses found).
    """
    found: dict[object, list[Miss]] = defaultdict(list)
    candidates = islice(recipes(), count)
    done = 0
    while batch := list(islice(candidates, BATCH)):
        for miss in _wrong(reader, batch):
            found[miss.recipe.finding or miss.recipe.kind].append(miss)
        done += len(batch)
        told(done, sum(map(len, found.values())))
    kept = [miss for misses in found.values() for miss in sorted(misses, key=_worst_first)[:EACH]]
    return tuple(sorted(kept, key=_worst_first)[:MOST])


def _wrong(reader: Reader, batch: list[Recipe]) -> Iterator[Miss]:
    drawn = [(recipe, slice_) for recipe in batch if (slice_ := _drawn(recipe)) is not None]
    results = reader.read_many([slice_ for _, slice_ in drawn])
    for (recipe, _), result in zip(drawn, results, strict=True):
        if not isinstance(result, Reading):
            continue
        called = result.probability >= reader.card.threshold
        if called != (recipe.kind is not None):
            yield Miss(recipe, round(float(result.probability), 4))


def _drawn(recipe: Recipe) -> Slice | None:
    try:
        return draw(recipe)[1]
    except DataError:  # no room in this head: another has
        return None


def _worst_first(miss: Miss) -> float:
    """Least for the error that was made with the most confidence."""
    return miss.probability if miss.recipe.kind else 1 - miss.probability
