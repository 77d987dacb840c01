"""DICOM files with one frame to slices: CT in Hounsfield units, everything else as grey."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, uid
from pydicom.encaps import get_frame
from pydicom.pixels import apply_color_lut, get_decoder

from hemo.errors import BrokenFileError, UnsupportedFileError
from hemo.reading import frame
from hemo.reading.dataset import (
    CODESTREAMS,
    NATIVE,
    damage,
    has_prefix,
    integer,
    numbers,
    optional_numbers,
    parse,
    required,
    text,
)
from hemo.reading.limits import check_size
from hemo.slice import Slice, Units
from hemo.windowing import Window

NO_RESCALE = "The file lacks its rescale slope or intercept; slope 1 and intercept 0 were assumed."
NOT_DECLARED_HU = (
    "The file does not say that its values are Hounsfield units; they were taken as such."
)
NOT_HU = "The values of this CT image are not Hounsfield units; its grey values were used."
NOT_CT = "This is not a CT image: its values are not Hounsfield units; its grey values were used."
COLOR = "This is a colour picture: its window is burned in; its grey values were used."
LOSSY = "The picture was compressed with loss: fine detail may differ from the scan."
INVERTED = (
    "The file asks to be shown inverted; hemo shows Hounsfield units with dense tissue bright."
)
OWN_RANGE = "The file gives no display window: its own range of values was used."

_ALWAYS_LOSSY = {uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless}

_Pixels = tuple[NDArray[np.float32], Units, tuple[str, ...]]


def recognises(data: bytes) -> bool:
    """Whether the contents may be DICOM; ``read`` still refuses what then is not.

    By the prefix after the preamble (PS3.10 7.1), or, where both are missing, by a first
    element of group 0002 or 0008, the latter in either byte order.
    """
    return has_prefix(data) or data[:2] in (b"\x02\0", b"\x08\0", b"\0\x08")


def read(data: bytes) -> list[Slice]:
    """One single-frame DICOM image as one slice.

    Returns:
        One slice: CT in Hounsfield units, other modalities and colours as grey in [0, 1].

    Raises:
        UnsupportedFileError: not DICOM after all, no image in it, several frames, or stored in a
            way that hemo does not read.
        BrokenFileError: truncated, damaged or contradictory.
        TooLargeError: a side is longer than hemo is willing to decode.
    """
    dataset, syntax, compression = parse(data)
    _check_one_image(dataset)
    stored = _stored(dataset, syntax)
    modality = _modality(dataset)
    if stored.ndim == 3:
        pixels, units, warnings = _color(dataset, stored)
    else:
        pixels, units, warnings = _grey(dataset, stored, modality)
    if syntax in _ALWAYS_LOSSY or text(dataset, "LossyImageCompression") == "01":
        warnings += (LOSSY,)
    return [
        Slice(
            pixels,
            units,
            modality=modality,
            spacing=_spacing(dataset),
            position=_position(dataset),
            source=f"{compression} DICOM",
            warnings=warnings,
        )
    ]


def _check_one_image(dataset: Dataset) -> None:
    if "PixelData" not in dataset:
        if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
            raise UnsupportedFileError(
                "The DICOM file holds real numbers, which hemo does not read."
            )
        sort = uid.UID(text(dataset, "SOPClassUID")).name  # "CT Image Storage"
        if "Rows" in dataset or "Image" in sort or not sort:
            raise BrokenFileError("The DICOM file ends before its image.")
        raise UnsupportedFileError("The DICOM file holds no image; it may be a report or a plan.")
    frames = integer(dataset, "NumberOfFrames")
    if (frames is not None and frames > 1) or "SharedFunctionalGroupsSequence" in dataset:
        raise UnsupportedFileError("hemo reads DICOM files of one slice; this one holds several.")
    if "ModalityLUTSequence" in dataset:
        raise UnsupportedFileError("The DICOM file has a modality table, which hemo does not read.")


def _stored(dataset: Dataset, syntax: uid.UID) -> NDArray[Any]:
    """Stored values [H, W], or colours [H, W, 3] as RGB, once every length was found true."""
    rows, columns = required(dataset, "Rows"), required(dataset, "Columns")
    check_size(rows, columns)
    samples = required(dataset, "SamplesPerPixel")
    bits, high = required(dataset, "BitsStored"), integer(dataset, "HighBit")
    if high is not None and high != bits - 1:  # PS3.5 8.1.1
        raise BrokenFileError("The DICOM file contradicts itself about the bits of a pixel.")
    with damage():
        if not _lengths_are_true(dataset, syntax, rows, columns, samples):
            raise BrokenFileError("The DICOM file contradicts itself about the size of its image.")
        array, _ = get_decoder(syntax).as_array(dataset, index=0)
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            array = apply_color_lut(array, dataset)
    return np.asarray(array)


def _lengths_are_true(
    dataset: Dataset, syntax: uid.UID, rows: int, columns: int, samples: int
) -> bool:
    """Whether the pixel data is as large as the data set says; decoders complain of less only.

    A little padding is harmless, but a whole row too many means that the rows or columns are
    wrong, and the picture would come out sheared.
    """
    if syntax in NATIVE:
        row = columns * samples * required(dataset, "BitsAllocated") / 8
        excess = len(dataset.PixelData) - rows * row
        return not dataset["PixelData"].is_undefined_length and excess < max(row, 2)
    codestream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    if syntax in CODESTREAMS:
        return frame.codestream_shape(codestream) == (rows, columns, samples)
    return frame.rle_length(codestream) - rows * columns < max(columns, 2)


def _color(dataset: Dataset, rgb: NDArray[Any]) -> _Pixels:
    palette = text(dataset, "PhotometricInterpretation") == "PALETTE COLOR"
    bits = 8 * rgb.dtype.itemsize if palette else required(dataset, "BitsStored")
    return frame.color_to_grey(rgb, 2**bits - 1), "display", (COLOR,)


def _grey(dataset: Dataset, stored: NDArray[Any], modality: str | None) -> _Pixels:
    """Pixels, their units, and what there is to say about them.

    MONOCHROME1 says that the lowest value is shown white "after any VOI gray scale
    transformations have been performed" (PS3.3 C.7.6.3.1.2): it is a wish about display, not a
    property of the values. So Hounsfield units come from the rescale alone – a writer that
    stores inverted values gives a negative slope – and any window shows them right; only where
    grey is made here, with the file's own window, is it turned around.
    """
    slope, intercept = numbers(dataset, "RescaleSlope"), numbers(dataset, "RescaleIntercept")
    values = frame.rescale(stored, slope[0] if slope else 1.0, intercept[0] if intercept else 0.0)
    padding = frame.padding(
        stored, *(integer(dataset, f"PixelPadding{end}") for end in ("Value", "RangeLimit"))
    )
    inverted = text(dataset, "PhotometricInterpretation") == "MONOCHROME1"
    hounsfield, warnings = _hounsfield(dataset, modality)
    if hounsfield:
        values[padding] = frame.AIR
        return values, "HU", warnings + ((INVERTED,) if inverted else ())
    window = _window(dataset)
    grey = frame.to_grey(values, window, _function(dataset), padding)
    if inverted:
        grey[~padding] = 1 - grey[~padding]
    return grey, "display", warnings + (() if window else (OWN_RANGE,))


def _hounsfield(dataset: Dataset, modality: str | None) -> tuple[bool, tuple[str, ...]]:
    """Whether the rescaled values are Hounsfield units, and what there is to say about it."""
    if modality != "CT":
        return False, (NOT_CT,)
    slope, intercept = numbers(dataset, "RescaleSlope"), numbers(dataset, "RescaleIntercept")
    declared = text(dataset, "RescaleType").upper()
    # From air to bone it is more than 1000: 8 bits with slope 1 are a screen capture.
    span = abs(slope[0] if slope else 1.0) * 2 ** required(dataset, "BitsStored")
    if declared not in ("", "HU", "HU_MOD", "US") or span < 1000:
        return False, (NOT_HU,)
    if slope and intercept:
        return True, () if declared in ("", "HU") else (NOT_DECLARED_HU,)
    # Without a rescale these two are pictures for people, not measurements.
    capture = text(dataset, "SOPClassUID").startswith(uid.SecondaryCaptureImageStorage)
    if capture or text(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        return False, (NOT_HU,)
    return True, (NO_RESCALE,)


def _window(dataset: Dataset) -> Window | None:
    """The first of the file's own windows that makes sense."""
    centers = optional_numbers(dataset, "WindowCenter")
    widths = optional_numbers(dataset, "WindowWidth")
    pairs = zip(centers, widths, strict=False)
    return next((Window(center, width) for center, width in pairs if width > 0), None)


def _function(dataset: Dataset) -> frame.Function:
    function = text(dataset, "VOILUTFunction")
    if function == "SIGMOID":
        return "SIGMOID"
    return "LINEAR_EXACT" if function == "LINEAR_EXACT" else "LINEAR"


def _modality(dataset: Dataset) -> str | None:
    """A code such as "CT"; None for anything that might be more than a code."""
    code = text(dataset, "Modality").upper()
    if not code and text(dataset, "SOPClassUID") == uid.CTImageStorage:
        return "CT"
    return code if re.fullmatch(r"[A-Z0-9 _]{1,16}", code) else None


def _spacing(dataset: Dataset) -> tuple[float, float] | None:
    spacing = optional_numbers(dataset, "PixelSpacing")
    return (spacing[0], spacing[1]) if len(spacing) == 2 and min(spacing) > 0 else None


def _position(dataset: Dataset) -> tuple[float, float, float] | None:
    position = optional_numbers(dataset, "ImagePositionPatient")
    return (position[0], position[1], position[2]) if len(position) == 3 else None
