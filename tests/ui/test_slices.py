"""Tests of slices as the viewer draws them, and of what comes back from a browser."""

import json
import zlib
from base64 import b64encode

import numpy as np
import pytest

from hemo.errors import BrokenFileError, TooLargeError
from hemo.slice import Slice
from hemo.ui.slices import LONGEST, mask_from, restored, slice_view


def wire(value):
    """A value as it comes back from a browser."""
    return json.loads(json.dumps(value))


def a_slice(units="HU", shape=(6, 9), **more):
    """Whole Hounsfield units or steps of 1/255, to both ends of what can be."""
    rng = np.random.default_rng(1)
    if units == "HU":
        pixels = rng.integers(-1024, 3072, shape).astype(np.float32)
        pixels[0, :2] = -32768, 32767  # differences wrap around
    else:
        pixels = rng.integers(0, 256, shape).astype(np.float32) / 255
    return Slice(pixels, units, **more)


@pytest.mark.parametrize("units", ["HU", "display"])
def test_a_slice_comes_back_as_it_went(reader, units):
    """Pixels, units, spacing and number; nothing is stored on the way."""
    sent = a_slice(units, spacing=(0.5, 0.75), number=7)
    back = restored(wire(slice_view(sent, None, reader.card)))

    assert np.allclose(back.pixels, sent.pixels, atol=1e-6)
    assert (back.units, back.spacing, back.number) == (units, (0.5, 0.75), 7)


def test_a_large_slice_comes_back_as_small_as_it_was_shown(reader):
    """With pixels as much larger: its millimetres stay the same."""
    sent = Slice(np.zeros((2 * LONGEST, LONGEST), np.float32), "HU", spacing=(0.1, 0.1))
    view = wire(slice_view(sent, None, reader.card))
    back = restored(view)

    assert (view["width"], view["height"]) == (LONGEST, 2 * LONGEST)
    assert back.shape == (LONGEST, LONGEST // 2)
    assert back.spacing == pytest.approx((0.2, 0.2))


@pytest.mark.parametrize(
    "change",
    [
        {"pixels": None},
        {"units": "display"},
        {"units": "K"},
        {"spacing": [0, 1]},
        {"spacing": [1]},
        {"number": "x"},
        {"pixels": {"kind": "hu16", "width": 9, "height": 5, "data": "AAAA"}},
        {"pixels": {"kind": "hu16", "width": 9, "height": 6, "data": "not base64"}},
        {"pixels": {"kind": "grey", "width": 9, "height": 6, "data": "data:image/png;base64,AAAA"}},
        {"pixels": {"kind": "raw", "width": 9, "height": 6, "data": ""}},
        {"pixels": {"kind": "hu16", "width": -1, "height": 6, "data": ""}},
    ],
)
def test_what_is_no_slice_is_refused_with_a_sentence(reader, change):
    """A browser may send anything."""
    view = wire(slice_view(a_slice(), None, reader.card)) | change

    with pytest.raises((BrokenFileError, TooLargeError)):
        restored(view)


def test_a_bomb_is_not_unpacked(reader):
    """A megabyte of zeros more than the slice has pixels ends at the slice's size."""
    packed = b64encode(zlib.compress(bytes(1 << 24))).decode()
    pixels = {"kind": "hu16", "width": 9, "height": 6, "data": packed}

    with pytest.raises(BrokenFileError):
        restored(wire(slice_view(a_slice(), None, reader.card)) | {"pixels": pixels})


def test_a_brush_comes_back_as_a_mask():
    """One byte a pixel, zero or not."""
    mask = np.zeros((3, 4), np.uint8)
    mask[1, 2] = 1
    data = b64encode(zlib.compress(mask.tobytes())).decode()

    assert np.array_equal(mask_from(data, 3, 4), mask > 0)
    with pytest.raises(BrokenFileError):
        mask_from(data, 4, 4)


def test_a_reading_brings_cells_and_regions(reader):
    """The fixed engine's strongest cell is region 1; cells and bias add up to the logit."""
    from hemo import phantom

    slice_ = phantom.draw(None, seed=12).slice
    view = slice_view(slice_, reader.read(slice_), reader.card, truth=slice_.pixels > 1000)
    cells, square = np.array(view["evidence"]["cells"]), view["evidence"]["view"]
    unit = 14 * 14 / cells.size  # logits per map cell to logits

    assert view["regions"][0]["number"] == 1
    assert len(view["regions"][0]["outline"][0]) >= 3
    assert view["probability"] == pytest.approx(0.8808, abs=1e-3)
    assert cells.sum() * unit + view["evidence"]["bias"] == pytest.approx(2.0, abs=0.1)
    assert 0 < square["side"] <= 1024
    assert view["truth"]
    assert "truth" in slice_view(slice_, None, reader.card)
