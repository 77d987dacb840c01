"""Smooth noise, the slice's own noise, and blood laid under it."""

import math

import cv2
import numpy as np

from hemo.bleeds.head import Float, Head, Painted

EDGE_MM = (0.45, 0.75)  # standard deviation of the blur that partial volume gives to an edge


def waves(rng: np.random.Generator, shape: tuple[int, int], pixels: float) -> Float:
    """Smooth noise, float32 [H, W], mean 0 and variance about 1, waves of about so many pixels."""
    step = max(1.0, pixels)
    rows, columns = (int(np.ceil(n / step)) + 4 for n in shape)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(1.5)
    size = (int(columns * step), int(rows * step))
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    top, left = rng.integers(0, int(step) + 1, 2)
    return np.asarray(fine[top : top + shape[0], left : left + shape[1]], np.float32)


def blur(values: Float, pixels: float) -> Float:
    """Gaussian blur with a standard deviation in pixels; large ones on a coarser grid."""
    if pixels < 6:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), pixels), np.float32)
    height, width = values.shape
    coarse = max(1, width // 3), max(1, height // 3)
    small = cv2.resize(values, coarse, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(cv2.GaussianBlur(small, (0, 0), pixels / 3), (width, height)), np.float32
    )


def background(head: Head, sigma_mm: float) -> Float:
    """Local mean HU of what lies inside the skull, float32 [H, W]; bone does not leak into it."""
    weight = head.inside.astype(np.float32)
    tissue = np.clip(head.hu, -20, 90) * weight
    pixels = max(0.6, sigma_mm / head.mm)
    return np.asarray(blur(tissue, pixels) / np.maximum(blur(weight, pixels), 1e-3), np.float32)


def own_noise(head: Head) -> Float:
    """The slice's fine texture, float32 HU [H, W], without the edges of its anatomy."""
    fine = head.hu - background(head, 0.9)
    typical = 1.4826 * float(np.median(np.abs(fine[head.inside]))) + 0.1
    return np.asarray(np.clip(fine, -2.5 * typical, 2.5 * typical), np.float32)


def lay(head: Head, alpha: Float, blood: Float, grain: Float) -> Painted:
    """Blood in HU [H, W] in place of tissue, as far as alpha in [0, 1] says, under a noise.

    Returns:
        The new HU, float32 [H, W], and the mask, bool [H, W], where blood is more than half.
    """
    mixed = head.hu + alpha * (blood + grain - head.hu)
    # Outside the inner table a pixel is part bone: blood beside it must not darken it.
    mixed = np.where(head.inside, mixed, np.maximum(mixed, head.hu))
    return mixed.astype(np.float32), (alpha > 0.5) & head.inside


def soften(
    alpha: Float, head: Head, rng: np.random.Generator, edge_mm: tuple[float, float] = EDGE_MM
) -> Float:
    """Alpha blurred by partial volume and kept inside the skull."""
    sigma = max(0.5, rng.uniform(*edge_mm) / head.mm)
    room = blur(head.inside.astype(np.float32), max(0.5, 0.4 / head.mm))
    return np.asarray(np.clip(blur(alpha, sigma) * np.minimum(1, 1.6 * room), 0, 1), np.float32)


def clot(head: Head, rng: np.random.Generator, level: float, swirl: float | None = None) -> Float:
    """HU of a clot, float32 [H, W]: a level, slow waves, and darker lakes of unclotted blood."""
    shape = head.hu.shape[0], head.hu.shape[1]
    strength = float(rng.uniform(0, 6)) if swirl is None else swirl
    slow = waves(rng, shape, 9 / head.mm)
    mixed = 0.7 * waves(rng, shape, 9 / head.mm) + 0.6 * waves(rng, shape, 4 / head.mm)
    lakes = 2 * np.tanh(np.maximum(mixed - 0.1, 0) / 2)
    return np.asarray(level + 1.5 * slow - strength * lakes, np.float32)


def displace(head: Head, across: Float, forward: Float, tilt: float) -> Head:
    """The head with its tissue moved: vectors in mm, lateral and forward, float32 [H, W] each."""
    sin, cos = math.sin(tilt), math.cos(tilt)
    dx = (across * cos + forward * sin) / head.mm
    dy = (across * sin - forward * cos) / head.mm
    y, x = np.indices(head.hu.shape, dtype=np.float32)
    source_x, source_y = np.asarray(x - dx, np.float32), np.asarray(y - dy, np.float32)
    # Without bone, which would ring; Lanczos keeps the grain of the noise.
    tissue = np.where(head.inside, head.hu, background(head, 2.0))
    moved = cv2.remap(
        tissue, source_x, source_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE
    )
    still = ~head.inside | (np.hypot(dx, dy) < 0.05)
    hu = np.where(still, head.hu, moved)
    return Head(hu.astype(np.float32), head.inside, head.mm)
