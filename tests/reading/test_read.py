"""The door of the room: kinds by content, sentences, and no way out but a slice or an error."""

import logging
import os
import random
import threading
import warnings

import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from hemo.errors import (
    BrokenFileError,
    HemoError,
    ReadError,
    TooLargeError,
    UnsupportedFileError,
)
from hemo.reading import limits, read, read_bytes

NAME = "DOE_JANE_19700101"
HEADS = "dicom/head/wg04_ct2_head"


def outcome(source) -> str:
    """The word "slices", or the sentence of the error; nothing else may be raised."""
    try:
        slices = read_bytes(source) if isinstance(source, bytes) else read(source)
    except HemoError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return sentence
    assert slices
    assert all(np.isfinite(slice_.pixels).all() for slice_ in slices)
    return "slices"


def test_kinds_are_told_by_content(tmp_path, picture):
    """A PNG named .dcm is a PNG."""
    file = tmp_path / "scan.dcm"
    file.write_bytes(picture(Image.new("L", (2, 3), 255), "PNG"))
    (slice_,) = read(str(file))

    assert slice_.source == "8-bit grey PNG"
    assert slice_.shape == (3, 2)


def test_a_preamble_may_hold_another_signature(dicom):
    """A DICOM file that is also a TIFF (PS3.10 7.1) is read as DICOM."""
    data = dicom(np.zeros((2, 2), np.int16))
    (slice_,) = read_bytes(b"II*\0" + data[4:])

    assert slice_.source == "uncompressed DICOM"


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        (b"", BrokenFileError),
        (b"a letter about the patient", UnsupportedFileError),
        (b"\x1f\x8b\x08\0", UnsupportedFileError),
        (bytes(5000), UnsupportedFileError),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, contents, error):
    """In a sentence that does not hold the file's name."""
    file = tmp_path / NAME
    file.write_bytes(contents)

    with pytest.raises(error, match=r"\.$") as caught:
        read(file)
    assert NAME not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path):
    """Missing, a folder, a pipe, an impossible name: a sentence each, without the path."""
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / NAME, tmp_path, tmp_path / "pipe", f"{NAME}\0"):
        with pytest.raises(ReadError) as caught:
            read(path)
        assert NAME not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)


def test_a_file_that_may_not_be_opened_is_refused(tmp_path, monkeypatch):
    """The system's own message, which quotes the path, is neither shown nor chained."""
    file = tmp_path / NAME
    file.write_bytes(b"x")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)

    with pytest.raises(ReadError) as caught:
        read(file)
    assert NAME not in str(caught.value)
    assert caught.value.__suppress_context__


def test_large_files_are_not_opened(tmp_path, monkeypatch):
    """Their size is asked for first."""
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    file = tmp_path / "large"
    file.write_bytes(bytes(11))

    with pytest.raises(TooLargeError):
        read(file)
    with pytest.raises(TooLargeError):
        read_bytes(bytes(11))


def test_random_bytes_are_of_no_kind():
    """Neither a broken picture nor a broken DICOM file."""
    for seed in range(50):
        noise = random.Random(seed).randbytes(2000)

        with pytest.raises(UnsupportedFileError):
            read_bytes(noise)


def test_quiet_puts_everything_back():
    """Filters and levels are those of before, also after an error."""
    logger = logging.getLogger("pydicom")
    before = (logger.level, list(warnings.filters))

    with pytest.raises(ValueError, match="inside"), limits.quiet():
        assert not logger.isEnabledFor(logging.CRITICAL)
        raise ValueError("inside")
    assert (logger.level, list(warnings.filters)) == before


