"""Files of one study to series: split, ordered, numbered, and a word about what is odd."""

import numpy as np
import pytest
import seeds
from pydicom import uid

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading import limits, read, read_series, series
from hemo.reading.found import Found, normal, plane
from hemo.slice import Slice


def scan(height, number=1, value=0, **elements):
    """A CT slice at a height in mm whose values are all the same."""
    stored = np.full((4, 4), 1024 + value, np.uint16)
    return seeds.dicom(
        stored, ImagePositionPatient=[0, 0, height], InstanceNumber=number, **elements
    )


@pytest.fixture
def folder(tmp_path):
    """Writes files into a folder, named so that their order tells nothing."""

    def write(*files):
        for index, data in enumerate(files):
            (tmp_path / f"{97 * index % 101:03}").write_bytes(data)
        return tmp_path

    return write


def test_slices_stand_by_position(folder):
    """Neither by name nor by instance number: from the feet to the head."""
    path = folder(scan(10, 1, 2), scan(0, 3, 0), scan(5, 2, 1))
    slices = read(path)

    assert [one.pixels[0, 0] for one in slices] == [0, 1, 2]
    assert [one.number for one in slices] == [1, 2, 3]
    assert [one.position for one in slices] == [(0, 0, 0), (0, 0, 5), (0, 0, 10)]
    assert {one.warnings for one in slices} == {()}


@pytest.mark.parametrize("row", [1, -1])
def test_the_direction_of_the_normal_does_not_matter(folder, row):
    """A picture that is mirrored has a normal that points to the feet; the order is the same."""
    direction = [row, 0, 0, 0, 1, 0]
    files = [scan(height, ImageOrientationPatient=direction) for height in (5, 0, 10)]

    assert [one.position[2] for one in read(folder(*files))] == [0, 5, 10]


def test_a_gantry_tilt_is_axial(folder):
    """30° of tilt: positions along the normal are 5 · cos 30° apart, and nothing is missing."""
    tilt = [1, 0, 0, 0, np.cos(np.pi / 6), -np.sin(np.pi / 6)]
    tilt = [f"{number:.6f}" for number in tilt]
    (one,) = read_series(folder(*[scan(h, ImageOrientationPatient=tilt) for h in (0, 5, 10, 15)]))

    assert [each.plane for each in one.slices] == ["axial"] * 4
    assert one.warnings == ()


def test_series_are_split_by_their_uid_and_the_largest_is_first(folder):
    """Three slices of one series and two of another at the same heights."""
    files = [scan(h, value=1, SeriesInstanceUID="1.2.3") for h in (0, 5)]
    files += [scan(h, value=2, SeriesInstanceUID="1.2.4") for h in (0, 5, 10)]
    path = folder(*files)
    found = read_series(path)

    assert [len(one.slices) for one in found] == [3, 2]
    assert {one.pixels[0, 0] for one in read(path)} == {2}
    assert "more series: 1" in read(path)[0].warnings[0]


def test_series_are_split_by_orientation(folder):
    """Two tilts of one series are two series."""
    other = [1, 0, 0, 0, 0.98, -0.199]
    files = [scan(h) for h in (0, 5, 10)]
    files += [scan(h, ImageOrientationPatient=other) for h in (0, 5)]

    assert [len(one.slices) for one in read_series(folder(*files))] == [3, 2]


