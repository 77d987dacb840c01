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
from hemo.preprocessing import head_mask
from hemo.slice import Slice
from hemo.windowing import BONE, to_display

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

LETTERS = "Letters are burned into this picture; it may name a patient."
WORD = 4  # letters in a row: "R", "3" and "5cm" name nobody
LONGEST = 1024  # pixels of the longer side: letters are 8 and more of it
SMALL = 512  # pixels: a smaller picture is enlarged, so that its letters come apart
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


def has_burned_in_text(slice_: Slice) -> bool:
    """Whether letters in a row stand beside the head, or anywhere where there is no head."""
    head = head_mask(_scaled(to_display(slice_)))
    # Letters on Hounsfield units are as bright as can be: the noise of soft tissue is left out.
    grey = _scaled(to_display(slice_, BONE))
    beside = np.ones(grey.shape, np.bool_) if head is None else ~head
    if _has_word(_letters(_strokes(grey), beside)):
        return True
    has_page = np.mean(beside & (grey > LIGHT)) >= PAGE
    return bool(has_page) and _has_word(_letters(_strokes(1 - grey), beside))


def _scaled(grey: Float) -> Float:
    small = shrunk(grey, LONGEST)
    if max(small.shape) > SMALL:
        return np.ascontiguousarray(small)
    scale = 2 if max(small.shape) > SMALL // 2 else 3
    larger = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(larger, 0, 1), np.float32)


def _strokes(grey: Float) -> NDArray[np.uint8]:
    """1 where something thin is brighter than what is around it, uint8 [H, W]."""
    side = 2 * round(STROKE * max(grey.shape) / 2) + 1
    kernel = np.ones((side, side), np.uint8)
    stands_out = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel)
    core = CORE * cv2.dilate(stands_out, kernel)
    return (stands_out > np.maximum(core, CONTRAST)).astype(np.uint8)


def _letters(strokes: NDArray[np.uint8], beside: Bool) -> list[_Letter]:
    """What has a letter's size and stroke and does not reach into the head, from left to right."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    depth = cv2.distanceTransform(strokes, cv2.DIST_L2, 3)
    found = []
    for label, row in enumerate(stats[1:], 1):
        left, top, width, height, area = (int(n) for n in row)
        if not _is_letter_sized(width, height, area, max(strokes.shape)):
            continue
        box = slice(top, top + height), slice(left, left + width)
        own = labels[box] == label
        is_thin = 2 * depth[box][own].max() <= max(THIN * height, 3)
        if is_thin and beside[box][own].all():
            ink = area / (width * height)
            found.append(_Letter(left, top, left + width, top + height, ink, _count(own)))
    return sorted(found, key=lambda letter: letter.left)


def _is_letter_sized(width: int, height: int, area: int, side: int) -> bool:
    return (
        HEIGHTS[0] <= height <= HEIGHTS[1] * side
        and width >= NARROW * height
        and INK[0] <= area / (width * height) <= INK[1]
    )


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
