"""DICOM files to pydicom data sets and the plain values in them; nothing of pydicom's is raised."""

import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any, Protocol

import numpy as np
from pydicom import Dataset, dcmread, uid
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset, read_sequence

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading.limits import MAX_DICOM, Allowance

# The only elements that are read, so that nothing else can get past this room.
_ELEMENTS = """
SOPClassUID Modality ImageType LossyImageCompression SeriesInstanceUID InstanceNumber
ImagePositionPatient ImageOrientationPatient PixelSpacing
Rows Columns NumberOfFrames SamplesPerPixel PhotometricInterpretation PlanarConfiguration
BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit
WindowCenter WindowWidth VOILUTFunction RescaleIntercept RescaleSlope RescaleType
ModalityLUTSequence SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence
RedPaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
GreenPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableData
BluePaletteColorLookupTableDescriptor BluePaletteColorLookupTableData
SegmentedRedPaletteColorLookupTableData
FloatPixelData DoubleFloatPixelData PixelData
""".split()  # noqa: SIM905 – a list would be 40 lines
_PIXELS = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_FUNCTIONAL_GROUPS = 0x5200  # a group whose sequences are long, and read step by step
_LATIN = "iso8859"  # numbers and codes need no other character set
_MAX_VALUE = 2 * 2**16  # bytes: the largest lookup table, the largest of the other elements

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


class Counted(BytesIO):
    """Bytes that are read in a limited number of steps."""

    def __init__(self, data: bytes, allowance: Allowance) -> None:
        super().__init__(data)
        self._allowance = allowance

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes; ``TooLargeError`` after too many of these."""
        self._allowance.take_step()
        return super().read(size)


class Attributes(Protocol):
    """Where elements are looked up: a data set, or one frame of it."""

    def get(self, key: str, /) -> Any:  # noqa: ANN401 – whatever pydicom makes of an element
        """The value of an element, None where it is absent."""


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


def parse(data: bytes, allowance: Allowance) -> tuple[Dataset, uid.UID, str]:
    """The data set, the transfer syntax of its pixels, and its compression in words.

    Raises:
        UnsupportedFileError: not DICOM after all, or compressed in a way that hemo does not read.
        BrokenFileError: DICOM, but damaged.
        TooLargeError: a deflated data set inflates to more than hemo is willing to hold.
    """
    try:
        dataset, syntax, compression = _dataset(data, allowance)
    except _DAMAGE:
        raise _not_a_data_set(data) from None
    if "SOPClassUID" not in dataset and not ("Rows" in dataset and "PixelData" in dataset):
        raise _not_a_data_set(data)
    if not compression:
        raise UnsupportedFileError("The DICOM file is compressed in a way that hemo does not read.")
    return dataset, syntax, compression


def text(attributes: Attributes, keyword: str) -> str:
    """An element as text, "" where it is absent."""
    with damage():
        value = attributes.get(keyword)
        return "" if value is None else str(value).strip()


def numbers(attributes: Attributes, keyword: str) -> tuple[float, ...]:
    """Every number of an element, () where it is absent or empty.

    Raises:
        BrokenFileError: it holds something else.
    """
    with damage():
        value = attributes.get(keyword)
        if value is None or value == "":
            return ()
        return tuple(np.atleast_1d(np.asarray(value, np.float64)).tolist())


def optional_numbers(attributes: Attributes, keyword: str) -> tuple[float, ...]:
    """The same of an element that a slice can do without: () also where it is damaged."""
    with suppress(BrokenFileError):
        found = numbers(attributes, keyword)
        if all(math.isfinite(number) for number in found):
            return found
    return ()


def integer(attributes: Attributes, keyword: str) -> int | None:
    """The first number of an element, None where it is absent or empty.

    Raises:
        BrokenFileError: it holds something else.
    """
    found = numbers(attributes, keyword)
    with damage():
        return int(found[0]) if found else None


def required(attributes: Attributes, keyword: str) -> int:
    """The first number of an element that an image cannot do without.

    Raises:
        BrokenFileError: it is absent, empty, or holds something else.
    """
    value = integer(attributes, keyword)
    if value is None:
        raise BrokenFileError("The DICOM file does not describe its image completely.")
    return value


def sequence(dataset: Dataset, keyword: str, allowance: Allowance) -> list[Dataset]:
    """The items of a sequence, [] where it is absent.

    Raises:
        BrokenFileError: it holds something else.
        TooLargeError: it has more elements than hemo looks through.
    """
    with damage():
        element = dataset.get_item(keyword)
        if element is None or not element.value:
            return []
        items = element.value
        if isinstance(items, bytes):  # pydicom's own conversion would take any number of steps
            stream, order = Counted(items, allowance), element.is_little_endian
            items = read_sequence(stream, element.is_implicit_VR, order, len(items), _LATIN)
        for item in items:
            _check_values(item)
        return list(items)


def _not_a_data_set(data: bytes) -> ReadError:
    """With the prefix a damaged DICOM file; without it the sniffing was too hopeful."""
    if has_prefix(data):
        return BrokenFileError("The DICOM file is truncated or damaged.")
    return UnsupportedFileError("This is not a file that hemo reads.")


def _dataset(data: bytes, allowance: Allowance) -> tuple[Dataset, uid.UID, str]:
    _check_length(len(data))
    allowance.add_steps()
    stream = Counted(data, allowance)
    stream.seek(132 if has_prefix(data) else 0)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag.group != 2)
    syntax = meta.get("TransferSyntaxUID")
    deflated = syntax == uid.DeflatedExplicitVRLittleEndian
    if deflated:  # PS3.5 A.5: what was deflated is a data set in Explicit VR Little Endian
        data, syntax = _inflated(data[stream.tell() :], allowance), uid.ExplicitVRLittleEndian
    dataset = dcmread(Counted(data, allowance), force=True, specific_tags=_ELEMENTS)
    _check_values(dataset)
    syntax = syntax or _guessed_syntax(dataset)
    return dataset, syntax, "deflated" if deflated else _COMPRESSIONS.get(str(syntax), "")


def _check_length(size: int) -> None:
    if size > MAX_DICOM:
        raise TooLargeError(f"The DICOM file is larger than {MAX_DICOM // 2**20} MB.")


def _check_values(dataset: Dataset) -> None:
    """Refuse values of millions of numbers before pydicom makes an object of each."""
    for element in dataset.values():
        value = element.value
        unlimited = element.tag in _PIXELS or element.tag.group == _FUNCTIONAL_GROUPS
        if isinstance(value, bytes) and len(value) > _MAX_VALUE and not unlimited:
            raise BrokenFileError("The DICOM file is damaged: an element is far too long.")


def _inflated(data: bytes, allowance: Allowance) -> bytes:
    # Here, not in dcmread, which inflates without a limit.
    most = min(allowance.inflated, MAX_DICOM) + 1
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
    allowance.take_inflated(len(inflated))
    _check_length(len(inflated))
    return inflated


def _guessed_syntax(dataset: Dataset) -> uid.UID:
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian
