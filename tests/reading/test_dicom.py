"""DICOM to slices, on files built here."""

import struct

import numpy as np
import pytest
from pydicom import Dataset, uid

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading import dicom as room
from hemo.reading import limits, read_bytes
from hemo.windowing import BRAIN, to_display

STORED = np.array([[0, 1024], [1064, 2000], [1104, 24]], np.int16)
HU = np.array([[-1024, 0], [40, 976], [80, -1000]], np.float32)
BIG = np.kron(STORED, np.ones((32, 32), np.int16))  # as small as JPEG 2000 is written
GREY = np.array([[0, 100], [200, 50]], np.uint16)
MR = {"Modality": "MR", "SOPClassUID": uid.MRImageStorage}
NO_RESCALE = {"RescaleSlope": None, "RescaleIntercept": None}


def test_values_become_hounsfield_units(dicom):
    """A CT image is slope · value + intercept, float32, without a warning."""
    (slice_,) = read_bytes(dicom(STORED))

    assert slice_.units == "HU"
    assert slice_.modality == "CT"
    assert slice_.warnings == ()
    np.testing.assert_array_equal(slice_.pixels, HU)


def test_slope_is_applied_before_the_intercept(dicom):
    """Value 10 with slope 2.5 and intercept −100 is −75."""
    stored = np.array([[0, 10]], np.int16)
    (slice_,) = read_bytes(dicom(stored, RescaleSlope="2.5", RescaleIntercept="-100"))

    np.testing.assert_array_equal(slice_.pixels, [[-100, -75]])


@pytest.mark.parametrize(
    ("syntax", "source"),
    [
        (uid.ImplicitVRLittleEndian, "uncompressed DICOM"),
        (uid.ExplicitVRLittleEndian, "uncompressed DICOM"),
        (uid.ExplicitVRBigEndian, "uncompressed DICOM"),
        (uid.DeflatedExplicitVRLittleEndian, "deflated DICOM"),
        (uid.RLELossless, "RLE DICOM"),
        (uid.JPEG2000Lossless, "JPEG 2000 DICOM"),
    ],
)
def test_every_lossless_syntax_gives_the_same_values(dicom, syntax, source):
    """How the pixels were stored shows in the source only."""
    (slice_,) = read_bytes(dicom(BIG, syntax))

    assert slice_.source == source
    np.testing.assert_array_equal(slice_.pixels, BIG - 1024.0)


@pytest.mark.parametrize("start", [128 + 4, None])
@pytest.mark.parametrize(
    "syntax",
    [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian],
)
def test_preamble_and_meta_information_may_be_missing(dicom, syntax, start):
    """Files cut off before the file meta information, or before the data set, are still read."""
    data = dicom(STORED, syntax)
    first = b"\0\x08\0\x16" if syntax == uid.ExplicitVRBigEndian else b"\x08\0\x16\0"
    (slice_,) = read_bytes(data[start if start else data.index(first) :])

    np.testing.assert_array_equal(slice_.pixels, HU)


def test_geometry_is_taken_over(dicom):
    """Spacing is (row, column) in mm, the position that of the first pixel."""
    (slice_,) = read_bytes(
        dicom(STORED, PixelSpacing=["0.5", "0.25"], ImagePositionPatient=["-120", "1", "2.5"])
    )

    assert slice_.spacing == (0.5, 0.25)
    assert slice_.position == (-120.0, 1.0, 2.5)


@pytest.mark.parametrize("spacing", [None, "", ["0", "0.5"], ["0.5"], ["-1", "0.5"]])
def test_geometry_that_makes_no_sense_is_unknown(dicom, spacing):
    """Spacing is never 0, negative or half there."""
    (slice_,) = read_bytes(dicom(STORED, PixelSpacing=spacing))

    assert slice_.spacing is None
    assert slice_.position is None


def test_nothing_else_leaves_the_file(dicom):
    """Neither name nor number of the patient can be found in a slice."""
    (slice_,) = read_bytes(dicom(STORED))

    assert "DOE" not in repr(slice_)
    assert "4711" not in repr(slice_)


def test_modality_is_a_code_or_nothing(dicom):
    """A name in the modality's place does not get past the room."""
    (slice_,) = read_bytes(dicom(STORED, Modality="XX").replace(b"XX", b"^^"))

    assert slice_.modality is None


