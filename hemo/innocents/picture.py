"""What is wrong with the picture: motion, metal, hands and tubes beside the head, letters.

These painters take and return grey, float32 [H, W] in [0, 1].
"""

import math
from collections.abc import Callable

import cv2
import numpy as np

from hemo.bleeds.head import Float, Frame
from hemo.bleeds.texture import blur
from hemo.errors import DataError

WORDS = ("R", "L", "A", "P", "RA", "LP", "S1", "IM 14", "C40 W80", "5 mm", "10 cm", "Se 2")


def motion(grey: Float, frame: Frame, rng: np.random.Generator) -> Float:
    """The head moved during the turn: a ghost beside it, and soft bands along one direction."""
    side = grey.shape[0]
    matrix = cv2.getRotationMatrix2D(frame.middle, rng.normal(0, 2.0), 1.0)
    matrix[:, 2] += rng.normal(0, 1.8, 2) / frame.head.mm
    ghost = cv2.warpAffine(grey, matrix, grey.shape[::-1])
    share = np.float32(rng.uniform(0.1, 0.35))
    mixed = (1 - share) * grey + share * ghost
    turn, wave = rng.uniform(0, math.pi), rng.uniform(5, 14) / frame.head.mm
    y, x = np.indices(grey.shape, dtype=np.float32)
    bands = np.sin((x * math.cos(turn) + y * math.sin(turn)) * (2 * math.pi / wave) + side)
    edges = blur(np.abs(ghost - grey), 6 / frame.head.mm)  # streaks come from what moved
    mixed = mixed + bands * edges * np.float32(rng.uniform(0, 0.3)) * _tissue(mixed)
    return np.asarray(np.clip(mixed, 0, 1), np.float32)


def metal(grey: Float, frame: Frame, rng: np.random.Generator) -> Float:
    """Bright and dark rays from a clip, a plate or a tooth at the edge of the head."""
    try:
        across, forward = frame.boundary(rng.uniform(-180, 180))
    except DataError:
        return grey
    far = rng.uniform(1.0, 1.25)
    x, y = frame.lateral - across * far, frame.forward - forward * far
    distance = np.hypot(x, y)
    turns = 720
    rays = cv2.GaussianBlur(
        rng.standard_normal((1, turns), np.float32), (0, 0), rng.uniform(1.5, 5)
    )[0]
    rays = np.sign(rays) * np.abs(rays / (rays.std() + 1e-6)) ** 1.5
    index = (cv2.phase(y, x, angleInDegrees=True) * (turns / 360)).astype(np.int32) % turns
    strength = rng.uniform(0.03, 0.14) * np.exp(-distance / rng.uniform(35, 90))
    streaked = grey + rays[index] * strength * _tissue(grey)
    size = rng.uniform(0.8, 3.0)
    spot = np.clip((size - distance) / frame.head.mm + 0.5, 0, 1)
    return np.asarray(np.clip(np.maximum(streaked, spot), 0, 1), np.float32)


def _tissue(grey: Float) -> Float:
    """1 in tissue, 0 in air and in bone: there a few HU more or less are not seen."""
    return np.asarray((grey > 0.02) * np.clip((0.99 - grey) / 0.05, 0, 1), np.float32)


def beside(grey: Float, frame: Frame, rng: np.random.Generator) -> Float:
    """Fingers or a tube in the air, touching the head."""
    mm = frame.head.mm
    layer, head = np.zeros(grey.shape, np.float32), _silhouette(grey)
    turn, fingers = rng.uniform(0, 2 * math.pi), rng.random() < 0.6
    flesh = rng.uniform(0.45, 0.65)
    for n in range(int(rng.integers(1, 5)) if fingers else 1):
        at = turn + 0.17 * n + rng.normal(0, 0.02)
        radius = max(2, round(rng.uniform(6, 10) / mm if fingers else rng.uniform(2, 7) / mm))
        x, y = _at_rim(head, frame.middle, at, radius * rng.uniform(0.3, 1.2))
        axes = (radius, max(2, round(radius * rng.uniform(0.75, 1.3))))
        cv2.ellipse(layer, (x, y), axes, rng.uniform(0, 180), 0, 360, flesh, -1)
        core = max(1, round(radius * rng.uniform(0.4, 0.55)))
        cv2.circle(layer, (x, y), core, 1.0 if fingers else rng.uniform(0, 0.3), -1)
    layer = blur(layer, max(0.5, 0.5 / mm))
    free = blur((~head).astype(np.float32), 0.8)
    return np.asarray(np.clip(np.maximum(grey, layer * free), 0, 1), np.float32)