def test_localizers_are_set_aside_with_a_word(folder):
    """By Image Type, or by a plane that is not axial."""
    scout = scan(0, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    coronal = scan(0, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    (one,) = read_series(folder(scout, scan(0), scan(5), coronal))

    assert [each.plane for each in one.slices] == ["axial", "axial"]
    assert ["scout" in one.warnings[0], "another plane" in one.warnings[1]] == [True, True]


@pytest.mark.parametrize(
    ("elements", "kind", "word"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "localizer", series.LOCALIZER),
        ({"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}, "other", series.NOT_AXIAL),
    ],
)
def test_a_localizer_alone_is_given_with_a_word(folder, elements, kind, word):
    """There is nothing else, and it is the gate that refuses."""
    (one,) = read(folder(scan(0, **elements)))

    assert (one.plane, one.warnings) == (kind, (word,))


def test_the_same_slice_twice_is_left_out_once(folder):
    """Same place, same pixels."""
    (one,) = read_series(folder(scan(0), scan(5), scan(5), scan(10)))

    assert len(one.slices) == 3
    assert one.warnings == ("Slices that were there twice were left out: 1.",)


def test_different_slices_at_one_place_become_a_series_each(folder):
    """Before and after contrast under one UID: nothing is lost."""
    found = read_series(folder(*[scan(h, n, n) for h in (0, 5) for n in (1, 2)]))

    assert [[each.pixels[0, 0] for each in one.slices] for one in found] == [[1, 1], [2, 2]]
    assert all(series.SAME_PLACES in one.warnings for one in found)


@pytest.mark.parametrize(
    ("heights", "warning"),
    [
        ([0, 5, 10, 20, 25, 30], ("Slices seem to be missing: 1, after number 3.",)),
        ([0, 5, 20, 25, 30, 35], ("Slices seem to be missing: 2, after number 2.",)),
        ([0, 3, 6, 9, 16, 23, 30], ()),
        ([0, 5.02, 9.98, 15.01], ()),
        ([0, 20], ()),
    ],
)
def test_missing_slices_are_reported(folder, heights, warning):
    """By a lone distance larger than the others; 3 mm below and 7 mm above is a protocol."""
    (one,) = read_series(folder(*[scan(height) for height in heights]))

    assert one.warnings == warning


def test_without_positions_the_numbers_count(folder):
    """Instance numbers, and a warning."""
    files = [scan(0, n, n) for n in (2, 10, 1)]
    files = [data.replace(b"\x20\0\x32\0DS", b"\x20\0\x33\0DS") for data in files]
    (one,) = read_series(folder(*files))

    assert [each.pixels[0, 0] for each in one.slices] == [1, 2, 10]
    assert one.warnings == (series.NO_POSITIONS,)


def test_pictures_stay_in_the_order_given(tmp_path):
    """They know nothing of each other: one series in that order, with a warning."""
    paths = []
    for index, level in enumerate((30, 10, 20)):
        paths.append(tmp_path / f"{9 - index}.png")
        paths[-1].write_bytes(seeds.picture("PNG", np.full((2, 2 + index), level, np.uint8)))
    (one,) = read_series(paths)

    assert [round(float(each.pixels[0, 0] * 255)) for each in one.slices] == [30, 10, 20]
    assert one.warnings == (series.NO_ORDER,)


def test_hounsfield_units_come_before_pictures(folder):
    """One CT slice and two screenshots of it: the slice is read."""
    picture = seeds.picture("PNG")
    (slice_,) = read(folder(picture, scan(0), picture))

    assert slice_.units == "HU"


def test_what_cannot_be_read_is_counted(folder):
    """A report beside the slices is no image; a broken slice is a loss, and said apart."""
    report = seeds.dicom(Rows=None, PixelData=None, SOPClassUID=uid.BasicTextSRStorage)
    (one,) = read_series(folder(scan(0), b"readme", report, scan(5)[:-3]))

    assert len(one.slices) == 1
    assert one.warnings == (
        "Files that are not images were set aside: 2.",
        "Files that could not be read were left out: 1.",
    )


def test_where_nothing_can_be_read_the_reason_is_given(folder):
    """That of the only file, of all of them, or that there is none."""
    with pytest.raises(BrokenFileError, match="empty"):
        read(folder(b""))
    with pytest.raises(BrokenFileError, match="empty"):
        read(folder(b"", b""))
    with pytest.raises(UnsupportedFileError, match="None of these 2 files"):
        read(folder(b"", b"a letter"))
    with pytest.raises(ReadError, match="no image"):
        read_series([])


def test_together_files_may_be_too_large(folder, monkeypatch):
    """The third slice of 16 pixels is one too many for 40; so are the slices' number and steps."""
    path = folder(scan(0), scan(5), scan(10))

    with monkeypatch.context() as patched, pytest.raises(TooLargeError, match="at once"):
        patched.setattr(limits, "MAX_VOXELS", 40)
        read(path)
    with monkeypatch.context() as patched, pytest.raises(TooLargeError, match="at most 2 slices"):
        patched.setattr(limits, "MAX_SLICES", 2)
        read(path)
    with monkeypatch.context() as patched, pytest.raises(TooLargeError, match="elements"):
        patched.setattr(limits, "_STEPS_A_FILE", 5)
        patched.setattr(limits, "_STEPS", 20)
        read(path)


def test_one_file_that_is_too_large_does_not_stop_the_others(folder, monkeypatch):
    """It never was part of the sum."""
    monkeypatch.setattr(limits, "MAX_VOXELS", 40)
    large = seeds.dicom(np.zeros((8, 8), np.uint16))

    assert len(read(folder(large, scan(0), scan(5)))) == 2


@pytest.mark.parametrize(
    ("column", "kind", "upwards"),
    [
        ((0, 1, 0), "axial", (0, 0, 1)),
        ((0, -1, 0), "axial", (0, 0, 1)),
        ((0, 0.8, -0.6), "axial", (0, 0.6, 0.8)),
        ((0, 0.6, -0.8), "other", (0, 0.8, 0.6)),
        ((0, 0, -1), "other", (0, 1, 0)),
    ],
)
def test_planes_are_told_by_their_normal(column, kind, upwards):
    """Up to 45° from the axis; cross products by hand."""
    assert plane((1, 0, 0), column) == kind
    np.testing.assert_allclose(normal((1, 0, 0), column), upwards)


def test_series_of_thousands_of_slices_share_their_pixels():
    """Numbering a slice copies no pixels."""
    found = Found(Slice(np.zeros((4, 4), np.float32), "HU"))
    (one,) = series.assemble([found])

    assert one.slices[0].pixels is found.slice.pixels


def test_a_real_series_is_ordered_by_its_tilted_normal(shared_data, tmp_path):
    """28 slices under names that say nothing: feet first, nothing missing where spacing changes."""
    files = sorted((shared_data / "dicom/head/ge_hispeed_tilt").glob("*.dcm"))
    for index, file in enumerate(files):
        (tmp_path / f"{11 * index % 29:02}").symlink_to(file)
    (one,) = read_series([tmp_path / f"{index:02}" for index in range(29) if index != 28 * 11 % 29])

    assert [round(each.position[2], 2) for each in one.slices[:2]] == [5.84, 10.06]
    assert [each.number for each in one.slices] == list(range(1, 29))
    assert one.warnings == ()
