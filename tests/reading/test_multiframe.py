"""DICOM files of several frames: classic, and enhanced with functional groups."""

import numpy as np
import pytest
import seeds
from pydicom import uid

from hemo.errors import BrokenFileError, TooLargeError
from hemo.reading import dicom, read_bytes, series
from hemo.reading.attributes import modality

HU = seeds.LEVELS - 1024.0


def test_enhanced_frames_are_slices():
    """Rescale, spacing and orientation from the shared groups, the position from each frame's."""
    slices = read_bytes(seeds.enhanced(3))

    assert [one.position for one in slices] == [(-120, -120, 0), (-120, -120, 5), (-120, -120, 10)]
    assert {(one.units, one.modality, one.spacing, one.plane, one.warnings) for one in slices} == {
        ("HU", "CT", (0.5, 0.5), "axial", ())
    }
    for index, one in enumerate(slices):
        np.testing.assert_array_equal(one.pixels, HU + index)


def test_a_frame_may_have_a_rescale_of_its_own():
    """The frame's own groups come before the shared ones."""
    own = [
        seeds.item(
            PlanePositionSequence=seeds.item(ImagePositionPatient=[0, 0, index]),
            PixelValueTransformationSequence=seeds.item(
                RescaleSlope=index + 1, RescaleIntercept=-1000, RescaleType="HU"
            ),
        )
        for index in range(2)
    ]
    first, second = read_bytes(seeds.enhanced(2, PerFrameFunctionalGroupsSequence=own))

    np.testing.assert_array_equal(first.pixels, seeds.LEVELS - 1000)
    np.testing.assert_array_equal(second.pixels, 2 * (seeds.LEVELS + 1) - 1000)


def test_frames_are_ordered_by_position():
    """Not by their place in the file."""
    own = [
        seeds.item(PlanePositionSequence=seeds.item(ImagePositionPatient=[0, 0, height]))
        for height in (7, 0)
    ]
    slices = read_bytes(seeds.enhanced(2, PerFrameFunctionalGroupsSequence=own))

    assert [one.position[2] for one in slices] == [0, 7]
    np.testing.assert_array_equal(slices[0].pixels, HU + 1)


def test_frames_may_be_localizers_or_maps_of_blood_flow():
    """Frame Type tells: a scout view, and values that are not Hounsfield units."""
    for kind, plane, units in (("LOCALIZER", "localizer", "HU"), ("PERFUSION", "axial", "display")):
        macro = seeds.item(FrameType=["DERIVED", "PRIMARY", kind])
        own = [
            seeds.item(
                CTImageFrameTypeSequence=macro,
                PlanePositionSequence=seeds.item(ImagePositionPatient=[0, 0, 0]),
            )
        ]
        (slice_,) = read_bytes(seeds.enhanced(1, PerFrameFunctionalGroupsSequence=own))

        assert (slice_.plane, slice_.units) == (plane, units)


def test_classic_frames_have_numbers_but_no_place():
    """The one position at the top cannot be that of every frame."""
    stack = np.stack([seeds.STORED + index for index in range(3)])
    slices = read_bytes(seeds.dicom(stack, NumberOfFrames=3))

    assert [one.number for one in slices] == [1, 2, 3]
    assert {(one.position, one.warnings) for one in slices} == {(None, (series.NO_POSITIONS,))}
    np.testing.assert_array_equal(slices[2].pixels, HU + 2)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.DeflatedExplicitVRLittleEndian])
def test_compressed_frames_are_read(syntax):
    """Frame by frame, as without compression."""
    stack = np.stack([seeds.STORED + index for index in range(3)])
    slices = read_bytes(seeds.dicom(stack, syntax, NumberOfFrames=3))

    for index, one in enumerate(slices):
        np.testing.assert_array_equal(one.pixels, HU + index)


@pytest.mark.parametrize(
    ("codestream", "syntax"),
    [(seeds.JPEG_LS, uid.JPEGLSLossless), (seeds.JPEG_LOSSLESS, uid.JPEGLosslessSV1)],
)
def test_other_encoders_agree_to_the_hounsfield_unit(codestream, syntax):
    """Values by formula, codestreams by encoders that share no code with the decoders here."""
    first, second = read_bytes(seeds.wrapped([codestream] * 2, syntax, NumberOfFrames=2))

    np.testing.assert_array_equal(first.pixels, HU)
    np.testing.assert_array_equal(second.pixels, HU)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (seeds.enhanced(3, NumberOfFrames=2), BrokenFileError),
        (seeds.enhanced(3, NumberOfFrames=4), BrokenFileError),
        (seeds.enhanced(3, NumberOfFrames=2**31 - 1), BrokenFileError),
        (seeds.enhanced(3, PerFrameFunctionalGroupsSequence=[seeds.item()]), BrokenFileError),
        (seeds.dicom(NumberOfFrames=0), BrokenFileError),
        (seeds.wrapped([seeds.JPEG_LS], uid.JPEGLSLossless, NumberOfFrames=2), BrokenFileError),
        (seeds.dicom(np.zeros((2001, 1, 1), np.uint8), NumberOfFrames=2001), TooLargeError),
    ],
)
def test_numbers_of_frames_that_are_not_true_are_refused(data, error):
    """By the length of the pixel data and of the groups, before anything is decoded."""
    with pytest.raises(error):
        read_bytes(data)


def test_modalities_are_a_closed_list():
    """A name in capitals is a well-formed code string, and does not get through."""
    assert modality({"Modality": "CT"}) == "CT"
    assert modality({"Modality": "DOE JANE"}) is None
    assert modality({"SOPClassUID": uid.EnhancedCTImageStorage}) == "CT"


def test_a_colour_table_in_segments_is_refused():
    """Its expansion has no bound."""
    data = seeds.dicom(SegmentedRedPaletteColorLookupTableData=b"\0\0")

    with pytest.raises(dicom.UnsupportedFileError, match="colour table"):
        read_bytes(data)
