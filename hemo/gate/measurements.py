"""What can be measured on a grey picture that says whether it is a head-CT slice.

The picture is unrolled around the middle of whatever stands out in it: one ray in each of 180
directions, from the middle to the outline. On a head CT nearly every ray ends in a band of bone,
white and some millimetres thick, with brain right inside it. On MR the bright band is the scalp's
fat, thin, with the black of bone inside; photographs and X-rays have no such band at all.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.preprocessing import head_mask

Float = NDArray[np.float32]
Bool = NDArray[np.bool_]

SIDE = 192  # pixels of the longer side on which all is measured: under 1.5 mm of an adult head
DIRECTIONS = 180
STEPS = 96  # of a ray, from the middle to the outline
OUTER = 36  # the step from which on bone counts as skull: near the vertex it is that broad
BLACK = 0.04  # air, whatever the window: brain and its CSF are brighter where noise is averaged
CLIPPED = 0.985  # white that the window clipped
PAGE = 0.5  # a background brighter than this is a page's, or the picture is inverted
PAGE_NOISE = 0.12
BONE = 0.75  # of the way from brain to white: over the brightest fat of MR, under thin bone of CT
HALF = 0.50  # of that way: the whole of a skull in a bone window, whose marrow is grey
BAND = 0.03  # of the ray: 2 mm of a head of 65 mm radius, thinner than the skull of a child
GAP = 0.45  # of brain: what lies inside bone is that bright or brighter; on MR it is black
EDGE = 0.40  # of the way from brain to white: bone ends sharply inside, a gradient does not
GAP_STEPS = 10  # of a ray: 7 mm
NECK = 0.03  # of the picture's side: brain hangs together by more than twice this


@dataclass(frozen=True, eq=False)
class Measurements:
    """Shares of a picture's head, or of what takes the place of one, all in [0, 1].

    Attributes:
        skull: of directions that end in a band of bone with brain inside it.
        ring: of directions that hold a band halfway from brain to white, whatever is inside it.
        brain: of the outline's area that is one smooth grey region with bone around it.
        second: the same of the second largest such region.
        spread: of white: brain's grey from its first to its third quartile.
        contact: of directions in which the outline meets the picture's edge.
        cut: of directions that meet the edge before any band of bone.
        clipped: of the outline's area that is white.
        aspect: width over height of the outline, not a share.
        rim: the grey that most of the picture's rim has.
    """

    skull: float
    ring: float
    brain: float
    second: float
    spread: float
    contact: float
    cut: float
    clipped: float
    aspect: float
    rim: float


def measure(grey: Float) -> Measurements | None:
    """Measure a picture.

    Args:
        grey: float32 [H, W] in [0, 1], cropped to the head or not.

    Returns:
        None where nothing of a head's size stands out from the background.
    """
    small = shrunk(without_page(grey), SIDE)
    mask = head_mask(small)
    if mask is None:
        return None
    return _Rays(small, mask).measurements(rim_of(grey))


def shrunk(grey: Float, side: int) -> Float:
    """The picture with its longer side at most ``side`` pixels, float32."""
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    size = [max(1, round(n * scale)) for n in grey.shape[::-1]]
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)


def count_things(grey: Float) -> int:
    """How many separate things stand out from the picture's rim."""
    small = shrunk(grey, SIDE)
    stands_out = (np.abs(small - rim_of(small)) > PAGE_NOISE).astype(np.uint8)
    return int(cv2.connectedComponents(stands_out)[0]) - 1


def rim_of(grey: Float, quantile: float = 0.5) -> float:
    """A quantile of the greys of the picture's rim."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return float(np.quantile(rim, quantile))


def without_page(grey: Float) -> Float:
    """The picture without the light page around it; what the page reaches into becomes black."""
    page = rim_of(grey)
    if page <= PAGE:
        return grey
    framed = _box_of(grey, np.abs(grey - page) > PAGE_NOISE)
    # A picture that is black at its own rim is a figure on the page, and the page ends there.
    if min(framed.shape) < 3 or rim_of(framed, quantile=0.25) < PAGE_NOISE:
        return framed
    padded = np.pad(framed, 1, constant_values=page)
    outside = np.zeros((padded.shape[0] + 2, padded.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    cv2.floodFill(padded, outside, (0, 0), 0.0, PAGE_NOISE, PAGE_NOISE, flags)
    # Wider by two pixels: where page and picture meet, the file may have blended them.
    outside = cv2.dilate(outside, np.ones((5, 5), np.uint8))[2:-2, 2:-2]
    return _box_of(np.where(outside, np.float32(0), framed), outside == 0)


def _box_of(grey: Float, mask: Bool) -> Float:
    """The picture cut to a mask's box; all of it where the mask is empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return grey
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


