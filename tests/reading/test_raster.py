"""Pictures to slices, on files built here."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from hemo.errors import BrokenFileError, TooLargeError, UnsupportedFileError
from hemo.reading import raster, read_bytes

LEVELS = np.array([[0, 51, 255], [102, 153, 204]], np.uint8)
GREY = np.array([[0, 0.2, 1], [0.4, 0.6, 0.8]], np.float32)


def image(values: np.ndarray) -> Image.Image:
    """Shorthand."""
    return Image.fromarray(values)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("PNG", "8-bit grey PNG"),
        ("BMP", "8-bit grey BMP"),
        ("TIFF", "8-bit grey TIFF"),
    ],
)
def test_grey_levels_run_from_black_to_white(picture, kind, source):
    """Level 255 is 1, 51 is 0.2, in display units, without a warning."""
    (slice_,) = read_bytes(picture(image(LEVELS), kind))

    assert (slice_.units, slice_.modality, slice_.spacing) == ("display", None, None)
    assert (slice_.source, slice_.warnings) == (source, ())
    np.testing.assert_array_equal(slice_.pixels, GREY)


def test_jpeg_and_webp_are_read(picture):
    """A flat picture survives the loss of JPEG; lossless WebP keeps everything."""
    flat = np.full((16, 16), 51, np.uint8)
    (jpeg,) = read_bytes(picture(image(flat), "JPEG", quality=95))
    (webp,) = read_bytes(picture(image(LEVELS).convert("RGB"), "WEBP", lossless=True))

    assert (jpeg.source, webp.source) == ("JPEG", "8-bit RGB WebP")
    np.testing.assert_allclose(jpeg.pixels, 0.2, atol=0.01)
    np.testing.assert_array_equal(webp.pixels, GREY)


def test_the_name_of_the_mode_does_not_matter(picture):
    """The same grey stored as L, LA, P, RGB, RGBA gives the very same pixels."""
    modes = {
        mode: read_bytes(picture(image(LEVELS).convert(mode), "PNG"))[0]
        for mode in ("L", "LA", "P", "RGB", "RGBA")
    }

    assert {mode: slice_.source for mode, slice_ in modes.items()} == {
        "L": "8-bit grey PNG",
        "LA": "8-bit grey and alpha PNG",
        "P": "8-bit palette PNG",
        "RGB": "8-bit RGB PNG",
        "RGBA": "8-bit RGBA PNG",
    }
    for slice_ in modes.values():
        np.testing.assert_array_equal(slice_.pixels, GREY)


def test_one_bit_is_black_or_white(picture):
    """Mode 1."""
    (slice_,) = read_bytes(picture(image(LEVELS > 100), "PNG"))

    assert slice_.source == "1-bit PNG"
    np.testing.assert_array_equal(slice_.pixels, [[0, 0, 1], [1, 1, 1]])


def test_colours_are_weighed(picture):
    """Red, green and blue are 0.299, 0.587 and 0.114 of white."""
    primaries = np.eye(3, dtype=np.uint8)[None] * 255
    (slice_,) = read_bytes(picture(image(primaries), "PNG"))

    np.testing.assert_allclose(slice_.pixels, [[0.299, 0.587, 0.114]], atol=1e-6)


def test_cmyk_is_converted(picture):
    """No ink is white, full black ink is black."""
    inks = Image.new("CMYK", (2, 1))
    inks.putpixel((1, 0), (0, 0, 0, 255))
    (slice_,) = read_bytes(picture(inks, "TIFF"))

    np.testing.assert_array_equal(slice_.pixels, [[1, 0]])


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_dropped(picture, mode):
    """A transparent pixel keeps the colour that is stored under it."""
    transparent = image(LEVELS).convert(mode)
    transparent.putalpha(0)
    (slice_,) = read_bytes(picture(transparent, "PNG"))

    np.testing.assert_array_equal(slice_.pixels, GREY)


def test_a_transparent_palette_colour_is_kept(picture):
    """Transparency of a palette is no colour either."""
    (slice_,) = read_bytes(picture(image(LEVELS).convert("P"), "PNG", transparency=255))

    np.testing.assert_array_equal(slice_.pixels, GREY)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_scaled_by_their_own_range(picture, kind):
    """65535 is white and 300 is nearly black: nothing saturates at 255."""
    stored = np.array([[0, 300, 65535]], np.uint16)
    (slice_,) = read_bytes(picture(image(stored), kind))

    assert (slice_.source, slice_.warnings) == (f"16-bit grey {kind}", ())
    np.testing.assert_allclose(slice_.pixels, [[0, 300 / 65535, 1]], rtol=1e-6)


@pytest.mark.parametrize(
    ("largest", "white"), [(4095, 4095), (3000, 4095), (1023, 1023), (7, 255), (40000, 65535)]
)
def test_fewer_bits_in_16_have_a_white_of_their_own(picture, largest, white):
    """12-bit data in a 16-bit file is not left nearly black, and that is said."""
    stored = np.array([[0, largest]], np.uint16)
    (slice_,) = read_bytes(picture(image(stored), "PNG"))

    assert [str(white) in warning for warning in slice_.warnings] == [True] * (white < 65535)
    np.testing.assert_allclose(slice_.pixels, [[0, largest / white]], rtol=1e-6)


def test_16_bit_colours_keep_their_high_byte():
    """What Pillow gives of them: 0x8000 is 0x80 of 0xFF."""
    stored = np.array([[0, 0x8000, 0xFFFF]], np.uint16)
    (slice_,) = read_bytes(cv2.imencode(".png", np.dstack([stored] * 3))[1].tobytes())

    np.testing.assert_allclose(slice_.pixels, [[0, 128 / 255, 1]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_values_without_a_white_use_their_range(picture, dtype):
    """−1000 … 1000 becomes 0 … 1, with a warning."""
    stored = np.array([[-1000, 0, 1000]], dtype)
    (slice_,) = read_bytes(picture(image(stored), "TIFF"))

    assert len(slice_.warnings) == 1
    np.testing.assert_allclose(slice_.pixels, [[0, 0.5, 1]], atol=1e-6)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(
    ("offset", "dtype", "warning"),
    [(1024, np.uint16, raster.HOUNSFIELD_1024), (0, np.float32, raster.HOUNSFIELD)],
)
def test_hounsfield_units_in_a_picture_are_recognised(picture, kind, offset, dtype, warning):
    """A head of 35 HU in a shell of 900 HU in air, + 1024 in 16 bits, or plain: and said so."""
    if (kind, dtype) == ("PNG", np.float32):
        pytest.skip("PNG has no such values")
    hu = np.full((64, 64), -1000, np.float32)
    hu[4:60, 4:60] = 900
    hu[7:57, 7:57] = 35
    (slice_,) = read_bytes(picture(image((hu + offset).astype(dtype)), kind))

    assert (slice_.units, slice_.modality, slice_.warnings) == ("HU", None, (warning,))
    np.testing.assert_array_equal(slice_.pixels, hu)


@pytest.mark.parametrize("value", [0.0, 7.0, 3e38])
def test_a_flat_picture_is_black(picture, value):
    """A range of nothing divides by nothing."""
    (slice_,) = read_bytes(picture(image(np.full((2, 2), value, np.float32)), "TIFF"))

    np.testing.assert_array_equal(slice_.pixels, np.zeros((2, 2)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(picture, value):
    """A picture with NaN or infinity is broken."""
    with pytest.raises(BrokenFileError):
        read_bytes(picture(image(np.array([[0, value]], np.float32)), "TIFF"))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "upright"), [(1, LEVELS), (3, LEVELS[::-1, ::-1]), (6, LEVELS[::-1].T)]
)
def test_the_orientation_is_respected(picture, kind, orientation, upright):
    """EXIF 3 is upside down, 6 lies on its left side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    (slice_,) = read_bytes(picture(image(LEVELS), kind, exif=exif))

    np.testing.assert_array_equal(slice_.pixels, upright.astype(np.float32) / 255)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_only_the_first_of_several_pictures_is_read(picture, kind):
    """Animations and pages are named in a warning."""
    frames = [Image.new("RGB", (4, 4), color) for color in ("white", "black")]
    options = {"lossless": True} if kind == "WEBP" else {}
    (slice_,) = read_bytes(
        picture(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    )

    assert slice_.warnings == (raster.SEVERAL_PICTURES,)
    np.testing.assert_array_equal(slice_.pixels, np.ones((4, 4)))


@pytest.mark.parametrize(("photometric", "grey"), [(0, [[1, 0]]), (1, [[0, 1]])])
def test_16_bit_white_is_zero_is_turned_around(photometric, grey):
    """TIFF 6.0 PhotometricInterpretation 0: the value 0 is white."""
    (slice_,) = read_bytes(tiff16(photometric, [0, 65535]))

    np.testing.assert_array_equal(slice_.pixels, grey)


@pytest.mark.parametrize(("width", "height"), [(8193, 1), (1, 8193), (100_000, 100_000)])
def test_the_size_is_looked_at_before_the_pixels(width, height):
    """A header is enough to refuse a picture, even one beyond Pillow's own limit."""
    with pytest.raises(TooLargeError, match=f"{width} × {height}"):
        read_bytes(png_header(width, height))


def test_the_largest_size_is_read(picture):
    """8192 on a side is not too large."""
    (slice_,) = read_bytes(picture(Image.new("1", (8192, 1)), "PNG"))

    assert slice_.shape == (1, 8192)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_half_a_file_is_broken(picture, kind):
    """The sentence names the kind and nothing else."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    data = picture(image(noise).convert("RGB"), kind)

    for part in (2, 3, 10):
        with pytest.raises(BrokenFileError, match=r"^The \w+ file is truncated or damaged\.$"):
            read_bytes(data[: len(data) // part])


@pytest.mark.parametrize("kind", ["GIF", "PPM", "ICO"])
def test_other_pictures_are_refused(picture, kind):
    """The kinds that are read are a list, not whatever Pillow can open."""
    with pytest.raises(UnsupportedFileError):
        read_bytes(picture(Image.new("L", (16, 16)), kind))


def test_other_colour_spaces_are_refused(picture):
    """L*a*b* has no agreed way to grey here."""
    with pytest.raises(UnsupportedFileError, match="colour space"):
        read_bytes(picture(Image.new("LAB", (2, 2)), "TIFF"))


def test_two_letters_are_not_a_bitmap():
    """Text that begins with BM is not a broken picture but no picture."""
    with pytest.raises(UnsupportedFileError):
        read_bytes(b"BMI and other measures of the patient")


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and then ends, with a little data for its decoder."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b""))


def tiff16(photometric: int, values: list[int]) -> bytes:
    """One row of 16-bit values, uncompressed, little endian."""
    count = len(values)
    tags = [(256, count), (257, 1), (258, 16), (259, 1), (262, photometric)]
    tags += [(273, 8), (277, 1), (278, 1), (279, 2 * count)]
    pixels = struct.pack(f"<{count}H", *values)
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(pixels))
    return head + pixels + struct.pack("<H", len(tags)) + entries + bytes(4)
