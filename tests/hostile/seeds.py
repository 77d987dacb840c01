"""Small healthy files of every kind that hemo reads, built here and always the same."""

import base64
import gzip
import warnings
import zipfile
from io import BytesIO

import numpy as np
from nibabel.nifti1 import header_dtype
from PIL import Image
from pydicom import Dataset, Sequence, uid
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate

SIDE = 16
MARKER = "DOE_JANE_19700101"
LEVELS = np.add.outer(np.arange(SIDE) * 37, np.arange(SIDE) ** 2 * 11) % 1500 + 500
STORED = LEVELS.astype(np.uint16)
GREY = (LEVELS // 8).astype(np.uint8)

# LEVELS as CharLS and an independent lossless JPEG encoder (both of imagecodecs) wrote them.
JPEG_LS = base64.b64decode(
    "/9j/6AAgU1BJRkYAAgAAAQAAABAAAAAQChAGAQAAASwAAAEs/+gACAAAAAH/2P/3AAsQABAAEAEBEQD/+AANAf//ABIAQwEU"
    "AED/2gAIAQEAAAAAfngrD+aaT3vnRFO1lY9uQB1EIo7TLEqC0QolRKiRI0iUKgT6JMAIlRKiVEqCkQIkTydTi2tLKwiPAESI"
    "kRIiRCUfSNXVlVUU1JRSLAEjSNI0jQhHkiUE9PTlq1YkOASJIkiSJDp1QrFitWqVKgALtfqhUKhUKGTigVKVKlSoSHAKFAoF"
    "AoEKm0+oUKE6dOkGATp9Pp9PoRNJ5OnTJkyZH8AmTyeTyeREynUyZMmVVR7AVTqdTqdQ0wnFVVVVVEdwFE4nE4nENXW1FFFF"
    "FAAL9cyi2tra2hqy0mmmmmjuAmmtLS0tISqspppppo5gJprKysrKEqLCaaSSSN4CSSwsLCwhKaupSlKRrAUpXVwAAAIk/9k="
)
JPEG_LOSSLESS = base64.b64decode(
    "/9j/xAAcAAEBAQACAwEAAAAAAAAAAAAFBggLBwkKBA//wwALEAAQABABABEA/9oACAEAAAYAAPwHz+uht+ze4++dH6l1"
    "3tHc/GQeRPyU+T+lTTTTTTTTTTTTTTTpU000000000000006VNNNNNNNNNNNNNNOlTTTTTTTTTTTTTTTpU000000000+"
    "I29wFNNOlTTTTTTTTTTTTTTTpU000000000000006VNNNNNNNNNNNNNNOlTTTTTTTTTTTTTTTpU000000000000006VN"
    "NNNNNNNPiNvcBTTTTpU000000000000006VNNNNNNNNNNNNNNOlTTTTTTTTTTTTTTTpU0000000000000+I2/9k="
)


def dataset(stored: np.ndarray = STORED, **elements: object) -> Dataset:
    """A CT image of the stored values, HU = value − 1024; an element given as None is left out."""
    bits = 8 * stored.dtype.itemsize
    values = {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SOPClassUID": uid.CTImageStorage,
        "SOPInstanceUID": "1.2.3.1",
        "Modality": "CT",
        "PatientName": MARKER,
        "PatientID": MARKER,
        "SeriesInstanceUID": "1.2.3",
        "InstanceNumber": 1,
        "ImagePositionPatient": [-120, -120, 0],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": stored.shape[-2],
        "Columns": stored.shape[-1],
        "PixelSpacing": [0.5, 0.5],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "WindowCenter": [40, 600],
        "WindowWidth": [80, 2800],
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "PixelData": stored.tobytes(),
    } | elements
    made = Dataset()
    for keyword, value in values.items():
        if value is not None:
            setattr(made, keyword, value)
    if "PixelData" in made:
        made["PixelData"].VR = "OW"
    return made


def encoded(
    made: Dataset, syntax: str = uid.ExplicitVRLittleEndian, cls: str | None = None
) -> bytes:
    """A data set as a file in a transfer syntax whose pixel data is as it should be."""
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPInstanceUID = "1.2.3.1"
    made.file_meta.MediaStorageSOPClassUID = cls or made.SOPClassUID
    stream = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def dicom(
    stored: np.ndarray = STORED, syntax: str = uid.ExplicitVRLittleEndian, **elements: object
) -> bytes:
    """A file of ``dataset``, compressed if the syntax asks for it and pydicom can."""
    made = dataset(stored, **elements)
    if uid.UID(syntax).is_encapsulated:
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        made.compress(syntax, generate_instance_uid=False)
    elif syntax == uid.ExplicitVRBigEndian:
        made.PixelData = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    return encoded(made, syntax)


def wrapped(
    codestreams: list[bytes], syntax: str, stored: np.ndarray = STORED, **elements: object
) -> bytes:
    """A file around codestreams that somebody else has written."""
    made = dataset(stored, PixelData=encapsulate(codestreams), **elements)
    made["PixelData"].is_undefined_length = True
    return encoded(made, syntax)


def item(**elements: object) -> Dataset:
    """An item of a sequence; a data set as a value becomes a sequence of itself."""
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, Sequence([value]) if isinstance(value, Dataset) else value)
    return made