def _at_rim(
    head: np.ndarray, middle: tuple[float, float], turn: float, beyond: float
) -> tuple[int, int]:
    """(x, y) so many pixels beyond where a ray from the middle leaves the head for good."""
    reach = np.arange(max(head.shape))
    x, y = middle[0] + reach * math.sin(turn), middle[1] - reach * math.cos(turn)
    seen = (x >= 0) & (y >= 0) & (x < head.shape[1]) & (y < head.shape[0])
    within = head[y[seen].astype(int), x[seen].astype(int)]
    last = int(np.flatnonzero(within)[-1]) if within.any() else 0
    far = last + beyond
    return round(middle[0] + far * math.sin(turn)), round(middle[1] - far * math.cos(turn))


def _silhouette(grey: Float) -> np.ndarray:
    """The head with all that it encloses, bool [H, W]."""
    filled = np.pad((grey > 0.06).astype(np.uint8), 1)
    cv2.floodFill(filled, None, (0, 0), 2)
    return np.asarray(filled[1:-1, 1:-1] != 2)


def letters(grey: Float, rng: np.random.Generator) -> Float:
    """Letters, an arrow or a scale at the rim of the picture, as viewers burn them in."""
    drawn = grey.copy()
    painters: list[Callable[[Float, np.random.Generator], None]] = [_word, _word, _arrow, _scale]
    for _ in range(int(rng.integers(1, 4))):
        painters[int(rng.integers(len(painters)))](drawn, rng)
    return drawn


def _corner(grey: Float, rng: np.random.Generator, size: tuple[int, int]) -> tuple[int, int]:
    """Lower left (x, y) of something of a size (w, h) in a corner or at the middle of an edge."""
    height, width = grey.shape
    gap = round(height * rng.uniform(0.005, 0.04))
    left, right = gap, max(gap, width - gap - size[0])
    top, bottom = gap + size[1], height - gap - 1
    x = int(rng.choice([left, right, (left + right) // 2], p=[0.4, 0.4, 0.2]))
    y = int(rng.choice([top, bottom])) if x != (left + right) // 2 else top
    return x, y


def _word(grey: Float, rng: np.random.Generator) -> None:
    word = str(rng.choice(WORDS))
    scale, face = rng.uniform(0.8, 1.6) * grey.shape[0] / 600, cv2.FONT_HERSHEY_SIMPLEX
    thick = 1 if grey.shape[0] < 350 or rng.random() < 0.5 else 2
    (width, height), _ = cv2.getTextSize(word, face, scale, thick)
    place = _corner(grey, rng, (width, height))
    cv2.putText(grey, word, place, face, scale, rng.uniform(0.6, 1), thick, cv2.LINE_AA)


def _arrow(grey: Float, rng: np.random.Generator) -> None:
    """An arrow at the head's rim that points anywhere: it says nothing."""
    side = grey.shape[0]
    turn, length = rng.uniform(0, 2 * math.pi), rng.uniform(0.04, 0.09) * side
    reach = rng.uniform(0.36, 0.5) * side
    at = rng.uniform(0, 2 * math.pi)
    x, y = side / 2 + reach * math.sin(at), side / 2 - reach * math.cos(at)
    tip = round(x + length * math.sin(turn)), round(y - length * math.cos(turn))
    thick = int(rng.integers(1, 3))
    cv2.arrowedLine(grey, (round(x), round(y)), tip, 1.0, thick, cv2.LINE_AA, tipLength=0.4)


def _scale(grey: Float, rng: np.random.Generator) -> None:
    """A measuring scale with its ticks along one side."""
    side = grey.shape[0]
    x = round(side * rng.choice([rng.uniform(0.005, 0.03), rng.uniform(0.96, 0.99)]))
    start, step, ticks = side * rng.uniform(0.2, 0.35), side * rng.uniform(0.02, 0.05), 11
    value = rng.uniform(0.6, 1)
    cv2.line(grey, (x, round(start)), (x, round(start + step * (ticks - 1))), value, 1)
    inward = 1 if x < side / 2 else -1
    for n in range(ticks):
        y, long_ = round(start + n * step), side * (0.02 if n % 5 == 0 else 0.01)
        cv2.line(grey, (x, y), (round(x + inward * long_), y), value, 1)
