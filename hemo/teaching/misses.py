"""Curated misses: synthetic cases that the shipped model was seen to get wrong, and why.

``misses.json`` lies beside the weights it is about; ``python -m hemo cases`` writes it by running
the model (``hemo.teaching.curate``). It holds no pixels, only what to draw.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hemo import phantom
from hemo.bleeds import KINDS, Head
from hemo.errors import DataError
from hemo.innocents import IN_HEAD
from hemo.phantom import Phantom
from hemo.report import teach as words
from hemo.slice import Slice
from hemo.teaching.cases import Case, fainter
from hemo.windowing import BRAIN

FILE = "misses.json"


@dataclass(frozen=True)
class Recipe:
    """What a case is drawn from.

    Attributes:
        seed: of the phantom.
        kind: of its bleed, one of ``hemo.bleeds.KINDS``, or None.
        size_mm: of the bleed; None where the seed decides.
        contrast_hu: see ``hemo.teaching.cases.fainter``; None leaves the blood as it is.
        finding: an innocent finding painted besides, one of ``hemo.innocents.IN_HEAD``, or None.
    """

    seed: int
    kind: str | None = None
    size_mm: float | None = None
    contrast_hu: float | None = None
    finding: str | None = None


@dataclass(frozen=True)
class Miss:
    """A case that the model gets wrong, and what it said when it was found out."""

    recipe: Recipe
    probability: float


def miss_case(miss: Miss) -> Case:
    """The slice of a miss, drawn again, with the reason for the error."""
    recipe = miss.recipe
    drawn, slice_ = draw(recipe)
    why = words.miss(recipe.kind, recipe.size_mm, recipe.contrast_hu, recipe.finding)
    return Case(slice_, recipe.kind is not None, drawn.mask, "misses", kind=recipe.kind, note=why)


def draw(recipe: Recipe) -> tuple[Phantom, Slice]:
    """The phantom of a recipe, and its slice once the blood is dimmed and the finding painted.

    Raises:
        DataError: the head has no room for what is to be painted.
    """
    drawn = phantom.draw(recipe.kind, seed=recipe.seed, size_mm=recipe.size_mm)
    slice_ = drawn.slice
    if recipe.contrast_hu is not None:
        slice_ = fainter(drawn, recipe.contrast_hu)
    if recipe.finding is not None:
        slice_ = with_finding(drawn, slice_, recipe.finding, recipe.seed)
    return drawn, slice_


def with_finding(drawn: Phantom, slice_: Slice, finding: str, seed: int) -> Slice:
    """A phantom's slice with an innocent finding painted into it.

    Raises:
        DataError: there is no room for it.
    """
    assert slice_.spacing is not None
    seen = BRAIN.invert(BRAIN.apply(slice_.pixels))  # the painters know windowed slices
    head = Head(seen, drawn.inside, slice_.spacing[0])
    offset = IN_HEAD[finding](head.frame, np.random.default_rng([seed, 90]))
    return replace(slice_, pixels=np.round(slice_.pixels + offset).astype(np.float32))


def read_misses(folder: Path) -> tuple[tuple[Miss, ...], str]:
    """The misses in a folder of weights, and the version of the model whose they are.

    Returns:
        None, of no model, where none were looked for.

    Raises:
        DataError: the file is not what ``write_misses`` writes.
    """
    path = folder / FILE
    if not path.is_file():
        return (), ""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_miss(one) for one in plain["misses"]), str(plain["model"])
    except (KeyError, TypeError, ValueError):
        raise DataError(f"{path} is not a list of misses that hemo wrote.") from None


def write_misses(path: Path, version: str, looked_at: int, misses: tuple[Miss, ...]) -> None:
    """Write the misses that were found among so many cases.

    Raises:
        OSError: the file cannot be written.
    """
    plain = {
        "model": version,
        "looked_at": looked_at,
        "misses": [asdict(miss) for miss in misses],
    }
    path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def _miss(plain: Mapping[str, Any]) -> Miss:
    recipe = Recipe(**plain["recipe"])
    known = recipe.kind in (None, *KINDS) and recipe.finding in (None, *IN_HEAD)
    if not known or not isinstance(recipe.seed, int):
        raise ValueError("unknown kind or finding")
    return Miss(recipe, float(plain["probability"]))