def test_a_ct_without_modality_is_known_by_its_class(dicom):
    """The SOP class says CT too."""
    (slice_,) = read_bytes(dicom(STORED, Modality=None))

    assert (slice_.modality, slice_.units) == ("CT", "HU")


def test_missing_rescale_is_assumed_and_said(dicom):
    """Without slope and intercept the stored values are Hounsfield units, with a warning."""
    (slice_,) = read_bytes(dicom(STORED, **NO_RESCALE))

    assert slice_.units == "HU"
    assert slice_.warnings == (room.NO_RESCALE,)
    np.testing.assert_array_equal(slice_.pixels, STORED)


def test_inverted_values_look_right_in_a_window(dicom):
    """MONOCHROME1 with a negative slope: 40 HU is stored as 984 and is mid-grey in 40/80."""
    stored = np.array([[1024, 984, 944]], np.int16)
    (slice_,) = read_bytes(
        dicom(
            stored, PhotometricInterpretation="MONOCHROME1", RescaleSlope=-1, RescaleIntercept=1024
        )
    )

    np.testing.assert_array_equal(slice_.pixels, [[0, 40, 80]])
    np.testing.assert_array_equal(to_display(slice_, BRAIN), [[0, 0.5, 1]])


def test_monochrome1_does_not_change_hounsfield_units(dicom):
    """It is a wish about display, PS3.3 C.7.6.3.1.2: the values stay, the wish is told."""
    (slice_,) = read_bytes(dicom(STORED, PhotometricInterpretation="MONOCHROME1"))

    assert slice_.warnings == (room.INVERTED,)
    np.testing.assert_array_equal(slice_.pixels, HU)


def test_monochrome1_turns_grey_around(dicom):
    """Of an MR image, where grey is made here, the lowest value is white."""
    (slice_,) = read_bytes(dicom(GREY, PhotometricInterpretation="MONOCHROME1", **MR))

    np.testing.assert_array_equal(slice_.pixels, [[1, 0.5], [0, 0.75]])


def test_monochrome1_without_rescale_is_a_picture(dicom):
    """A CT whose values only look right inverted is not measured in Hounsfield units."""
    (slice_,) = read_bytes(dicom(GREY, PhotometricInterpretation="MONOCHROME1", **NO_RESCALE))

    assert slice_.units == "display"
    np.testing.assert_array_equal(slice_.pixels, [[1, 0.5], [0, 0.75]])


def test_unused_high_bits_are_ignored(dicom):
    """12 bits stored, signed: F7FF is 2047 and 0FFF is −1, whatever stands in the other four."""
    stored = np.array([[0xF7FF, 0x0FFF, 0xA001]], np.uint16)
    (slice_,) = read_bytes(dicom(stored, BitsStored=12, PixelRepresentation=1, RescaleIntercept=0))

    np.testing.assert_array_equal(slice_.pixels, [[2047, -1, 1]])


@pytest.mark.parametrize("value", [b"\x30\xf8", b"\xd0\x07"])
def test_padding_is_air(dicom, value):
    """Padding (−2000 and the like) is −1024 HU; the pixels beside it keep their values."""
    stored = np.array([[struct.unpack("<h", value)[0], 1000]], np.int16)
    data = dicom(stored, PixelPaddingValue=struct.unpack("<h", value)[0])
    (signed,) = read_bytes(data)
    (unsigned,) = read_bytes(data.replace(b"\x28\0\x20\1SS", b"\x28\0\x20\1US"))

    np.testing.assert_array_equal(signed.pixels, [[-1024, -24]])
    np.testing.assert_array_equal(unsigned.pixels, [[-1024, -24]])


def test_padding_may_be_a_range(dicom):
    """From the padding value to the range limit, both included."""
    stored = np.array([[-2000, -1500, -1001, -1000]], np.int16)
    (slice_,) = read_bytes(
        dicom(stored, PixelPaddingValue=-2000, PixelPaddingRangeLimit=-1001, RescaleIntercept=0)
    )

    np.testing.assert_array_equal(slice_.pixels, [[-1024, -1024, -1024, -1000]])


