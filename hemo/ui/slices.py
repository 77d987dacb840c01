"""A slice as the viewer draws it, and back: JSON values whose meaning ``hemo.ui.views`` tells."""

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from hemo import overlay, report
from hemo.errors import BrokenFileError, TooLargeError
from hemo.evidence import EvidenceMap
from hemo.gate import Refusal
from hemo.preprocessing import head_mask
from hemo.reader import Reading
from hemo.regions import Parts, Region, outline, parts
from hemo.slice import Slice
from hemo.weights import Card
from hemo.windowing import to_display

View = dict[str, Any]
Bool = NDArray[np.bool_]
LONGEST = 1536  # pixels: more than a screen shows of one slice
LOWEST, HIGHEST = -32768, 32767  # of an int16
DIGITS = 6  # of a cell's logits: what a float32 holds


def slice_view(
    slice_: Slice,
    result: Reading | Refusal | None,
    card: Card,
    *,
    synthetic: bool = False,
    truth: Bool | None = None,
    caption: list[str] | None = None,
    label: str = "",
    explained: Parts | None = None,
) -> View:
    """A slice with what was read on it.

    Args:
        slice_: what is shown.
        result: its reading, why there is none, or None where nobody has asked yet.
        card: of the model.
        synthetic: whether hemo drew the slice itself.
        truth: bool [H, W] of what was painted there, outlined; None where nothing is told.
        caption: lines; those of ``report.caption`` where None.
        label: under its thumbnail.
        explained: of the reading, where it is at hand (see ``explain``).
    """
    view = _picture(slice_) | {
        "caption": report.caption(slice_, synthetic) if caption is None else caption,
        "number": slice_.number,
        "label": label,
        "probability": None,
        "percent": None,
        "band": None,
        "note": result.sentence if isinstance(result, Refusal) else None,
        "evidence": None,
        "regions": [],
        "truth": None if truth is None else outline(truth),
    }
    if not isinstance(result, Reading):
        return view
    found = explained or explain(slice_, result, card)
    return view | {
        "probability": float(result.probability),
        "percent": report.percent(result.probability),
        "band": result.band,
        "evidence": evidence(result.evidence, card),
        "regions": [_region(region) for region in found.regions],
    }


def explain(slice_: Slice, reading: Reading, card: Card) -> Parts:
    """What the logit of a reading is made of; sides and thirds are those of the head's mask."""
    view = reading.evidence.view
    head = None if view is None else view.head
    if head is None:
        head = head_mask(to_display(slice_, card.preprocessing.window))
    return parts(reading.evidence, card.evidence_focal, head)


def evidence(found: EvidenceMap, card: Card) -> View | None:
    """The map of a reading, for the browser to spread."""
    return evidence_view(found, card.evidence_scale, report.UNIT)


def evidence_view(found: EvidenceMap, limit: float, unit: str) -> View | None:
    """A map's own cells, for the browser to spread; None where a map has none.

    Args:
        found: by any method.
        limit: the value of a cell at which its colour is full.
        unit: of a cell, in words.
    """
    view = found.view
    if view is None:
        return None
    return {
        "cells": [[float(f"{cell:.{DIGITS}g}") for cell in row] for row in found.cells],
        "view": {"top": view.top, "left": view.left, "side": view.side},
        "bias": float(found.bias),
        "limit": limit,
        "unit": unit,
        "name": f"{found.method} · {found.layer}",
    }


