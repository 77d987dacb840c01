"""Letters burned into a picture: a screenshot's corner may name a patient.

Nothing is read here. Letters are strokes: thin, brighter or darker than what is around them, of one
size, and side by side on one line. Four of them are a word; a side marker ("R") or the ticks of a
scale, which are all alike, are none. What reaches into the head is not looked at.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.gate.measurements import shrunk
from hemo.preprocessing import View, head_mask
from hemo.slice import Slice
from hemo.windowing import BONE, to_display

Float = NDArray[np.float32]
Grey = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Box = tuple[slice, slice]

LETTERS = "Letters are burned into this picture; it may name a patient."
WORD = 4  # letters in a row: "R", "3" and "5cm" name nobody
LONGEST = 1024  # pixels of the longer side: letters are 8 and more of it
SMALL = 512  # pixels: a smaller picture is enlarged, so that its letters come apart
WHITE = 255
OVERSHOOT = 1.5  # times: how much larger a step becomes where a picture is made larger, at most
CONTRAST = 0.22  # of white: letters against what is around them
PAGE = 0.005  # of the picture: what is written dark stands on at least that much light
LIGHT = 0.4  # of white: a page, also a grey one
STROKE = 0.018  # of the longer side: strokes are thinner, things are not
CORE = 0.5  # of a stroke's brightest: what is left of blurred letters where they touch
HEIGHTS = (7, 0.05)  # of a letter: pixels at least, share of the longer side at most
NARROW = 0.2  # of its height: ticks are thinner
BROAD = 1.7  # of its height: broader are letters that touch
TYPICAL = 0.8  # of its height: a letter's breadth and its gap
INK = (0.14, 0.9)  # of a letter's box: a dot and a dash fill theirs
THIN = 0.45  # of its height: a letter's stroke at its thickest
ALIKE = 1.7  # times as high: capitals beside small letters
LEVEL = 0.2  # of a height: letters stand on one line, or their heads do
APART = 2.0  # of a height: the gap between neighbours, a letter that was not made out at most
VARIED = 0.08  # of the box: how much the ink of letters differs; that of ticks and beads does not


@dataclass(frozen=True)
class _Letter:
    """The box of something of a letter's size, the share of it that is ink, and how many it is."""

    left: int
    top: int
    right: int
    bottom: int
    ink: float
    count: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def is_followed_by(self, other: "_Letter") -> bool:
        """Whether another stands beside it on the right, on the same line, of the same size."""
        low, high = sorted((self.height, other.height))
        off = min(abs(self.top - other.top), abs(self.bottom - other.bottom))
        return (
            self.left < other.left <= self.right + APART * high
            and high <= ALIKE * low
            and off <= LEVEL * high
            and min(self.bottom, other.bottom) > max(self.top, other.top)
        )


def has_burned_in_text(slice_: Slice, view: View | None = None) -> bool:
    """Whether letters in a row stand beside the head, or anywhere where there is no head.

    Args:
        slice_: the slice.
        view: what preprocessing found on it, where it was asked already.
    """
    head = head_mask(to_display(slice_)) if view is None else view.head
    # Letters on Hounsfield units are as bright as can be: the noise of soft tissue is left out.
    whole = shrunk(to_display(slice_, BONE), LONGEST)
    beside = np.ones(whole.shape, np.bool_) if head is None else ~_at(head, whole.shape)
    low, high, _, _ = cv2.minMaxLoc(whole, beside.view(np.uint8))
    if high - low < CONTRAST / OVERSHOOT:
        return False  # so even that nothing can be written there: air, mostly
    if _reads(whole, beside, _box_of(beside & (whole > whole.min() + CONTRAST / OVERSHOOT))):
        return True
    has_page = np.mean(beside & (whole > LIGHT)) >= PAGE
    return bool(has_page) and _reads(1 - whole, beside, (slice(None), slice(None)))


def _reads(grey: Float, beside: Bool, box: Box) -> bool:
    """Whether bright letters stand in a box of a picture, beside the head."""
    scale = _scale(grey.shape)
    enlarged = _enlarged(grey[box], scale)
    side = scale * max(grey.shape)
    apart = _at(beside[box], enlarged.shape)
    return _has_word(_letters(_strokes(enlarged, side), apart, side))


