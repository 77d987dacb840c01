"""Slices in any order to series: split, ordered, numbered, with a word about what is odd."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import groupby

import numpy as np

from hemo.reading.found import Found, dot
from hemo.slice import Series, Slice

NO_POSITIONS = "The slices do not say where they lie; they stand in the order of their numbers."
NO_ORDER = "The pictures do not say where they lie; they stand in the order in which they came."
SAME_PLACES = (
    "Some slices lie where others do but differ; they were put into a series of their own."
)
LOCALIZER = "This is a localizer (scout view), not an axial slice."
NOT_AXIAL = "This slice is not axial."

_SAME_PLACE = 0.01  # mm
_PARALLEL = 0.9998  # cosine of about 1°
_TOO_FAR = 1.5  # times the usual distance: at least one slice is missing between
_REGULAR = 3  # so many equal distances in a row are meant, such as 3 mm below and 7 mm above


def assemble(found: list[Found]) -> list[Series]:
    """Series of axial slices, those in Hounsfield units and the longest first.

    Split by what tells a series from others, by orientation and size; ordered by the position
    along the normal, from the feet up. Localizers and other planes are set aside where there is
    an axial slice beside them.
    """
    axial = [one for one in found if one.slice.plane in ("axial", None)]
    aside = [one for one in found if one.slice.plane not in ("axial", None)] if axial else []
    series = [one for group in _groups(axial or found) for one in _ordered(group)]
    series.sort(key=lambda one: (one.slices[0].units != "HU", -len(one.slices)))
    if series and aside:
        series[0] = replace(series[0], warnings=series[0].warnings + tuple(_set_aside(aside)))
    return series


def _set_aside(aside: list[Found]) -> Iterator[str]:
    localizers = sum(one.slice.plane == "localizer" for one in aside)
    if localizers:
        yield f"Localizers (scout views) were set aside: {localizers}."
    if len(aside) > localizers:
        yield f"Slices in another plane than the axial were set aside: {len(aside) - localizers}."


def _groups(found: list[Found]) -> list[list[Found]]:
    """Slices of one series, size and orientation; pictures that know nothing stay together."""
    groups: dict[object, list[list[Found]]] = {}
    for one in found:
        pictures = not one.series and one.row is None and one.slice.position is None
        key = None if pictures else (one.series, one.slice.shape, one.slice.plane, one.row is None)
        alike = groups.setdefault(key, [])
        group = next((group for group in alike if _parallel(group[0], one)), None)
        if group is None:
            alike.append([one])
        else:
            group.append(one)
    return [group for alike in groups.values() for group in alike]


def _parallel(a: Found, b: Found) -> bool:
    if a.row is None or b.row is None:
        return a.row is b.row
    return dot(a.row, b.row) > _PARALLEL and dot(a.normal, b.normal) > _PARALLEL


def _ordered(group: list[Found]) -> list[Series]:
    """One series, or several where different slices lie at the same places."""
    if all(one.height is not None for one in group):
        return _by_place(group, lambda one: one.height or 0.0)
    if all(one.number is not None for one in group):
        return _by_place(group, lambda one: float(one.number or 0), NO_POSITIONS)
    return [_series(group, [NO_ORDER] if len(group) > 1 else [])]


def _by_place(
    group: list[Found], place: Callable[[Found], float], warning: str | None = None
) -> list[Series]:
    layers, repeats = _layers(sorted(group, key=lambda one: (place(one), one.number or 0)), place)
    common = [warning] if warning and len(group) > 1 else []
    if repeats:
        common.append(f"Slices that were there twice were left out: {repeats}.")
    if len(layers) > 1:
        common.append(SAME_PLACES)
    return [_series(layer, common + ([] if warning else _missing(layer))) for layer in layers]


def _layers(ordered: list[Found], place: Callable[[Found], float]) -> tuple[list[list[Found]], int]:
    """The first slice of every place, then the second where there is another, and so on.

    Returns:
        The layers, and how many slices were left out because one like them was there.
    """
    layers: list[list[Found]] = []
    repeats = 0
    for _, cluster in groupby(ordered, key=_stepping(place)):
        here = list(cluster)
        different = here if len(here) == 1 else list({_digest(one): one for one in here}.values())
        repeats += len(here) - len(different)
        layers += [[] for _ in range(len(different) - len(layers))]
        for layer, one in zip(layers, different, strict=False):
            layer.append(one)
    return layers, repeats


def _stepping(place: Callable[[Found], float]) -> Callable[[Found], float]:
    """The same key for slices at the same place, in spite of rounding."""
    last = float("-inf")

    def key(one: Found) -> float:
        nonlocal last
        if not place(one) - last < _SAME_PLACE:
            last = place(one)
        return last

    return key


def _digest(one: Found) -> bytes:
    return blake2b(one.slice.pixels.tobytes()).digest()


def _missing(layer: list[Found]) -> list[str]:
    """A sentence where neighbours are too far apart; changes of spacing for good are meant."""
    gaps = np.diff([one.height or 0.0 for one in layer])
    if len(gaps) < 2:
        return []
    usual = float(np.median(gaps))
    lone = [index for index in range(len(gaps)) if not _in_a_run(gaps, index)]
    after = {i + 1: round(float(gaps[i]) / usual) - 1 for i in lone if gaps[i] > _TOO_FAR * usual}
    if not after:
        return []
    places = ", ".join(str(number) for number in list(after)[:10])
    return [f"Slices seem to be missing: {sum(after.values())}, after number {places}."]


def _in_a_run(gaps: "np.ndarray[tuple[int], np.dtype[np.float64]]", index: int) -> bool:
    for start in range(max(0, index - _REGULAR + 1), index + 1):
        run = gaps[start : start + _REGULAR]
        if len(run) == _REGULAR and np.ptp(run) < 0.1 * float(run.max()):
            return True
    return False


def _series(group: Iterable[Found], warnings: list[str]) -> Series:
    slices = tuple(_placed(one.slice, number) for number, one in enumerate(group, 1))
    return Series(slices, tuple(warnings))


def _placed(slice_: Slice, number: int) -> Slice:
    words = {"localizer": (LOCALIZER,), "other": (NOT_AXIAL,)}.get(slice_.plane or "", ())
    return replace(slice_, number=number, warnings=slice_.warnings + words)
