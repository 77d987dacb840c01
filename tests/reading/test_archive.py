"""Folders, zip files and DICOMDIRs: what is in them is read, and nothing leaves or escapes."""

import os
import stat
import zipfile
from io import BytesIO

import pytest
import seeds

from hemo.errors import BrokenFileError, ReadError, TooLargeError, UnsupportedFileError
from hemo.reading import archive, read, read_bytes, read_series


@pytest.fixture
def drop(tmp_path):
    """Writes one file and returns its path."""

    def write(data, name="study"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def entries(count=3):
    """A series as entries of an archive."""
    return {f"A/B/{n}": data for n, data in enumerate(seeds.series(count))}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_a_folder(drop, method):
    """The same series from a path and from bytes, whatever the zip is called."""
    data = seeds.zipped(entries(), method)

    assert [one.number for one in read(drop(data, "a.png"))] == [1, 2, 3]
    assert [one.number for one in read_bytes(data)] == [1, 2, 3]


def test_a_folder_is_read_with_those_below_it(tmp_path):
    """Hidden files and those of the system are no part of it."""
    for name, data in entries().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"litter")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "_1").write_bytes(b"litter")
    (one,) = read_series(tmp_path)

    assert len(one.slices) == 3
    assert one.warnings == ()


def test_several_paths_are_one_study(drop):
    """Files and zips may be mixed."""
    first, *others = seeds.series(3)
    paths = [drop(first, "z"), drop(seeds.zipped({str(n): d for n, d in enumerate(others)}), "a")]
    (one,) = read_series(paths)

    assert [each.number for each in one.slices] == [1, 2, 3]


def test_links_are_not_followed(tmp_path, drop):
    """Neither in a folder nor in a zip; they are counted as what cannot be read."""
    outside = drop(seeds.dicom(), "outside")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    link = zipfile.ZipInfo("link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr(link, str(outside))

    for path in (folder, drop(stream.getvalue())):
        with pytest.raises(UnsupportedFileError, match="link"):
            read(path)


def test_pipes_in_a_folder_are_not_opened(tmp_path):
    """They might never end."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ReadError, match="not a file"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/a", "C:\\a", "..\\a"])
def test_paths_that_lead_out_are_refused(name):
    """Nothing is unpacked, but such a zip is not what it seems."""
    with pytest.raises(UnsupportedFileError, match="lead out") as caught:
        read_bytes(seeds.zipped({name: seeds.dicom()}))
    assert name not in str(caught.value)


def test_a_locked_zip_is_refused():
    """By the flag of its entries."""
    data = bytearray(seeds.zipped({"a": b"x"}))
    for at in (6, data.rindex(b"PK\1\2") + 8):
        data[at] |= 1

    with pytest.raises(UnsupportedFileError, match="password"):
        read_bytes(bytes(data))


def test_a_zip_in_a_zip_is_not_opened():
    """Alone it is refused; beside slices it is set aside."""
    inner = seeds.zipped(entries())

    with pytest.raises(UnsupportedFileError):
        read_bytes(seeds.zipped({"inner.zip": inner}))
    assert (
        "set aside: 1" in read_bytes(seeds.zipped({"i": inner, "a": seeds.dicom()}))[0].warnings[0]
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_are_refused(method):
    """Python inflates them without a limit."""
    with pytest.raises(UnsupportedFileError, match="packed"):
        read_bytes(seeds.zipped({"a": seeds.dicom()}, method))


def test_sizes_are_summed_before_anything_is_read(monkeypatch):
    """Of a zip's directory, with the ratio."""
    monkeypatch.setattr(archive, "_SMALL", 1000)
    with pytest.raises(TooLargeError, match="100 times"):
        read_bytes(seeds.zipped({"a": bytes(2**20)}))
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    with pytest.raises(TooLargeError, match="unpacks"):
        read_bytes(seeds.zipped({"a": bytes(600), "b": bytes(600)}))


def test_a_folder_has_limits(tmp_path, monkeypatch):
    """Of bytes together, and of files."""
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(600))

    with monkeypatch.context() as patched, pytest.raises(TooLargeError, match="folder"):
        patched.setattr(archive, "MAX_BYTES", 1000)
        read(tmp_path)
    with monkeypatch.context() as patched, pytest.raises(TooLargeError, match="2 files"):
        patched.setattr(archive, "MAX_FILES", 2)
        read(tmp_path)


def test_too_many_files_are_refused_by_the_end_of_the_zip():
    """Its directory is not read."""
    data = bytearray(seeds.zipped({str(n): b"" for n in range(3)}))
    data[-12:-10] = (2001).to_bytes(2, "little")

    with pytest.raises(TooLargeError, match="2000 files"):
        read_bytes(bytes(data))


def test_a_damaged_entry_is_one_loss():
    """The other slices are read."""
    data = bytearray(seeds.zipped(entries(), zipfile.ZIP_STORED))
    data[data.index(b"DICM") + 400] ^= 0xFF
    slices = read_bytes(bytes(data))

    assert len(slices) == 2
    assert "left out: 1" in slices[0].warnings[0]


@pytest.mark.parametrize("part", [0.3, 0.9, 0.99])
def test_half_a_zip_is_broken(part):
    """Its directory stands at the end."""
    data = seeds.zipped(entries())

    with pytest.raises(BrokenFileError, match="zip file is truncated"):
        read_bytes(data[: int(part * len(data))])


def test_a_zip_with_nothing_in_it_is_refused():
    """In the words for an empty folder."""
    with pytest.raises(UnsupportedFileError, match="no image"):
        read_bytes(seeds.zipped({}))


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_a_dicomdir_leads_to_its_images(tmp_path, change):
    """In the folders that it names, in capitals or not; a missing one is counted."""
    place = tmp_path / change("DISC") / change("CT")
    place.mkdir(parents=True)
    for number, data in enumerate(seeds.series(3)):
        (place / change(f"im{number}")).write_bytes(data)
    listed = [["DISC", "CT", f"IM{number}"] for number in range(4)]
    (tmp_path / "DICOMDIR").write_bytes(seeds.dicomdir(*listed))
    (one,) = read_series(tmp_path / "DICOMDIR")

    assert len(one.slices) == 3
    assert one.warnings == ("Files that could not be read were left out: 1.",)


def test_a_dicomdir_does_not_lead_out(tmp_path, drop):
    """Not above its folder, not by an absolute name, not through a link."""
    outside = drop(seeds.dicom(), "outside")
    folder = tmp_path / "disc"
    folder.mkdir()
    (folder / "LINK").symlink_to(outside)
    names = [["..", "outside"], [str(outside)], ["LINK"]]
    (folder / "DICOMDIR").write_bytes(seeds.dicomdir(*names))

    with pytest.raises(UnsupportedFileError, match="choose the whole folder"):
        read(folder / "DICOMDIR")


def test_a_dicomdir_beside_its_images_is_no_loss(tmp_path):
    """Whoever gives the whole folder has given them already."""
    (tmp_path / "DICOMDIR").write_bytes(seeds.dicomdir(["IM0"]))
    (tmp_path / "IM0").write_bytes(seeds.dicom())
    (one,) = read_series(tmp_path)

    assert len(one.slices) == 1
    assert one.warnings == ()


def test_a_preamble_of_a_zip_is_dicom():
    """PK in front of the DICOM prefix."""
    data = seeds.dicom()

    assert read_bytes(b"PK\3\4" + data[4:])[0].units == "HU"