def test_another_modality_is_shown_in_its_own_window(dicom):
    """LINEAR with center 100.5 and width 201 runs from 0 to 200 (PS3.3 C.11.2.1.2.1)."""
    (slice_,) = read_bytes(dicom(GREY, WindowCenter=100.5, WindowWidth=201, **MR, **NO_RESCALE))

    assert (slice_.modality, slice_.units) == ("MR", "display")
    assert slice_.warnings == (room.NOT_CT,)
    np.testing.assert_allclose(slice_.pixels, [[0, 0.5], [1, 0.25]], atol=1e-6)


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 40, "WindowWidth": 0}])
def test_without_a_window_the_range_is_used(dicom, window):
    """Minimum black, maximum white, padding not counted and black."""
    stored = np.array([[9999, 100], [200, 150]], np.uint16)
    (slice_,) = read_bytes(dicom(stored, PixelPaddingValue=9999, **MR, **NO_RESCALE, **window))

    assert slice_.warnings == (room.NOT_CT, room.OWN_RANGE)
    np.testing.assert_array_equal(slice_.pixels, [[0, 0], [1, 0.5]])


@pytest.mark.parametrize(
    ("elements", "sentences"),
    [
        ({"RescaleType": "HU"}, ()),
        ({"RescaleType": "US"}, (room.NOT_DECLARED_HU,)),
    ],
)
def test_rescale_types_that_are_hounsfield_units(dicom, elements, sentences):
    """Unspecified units of a CT are taken as Hounsfield units, and that is said."""
    (slice_,) = read_bytes(dicom(STORED, **elements))

    assert slice_.units == "HU"
    assert slice_.warnings == sentences


@pytest.mark.parametrize(
    ("stored", "elements"),
    [
        (GREY, {"RescaleType": "Z_EFF"}),
        (GREY.astype(np.uint8), {"RescaleIntercept": 0}),
        (GREY, {"SOPClassUID": uid.SecondaryCaptureImageStorage, **NO_RESCALE}),
    ],
)
def test_ct_pictures_are_not_hounsfield_units(dicom, stored, elements):
    """Effective atomic numbers, 8-bit and other screen captures are shown, not measured."""
    (slice_,) = read_bytes(dicom(stored, **elements))

    assert slice_.units == "display"
    assert slice_.warnings[0] == room.NOT_HU
    np.testing.assert_array_equal(slice_.pixels, [[0, 0.5], [1, 0.25]])


def test_colours_become_grey(dicom):
    """Pure red is 0.299 of white."""
    rgb = np.array([[[255, 0, 0], [255, 255, 255]]], np.uint8)
    (slice_,) = read_bytes(dicom(rgb))

    assert slice_.units == "display"
    assert slice_.warnings == (room.COLOR,)
    np.testing.assert_allclose(slice_.pixels, [[0.299, 1]], atol=1e-6)


def test_palette_colours_are_looked_up(dicom):
    """The index is not the brightness: here index 0 is white and 1 is black."""
    tables = {}
    for name in ("Red", "Green", "Blue"):
        tables[f"{name}PaletteColorLookupTableDescriptor"] = [2, 0, 8]
        tables[f"{name}PaletteColorLookupTableData"] = b"\xff\0"
    stored = np.array([[0, 1]], np.uint8)
    (slice_,) = read_bytes(dicom(stored, PhotometricInterpretation="PALETTE COLOR", **tables))

    np.testing.assert_array_equal(slice_.pixels, [[1, 0]])


def test_loss_is_told(dicom):
    """A picture that was once compressed with loss says so, whatever its syntax now."""
    (slice_,) = read_bytes(dicom(STORED, LossyImageCompression="01"))

    assert slice_.warnings == (room.LOSSY,)


@pytest.mark.parametrize(
    "elements",
    [
        {"PixelData": None, "Rows": None, "SOPClassUID": uid.BasicTextSRStorage},
        {"PixelData": None, "FloatPixelData": b"\0" * 24},
        {"ModalityLUTSequence": [Dataset()]},
    ],
)
def test_other_objects_are_refused(dicom, elements):
    """Reports, real numbers and values behind tables end in a sentence."""
    with pytest.raises(UnsupportedFileError, match=r"^[^\n]+\.$"):
        read_bytes(dicom(STORED, **elements))


def test_an_unknown_compression_is_refused(dicom):
    """A transfer syntax that is not one of those that hemo reads."""
    syntax = b"1.2.840.10008.1.2.1\0"
    data = dicom(STORED).replace(syntax, b"1.2.840.10008.1.2.9\0")

    with pytest.raises(UnsupportedFileError, match="compressed"):
        read_bytes(data)


