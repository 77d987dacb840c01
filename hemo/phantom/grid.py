"""The plane the phantom is drawn on, in mm, and the pens to draw with."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

Path = list[tuple[float, float, float]]  # (across, forward, radius of the pen) in mm
_CANVAS, _CANVAS_MM = 640, 0.3125  # the head's own plane that pens draw on: 20 cm


@dataclass(frozen=True)
class Stroke:
    """A curve for a round pen, and how much of the slice's thickness it fills, in [0, 1]."""

    path: Path
    strength: float = 1.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Where each pixel lies in the head.

    Attributes:
        mm: the size of a pixel in mm.
        across: float32 [H, W], mm from the midline, positive towards the patient's left, which is
            on the right of the picture.
        forward: float32 [H, W], mm from the middle of the head, positive anteriorly.
    """

    mm: float
    across: Float
    forward: Float

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.across.shape[0], self.across.shape[1]

    @cached_property
    def radius(self) -> Float:
        """Distance in mm, float32 [H, W], from the middle."""
        return np.asarray(cv2.magnitude(self.across, self.forward), np.float32)

    @cached_property
    def angle(self) -> Float:
        """Degrees in [0, 360), float32 [H, W]: 0 anterior, 90 the patient's left."""
        turn = cv2.phase(self.forward, self.across, angleInDegrees=True)
        return np.asarray(turn, np.float32)

    def around(self, table: NDArray[np.float64]) -> Float:
        """The values of a table over the full circle, [n], at each pixel's angle, [H, W]."""
        index = (self.angle * (table.size / 360)).astype(np.int32) % table.size
        return np.asarray(table.astype(np.float32)[index])

    def inside(self, mm_inside: Float, soft_mm: float = 0.0) -> Float:
        """Coverage in [0, 1], float32 [H, W], of a shape from the mm inside its border."""
        return np.asarray(np.clip(0.5 + mm_inside / max(self.mm, soft_mm), 0, 1), np.float32)

    def ellipse(self, centre: tuple[float, float], half: tuple[float, float], turn: float) -> Float:
        """How many mm inside an ellipse, float32 [H, W], its long side turned by radians."""
        x, y = self.across - centre[0], self.forward - centre[1]
        sin, cos = float(np.sin(turn)), float(np.cos(turn))
        scaled = cv2.magnitude((x * cos - y * sin) / half[0], (x * sin + y * cos) / half[1])
        return np.asarray((1 - scaled) * min(half), np.float32)

    def ink(self, strokes: list[Stroke]) -> tuple[Float, Float]:
        """Strokes of round pens.

        Returns:
            How many mm inside the nearest stroke each pixel is, and the strength of that stroke,
            float32 [H, W] each.
        """
        canvas = np.zeros((2, _CANVAS, _CANVAS), np.float32)  # radius and strength on the lines
        for stroke in strokes:
            points = _smooth(np.array(stroke.path, np.float64))
            pixels = np.round((points[:, :2] / _CANVAS_MM + _CANVAS / 2) * 16).astype(np.int32)
            for start, end, radius in zip(pixels[:-1], pixels[1:], points[:, 2], strict=False):
                for layer, value in zip(canvas, (radius, stroke.strength), strict=True):
                    cv2.line(layer, start.tolist(), end.tolist(), float(value), 1, shift=4)
        blank = (canvas[0] == 0).astype(np.uint8)
        distance, nearest = cv2.distanceTransformWithLabels(
            blank, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        drawn = blank == 0
        of_line = np.zeros((2, int(nearest.max()) + 1), np.float32)
        of_line[:, nearest[drawn]] = canvas[:, drawn]
        radius, strength = of_line[:, nearest]
        return self._seen(radius - distance * _CANVAS_MM), self._seen(strength)

    def _seen(self, canvas: Float) -> Float:
        """What lies on the canvas at each pixel, float32 [H, W]."""
        column, row = (v / _CANVAS_MM + _CANVAS / 2 for v in (self.across, self.forward))
        seen = cv2.remap(canvas, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.float32)


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A curve through points [n, 3], about one point a mm: Catmull-Rom."""
    length = float(np.hypot(*np.diff(points[:, :2], axis=0).T).sum())
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, len(points) - 1 - 1e-9, max(4, int(length)))
    i, f = t.astype(int), (t % 1)[:, None]
    a, b, c, d = (padded[i + n] for n in range(4))
    curve = b + f * ((c - a) + f * ((2 * a - 5 * b + 4 * c - d) + f * (3 * (b - c) + d - a))) / 2
    return np.asarray(np.column_stack([curve[:, :2], np.maximum(curve[:, 2], 0.1)]))


def over(below: Float, coverage: Float, above: Float | float) -> Float:
    """One density painted over another as far as coverage in [0, 1] says, float32 [H, W]."""
    return np.asarray(below + coverage * (above - below), np.float32)
