"""Whether a picture shows more than one head: a screenshot with several panels."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.gate.measurements import Measurements, measure, shrunk, without_page
from hemo.preprocessing import filled, framed

Float = NDArray[np.float32]
Box = tuple[slice, slice]

SIDE = 256  # pixels of the longer side on which panels are looked for
PANEL = 0.15  # of the picture's longer side: what is smaller is a letter or a thumbnail
ALIKE = 0.5  # of the largest panel's area: the panels of a screenshot are of a size
DARK = 0.12  # what is brighter stands out from black, as in ``hemo.preprocessing``
BRIDGE = 5  # pixels: rulers, letters and head-rests join panels by lines thinner than this
MOST = 9  # panels that are looked at


def shows_several(grey: Float, is_whole: Callable[[Measurements], bool], *, touching: bool) -> bool:
    """Whether a picture shows several panels, one of them a head at least.

    Args:
        grey: the whole picture, float32 [H, W] in [0, 1].
        is_whole: whether measurements are those of a whole head.
        touching: whether to look at halves and quarters too, not only at what lies apart.
    """
    picture = without_page(grey)
    apart = (found for found in _measured(picture, _apart(picture)))
    if any(map(is_whole, apart)):
        return True
    grids = _grids(picture.shape) if touching else ()
    return any(sum(map(is_whole, _measured(picture, boxes))) > 1 for boxes in grids)


def _measured(grey: Float, boxes: list[Box]) -> Iterator[Measurements]:
    return (found for found in (measure(grey[box]) for box in boxes) if found is not None)


def _apart(grey: Float) -> list[Box]:
    """The boxes of two or more large things on black that are about as large as the largest."""
    small = shrunk(grey, SIDE)
    kernel = np.ones((BRIDGE, BRIDGE), np.uint8)
    things = filled(framed(small, BRIDGE) > DARK)
    solid = cv2.morphologyEx(things, cv2.MORPH_OPEN, kernel)[BRIDGE:-BRIDGE, BRIDGE:-BRIDGE]
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    boxes = [row for row in stats[1:] if min(row[2], row[3]) >= PANEL * max(small.shape)]
    largest = max((row[cv2.CC_STAT_AREA] for row in boxes), default=0)
    alike = [row for row in boxes if row[cv2.CC_STAT_AREA] >= ALIKE * largest]
    if len(alike) < 2:
        return []
    scale = grey.shape[0] / small.shape[0]
    return [_box(*(round(scale * int(n)) for n in row[:4])) for row in alike[:MOST]]


def _box(x: int, y: int, width: int, height: int) -> Box:
    edge = 2  # of background, so that the outline is not taken for cut off
    return (
        slice(max(0, y - edge), y + height + edge),
        slice(max(0, x - edge), x + width + edge),
    )


def _grids(shape: tuple[int, ...]) -> Iterator[list[Box]]:
    """Left and right, top and bottom, quarters: panels may touch each other."""
    for down, across in ((1, 2), (2, 1), (2, 2)):
        rows = [slice(shape[0] * i // down, shape[0] * (i + 1) // down) for i in range(down)]
        columns = [
            slice(shape[1] * i // across, shape[1] * (i + 1) // across) for i in range(across)
        ]
        yield [(row, column) for row in rows for column in columns]
