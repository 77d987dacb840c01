"""DICOM images to slices: CT in Hounsfield units, everything else as grey."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, uid

from hemo.errors import BrokenFileError, UnsupportedFileError
from hemo.reading import attributes, frame
from hemo.reading.dataset import (
    Attributes,
    has_prefix,
    integer,
    numbers,
    optional_numbers,
    parse,
    required,
    text,
)
from hemo.reading.found import Found
from hemo.reading.limits import Allowance
from hemo.reading.pixels import checked_frames, stored_frames
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


def read(data: bytes, allowance: Allowance) -> Iterator[Found]:
    """The frames of one DICOM image, single-frame, multi-frame or enhanced.

    Yields:
        Slices: CT in Hounsfield units, other modalities and colours as grey in [0, 1].

    Raises:
        UnsupportedFileError: not DICOM after all, no image in it, or stored in a way that hemo
            does not read.
        BrokenFileError: truncated, damaged or contradictory.
        TooLargeError: a side is longer than hemo is willing to decode.
    """
    dataset, syntax, compression = parse(data, allowance)
    _check_image(dataset)
    series = text(dataset, "SeriesInstanceUID")
    loss = (LOSSY,) if syntax in _ALWAYS_LOSSY or _was_lossy(dataset) else ()
    count = checked_frames(dataset, syntax, allowance)
    described = attributes.of_frames(dataset, count, allowance)
    frames = stored_frames(dataset, syntax, count)
    for of_frame, stored in zip(described, frames, strict=True):
        slice_ = _slice(of_frame, stored, f"{compression} DICOM", loss)
        row, column = attributes.directions(of_frame)
        yield Found(slice_, series, row, column, attributes.number(of_frame))


def _slice(of_frame: Attributes, stored: NDArray[Any], source: str, loss: tuple[str, ...]) -> Slice:
    modality = attributes.modality(of_frame)
    if stored.ndim == 3:
        pixels, units, warnings = _color(of_frame, stored)
    else:
        pixels, units, warnings = _grey(of_frame, stored, modality)
    return Slice(
        pixels,
        units,
        modality=modality,
        spacing=attributes.spacing(of_frame),
        position=attributes.position(of_frame),
        plane=attributes.view(of_frame),
        source=source,
        warnings=warnings + loss,
    )


def _was_lossy(dataset: Dataset) -> bool:
    return text(dataset, "LossyImageCompression") == "01"


def _check_image(dataset: Dataset) -> None:
    if "PixelData" not in dataset:
        if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
            raise UnsupportedFileError(
                "The DICOM file holds real numbers, which hemo does not read."
            )
        sort = uid.UID(text(dataset, "SOPClassUID")).name  # "CT Image Storage"
        if "Rows" in dataset or "Image" in sort or not sort:
            raise BrokenFileError("The DICOM file ends before its image.")
        raise UnsupportedFileError("The DICOM file holds no image; it may be a report or a plan.")
    if "SegmentedRedPaletteColorLookupTableData" in dataset:
        raise UnsupportedFileError("The DICOM file has a colour table that hemo does not read.")
    if "ModalityLUTSequence" in dataset:
        raise UnsupportedFileError("The DICOM file has a modality table, which hemo does not read.")


def _color(of_frame: Attributes, rgb: NDArray[Any]) -> _Pixels:
    palette = text(of_frame, "PhotometricInterpretation") == "PALETTE COLOR"
    bits = 8 * rgb.dtype.itemsize if palette else required(of_frame, "BitsStored")
    return frame.color_to_grey(rgb, 2**bits - 1), "display", (COLOR,)


def _grey(of_frame: Attributes, stored: NDArray[Any], modality: str | None) -> _Pixels:
    """Pixels, their units, and what there is to say about them.

    MONOCHROME1 says that the lowest value is shown white "after any VOI gray scale
    transformations have been performed" (PS3.3 C.7.6.3.1.2): it is a wish about display, not a
    property of the values. So Hounsfield units come from the rescale alone – a writer that
    stores inverted values gives a negative slope – and any window shows them right; only where
    grey is made here, with the file's own window, is it turned around.
    """
    slope, intercept = numbers(of_frame, "RescaleSlope"), numbers(of_frame, "RescaleIntercept")
    values = frame.rescale(stored, slope[0] if slope else 1.0, intercept[0] if intercept else 0.0)
    padding = frame.padding(
        stored, *(integer(of_frame, f"PixelPadding{end}") for end in ("Value", "RangeLimit"))
    )
    inverted = text(of_frame, "PhotometricInterpretation") == "MONOCHROME1"
    hounsfield, warnings = _hounsfield(of_frame, modality)
    if hounsfield:
        values[padding] = frame.AIR
        return values, "HU", warnings + ((INVERTED,) if inverted else ())
    window = _window(of_frame)
    grey = frame.to_grey(values, window, _function(of_frame), padding)
    if inverted:
        grey[~padding] = 1 - grey[~padding]
    return grey, "display", warnings + (() if window else (OWN_RANGE,))


def _hounsfield(of_frame: Attributes, modality: str | None) -> tuple[bool, tuple[str, ...]]:
    """Whether the rescaled values are Hounsfield units, and what there is to say about it."""
    if modality != "CT":
        return False, (NOT_CT,)
    slope, intercept = numbers(of_frame, "RescaleSlope"), numbers(of_frame, "RescaleIntercept")
    declared = text(of_frame, "RescaleType").upper()
    if "PERFUSION" in attributes.kind(of_frame):  # flow or volume of blood
        return False, (NOT_HU,)
    # From air to bone it is more than 1000: 8 bits with slope 1 are a screen capture.
    span = abs(slope[0] if slope else 1.0) * 2 ** required(of_frame, "BitsStored")
    if declared not in ("", "HU", "HU_MOD", "US") or span < 1000:
        return False, (NOT_HU,)
    if slope and intercept:
        return True, () if declared in ("", "HU") else (NOT_DECLARED_HU,)
    # Without a rescale these two are pictures for people, not measurements.
    capture = text(of_frame, "SOPClassUID").startswith(uid.SecondaryCaptureImageStorage)
    if capture or text(of_frame, "PhotometricInterpretation") == "MONOCHROME1":
        return False, (NOT_HU,)
    return True, (NO_RESCALE,)


def _window(of_frame: Attributes) -> Window | None:
    """The first of the file's own windows that makes sense."""
    centers = optional_numbers(of_frame, "WindowCenter")
    widths = optional_numbers(of_frame, "WindowWidth")
    pairs = zip(centers, widths, strict=False)
    return next((Window(center, width) for center, width in pairs if width > 0), None)


def _function(of_frame: Attributes) -> frame.Function:
    function = text(of_frame, "VOILUTFunction")
    if function == "SIGMOID":
        return "SIGMOID"
    return "LINEAR_EXACT" if function == "LINEAR_EXACT" else "LINEAR"