def _at(mask: Bool, shape: tuple[int, ...]) -> Bool:
    """A mask at another resolution."""
    resized = cv2.resize(mask.view(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized.view(np.bool_))


def _box_of(bright: Bool) -> Box:
    """All that is bright enough for a letter, and as much around it as tells whether it is one."""
    margin = 3 + round(1.5 * STROKE * max(bright.shape))
    rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin),
    )


def _scale(shape: tuple[int, ...]) -> int:
    """How many times a small picture is enlarged, so that its letters come apart."""
    if max(shape) > SMALL:
        return 1
    return 2 if max(shape) > SMALL // 2 else 3


def _enlarged(grey: Float, scale: int) -> Grey:
    """The picture so many times as large, in steps of 1/255."""
    levels = np.asarray(cv2.convertScaleAbs(grey, alpha=WHITE), np.uint8)
    if scale == 1:
        return levels
    way = cv2.INTER_CUBIC
    return np.asarray(cv2.resize(levels, None, fx=scale, fy=scale, interpolation=way))


def _strokes(grey: Grey, side: int) -> Grey:
    """1 where something thin is brighter than what is around it, uint8 [H, W].

    ``side`` is the longer one of the whole picture at that resolution, here and below.
    """
    broad = 2 * round(STROKE * side / 2) + 1
    kernel = np.ones((broad, broad), np.uint8)
    stands_out = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    core = cv2.convertScaleAbs(cv2.dilate(stands_out, kernel), alpha=CORE)
    return (stands_out > np.maximum(core, np.uint8(CONTRAST * WHITE))).view(np.uint8)


def _letters(strokes: Grey, beside: Bool, side: int) -> list[_Letter]:
    """What has a letter's size and stroke and does not reach into the head, from left to right."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    sized = 1 + np.flatnonzero(_are_letter_sized(stats[1:], side))
    found = []
    for label in sized.tolist():
        left, top, width, height, area = (int(n) for n in stats[label])
        box = slice(top, top + height), slice(left, left + width)
        own = labels[box] == label
        if beside[box][own].all() and 2 * _depth(strokes, box, own) <= max(THIN * height, 3):
            ink = area / (width * height)
            found.append(_Letter(left, top, left + width, top + height, ink, _count(own)))
    return sorted(found, key=lambda letter: letter.left)


def _are_letter_sized(stats: NDArray[np.int32], side: int) -> Bool:
    """Of components, each with its left, top, width, height and area: bool [n]."""
    _, _, width, height, area = stats.T
    ink = area / (width * height)
    return np.asarray(
        (height >= HEIGHTS[0])
        & (height <= HEIGHTS[1] * side)
        & (width >= NARROW * height)
        & (ink >= INK[0])
        & (ink <= INK[1])
    )


def _depth(strokes: Grey, box: tuple[slice, slice], own: Bool) -> float:
    """Half the thickest stroke of what lies in a box, in pixels."""
    rows, columns = box
    # A pixel more than the box: a stroke ends at its edge, unless it is the picture's too.
    top, left = max(rows.start - 1, 0), max(columns.start - 1, 0)
    wider = strokes[top : rows.stop + 1, left : columns.stop + 1]
    depth = cv2.distanceTransform(wider, cv2.DIST_L2, 3)[rows.start - top :, columns.start - left :]
    return float(depth[: own.shape[0], : own.shape[1]][own].max())


def _count(own: Bool) -> int:
    """How many letters touch each other here: as many as fit, with a stroke down for each."""
    height, width = own.shape
    if width <= BROAD * height:
        return 1
    begins = np.diff(own.astype(np.int8), axis=1, prepend=0) == 1
    return min(round(width / (TYPICAL * height)), int(np.median(begins.sum(1))))


def _has_word(letters: list[_Letter]) -> bool:
    return any(sum(n.count for n in row) >= WORD and _is_varied(row) for row in _rows(letters))


def _rows(letters: list[_Letter]) -> list[list[_Letter]]:
    """Letters, from left to right, gathered into rows of neighbours."""
    rows: list[list[_Letter]] = []
    for letter in letters:
        row = next((row for row in rows if row[-1].is_followed_by(letter)), None)
        if row is None:
            rows.append([letter])
        else:
            row.append(letter)
    return rows


def _is_varied(row: list[_Letter]) -> bool:
    inks = [letter.ink for letter in row]
    return len(row) < WORD or max(inks) - min(inks) >= VARIED