class _Rays:
    """A picture unrolled around the middle of an outline; rays run from the middle outwards."""

    def __init__(self, grey: Float, mask: Bool) -> None:
        self.grey, self.mask = grey, mask
        self.inside = np.sort(grey[mask])  # in order, quantiles and ranges are quickly found
        moments = cv2.moments(mask.astype(np.uint8), True)
        self.middle = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
        self.reach = _radii(mask, self.middle)
        self.values = self._along(((np.arange(STEPS) + 0.5) / STEPS).astype(np.float32))

    def _points(self, share: Float) -> tuple[Float, Float]:
        """x and y, float32 [DIRECTIONS, n], at shares of the rays [DIRECTIONS, n] or [n]."""
        angle = np.arange(DIRECTIONS)[:, None] * (2 * np.pi / DIRECTIONS)
        radius = self.reach[:, None] * share
        x, y = self.middle[0] + np.cos(angle) * radius, self.middle[1] + np.sin(angle) * radius
        return x.astype(np.float32), y.astype(np.float32)

    def _along(self, share: Float) -> Float:
        x, y = self._points(share)
        values = cv2.remap(self.grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(values, np.float32)

    @cached_property
    def white(self) -> float:
        return float(np.percentile(self.inside, 99.5))

    @cached_property
    def middle_grey(self) -> float:
        """The median of what is neither air nor bone."""
        first = np.searchsorted(self.inside, np.float32(BLACK), "right")
        tissue = self.inside[first : np.searchsorted(self.inside, np.float32(0.9 * self.white))]
        return float(np.median(tissue)) if tissue.size else 0.0

    def towards_white(self, share: float) -> float:
        """The grey at a share of the way from brain to white."""
        return self.middle_grey + share * (self.white - self.middle_grey)

    @cached_property
    def bone(self) -> float:
        """The grey from which on it is bone."""
        return self.towards_white(BONE)

    def band(self, grey: float) -> tuple[Bool, NDArray[np.intp]]:
        """Whether there is a band as bright, bool [DIRECTIONS], and the step at which it begins."""
        length, start = _longest_runs(self.values[:, OUTER:] >= grey)
        return np.asarray(length >= BAND * STEPS), OUTER + start

    @cached_property
    def bone_band(self) -> tuple[Bool, NDArray[np.intp]]:
        return self.band(self.bone)

    @cached_property
    def skull(self) -> Bool:
        """bool [DIRECTIONS]: a band of bone, and no black inside it."""
        band, start = self.bone_band
        darkest = cv2.erode(self.values, np.ones((1, GAP_STEPS)), anchor=(GAP_STEPS - 1, 0))
        gap = darkest[np.arange(DIRECTIONS), start - 1]
        sharp = gap <= self.towards_white(EDGE)
        return np.asarray(band & sharp & (gap >= GAP * self.middle_grey))

    @cached_property
    def contact(self) -> Bool:
        """bool [DIRECTIONS]: the outline ends at the picture's edge."""
        x, y = (points[:, 0] for points in self._points(np.ones(1, np.float32)))
        height, width = self.grey.shape
        return np.asarray((x < 2.5) | (y < 2.5) | (x > width - 3.5) | (y > height - 3.5))

    @cached_property
    def enclosed(self) -> NDArray[np.uint8]:
        """1 where bone lies farther out in the same direction, uint8 [h, w]."""
        bone = self.values >= self.bone
        last = np.where(bone.any(1), STEPS - np.argmax(bone[:, ::-1], axis=1), 0) / STEPS
        points = np.stack(self._points(last[:, None].astype(np.float32)), axis=-1)
        filled = np.zeros(self.grey.shape, np.uint8)
        return np.asarray(cv2.fillPoly(filled, [points.round().astype(np.int32)], 1), np.uint8)

    @cached_property
    def regions(self) -> list[Float]:
        """The greys of the smooth regions that bone encloses, the largest first."""
        smooth = cv2.blur(self.grey, (3, 3))
        tissue = (smooth > BLACK) & (smooth < self.bone) & self.mask & (self.enclosed > 0)
        size = 2 * round(NECK * max(self.grey.shape)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        opened = cv2.morphologyEx(tissue.astype(np.uint8), cv2.MORPH_OPEN, kernel)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
        order = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA])[::-1][:2]
        return [smooth[labels == label] for label in order]

    def measurements(self, rim: float) -> Measurements:
        area = float(self.mask.sum())
        sizes = [region.size / area for region in self.regions] + [0.0, 0.0]
        low, high = np.percentile(self.regions[0], [25, 75]) if self.regions else (0.0, 0.0)
        _, _, width, height = cv2.boundingRect(self.mask.astype(np.uint8))
        return Measurements(
            skull=float(self.skull.mean()),
            ring=float(self.band(self.towards_white(HALF))[0].mean()),
            brain=sizes[0],
            second=sizes[1],
            spread=float(high - low) / max(self.white, BLACK),
            contact=float(self.contact.mean()),
            cut=float((self.contact & ~self.bone_band[0]).mean()),
            clipped=float((self.inside >= CLIPPED).mean()),
            aspect=width / height,
            rim=rim,
        )


def _radii(mask: Bool, middle: tuple[float, float]) -> Float:
    """The distance in pixels from the middle to the outline, float32 [DIRECTIONS]."""
    longest = float(np.hypot(*mask.shape))
    flags = cv2.INTER_NEAREST | cv2.WARP_FILL_OUTLIERS
    rays = cv2.warpPolar(mask.astype(np.uint8), (256, DIRECTIONS), middle, longest, flags)
    return np.asarray(rays.sum(axis=1) * (longest / 256), np.float32)


def _longest_runs(rays: Bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The length and the first index of the longest run of True in each row of bool [n, m]."""
    step = np.arange(rays.shape[1])
    last_out = np.maximum.accumulate(np.where(rays, -1, step), axis=1)
    runs = step - last_out
    length = runs.max(axis=1)
    return length, runs.argmax(axis=1) - np.maximum(length, 1) + 1