def restored(view: View) -> Slice:
    """The slice that a browser shows and sends back, because the server has kept nothing of it.

    Hounsfield units come back as whole numbers, grey values in steps of 1/255: what files of
    8 bits and DICOM hold. Larger slices come back as small as they were shown.

    Raises:
        BrokenFileError: it is not a slice as ``slice_view`` makes them.
        TooLargeError: larger than one can be.
    """
    try:
        pixels, units = view["pixels"], view["units"]
        height, width = int(pixels["height"]), int(pixels["width"])
        if not (0 < height <= LONGEST and 0 < width <= LONGEST):
            raise TooLargeError("This slice is larger than hemo shows.")
        decode = {"hu16": _hounsfield, "grey": _grey}[pixels["kind"]]
        if (pixels["kind"] == "hu16") != (units == "HU"):
            raise ValueError("kind and units differ")
        values = decode(pixels["data"], height, width)
        spacing = _spacing(view["spacing"], view["height"] / height, view["width"] / width)
        return Slice(values, units, spacing=spacing, number=int(view["number"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, zlib.error, OSError) as error:
        raise BrokenFileError("This is not a slice that hemo has shown.") from error


def mask_from(data: str, height: int, width: int) -> Bool:
    """A brush's mask as the viewer tells it, bool [height, width].

    Raises:
        BrokenFileError: it is none of that size.
    """
    try:
        return _inflated(data, height * width).reshape(height, width) != 0
    except (ValueError, TypeError, zlib.error) as error:
        raise BrokenFileError("This is not a brush stroke that hemo has shown.") from error


def _picture(slice_: Slice) -> View:
    height, width = slice_.shape
    row_mm, column_mm = slice_.spacing or (1.0, 1.0)
    values = overlay.shrink(slice_.pixels, LONGEST)
    return {
        "width": width,
        "height": height,
        "spacing": None if slice_.spacing is None else list(slice_.spacing),
        "aspect": (width * column_mm) / (height * row_mm),
        "units": slice_.units,
        "pixels": _pixels(values, slice_.units),
        "content": list(overlay.content(overlay.shrink(to_display(slice_), LONGEST))),
    }


def _pixels(values: NDArray[np.float32], units: str) -> View:
    height, width = values.shape
    if units == "display":
        data = data_uri(overlay.to_png(overlay.to_grey(values)))
        return {"kind": "grey", "width": width, "height": height, "data": data}
    hu = np.clip(np.rint(values), LOWEST, HIGHEST).astype("<i2")
    steps = np.diff(hu, axis=1, prepend=np.zeros((height, 1), "<i2"))  # wraps, and back again
    data = b64encode(zlib.compress(steps.astype("<i2").tobytes(), 6)).decode("ascii")
    return {"kind": "hu16", "width": width, "height": height, "data": data}


def _region(region: Region) -> View:
    return {
        "number": region.number,
        "label": region.place,
        "logits": float(region.logits),
        "amount": report.signed(region.logits, 1),
        "outline": [[[x, y] for x, y in polygon] for polygon in region.outline],
        "centre": list(region.centre),
    }


def _hounsfield(data: str, height: int, width: int) -> NDArray[np.float32]:
    steps = _inflated(data, height * width * 2).view("<i2").reshape(height, width)
    return np.cumsum(steps, axis=1, dtype=np.int16).astype(np.float32)


def _grey(data: str, height: int, width: int) -> NDArray[np.float32]:
    png = _decoded(data.removeprefix("data:image/png;base64,"))
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as picture:
            if picture.size != (width, height) or picture.mode != "L":
                raise ValueError("another size or mode")
            return np.asarray(picture, np.float32) / np.float32(255)
    except (UnidentifiedImageError, SyntaxError) as error:
        raise ValueError("not a PNG") from error


def _inflated(data: str, size: int) -> NDArray[np.uint8]:
    """Exactly so many bytes out of base64 of zlib; not one more is unpacked."""
    unpacked = zlib.decompressobj().decompress(_decoded(data), size + 1)
    if len(unpacked) != size:
        raise ValueError(f"{size} bytes expected")
    return np.frombuffer(unpacked, np.uint8)


def _decoded(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except NotBase64 as error:
        raise ValueError("not base64") from error


def _spacing(
    spacing: list[float] | None, rows: float, columns: float
) -> tuple[float, float] | None:
    if spacing is None:
        return None
    row_mm, column_mm = (float(mm) for mm in spacing)
    if not (0 < row_mm < 100 and 0 < column_mm < 100):
        raise ValueError("no such spacing")
    return row_mm * rows, column_mm * columns


def data_uri(png: bytes) -> str:
    """A PNG as a data: URI: it reaches the browser without ever being a file."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")