def test_threads_do_not_undo_each_others_silence():
    """Two readers at once leave the level as it was."""
    logger = logging.getLogger("pydicom")
    before = logger.level

    def silence():
        for _ in range(50):
            with limits.quiet():
                pass

    threads = [threading.Thread(target=silence) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert logger.level == before


SAMPLES = [
    "PNG",
    "JPEG",
    "TIFF",
    uid.ExplicitVRLittleEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless,
    uid.JPEG2000Lossless,
]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("sample", SAMPLES)
def test_damage_ends_in_slices_or_a_sentence(dicom, picture, sample, seed):
    """Truncations, flipped bits and lost bytes, anywhere and in the headers."""
    rng = random.Random(f"{sample} {seed}")
    levels = np.random.default_rng(seed).integers(0, 2000, (64, 64)).astype(np.int16)
    if sample in ("PNG", "JPEG", "TIFF"):
        data = bytearray(picture(Image.fromarray((levels // 8).astype(np.uint8)), sample))
    else:
        data = bytearray(dicom(levels, sample))
    head = min(len(data), 1500)
    if seed % 3 == 0:
        del data[rng.randrange(len(data)) :]
    elif seed % 3 == 1:
        for _ in range(rng.randrange(1, 10)):
            data[rng.randrange(head if seed % 2 else len(data))] ^= 1 << rng.randrange(8)
    else:
        at = rng.randrange(head)
        del data[at : at + rng.randrange(1, 9)]

    assert outcome(bytes(data))


def test_every_real_file_ends_in_slices_or_a_sentence(shared_data):
    """Heads, chests, plans, reports, a truncated file, NIfTI, photographs, licences."""
    folders = ("dicom", "nifti", "not_head_ct")
    files = [file for folder in folders for file in (shared_data / folder).rglob("*")]
    outcomes = {file: outcome(file) for file in files if file.is_file()}

    for file, sentence in outcomes.items():
        assert file.name not in sentence
        assert sentence == "slices" or file.parent.name not in ("wg04_ct2_head", "single")


@pytest.mark.parametrize("name", ["CT2_JLSL", "CT2_JPLL", "CT2_RLE"])
def test_lossless_compressions_of_one_slice_agree(shared_data, name):
    """To the exact Hounsfield unit, on the same geometry."""
    (expected,) = read(shared_data / HEADS / "CT2_J2KR.dcm")
    (slice_,) = read(shared_data / HEADS / f"{name}.dcm")

    assert (slice_.units, slice_.modality) == ("HU", "CT")
    assert (slice_.spacing, slice_.position) == (expected.spacing, expected.position)
    np.testing.assert_array_equal(slice_.pixels, expected.pixels)


@pytest.mark.parametrize(("name", "most"), [("CT2_JLSN", 10), ("CT2_J2KI", 600)])
def test_lossy_compressions_of_one_slice_nearly_agree(shared_data, name, most):
    """Near-lossless JPEG-LS to a few units; the strong JPEG 2000 to a few units on average."""
    (expected,) = read(shared_data / HEADS / "CT2_J2KR.dcm")
    (slice_,) = read(shared_data / HEADS / f"{name}.dcm")
    difference = np.abs(slice_.pixels - expected.pixels)

    assert difference.max() <= most
    assert difference.mean() < 30
    assert any("loss" in warning for warning in slice_.warnings)


def test_a_codestream_of_the_other_signedness_is_corrected(shared_data):
    """The pixels of the sample are signed, its JPEG 2000 codestream says they are not."""
    (slice_,) = read(shared_data / "dicom/head/single/J2K_pixelrep_mismatch.dcm")

    assert slice_.pixels.min() == -2000
    assert slice_.pixels.max() == 1896


def test_a_series_is_in_plausible_hounsfield_units(shared_data):
    """Air is the least (padding was −1500), brain is there, bone is not beyond the scale."""
    files = sorted((shared_data / "dicom/head/ge_hispeed_tilt").glob("*.dcm"))

    slices = [read(file)[0] for file in files]
    middle = slices[len(slices) // 2].pixels

    assert len(slices) == 28
    assert ((middle > 20) & (middle < 60)).mean() > 0.05
    for slice_ in slices:
        assert (slice_.units, slice_.shape) == ("HU", (512, 512))
        assert slice_.pixels.min() == -1024
        assert 1000 < slice_.pixels.max() < 3100
