"""Random changes of a training sample: what differs between scanners, screens and hospitals.

Everything happens on the cropped square before ``preprocessing.to_input``; without augmentation a
training sample is exactly what serving would show the network.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.innocents.picture import letters
from hemo.training.dataset import Square

Array = NDArray[np.float32]
Generator = np.random.Generator


def augment(square: Square, rng: Generator) -> Square:
    """A random view of the sample: its geometry with its mask, then its grey values.

    Whatever its label, one in twelve gets letters, an arrow or a scale, so that they say nothing.
    """
    moved = warp(square, random_affine(square.grey.shape[0], rng))
    if rng.random() < 0.2:
        moved = elastic(moved, rng)
    grey = rewindow(moved.grey, rng)
    grey = letters(grey, rng) if rng.random() < 1 / 12 else grey
    return replace(moved, grey=degrade(grey, rng))


def random_affine(side: int, rng: Generator) -> NDArray[np.float64]:
    """[2, 3]: left-right flip half of the time, ±15°, 0.85–1.05 in size, a few percent of shift.

    Half of the heads are made up to 8 % longer or wider: heads differ, and so do pixels that are
    not square.
    """
    centre = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D(
        (centre, centre), rng.uniform(-15, 15), rng.uniform(0.85, 1.05)
    )
    if rng.random() < 0.5:
        longer = np.exp(rng.uniform(-0.08, 0.08) / 2)
        stretch = np.diag([1 / longer, longer])
        matrix[:, :2] = matrix[:, :2] @ stretch
        matrix[:, 2] = (centre, centre) - matrix[:, :2] @ (centre, centre)
    matrix[:, 2] += rng.uniform(-0.04, 0.04, 2) * side
    if rng.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += 2 * centre
    return np.asarray(matrix, np.float64)


def warp(square: Square, matrix: NDArray[np.float64]) -> Square:
    """The sample and its mask under an affine map of the square; what comes in is black."""
    size = square.grey.shape[::-1]
    grey = cv2.warpAffine(square.grey, matrix, size, flags=cv2.INTER_LINEAR)
    blood = cv2.warpAffine(square.blood.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    known = cv2.warpAffine(
        square.known.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST, borderValue=1
    )
    return Square(np.clip(grey, 0, 1), blood > 0, known > 0)


def elastic(square: Square, rng: Generator) -> Square:
    """The sample and its mask bent smoothly, by about a hundredth of its side."""
    side = square.grey.shape[0]
    cells = int(rng.integers(4, 7))
    bend = rng.standard_normal((cells, cells, 2), np.float32) * np.float32(
        rng.uniform(0.003, 0.012) * side
    )
    shift = cv2.resize(bend, (side, side), interpolation=cv2.INTER_CUBIC)
    line = np.arange(side, dtype=np.float32)
    x, y = shift[..., 0] + line[None, :], shift[..., 1] + line[:, None]
    grey = cv2.remap(square.grey, x, y, cv2.INTER_LINEAR)
    blood = cv2.remap(square.blood.astype(np.uint8), x, y, cv2.INTER_NEAREST)
    known = cv2.remap(square.known.astype(np.uint8), x, y, cv2.INTER_NEAREST, borderValue=1)
    return Square(np.clip(grey, 0, 1), blood > 0, known > 0)


def notebook_augment(square: Square, rng: Generator) -> Square:
    """What the notebook did: rotation ±15°, resized crop to 0.8–1, contrast ±15 %, flip."""
    centre = (square.grey.shape[0] - 1) / 2
    scale = 1 / np.sqrt(rng.uniform(0.8, 1.0))  # torchvision's RandomResizedCrop counts area
    matrix = cv2.getRotationMatrix2D((centre, centre), rng.uniform(-15, 15), scale)
    matrix[:, 2] += rng.uniform(-1, 1, 2) * (scale - 1) * centre
    if rng.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += 2 * centre
    moved = warp(square, np.asarray(matrix, np.float64))
    contrast = (moved.grey - moved.grey.mean()) * rng.uniform(0.85, 1.15) + moved.grey.mean()
    return replace(moved, grey=np.clip(contrast, 0, 1).astype(np.float32))


def rewindow(grey: Array, rng: Generator) -> Array:
    """The slice as if shown in another window, with a little gamma; three in ten stay as they are.

    Mostly center 30–45 and width 70–130; sometimes wider, up to a subdural window's look. What the
    first window clipped stays clipped: bone white, air black.
    """
    if rng.random() < 0.3:
        return grey
    center, width = rng.uniform(30, 45), rng.uniform(70, 130)
    kind = rng.random()
    if kind < 0.06:
        center, width = rng.uniform(50, 80), rng.uniform(130, 200)
    elif kind < 0.2:
        center, width = rng.uniform(36, 44), rng.uniform(110, 150)
    low = center - width / 2
    shown = np.clip((grey * 80 - low) / width, 0, 1) ** rng.uniform(0.85, 1.2)
    # A soft step keeps bone white and air black without a seam at the clipping value.
    bone = np.clip((grey - 0.94) / 0.06, 0, 1)
    air = np.clip(1 - grey / 0.03, 0, 1) * (low < 0)
    return (shown * (1 - bone) * (1 - air) + bone).astype(np.float32)


def degrade(grey: Array, rng: Generator) -> Array:
    """Lower resolution, blur, sharpening, noise fine or coarse, and JPEG, each only sometimes."""
    side = grey.shape[0]
    if rng.random() < 0.3:
        less = max(int(side * rng.uniform(0.4, 0.9)), 64)
        grey = cv2.resize(grey, (less, less), interpolation=cv2.INTER_AREA)
        grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.2:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.4, 1.2) * side / 400)
    elif rng.random() < 0.1:
        soft = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.8, 1.5) * side / 400)
        grey = grey + np.float32(rng.uniform(0.2, 0.8)) * (grey - soft) * (grey < 0.98)
    if rng.random() < 0.3:
        grey = grey + _noise(grey.shape, rng) * (grey > 0.02)
    grey = np.clip(grey, 0, 1).astype(np.float32)
    return _jpeg(grey, int(rng.integers(30, 90))) if rng.random() < 0.3 else grey


def _noise(shape: tuple[int, ...], rng: Generator) -> Array:
    """Noise of a random strength, half of the time with the grain of a soft reconstruction."""
    noise = rng.standard_normal(shape, np.float32)
    if rng.random() < 0.5:
        sigma = rng.uniform(0.5, 1.2)
        noise = cv2.GaussianBlur(noise, (0, 0), sigma) * np.float32(2 * np.sqrt(np.pi) * sigma)
    return np.asarray(noise * np.float32(rng.uniform(0.01, 0.05)), np.float32)


def _jpeg(grey: Array, quality: int) -> Array:
    _, data = cv2.imencode(
        ".jpg", (grey * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)
