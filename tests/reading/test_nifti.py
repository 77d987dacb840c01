"""NIfTI to axial slices: orientation, units and lies, on volumes whose voxels are known."""

import gzip

import numpy as np
import pytest
import seeds

from hemo.errors import BrokenFileError, TooLargeError, UnsupportedFileError
from hemo.reading import hounsfield, nifti, read, read_bytes

IDENTITY = {"srow_x": (1, 0, 0, 0), "srow_y": (0, 1, 0, 0), "srow_z": (0, 0, 1, 0)}


def small():
    """Values 100 x + 10 y + z of x to the right, y to the front, z to the head: uint8 [2, 3, 2]."""
    x, y, z = np.mgrid[:2, :3, :2]
    return (100 * x + 10 * y + z).astype(np.uint8)


def head(dtype=np.int16):
    """Air, and a block of 30 HU to the patient's right and front, of the lower half."""
    hu = np.full((16, 20, 8), -1000, dtype)
    hu[9:14, 12:18, :4] = 30
    return hu


def order(slices):
    """Every value's rank in its file: the scale of grey does not matter."""
    return [np.round(one.pixels * 121).astype(int).tolist() for one in slices]


def test_right_is_on_the_left_and_the_front_at_the_top():
    """Radiological convention: column 0 is x = 1 (right), row 0 is y = 2 (front)."""
    slices = read_bytes(seeds.nifti(small(), scl_slope=1, **IDENTITY))

    expected = [
        [[min(100 * x + 10 * y + z, 121) for x in (1, 0)] for y in (2, 1, 0)] for z in (0, 1)
    ]
    np.testing.assert_allclose(order(slices), expected, atol=1)
    assert [one.number for one in slices] == [1, 2]
    assert slices[0].source == nifti.SOURCE


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize("flips", [(), (0,), (1,), (2,), (0, 1, 2)])
def test_any_orientation_gives_the_same_pictures(axes, flips):
    """The same head stored with its axes in another order, or backwards."""
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    stored, turned = np.transpose(head(), axes), affine[:, [*axes, 3]]
    for axis in flips:
        turned[:, 3] += turned[:, axis] * (stored.shape[axis] - 1)
        turned[:, axis] *= -1
        stored = np.flip(stored, axis)
    rows = dict(zip(("srow_x", "srow_y", "srow_z"), turned[:3], strict=True))
    expected = read_bytes(seeds.nifti(head(), srow_x=affine[0], srow_y=affine[1], srow_z=affine[2]))
    slices = read_bytes(seeds.nifti(np.ascontiguousarray(stored), **rows))

    assert len(slices) == len(expected) == 8
    for one, other in zip(slices, expected, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        assert (one.position, one.spacing) == (other.position, (2, 1))


def test_positions_are_those_of_dicom():
    """The first pixel is the right-most, front-most: (15, 19, k) in NIfTI, (−15, −19, k) here."""
    slices = read_bytes(seeds.nifti(head(), **IDENTITY))

    assert slices[0].position == (-15, -19, 0)
    assert slices[7].position == (-15, -19, 7)


@pytest.mark.parametrize("wrap", [bytes, seeds.gzipped])
@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_hounsfield_units_are_kept(wrap, dtype):
    """A volume with air, tissue and little between is taken as CT, of a modality not named."""
    slices = read_bytes(wrap(seeds.nifti(head(dtype), **IDENTITY)))

    assert {(one.units, one.modality, one.plane) for one in slices} == {("HU", None, "axial")}
    assert slices[0].warnings == ()
    np.testing.assert_array_equal(np.unique(slices[0].pixels), [-1000, 30])
    assert slices[0].pixels[4, 4] == 30  # y = 15, x = 11


def test_the_rescale_is_applied():
    """Stored 12 and 527 with slope 2 and intercept −1024 are −1000 and 30 HU."""
    stored = ((head() + 1024) // 2).astype(np.uint16)
    slices = read_bytes(seeds.nifti(stored, scl_slope=2, scl_inter=-1024, **IDENTITY))

    np.testing.assert_array_equal(np.unique(slices[0].pixels), [-1000, 30])


def test_big_endian_is_read():
    """By the header's size in either byte order."""
    import nibabel

    image = nibabel.Nifti1Image(
        head().astype(">i2"), np.eye(4), nibabel.Nifti1Header(endianness=">")
    )
    slices = read_bytes(image.to_bytes())

    np.testing.assert_array_equal(np.unique(slices[0].pixels), [-1000, 30])


def test_nifti_2_is_read():
    """Written by nibabel."""
    import nibabel

    slices = read_bytes(nibabel.Nifti2Image(head(), np.eye(4)).to_bytes())

    np.testing.assert_array_equal(np.unique(slices[0].pixels), [-1000, 30])


@pytest.mark.parametrize("low", [0, -1000])
def test_magnetic_resonance_is_no_ct(low):
    """Values from 0, or spread evenly over a range that begins where air is: grey, and said."""
    values = np.linspace(low, 3000, 16 * 16 * 8).reshape(16, 16, 8).astype(np.int16)
    slices = read_bytes(seeds.nifti(values, **IDENTITY))

    assert {(one.units, one.modality) for one in slices} == {("display", None)}
    assert nifti.NOT_HU in slices[0].warnings


def test_a_few_values_that_are_no_numbers_are_air():
    """NaN and infinity become −1024 HU, with a warning; the others keep their values."""
    values = head(np.float32)
    values[0, 0, 0], values[1, 0, 0] = np.nan, np.inf
    first, *others = read_bytes(seeds.nifti(values, **IDENTITY))

    assert first.pixels[19, 14:].tolist() == [-1024, -1024]
    assert {one.warnings for one in (first, *others)} == {(nifti.NOT_NUMBERS,)}


def test_many_values_that_are_no_numbers_are_no_volume():
    """Half of them."""
    values = head(np.float32)
    values[:8] = np.nan

    with pytest.raises(BrokenFileError, match="not numbers"):
        read_bytes(seeds.nifti(values, **IDENTITY))


def test_of_several_volumes_the_first_is_read():
    """With a warning."""
    values = np.stack([head(), head() + 100], axis=-1)
    slices = read_bytes(seeds.gzipped(seeds.nifti(values, **IDENTITY)))

    assert slices[0].warnings == (nifti.FIRST_VOLUME,)
    np.testing.assert_array_equal(np.unique(slices[0].pixels), [-1000, 30])


def test_a_file_without_a_direction_says_so():
    """Neither sform nor qform: left and right are a guess."""
    slices = read_bytes(seeds.nifti(head(), sform_code=0))

    assert nifti.NO_DIRECTION in slices[0].warnings


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"dim": (3, 16, 20, 9, 1, 1, 1, 1)}, BrokenFileError),
        ({"dim": (3, 0, 20, 8, 1, 1, 1, 1)}, BrokenFileError),
        ({"dim": (3, 9000, 1, 1, 1, 1, 1, 1)}, TooLargeError),
        ({"dim": (3, 8000, 8000, 8000, 1, 1, 1, 1)}, TooLargeError),
        ({"dim": (3, 1, 1, 3000, 1, 1, 1, 1)}, TooLargeError),
        ({"vox_offset": 1e9}, BrokenFileError),
        ({"datatype": 128, "bitpix": 24}, UnsupportedFileError),
        ({"datatype": 32, "bitpix": 64}, UnsupportedFileError),
        ({"magic": b"ni1\0"}, UnsupportedFileError),
        ({"magic": b"xyz\0"}, UnsupportedFileError),
        ({"srow_x": (0, 0, 0, 0), "srow_y": (0,) * 4, "srow_z": (0,) * 4}, BrokenFileError),
    ],
)
@pytest.mark.parametrize("wrap", [bytes, seeds.gzipped])
def test_lies_are_refused(wrap, fields, error):
    """Sizes, types and directions that cannot be."""
    with pytest.raises(error, match=r"^[^\n]+\.$"):
        read_bytes(wrap(seeds.nifti(head(), **fields)))


