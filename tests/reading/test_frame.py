"""Arrays of one frame, and what codestreams say of themselves."""

import numpy as np
import pytest

from hemo.errors import BrokenFileError
from hemo.reading import frame
from hemo.windowing import Window

NONE = np.zeros((1, 3), np.bool_)
# SOC, SIZ: size 3 × 2 after an offset of 1 × 1, one component
J2K = bytes.fromhex("ff4f ff51 0029 0000 00000004 00000003 00000001 00000001")
J2K += bytes(16) + bytes.fromhex("0001 070101")


@pytest.mark.parametrize("marker", ["c0", "c1", "c3", "f7"])
def test_jpeg_and_jpeg_ls_declare_their_size(marker):
    """Rows, columns, samples: whatever segments stand before the frame header."""
    codestream = bytes.fromhex(f"ffd8 fffe0004 4142 ff ff{marker} 000b 08 0002 0003 01 011100")

    assert frame.codestream_shape(codestream) == (2, 3, 1)


@pytest.mark.parametrize("wrapping", [b"", b"\0\0\0\x0cjP  \r\n\x87\n"])
def test_jpeg_2000_declares_its_size(wrapping):
    """The size is less the offset; a stray JP2 header is skipped."""
    assert frame.codestream_shape(wrapping + J2K) == (2, 3, 1)


@pytest.mark.parametrize(
    "codestream", [b"", b"\xff\xd8", b"\xff\xd8\xff\xfe\xff\xff", b"noise", J2K[:20]]
)
def test_no_header_is_no_size(codestream):
    """Damage is an answer, not an exception."""
    assert frame.codestream_shape(codestream) is None


def test_rle_runs_are_counted():
    """Three as they are, one five times, 128 nothing, and a run that is cut off: 8 + 2."""
    segment = bytes([2, 7, 7, 7, 252, 9, 128, 3, 1, 1])
    header = np.array([1, 64] + [0] * 14, "<u4").tobytes()

    assert frame.rle_length(header + segment) == 10


@pytest.mark.parametrize(("slope", "intercept"), [(0, 0), (np.nan, 0), (1, np.inf), (1e300, 0)])
def test_rescale_refuses_what_is_no_measurement(slope, intercept):
    """A slope of 0 and anything that is not finite."""
    with pytest.raises(BrokenFileError):
        frame.rescale(np.array([[1, 2]], np.int16), slope, intercept)


def test_rescale_leaves_its_input_alone():
    """Stored values are not changed."""
    stored = np.array([[1, 2]], np.int16)
    values = frame.rescale(stored, 2, 1)

    assert stored.tolist() == [[1, 2]]
    assert values.tolist() == [[3, 5]]
    assert values.dtype == np.float32


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_every_function_is_half_grey_in_the_middle(function):
    """Far below it is black, far above white."""
    center = 100.5 if function == "LINEAR" else 100.0
    values = np.array([[-1e6, 100, 1e6]], np.float32)
    grey = frame.to_grey(values, Window(center, 80), function, NONE)

    np.testing.assert_allclose(grey, [[0, 0.5, 1]], atol=1e-6)


def test_width_1_is_a_step():
    """PS3.3 C.11.2.1.2.1: up to center − 0.5 black, above it white."""
    values = np.array([[98, 99, 100]], np.float32)
    grey = frame.to_grey(values, Window(99.5, 1), "LINEAR", NONE)

    assert grey[0, 0] == 0
    assert grey[0, 2] == 1


def test_a_flat_frame_is_black():
    """Without a window and without a range there is nothing to show."""
    grey = frame.to_grey(np.full((1, 3), 7, np.float32), None, "LINEAR", NONE)

    assert grey.tolist() == [[0, 0, 0]]
