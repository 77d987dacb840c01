"""The phantom: a head's densities, its truth, and its files."""

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from hemo.bleeds import KINDS
from hemo.bleeds.head import depth_mm
from hemo.errors import DataError
from hemo.phantom import draw, write_dicom, write_png
from hemo.slice import Slice
from hemo.windowing import BRAIN

SHAPE = (256, 256)
SEEDS = range(8)


def test_a_phantom_is_a_ct_slice_in_hounsfield_units():
    """512 × 512 whole Hounsfield units that say that they are synthetic."""
    phantom = draw(seed=1)

    assert phantom.slice.shape == (512, 512)
    assert phantom.slice.units == "HU"
    assert phantom.slice.modality == "CT"
    assert phantom.slice.spacing == (240 / 512, 240 / 512)
    assert phantom.slice.source == "synthetic phantom"
    np.testing.assert_array_equal(phantom.slice.pixels, np.round(phantom.slice.pixels))


def test_brain_bone_csf_and_air_have_their_densities():
    """Brain 25–42 HU, skull over 300, air near −1000, and CSF under 15 deep in the head."""
    for seed in SEEDS:
        phantom = draw(seed=seed, shape=SHAPE)
        hu, mm = phantom.slice.pixels, phantom.slice.spacing[0]
        outside = depth_mm(~phantom.inside, mm)
        deep = depth_mm(phantom.inside, mm) > 30
        smooth = cv2.GaussianBlur(hu, (0, 0), 1)

        assert 25 < hu[phantom.inside].mean() < 42
        assert np.median(hu[(outside > 2) & (outside < 4)]) > 300
        assert np.median(hu[:8]) == pytest.approx(-1000, abs=20)
        assert 40 < (smooth[deep] < 15).sum() * mm**2 < 4000


def test_an_adult_head_is_14_to_18_cm_wide_and_17_to_21_cm_long():
    """The outer table measures what a head measures."""
    for seed in SEEDS:
        phantom = draw(seed=seed, shape=SHAPE)
        bone = cv2.morphologyEx(
            (phantom.slice.pixels > 300).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))
        )
        length, width = (np.ptp(n) * phantom.slice.spacing[0] for n in np.nonzero(bone))

        assert 140 < width < 180
        assert 165 < length < 210


def test_grey_matter_is_denser_than_white():
    """The cortex under the skull is denser than the white matter under it."""
    for seed in SEEDS:
        phantom = draw(seed=seed, shape=SHAPE)
        depth = depth_mm(phantom.inside, phantom.slice.spacing[0])
        cortex = phantom.slice.pixels[(depth > 2.5) & (depth < 4)]
        white = phantom.slice.pixels[(depth > 24) & (depth < 28)]

        assert np.median(cortex) > np.median(white) + 2


def test_without_a_bleed_the_mask_is_empty():
    """No kind, no blood."""
    phantom = draw(None, seed=2, shape=SHAPE)

    assert phantom.kind is None
    assert phantom.mask.shape == SHAPE
    assert not phantom.mask.any()


@pytest.mark.parametrize("kind", KINDS)
def test_every_head_takes_every_bleed(kind):
    """Blood inside the skull, brighter on average than the same head without it."""
    for seed in SEEDS:
        bleeding, well = draw(kind, seed=seed, shape=SHAPE), draw(None, seed=seed, shape=SHAPE)
        change = bleeding.slice.pixels - well.slice.pixels

        assert bleeding.kind == kind
        assert bleeding.mask.any()
        assert not bleeding.mask[~bleeding.inside].any()
        assert change[bleeding.mask].mean() > (8 if kind != "subdural" else -30)
        assert np.abs(change[depth_mm(~bleeding.inside, 240 / 256) > 4]).max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_side_is_the_patients(kind):
    """The patient's left is on the right of the picture, as in every radiology department."""
    for seed in range(4):
        left = draw(kind, seed=seed, side="left", shape=SHAPE)
        right = draw(kind, seed=seed, side="right", shape=SHAPE)

        assert np.nonzero(left.mask)[1].mean() > np.nonzero(right.mask)[1].mean() + 8


def test_the_size_of_a_hematoma_is_honoured():
    """A hematoma of 30 mm covers π 15² mm² to a fifth."""
    for seed in SEEDS:
        phantom = draw("intraparenchymal", seed=seed, size_mm=30, shape=SHAPE)
        area = phantom.mask.sum() * phantom.slice.spacing[0] ** 2

        assert area == pytest.approx(np.pi * 15**2, rel=0.2)


def test_the_thickness_of_a_subdural_is_honoured():
    """A subdural of 9 mm reaches 9 mm under the skull."""
    for seed in SEEDS:
        phantom = draw("subdural", seed=seed, size_mm=9, shape=SHAPE)
        depth = depth_mm(phantom.inside, phantom.slice.spacing[0])

        assert depth[phantom.mask].max() == pytest.approx(9, abs=2.5)


def test_a_seed_is_a_head():
    """The same seed draws the same pixels, another seed another head."""
    first, again, other = (draw("epidural", seed=n, shape=SHAPE) for n in (4, 4, 5))

    np.testing.assert_array_equal(first.slice.pixels, again.slice.pixels)
    np.testing.assert_array_equal(first.mask, again.mask)
    assert (first.inside != other.inside).any()