def test_a_damaged_gzip_is_broken():
    """Truncated, flipped so that only the checksum tells, or longer than its header says."""
    data = seeds.nifti(head(), **IDENTITY)
    stored = bytearray(gzip.compress(data, 0, mtime=0))
    stored[3000] ^= 1

    for broken in (seeds.gzipped(data)[:-20], bytes(stored), seeds.gzipped(data + bytes(2**21))):
        with pytest.raises(BrokenFileError):
            read_bytes(broken)


def test_a_bomb_is_not_inflated(monkeypatch):
    """More than is allowed is refused by the header, before a byte is inflated."""
    monkeypatch.setattr("hemo.reading.limits.MAX_BYTES", 3000)

    with pytest.raises(TooLargeError, match="inflates"):
        read_bytes(seeds.gzipped(seeds.nifti(head(), **IDENTITY)))


def test_a_range_beyond_float32_is_scaled():
    """From −3e38 to 3e38 is 6e38, which float32 cannot hold: 0, half and 1."""
    low, high = np.float32(-3e38), np.float32(3e38)
    values = nifti._grey(np.array([[low, 0, high]], np.float32), low, high)

    np.testing.assert_allclose(values, [[0, 0.5, 1]], atol=1e-6)


def ct_picture():
    """A head: a quarter of it air, brain at 35 HU within a shell of 900 HU."""
    hu = np.full((64, 64), -1000, np.float32)
    hu[4:60, 4:60] = 900
    hu[7:57, 7:57] = 35
    return hu


def test_offset_hounsfield_units_are_told_from_12_bits():
    """CT + 1024 is; a ramp, another modality's levels, and a picture of air are not."""
    ct = ct_picture() + 1024
    ramp = np.linspace(0, 4095, 64 * 64).reshape(64, 64)
    brain = np.where(ct > 100, np.linspace(600, 1500, 64)[None], 10)

    assert hounsfield.are_with_offset(ct.astype(np.uint16))
    for other in (ramp, brain, np.zeros((64, 64)), ct_picture() * 0 + 1060):
        assert not hounsfield.are_with_offset(other.astype(np.uint16))


@pytest.mark.parametrize("name", ["CT_pitch.nii.gz", "chris_PD.nii.gz"])
def test_real_volumes_are_read(shared_data, name):
    """Both are stored in 8 bits: grey, many slices, a place for each."""
    slices = read(shared_data / "nifti" / name)

    assert len(slices) > 50
    assert {one.units for one in slices} == {"display"}
    heights = [one.position[2] for one in slices]
    assert heights == sorted(heights)
