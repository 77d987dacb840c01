"""Occlusion: cover a place, read again, see what the logit loses (Zeiler & Fergus 2014)."""

import numpy as np
from numpy.typing import NDArray

from hemo.evidence import EvidenceMap
from hemo.methods.look import Look

Float = NDArray[np.float32]
Cell = tuple[int, int]

TISSUE = (0.15, 0.95)  # grey between air or CSF and what the window clips
COVERED = 2  # map cells along a side of what is covered
BATCH = 4


def occlusion(look: Look) -> EvidenceMap:
    """Logits lost while a square of 2 x 2 map cells is covered by even brain, at each cell.

    Squares that hold nothing but black are not read: covering them would draw brain outside.
    """
    _, height, width = look.features.shape
    logit = look.head.logit(look.features.mean((1, 2)))
    cells = np.zeros((height, width), np.float32)
    places = [
        (row, column)
        for row in range(height)
        for column in range(width)
        if look.grey[_square(row, column, look)].any()
    ]
    fill = level(look.grey)
    for start in range(0, len(places), BATCH):
        look.step(start, len(places))
        batch = places[start : start + BATCH]
        maps = look.reader.features(np.stack([_covered(look, place, fill) for place in batch]))
        for place, features in zip(batch, maps, strict=True):
            cells[place] = logit - look.head.logit(features.mean((1, 2)))
    look.step(len(places), len(places))
    return look.on_slice(cells, method="Occlusion", layer="input")


def level(grey: Float) -> float:
    """The grey of ordinary brain on a picture: the median of what is neither air nor bone."""
    tissue = grey[(grey > TISSUE[0]) & (grey < TISSUE[1])]
    return float(np.median(tissue)) if tissue.size else 0.0


def _square(row: int, column: int, look: Look) -> tuple[slice, slice]:
    """The pixels of the input around the middle of a cell."""
    size, cells = look.image.shape[1], look.features.shape[1]
    side = size / cells
    half = COVERED * side / 2
    top, left = (row + 0.5) * side - half, (column + 0.5) * side - half
    return (
        slice(max(round(top), 0), min(round(top + 2 * half), size)),
        slice(max(round(left), 0), min(round(left + 2 * half), size)),
    )


def _covered(look: Look, place: Cell, fill: float) -> Float:
    spec = look.reader.card.preprocessing
    rows, columns = _square(*place, look)
    image = look.image.copy()
    for channel, (mean, std) in enumerate(zip(spec.mean, spec.std, strict=True)):
        image[channel, rows, columns] = (fill - mean) / std
    return image