@pytest.mark.parametrize("shape", [(64, 64), (200, 320), (320, 200)])
def test_any_shape_is_drawn(shape):
    """Pictures need not be square."""
    phantom = draw("intraparenchymal", seed=0, size_mm=40, shape=shape)

    assert phantom.slice.shape == phantom.mask.shape == phantom.inside.shape == shape


def test_what_cannot_be_drawn_is_refused():
    """Unknown kinds, tiny pictures and bleeds larger than the head raise."""
    with pytest.raises(ValueError, match="kind"):
        draw("bruise")
    with pytest.raises(ValueError, match="64"):
        draw(shape=(63, 512))
    with pytest.raises(DataError):
        draw("intraparenchymal", size_mm=300, shape=SHAPE)


def test_the_truth_cannot_be_written_to():
    """A phantom is shared between readers: its arrays are read-only."""
    phantom = draw("subdural", seed=0, shape=SHAPE)

    for array in (phantom.slice.pixels, phantom.mask, phantom.inside):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_a_png_shows_the_brain_window(tmp_path):
    """0 HU is black, 80 HU is white, and the file is grey with 8 bits."""
    hu = np.array([[-1000.0, 0.0, 40.0, 80.0, 2000.0]], np.float32)
    write_png(Slice(hu, "HU"), tmp_path / "ramp.png")

    read = cv2.imread(str(tmp_path / "ramp.png"), cv2.IMREAD_UNCHANGED)

    np.testing.assert_array_equal(read, [[0, 0, 128, 255, 255]])


def test_a_phantom_and_its_slice_write_the_same_png(tmp_path):
    """Either is accepted."""
    phantom = draw(seed=0, shape=SHAPE)
    write_png(phantom, tmp_path / "a.png")
    write_png(phantom.slice, tmp_path / "b.png")

    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A phantom and the DICOM file of it."""
    phantom = draw("intraparenchymal", seed=9, shape=(200, 320))
    path = tmp_path_factory.mktemp("dicom") / "phantom.dcm"
    write_dicom(phantom, path)
    return phantom, path


def test_a_dicom_file_gives_back_the_hounsfield_units(written):
    """Read by pydicom and rescaled, every pixel is within 0.5 HU of what was drawn."""
    phantom, path = written
    dataset = pydicom.dcmread(path)
    hu = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)

    np.testing.assert_allclose(hu, phantom.slice.pixels, atol=0.5)
    assert dataset.pixel_array.dtype == np.int16


def test_a_dicom_file_is_a_ct_image_that_says_what_it_is(written):
    """Storage class, syntax, window and spacing are a CT image's; the patient is none."""
    phantom, path = written
    dataset = pydicom.dcmread(path)

    assert dataset.SOPClassUID == CTImageStorage
    assert dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert (dataset.WindowCenter, dataset.WindowWidth) == (BRAIN.center, BRAIN.width)
    assert dataset.PixelSpacing == pytest.approx(list(phantom.slice.spacing), abs=1e-5)
    assert str(dataset.PatientName) == "Phantom^Synthetic"
    assert dataset.PatientID == "SYNTHETIC"
    assert dataset.BurnedInAnnotation == "NO"
    assert "Synthetic" in dataset.ImageComments


# Type 1 (present, not empty) and type 2 (present) attributes of the CT Image IOD, PS3.3 A.3.
TYPE_1 = (
    "SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality FrameOfReferenceUID "
    "PixelSpacing ImageOrientationPatient ImagePositionPatient ImageType SamplesPerPixel "
    "PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation "
    "RescaleIntercept RescaleSlope PixelData"
)
TYPE_2 = (
    "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime AccessionNumber "
    "ReferringPhysicianName StudyID SeriesNumber Manufacturer PositionReferenceIndicator "
    "SliceThickness InstanceNumber AcquisitionNumber KVP PatientPosition"
)


def test_a_dicom_file_has_every_attribute_that_the_standard_asks_for(written):
    """Type 1 has a value, type 2 is there."""
    dataset = pydicom.dcmread(written[1])

    assert [name for name in TYPE_1.split() if not str(dataset.get(name, ""))] == []
    assert [name for name in TYPE_2.split() if name not in dataset] == []


def test_the_same_phantom_is_the_same_file_and_another_is_another_image(tmp_path):
    """Bytes and UIDs come from the pixels, not from the clock."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_dicom(draw(seed=seed, shape=SHAPE), tmp_path / name)
    a, b, c = (tmp_path / name for name in "abc")

    assert a.read_bytes() == b.read_bytes()
    assert pydicom.dcmread(a).SOPInstanceUID != pydicom.dcmread(c).SOPInstanceUID


def test_a_picture_with_its_window_burned_in_is_no_ct_image(tmp_path):
    """Grey values are not Hounsfield units, and 16 bits hold no more than they hold."""
    with pytest.raises(ValueError, match="Hounsfield"):
        write_dicom(Slice(np.zeros((4, 4)), "display"), tmp_path / "grey.dcm")
    with pytest.raises(ValueError, match="16 bits"):
        write_dicom(Slice(np.full((4, 4), 40_000), "HU"), tmp_path / "dense.dcm")