def test_size_is_looked_at_before_pixels(dicom):
    """The sentence holds what the header says; the pixels, which are not there, are not missed."""
    with pytest.raises(TooLargeError, match="20000 × 9000"):
        read_bytes(dicom(STORED, Rows=9000, Columns=20000))


@pytest.mark.parametrize(
    "syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEG2000Lossless]
)
@pytest.mark.parametrize("size", [{"Rows": 97}, {"Rows": 95}, {"Columns": 63}, {"Columns": 65}])
def test_lying_sizes_are_broken(dicom, syntax, size):
    """More pixels than there are, or so few that the picture would be sheared."""
    data = dicom(BIG, syntax)
    for keyword, tag in (("Rows", b"\x28\0\x10\0US\2\0"), ("Columns", b"\x28\0\x11\0US\2\0")):
        if keyword in size:
            at = data.index(tag) + len(tag)
            data = data[:at] + struct.pack("<H", size[keyword]) + data[at + 2 :]

    with pytest.raises(BrokenFileError):
        read_bytes(data)


def test_trailing_bytes_are_harmless(dicom):
    """Writers that pad their pixel data are forgiven."""
    (slice_,) = read_bytes(dicom(STORED, PixelData=STORED.tobytes() + b"\0\0"))

    np.testing.assert_array_equal(slice_.pixels, HU)


@pytest.mark.parametrize(
    "elements",
    [
        {"RescaleSlope": 0},
        {"RescaleSlope": "1e300"},
        {"BitsStored": None},
        {"BitsStored": 12, "HighBit": 15},
        {"PhotometricInterpretation": None},
        {"Rows": 0},
        {"PixelData": None},
    ],
)
def test_contradictions_are_broken(dicom, elements):
    """What cannot be measured by is not read."""
    with pytest.raises(BrokenFileError, match=r"^[^\n]+\.$"):
        read_bytes(dicom(STORED, **elements))


def test_a_damaged_slope_is_not_taken_for_a_missing_one(dicom):
    """The slope "#" is no number, and not a reason to assume 1 either."""
    data = dicom(STORED, RescaleSlope="7").replace(
        b"\x28\0\x53\x10DS\2\x007 ", b"\x28\0\x53\x10DS\2\0# "
    )

    with pytest.raises(BrokenFileError):
        read_bytes(data)


def test_truncation_is_broken(dicom):
    """A file that ends too early is never half a slice."""
    data = dicom(STORED)

    for end in range(132, len(data), 7):
        with pytest.raises(ReadError):
            read_bytes(data[:end])
    for end in (data.index(b"\x28\0\x10\0"), data.index(b"\xe0\x7f\x10\0"), len(data) - 2):
        with pytest.raises(BrokenFileError):
            read_bytes(data[:end])


@pytest.mark.parametrize("start", [b"\x02\0", b"\x08\0", b"\0\x08"])
def test_other_bytes_are_not_called_broken_dicom(start):
    """Bytes that merely begin like DICOM are of an unknown kind."""
    noise = np.random.default_rng(1).integers(0, 256, 4000, np.uint8).tobytes()

    with pytest.raises(UnsupportedFileError):
        read_bytes(start + noise)


def test_deflated_files_have_a_limit(dicom, monkeypatch):
    """A small file does not fill the memory."""
    monkeypatch.setattr(limits, "MAX_BYTES", 1000)
    data = dicom(np.zeros((256, 256), np.int16), uid.DeflatedExplicitVRLittleEndian)
    assert len(data) < 1000

    with pytest.raises(TooLargeError, match="inflates"):
        read_bytes(data)


def test_libraries_stay_silent(dicom, recwarn, caplog, capfd):
    """What pydicom quotes of a bad value, in a warning and a log line, does not get out."""
    data = dicom(STORED, Modality="XXXXXXXXXXXXXXXX", PixelSpacing=["0.5", "0.5"])
    (slice_,) = read_bytes(data.replace(b"X" * 16, b"jane doe's child"))

    assert slice_.modality is None
    assert not recwarn.list
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_meta_information_alone_is_broken():
    """A file that says DICOM and nothing more."""
    with pytest.raises(BrokenFileError):
        read_bytes(bytes(128) + b"DICM")
