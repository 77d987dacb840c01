"""DICOM files to pydicom data sets and the plain values in them; nothing of pydicom's is raised."""

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

import numpy as np
from pydicom import Dataset, dcmread, uid
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading.limits import MAX_BYTES

# The only elements that are read, so that nothing else can get past this room.
_ELEMENTS = """
SOPClassUID Modality LossyImageCompression ImagePositionPatient PixelSpacing
Rows Columns NumberOfFrames SamplesPerPixel PhotometricInterpretation PlanarConfiguration
BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit
WindowCenter WindowWidth VOILUTFunction RescaleIntercept RescaleSlope RescaleType
ModalityLUTSequence SharedFunctionalGroupsSequence
RedPaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
GreenPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableData
BluePaletteColorLookupTableDescriptor BluePaletteColorLookupTableData
SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
SegmentedBluePaletteColorLookupTableData
FloatPixelData DoubleFloatPixelData PixelData
""".split()  # noqa: SIM905 – a list would be 37 lines

NATIVE = {
    uid.ImplicitVRLittleEndian: "uncompressed",
    uid.ExplicitVRLittleEndian: "uncompressed",
    uid.ExplicitVRBigEndian: "uncompressed",
}
CODESTREAMS = {
    uid.JPEGBaseline8Bit: "JPEG",
    uid.JPEGExtended12Bit: "JPEG",
    uid.JPEGLossless: "lossless JPEG",
    uid.JPEGLosslessSV1: "lossless JPEG",
    uid.JPEGLSLossless: "JPEG-LS",
    uid.JPEGLSNearLossless: "near-lossless JPEG-LS",
    uid.JPEG2000Lossless: "JPEG 2000",
    uid.JPEG2000: "JPEG 2000",
    uid.HTJ2KLossless: "HTJ2K",
    uid.HTJ2KLosslessRPCL: "HTJ2K",
    uid.HTJ2K: "HTJ2K",
}
_COMPRESSIONS = {**NATIVE, **CODESTREAMS, uid.RLELossless: "RLE"}
# What pydicom and its decoders raise on damaged files; they promise no type.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    OSError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def damage() -> Iterator[None]:
    """Turn whatever pydicom raises inside the block into one sentence.

    Raises:
        BrokenFileError: pydicom raised.
    """
    try:
        yield
    except _DAMAGE:
        raise BrokenFileError("The DICOM file is truncated or damaged.") from None


def has_prefix(data: bytes) -> bool:
    """Whether the contents carry the DICOM prefix after a preamble (PS3.10 7.1)."""
    return data[128:132] == b"DICM"


def parse(data: bytes) -> tuple[Dataset, uid.UID, str]:
    """The data set, the transfer syntax of its pixels, and its compression in words.

    Raises:
        UnsupportedFileError: not DICOM after all, or compressed in a way that hemo does not read.
        BrokenFileError: DICOM, but damaged.
        TooLargeError: a deflated data set inflates to more than hemo is willing to hold.
    """
    try:
        dataset, syntax, compression = _dataset(data)
    except _DAMAGE:
        raise _not_a_data_set(data) from None
    if "SOPClassUID" not in dataset and not ("Rows" in dataset and "PixelData" in dataset):
        raise _not_a_data_set(data)
    if not compression:
        raise UnsupportedFileError("The DICOM file is compressed in a way that hemo does not read.")
    return dataset, syntax, compression


def text(dataset: Dataset, keyword: str) -> str:
    """An element as text, "" where it is absent."""
    with damage():
        value = dataset.get(keyword)
        return "" if value is None else str(value).strip()


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Every number of an element, () where it is absent or empty.

    Raises:
        BrokenFileError: it holds something else.
    """
    with damage():
        value = dataset.get(keyword)
        if value is None or value == "":
            return ()
        return tuple(np.atleast_1d(np.asarray(value, np.float64)).tolist())


def optional_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The same of an element that a slice can do without: () also where it is damaged."""
    with suppress(BrokenFileError):
        found = numbers(dataset, keyword)
        if all(math.isfinite(number) for number in found):
            return found
    return ()


def integer(dataset: Dataset, keyword: str) -> int | None:
    """The first number of an element, None where it is absent or empty.

    Raises:
        BrokenFileError: it holds something else.
    """
    found = numbers(dataset, keyword)
    with damage():
        return int(found[0]) if found else None


def required(dataset: Dataset, keyword: str) -> int:
    """The first number of an element that an image cannot do without.

    Raises:
        BrokenFileError: it is absent, empty, or holds something else.
    """
    value = integer(dataset, keyword)
    if value is None:
        raise BrokenFileError("The DICOM file does not describe its image completely.")
    return value


def _not_a_data_set(data: bytes) -> ReadError:
    """With the prefix a damaged DICOM file; without it the sniffing was too hopeful."""
    if has_prefix(data):
        return BrokenFileError("The DICOM file is truncated or damaged.")
    return UnsupportedFileError("This is not a file that hemo reads.")


def _dataset(data: bytes) -> tuple[Dataset, uid.UID, str]:
    stream = BytesIO(data)
    stream.seek(132 if has_prefix(data) else 0)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag.group != 2)
    syntax = meta.get("TransferSyntaxUID")
    deflated = syntax == uid.DeflatedExplicitVRLittleEndian
    if deflated:  # PS3.5 A.5: what was deflated is a data set in Explicit VR Little Endian
        data, syntax = _inflated(data[stream.tell() :]), uid.ExplicitVRLittleEndian
    dataset = dcmread(BytesIO(data), force=True, specific_tags=_ELEMENTS)
    syntax = syntax or _guessed_syntax(dataset)
    return dataset, syntax, "deflated" if deflated else _COMPRESSIONS.get(str(syntax), "")


def _inflated(data: bytes) -> bytes:
    # Here, not in dcmread, which inflates without a limit.
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(data, MAX_BYTES)
    if inflater.unconsumed_tail:
        raise TooLargeError(f"The DICOM file inflates to more than {MAX_BYTES // 2**20} MB.")
    return inflated


def _guessed_syntax(dataset: Dataset) -> uid.UID:
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian
