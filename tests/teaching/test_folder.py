"""A teacher's folder: read where it is well laid out; where not, a sentence names the line."""

import numpy as np
import pytest
from PIL import Image

from hemo import phantom
from hemo.errors import DataError
from hemo.teaching.folder import open_folder


@pytest.fixture(scope="module")
def drawn():
    """A head with a bleed, and one without."""
    return phantom.draw("subdural", seed=1, shape=(96, 96)), phantom.draw(
        None, seed=2, shape=(96, 96)
    )


@pytest.fixture
def folder(tmp_path, drawn):
    """Two cases, the first with a mask and a note."""
    for name, one in zip(("a.dcm", "b.png"), drawn, strict=True):
        write = phantom.write_dicom if name.endswith("dcm") else phantom.write_png
        write(one.slice, tmp_path / name)
    Image.fromarray(drawn[0].mask.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    labels(tmp_path, "file,hemorrhage,mask,note", "a.dcm,1,mask.png,A thin one.", "b.png, no,,")
    return tmp_path


def labels(folder, *lines):
    """Write labels.csv."""
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_cases_are_what_the_table_says(folder, drawn):
    """Truth, mask and note; the slice in Hounsfield units where the file has them."""
    found = open_folder(folder)
    first, second = (found.case(index) for index in range(2))

    assert (first.truth, second.truth) == (True, False)
    assert np.array_equal(first.mask, drawn[0].mask)
    assert first.note == "A thin one."
    assert (first.slice.units, second.slice.units) == ("HU", "display")
    assert not second.mask.any()


def test_a_bleed_without_a_mask_has_no_known_place(folder):
    """None, not an empty mask."""
    labels(folder, "file,hemorrhage", "a.dcm,yes")

    assert open_folder(folder).case(0).mask is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["file,label", "a.dcm,1"], "has no column hemorrhage"),
        (["file,hemorrhage"], "lists no case"),
        (["file,hemorrhage", "a.dcm,maybe"], "line 2: hemorrhage is 0 or 1, not 'maybe'"),
        (["file,hemorrhage", "a.dcm,1", "lost.dcm,0"], "line 3: there is no file 'lost.dcm'"),
        (["file,hemorrhage", "labels.csv,0"], "labels.csv: hemo reads DICOM"),
        (["file,hemorrhage,mask", "b.png,1,a.dcm"], "mask a.dcm is not a picture"),
        (["file,hemorrhage,mask", "a.dcm,1,small.png"], "is 8 × 8 pixels, the slice 96 × 96"),
        (["file,hemorrhage,mask", "a.dcm,1,black.png"], "is black all over"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder, lines, said):
    """Before anybody is shown a case."""
    Image.new("L", (8, 8), 255).save(folder / "small.png")
    Image.new("L", (96, 96), 0).save(folder / "black.png")
    labels(folder, *lines)

    with pytest.raises(DataError, match=said):
        open_folder(folder)


def test_a_file_outside_the_folder_is_refused(folder, tmp_path_factory, drawn):
    """A table cannot reach for other files of the machine."""
    outside = tmp_path_factory.mktemp("outside") / "c.png"
    phantom.write_png(drawn[1].slice, outside)
    labels(folder, "file,hemorrhage", f"{outside},0")

    with pytest.raises(DataError, match="lies outside"):
        open_folder(folder)


def test_no_folder_and_no_table_are_said(tmp_path):
    """In a sentence each."""
    with pytest.raises(DataError, match="names no folder"):
        open_folder(tmp_path / "none")
    with pytest.raises(DataError, match=r"There is no labels\.csv"):
        open_folder(tmp_path)