def enhanced(frames: int = 3, **elements: object) -> bytes:
    """An enhanced CT of a few frames whose rescale and place stand in functional groups."""
    shared = item(
        PixelMeasuresSequence=item(PixelSpacing=[0.5, 0.5]),
        PlaneOrientationSequence=item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        PixelValueTransformationSequence=item(
            RescaleIntercept=-1024, RescaleSlope=1, RescaleType="HU"
        ),
    )
    own = [
        item(PlanePositionSequence=item(ImagePositionPatient=[-120, -120, 5 * index]))
        for index in range(frames)
    ]
    nowhere = dict.fromkeys(
        ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleIntercept",
         "RescaleSlope", "WindowCenter", "WindowWidth")
    )  # fmt: skip
    groups = {
        "SOPClassUID": uid.EnhancedCTImageStorage,
        "NumberOfFrames": frames,
        "SharedFunctionalGroupsSequence": [shared],
        "PerFrameFunctionalGroupsSequence": own,
    }
    stack = np.stack([STORED + index for index in range(frames)]).astype(np.uint16)
    return dicom(stack, **(nowhere | groups | elements))


def series(count: int = 4, **elements: object) -> list[bytes]:
    """Slices of one series, 5 mm apart."""
    return [
        dicom(
            STORED + index,
            SOPInstanceUID=f"1.2.3.{index + 1}",
            InstanceNumber=index + 1,
            ImagePositionPatient=[-120, -120, 5 * index],
            **elements,
        )
        for index in range(count)
    ]


def dicomdir(*names: list[str]) -> bytes:
    """The directory of a disc that lists images."""
    made = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        records = [item(DirectoryRecordType="IMAGE", ReferencedFileID=name) for name in names]
    patient = item(DirectoryRecordType="PATIENT", PatientName=MARKER)
    made.DirectoryRecordSequence = Sequence([patient, *records])
    return encoded(made, cls=uid.MediaStorageDirectoryStorage)


def picture(
    kind: str, values: np.ndarray = GREY, mode: str | None = None, **options: object
) -> bytes:
    """A picture file."""
    stream = BytesIO()
    image = Image.fromarray(values)
    (image.convert(mode) if mode else image).save(stream, kind, **options)
    return stream.getvalue()


def nifti(values: np.ndarray, **fields: object) -> bytes:
    """A NIfTI-1 file of which any field may lie; axes to the right, front and head."""
    codes = {"uint8": 2, "int16": 4, "int32": 8, "float32": 16, "float64": 64, "uint16": 512}
    header = np.zeros((), header_dtype.newbyteorder("<"))
    true = {
        "sizeof_hdr": 348,
        "dim": (values.ndim, *values.shape, *(1,) * (7 - values.ndim)),
        "datatype": codes[values.dtype.name],
        "bitpix": 8 * values.dtype.itemsize,
        "pixdim": (1,) * 8,
        "vox_offset": 352,
        "scl_slope": 1,
        "sform_code": 1,
        "srow_x": (1, 0, 0, -8),
        "srow_y": (0, 1, 0, -8),
        "srow_z": (0, 0, 5, 0),
        "descrip": MARKER.encode(),
        "magic": b"n+1\0",
    }
    for field, value in (true | fields).items():
        header[field] = value
    return header.tobytes() + bytes(4) + values.tobytes(order="F")


def gzipped(data: bytes) -> bytes:
    """The same bytes every time."""
    return gzip.compress(data, mtime=0)


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file, the same bytes every time."""
    stream = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # about names that are there twice
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def volume() -> np.ndarray:
    """Something like a head in Hounsfield units, int16 [16, 16, 8]."""
    hu = np.full((SIDE, SIDE, 8), -1000, np.int16)
    hu[4:12, 4:12] = 30
    return hu


def healthy() -> dict[str, bytes]:
    """A file of every kind, by the name that it should have."""
    eight_bits = {"RescaleIntercept": 0, "LossyImageCompression": "01"}
    large = np.tile(STORED, (2, 2))
    return {
        "implicit.dcm": dicom(syntax=uid.ImplicitVRLittleEndian),
        "explicit.dcm": dicom(),
        "big-endian.dcm": dicom(syntax=uid.ExplicitVRBigEndian),
        "deflated.dcm": dicom(syntax=uid.DeflatedExplicitVRLittleEndian),
        "rle.dcm": dicom(syntax=uid.RLELossless),
        "jpeg-2000.dcm": dicom(large, uid.JPEG2000Lossless),
        "jpeg-ls.dcm": wrapped([JPEG_LS], uid.JPEGLSLossless),
        "jpeg-lossless.dcm": wrapped([JPEG_LOSSLESS], uid.JPEGLosslessSV1),
        "jpeg.dcm": wrapped([picture("JPEG")], uid.JPEGBaseline8Bit, GREY, **eight_bits),
        "no-preamble.dcm": dicom()[132:],
        "enhanced.dcm": enhanced(),
        "multi-frame.dcm": dicom(np.stack([STORED] * 3), NumberOfFrames=3),
        "8-bit.png": picture("PNG"),
        "16-bit.png": picture("PNG", STORED),
        "palette.png": picture("PNG", mode="P"),
        "picture.jpg": picture("JPEG", mode="RGB"),
        "picture.tif": picture("TIFF", STORED),
        "deflated.tif": picture("TIFF", compression="tiff_deflate"),
        "picture.bmp": picture("BMP", mode="RGB"),
        "picture.webp": picture("WEBP", mode="RGB", lossless=True),
        "lossy.webp": picture("WEBP", mode="RGB"),
        "volume.nii": nifti(volume()),
        "volume.nii.gz": gzipped(nifti(volume())),
        "floats.nii": nifti(volume().astype(np.float32)),
        "series.zip": zipped({f"CT{n}": data for n, data in enumerate(series(3))}),
    }
