"""What if: a slice is changed, filled in or bled into, and read again: answers for whatif.js.

The slice comes from the browser each time (``slices.restored``): the server has kept nothing.
"""

from collections.abc import Iterator
from threading import Event
from typing import Any

from hemo.bleeds import KINDS, Side
from hemo.errors import BrokenFileError
from hemo.reader import Reader
from hemo.report import what_if as words
from hemo.trust.what_if import Change, add, remove
from hemo.ui.slices import View, mask_from, restored, slice_view

SIZES = {  # mm: thickness of what lies along the skull, diameter of what lies in the brain
    "intraparenchymal": {"small": 10.0, "medium": 22.0, "large": 38.0},
    "subdural": {"small": 4.0, "medium": 8.0, "large": 14.0},
    "epidural": {"small": 7.0, "medium": 14.0, "large": 24.0},
}
SIDES: dict[str, Side] = {"left": "left", "right": "right"}


def choices() -> View:
    """What whatif.js offers: kinds of bleeds, and which of them have a size."""
    return {"kinds": list(KINDS), "sized": list(SIZES)}


def filled(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Fill in what was painted over, and read again.

    Args:
        asked: {slice, mask, width, height, what}: the slice and the brush's mask as the viewer
            tells them; what was painted over, a region's number or 0 for what a hand painted.
        reader: that reads before and after.
        stopped: not used; it is two readings.

    Yields:
        {sentences, slice, before, after}: the changed slice as the viewer draws it, and both
        probabilities.

    Raises:
        HemoError: there is no such slice, nothing to fill, or it cannot be read.
    """
    slice_ = restored(asked["slice"])
    if not asked.get("mask"):
        raise BrokenFileError(words.NO_MASK)
    mask = mask_from(str(asked["mask"]), *slice_.shape)
    change = remove(reader, slice_, mask)
    region = int(asked.get("what") or 0)
    what = f"region {region}" if region else words.PAINTED_OVER
    said = words.filled(change.before, change.after, what, change.way, reader.card)
    yield _answer(said, change, reader)


def bled(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Paint a bleed into a slice and see whether it is found.

    Args:
        asked: {slice, kind, size, side}: kind one of ``hemo.bleeds.KINDS``, size "small", "medium"
            or "large", side "left", "right" or "" for either.
        reader: that reads it before and after.
        stopped: not used; it is two readings.

    Yields:
        as ``filled``; what was painted is outlined as the slice's truth.

    Raises:
        HemoError: there is no such slice or kind, no skull on it, or no room for the bleed.
    """
    slice_ = restored(asked["slice"])
    kind, side = str(asked.get("kind")), SIDES.get(str(asked.get("side")))
    if kind not in KINDS:
        raise BrokenFileError("There is no such kind of bleed.")
    size = SIZES.get(kind, {}).get(str(asked.get("size")))
    change = add(reader, slice_, kind, side=side, size_mm=size)
    said = words.added(change.before, change.after, kind, side, reader.card, on_it=change.on_it)
    yield _answer(said, change, reader)


def _answer(sentences: list[str], change: Change, reader: Reader) -> View:
    return {
        "sentences": sentences,
        "slice": slice_view(change.slice_, change.after, reader.card, truth=change.mask),
        "before": float(change.before.probability),
        "after": float(change.after.probability),
    }
