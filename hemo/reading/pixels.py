"""The stored frames of a DICOM data set, decoded one at a time once every length was found true."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, uid
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut, get_decoder

from hemo.errors import BrokenFileError
from hemo.reading import frame
from hemo.reading.dataset import CODESTREAMS, NATIVE, damage, integer, required
from hemo.reading.limits import Allowance, check_size


def checked_frames(dataset: Dataset, syntax: uid.UID, allowance: Allowance) -> int:
    """How many frames there are, once what the data set says of its size was found true.

    Raises:
        BrokenFileError: damaged, or contradicting itself about its size.
        TooLargeError: larger than hemo is willing to decode.
    """
    rows, columns = required(dataset, "Rows"), required(dataset, "Columns")
    check_size(rows, columns)
    samples, count = required(dataset, "SamplesPerPixel"), integer(dataset, "NumberOfFrames")
    count = 1 if count is None else count
    if count < 1:
        raise BrokenFileError("The file is damaged: it says that its picture has no frames.")
    bits, high = required(dataset, "BitsStored"), integer(dataset, "HighBit")
    if high is not None and high != bits - 1:  # PS3.5 8.1.1
        raise BrokenFileError("The DICOM file contradicts itself about the bits of a pixel.")
    with damage():
        if not _lengths_are_true(dataset, syntax, (rows, columns, samples), count):
            raise BrokenFileError("The DICOM file contradicts itself about the size of its image.")
    allowance.take(rows, columns, count)
    return count


def stored_frames(dataset: Dataset, syntax: uid.UID, count: int) -> Iterator[NDArray[Any]]:
    """Stored values [H, W], or colours [H, W, 3] as RGB, of frames that were checked.

    Raises:
        BrokenFileError: a frame is damaged.
    """
    with damage():
        decoded = get_decoder(syntax).iter_array(dataset)
    for _ in range(count):
        with damage():
            array, _ = next(decoded)
            if dataset.PhotometricInterpretation == "PALETTE COLOR":
                array = apply_color_lut(array, dataset)
        yield np.asarray(array)


def _lengths_are_true(
    dataset: Dataset, syntax: uid.UID, shape: tuple[int, int, int], count: int
) -> bool:
    """Whether the pixel data is as large as the data set says; decoders complain of less only.

    A little padding is harmless, but a whole row too many means that the rows or columns are
    wrong, and the picture would come out sheared.
    """
    rows, columns, samples = shape
    if syntax in NATIVE:
        row = columns * samples * required(dataset, "BitsAllocated") / 8
        excess = len(dataset.PixelData) - count * rows * row
        return not dataset["PixelData"].is_undefined_length and 0 <= excess < max(row, 2)
    # Each frame has one fragment at least, an item of eight bytes (PS3.5 A.4): a number of frames
    # that cannot be is not tried.
    if count > len(dataset.PixelData) // 8:
        return False
    codestreams = generate_frames(dataset.PixelData, number_of_frames=count)
    lengths = [_length_is_true(stream, syntax, shape) for stream in codestreams]
    return len(lengths) == count and all(lengths)


def _length_is_true(codestream: bytes, syntax: uid.UID, shape: tuple[int, int, int]) -> bool:
    rows, columns, _ = shape
    if syntax in CODESTREAMS:
        return frame.codestream_shape(codestream) == shape
    return frame.rle_length(codestream) - rows * columns < max(columns, 2)
