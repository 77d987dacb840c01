"""Evidence to colour: amber for hemorrhage, blue against, transparent where there is none.

The scale is absolute: the same number of logits per map cell has the same colour on every slice,
so a weak map looks weak. Nothing is rescaled per picture. Amber and blue stay apart for readers
who see red and green alike. Printed in grey, evidence for makes a place lighter and evidence
against darker. Opacity is bounded: under the strongest evidence a bleed still stands out.
"""

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Float = NDArray[np.float32]
Bytes = NDArray[np.uint8]

# strength from -1 (full, against) to +1 (full, for) and the colour there, sRGB
_STOPS = (-1.0, -0.5, 0.0, 0.5, 1.0)
_RED = (20, 30, 76, 238, 255)
_GREEN = (62, 72, 76, 146, 220)
_BLUE = (184, 186, 84, 26, 100)
_OPAQUE = 165  # at full strength a third of the anatomy's contrast shines through
_FAINT = 0.1  # grey; air and its noise lie below
_MARGIN = 0.03  # of the picture, around what is shown


def colour(per_cell: Float, scale: float) -> Bytes:
    """Colour a map of evidence.

    Args:
        per_cell: float32 [H, W], logits per map cell, positive for hemorrhage.
        scale: logits per map cell at which the colour is full; the same for all slices.

    Returns:
        uint8 RGBA [H, W, 4], not premultiplied; opacity grows in proportion to the evidence.

    Raises:
        ValueError: scale is not greater than 0.
    """
    if not scale > 0:
        raise ValueError(f"the scale must be greater than 0, not {scale}")
    strength = np.clip(per_cell / np.float32(scale), -1, 1)
    channels = [np.interp(strength, _STOPS, stops) for stops in (_RED, _GREEN, _BLUE)]
    return _to_bytes(np.stack([*channels, np.abs(strength) * _OPAQUE], axis=-1))


def blend(grey: Float, rgba: Bytes, opacity: float = 1.0) -> Bytes:
    """Lay coloured evidence over a slice.

    Args:
        grey: float32 [H, W] in [0, 1], the slice in its window.
        rgba: uint8 [H, W, 4] as from ``colour``.
        opacity: of the whole overlay, in [0, 1].

    Returns:
        uint8 RGB [H, W, 3].
    """
    alpha = rgba[..., 3:].astype(np.float32) / 255 * opacity
    return _to_bytes(grey[..., None] * 255 * (1 - alpha) + rgba[..., :3] * alpha)


def colour_bar(height: int = 256, width: int = 1) -> Bytes:
    """The colours from full, for (top) to full, against (bottom): uint8 RGBA [height, width, 4].

    Drawn by ``colour`` itself, so that bar and overlay cannot differ.
    """
    strength = np.linspace(1, -1, height, dtype=np.float32)
    return colour(np.repeat(strength[:, None], width, axis=1), scale=1)


def to_grey(grey: Float) -> Bytes:
    """Grey in [0, 1] [H, W] to uint8 [H, W]."""
    return _to_bytes(grey * 255)


def shrink(values: Float, longest: int) -> Float:
    """[H, W] with its longer side brought down to ``longest`` pixels; a smaller one as it is."""
    height, width = values.shape
    ratio = longest / max(height, width)
    if ratio >= 1:
        return values
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    smaller: Float = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return smaller


def content(grey: Float) -> tuple[float, float, float, float]:
    """Where on a slice something is shown: what a viewer can fill its window with.

    Args:
        grey: float32 [H, W] in [0, 1].

    Returns:
        (left, top, width, height) as fractions of the picture; the whole of it where nothing
        stands out.
    """
    solid = cv2.blur((grey > _FAINT).astype(np.float32), (9, 9)) > 0.5  # not noise, not a label
    across, down = np.flatnonzero(solid.any(0)), np.flatnonzero(solid.any(1))
    if across.size == 0:
        return 0.0, 0.0, 1.0, 1.0
    left, right = _widened(across, grey.shape[1])
    top, bottom = _widened(down, grey.shape[0])
    return left, top, right - left, bottom - top


def _widened(places: NDArray[np.intp], size: int) -> tuple[float, float]:
    return (
        max(0.0, float(places[0]) / size - _MARGIN),
        min(1.0, float(places[-1] + 1) / size + _MARGIN),
    )


def to_png(picture: Bytes) -> bytes:
    """A PNG file of a uint8 picture: grey [H, W], RGB [H, W, 3] or RGBA [H, W, 4]."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=4)
    return file.getvalue()


def _to_bytes(values: NDArray[np.floating]) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
