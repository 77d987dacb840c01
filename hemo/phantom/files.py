"""Phantom slices as files: PNG and DICOM, the same bytes for the same pixels."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from hemo.phantom.draw import Phantom
from hemo.slice import Slice
from hemo.windowing import BRAIN, to_display

INTERCEPT = -1024
SPACING_MM = (0.5, 0.5)  # of a slice that does not know its own
COMMENT = "Synthetic head phantom drawn by hemo. Not a patient."


def write_png(picture: Phantom | Slice, path: str | Path) -> None:
    """Write a slice as an 8-bit grey PNG in the brain window (center 40, width 80).

    Raises:
        OSError: the file cannot be written.
    """
    grey = np.round(to_display(_slice_of(picture), BRAIN) * 255).astype(np.uint8)
    _, data = cv2.imencode(".png", grey)
    Path(path).write_bytes(data.tobytes())


def write_dicom(picture: Phantom | Slice, path: str | Path) -> None:
    """Write a slice as a DICOM CT image: explicit VR little endian, int16, slope 1.

    Its UIDs are made from its pixels, so that the same slice is the same file.

    Raises:
        ValueError: the slice is not in Hounsfield units, or some do not fit into 16 bits.
        OSError: the file cannot be written.
    """
    slice_ = _slice_of(picture)
    if slice_.units != "HU":
        raise ValueError("only a slice in Hounsfield units can be written as a CT image")
    stored = np.round(slice_.pixels.astype(np.float64) - INTERCEPT)
    if stored.min() < -(2**15) or stored.max() >= 2**15:
        raise ValueError("these Hounsfield units do not fit into 16 bits")
    dataset = _ct_image(slice_, stored.astype("<i2"))
    dataset.save_as(Path(path), enforce_file_format=True)


def _slice_of(picture: Phantom | Slice) -> Slice:
    return picture.slice if isinstance(picture, Phantom) else picture


def _ct_image(slice_: Slice, stored: NDArray[np.int16]) -> Dataset:
    """All modules of the CT Image IOD, DICOM PS3.3 A.3."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    digest = hashlib.sha256(stored.tobytes() + repr(_identity(slice_)).encode())
    _add_patient_and_study(dataset, digest.hexdigest())
    _add_geometry(dataset, slice_)
    _add_pixels(dataset, slice_, stored)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _identity(slice_: Slice) -> tuple[object, ...]:
    """What tells apart two slices of the same pixels."""
    return slice_.shape, slice_.spacing, slice_.position, slice_.number


def _uid(digest: str, what: str) -> str:
    return str(generate_uid(entropy_srcs=["hemo phantom", what, digest]))


def _add_patient_and_study(dataset: Dataset, digest: str) -> None:
    """The patient who is none, and the study, series and equipment that are none either."""
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Phantom^Synthetic"
    dataset.PatientID = "SYNTHETIC"
    dataset.PatientBirthDate = dataset.PatientSex = ""  # type 2: there, and empty
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Never a patient"
    dataset.StudyInstanceUID = _uid(digest, "study")
    dataset.StudyDate = dataset.StudyTime = dataset.AccessionNumber = dataset.StudyID = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = "Synthetic head phantom"
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = _uid(digest, "series")
    dataset.SeriesNumber = "1"
    dataset.BodyPartExamined = "HEAD"
    dataset.PatientPosition = "HFS"
    dataset.FrameOfReferenceUID = _uid(digest, "frame of reference")
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = "hemo"
    dataset.ManufacturerModelName = "hemo phantom"
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = _uid(digest, "image")


def _add_geometry(dataset: Dataset, slice_: Slice) -> None:
    """Where the slice lies: axial, anterior up, the patient's right on the left."""
    row_mm, column_mm = slice_.spacing or SPACING_MM
    height, width = slice_.shape
    corner = slice_.position or (-(width - 1) / 2 * column_mm, -(height - 1) / 2 * row_mm, 0.0)
    dataset.PixelSpacing = [f"{mm:.6g}" for mm in (row_mm, column_mm)]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [f"{mm:.6g}" for mm in corner]
    dataset.SliceThickness = "5"
    dataset.SliceLocation = f"{corner[2]:.6g}"
    dataset.InstanceNumber = str(slice_.number)
    dataset.AcquisitionNumber = "1"
    dataset.KVP = ""


def _add_pixels(dataset: Dataset, slice_: Slice, stored: NDArray[np.int16]) -> None:
    """The pixels, and what they mean."""
    dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    dataset.DerivationDescription = dataset.ImageComments = COMMENT
    dataset.BurnedInAnnotation = "NO"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = slice_.shape
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 1
    dataset.RescaleIntercept, dataset.RescaleSlope = str(INTERCEPT), "1"
    dataset.RescaleType = "HU"
    dataset.WindowCenter, dataset.WindowWidth = f"{BRAIN.center:g}", f"{BRAIN.width:g}"
    dataset.PixelData = stored.tobytes()
