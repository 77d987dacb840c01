"""Builders of small DICOM files and pictures."""

import sys
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, uid
from pydicom.dataset import FileMetaDataset

sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))  # healthy files: seeds
PATIENT = "DOE^JANE"


def dicom_bytes(
    stored: np.ndarray, syntax: str = uid.ExplicitVRLittleEndian, **elements: object
) -> bytes:
    """A CT image of the stored values, HU = value − 1024; an element given as None is left out."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    encoded_later = uid.UID(syntax).is_encapsulated
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian if encoded_later else syntax
    bits = 8 * stored.dtype.itemsize
    swapped = stored.astype(stored.dtype.newbyteorder(">"))
    values = {
        "SOPClassUID": uid.CTImageStorage,
        "SOPInstanceUID": "1.2.3",
        "PatientName": PATIENT,
        "PatientID": "4711",
        "Modality": "CT",
        "Rows": stored.shape[0],
        "Columns": stored.shape[1],
        "SamplesPerPixel": 1 if stored.ndim == 2 else 3,
        "PlanarConfiguration": None if stored.ndim == 2 else 0,
        "PhotometricInterpretation": "MONOCHROME2" if stored.ndim == 2 else "RGB",
        "BitsAllocated": bits,
        "BitsStored": bits,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "RescaleSlope": 1,
        "RescaleIntercept": -1024,
        "PixelData": (swapped if syntax == uid.ExplicitVRBigEndian else stored).tobytes(),
    } | elements
    values.setdefault("HighBit", (values["BitsStored"] or bits) - 1)
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if "PixelData" in dataset:
        dataset["PixelData"].VR = "OW"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if encoded_later:
            dataset.compress(syntax)
        stream = BytesIO()
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def picture_bytes(picture: Image.Image, kind: str, **options: object) -> bytes:
    """A picture as a file of one kind."""
    stream = BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def dicom() -> Callable[..., bytes]:
    """Builds a DICOM file: ``dicom(stored, syntax, Keyword=value, …)``."""
    return dicom_bytes


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Builds a picture file: ``picture(image, "PNG", …)``."""
    return picture_bytes
