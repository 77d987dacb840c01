"""How steady a reading is: answers for steady.js, step by step, after the reading is there."""

from collections.abc import Iterator
from dataclasses import asdict
from threading import Event
from typing import Any

import numpy as np

from hemo.errors import DataError, HemoError
from hemo.reader import STRANGE, Reader, Reading
from hemo.report import hints, steady
from hemo.report.steady import Check
from hemo.slice import Slice
from hemo.trust import faithfulness, stability
from hemo.trust.what_if import remove
from hemo.ui.slices import View, explain, restored


def checked(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Whether a reading keeps when nothing that matters changes, and falls when something does.

    Args:
        asked: {slice}, as the viewer holds it.
        reader: that reads every change.
        stopped: once set, the rest is left.

    Yields:
        {checks, done}: the lines so far, whether they are all.

    Raises:
        HemoError: there is no such slice, or it cannot be read.
    """
    slice_ = restored(asked["slice"])
    found: list[View] = []
    for check in _checks(slice_, reader):
        found.append(asdict(check))
        yield {"checks": list(found), "done": False}
        if stopped.is_set():
            return
    yield {"checks": found, "done": True}


def _checks(slice_: Slice, reader: Reader) -> Iterator[Check]:
    reading = reader.read(slice_, anyway=True)
    if not isinstance(reading, Reading):
        raise HemoError(reading.sentence)
    if reader.card.familiarity:
        yield steady.familiar(STRANGE not in reading.warnings)
    yield from _without(slice_, reading, reader)
    yield from steady.stable(stability(reader, slice_), reader.card)


def _without(slice_: Slice, reading: Reading, reader: Reader) -> Iterator[Check]:
    """One check where there is a region, none else."""
    regions = explain(slice_, reading, reader.card).regions
    if not regions:
        return
    try:
        change = remove(reader, slice_, regions[0].mask)
    except DataError:  # the region lies outside the brain: nothing can be filled in
        return
    before, after = change.before.probability, change.after.probability
    yield steady.without_region(before, after, reader.card)


def faithful(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Delete the strongest evidence, and as much at random.

    Args:
        asked: {slice}, as the viewer holds it.
        reader: that reads every change.
        stopped: not used: it is asked for on purpose.

    Yields:
        {curve: {shares, chosen, chance, sentence, hint}}: probabilities from nothing deleted on,
        of chance the mean.

    Raises:
        HemoError: there is no such slice, or it cannot be read.
    """
    found = faithfulness(reader, restored(asked["slice"]))
    chance = np.mean(found.deleted.chance, axis=0)
    yield {
        "curve": {
            "shares": [0.0, *found.shares],
            "chosen": [found.probability, *found.deleted.chosen],
            "chance": [found.probability, *(float(value) for value in chance)],
            "threshold": reader.card.threshold,
            "sentence": steady.faithful(found, reader.card),
            "hint": hints.FAITHFUL,
        }
    }
