"""Random changes of a training sample: what differs between scanners, screens and hospitals.

Everything happens on the cropped square before ``preprocessing.to_input``; without augmentation a
training sample is exactly what serving would show the network.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hemo.training.dataset import Square

Array = NDArray[np.float32]
Generator = np.random.Generator


def augment(square: Square, rng: Generator) -> Square:
    """A random view of the sample: its geometry with its mask, then its grey values."""
    moved = warp(square, random_affine(square.grey.shape[0], rng))
    return replace(moved, grey=degrade(rewindow(moved.grey, rng), rng))


def random_affine(side: int, rng: Generator) -> NDArray[np.float64]:
    """[2, 3]: left-right flip half of the time, ±15°, 0.85–1.05 in size, a few percent of shift."""
    centre = (side - 1) / 2
    matrix = cv2.getRotationMatrix2D(
        (centre, centre), rng.uniform(-15, 15), rng.uniform(0.85, 1.05)
    )
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
    """The slice as if shown in another window: center 30–45, width 70–130, and a little gamma.

    What the first window clipped stays clipped: bone white, air black.
    """
    if rng.random() < 0.3:
        return grey
    center, width = rng.uniform(30, 45), rng.uniform(70, 130)
    low = center - width / 2
    shown = np.clip((grey * 80 - low) / width, 0, 1) ** rng.uniform(0.85, 1.2)
    # A soft step keeps bone white and air black without a seam at the clipping value.
    bone = np.clip((grey - 0.94) / 0.06, 0, 1)
    air = np.clip(1 - grey / 0.03, 0, 1) * (low < 0)
    return (shown * (1 - bone) * (1 - air) + bone).astype(np.float32)


def degrade(grey: Array, rng: Generator) -> Array:
    """Lower resolution, blur, noise and JPEG, each only sometimes."""
    side = grey.shape[0]
    if rng.random() < 0.3:
        less = max(int(side * rng.uniform(0.4, 0.9)), 64)
        grey = cv2.resize(grey, (less, less), interpolation=cv2.INTER_AREA)
        grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.2:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.4, 1.2) * side / 400)
    if rng.random() < 0.3:
        noise = rng.standard_normal(grey.shape, np.float32) * np.float32(rng.uniform(0.01, 0.05))
        grey = grey + noise * (grey > 0.02)
    grey = np.clip(grey, 0, 1).astype(np.float32)
    return _jpeg(grey, int(rng.integers(30, 90))) if rng.random() < 0.3 else grey


def _jpeg(grey: Array, quality: int) -> Array:
    _, data = cv2.imencode(
        ".jpg", (grey * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)
