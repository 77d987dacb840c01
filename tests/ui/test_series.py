"""The Series tab's handlers: files in, a growing list out, nothing left behind."""

import zipfile

import pydicom
import pytest

from hemo import phantom
from hemo.phantom.volume import Bleed, draw_series
from hemo.report import series as words
from hemo.ui import parts, series, series_tab

COUNT = 5


@pytest.fixture(scope="module")
def volume():
    """Five small slices of a head with a subdural, as DICOM files would hold them."""
    bleed = Bleed("subdural", middle_mm=0, reach_mm=14)
    return draw_series(bleed, seed=21, count=COUNT, shape=(128, 128))


@pytest.fixture
def upload(tmp_path):
    """Put files where Gradio would: each in a folder of its own."""

    def put(write, name="slice-1"):
        folder = tmp_path / f"folder of {name}"
        folder.mkdir()
        write(folder / name)
        return folder / name

    return put


def write_slice(one, path):
    """Write one slice as a file of the series that all are of."""
    phantom.write_dicom(one, path)
    dataset = pydicom.dcmread(path)
    dataset.SeriesInstanceUID = dataset.FrameOfReferenceUID = "1.2.3"
    dataset.save_as(path)


@pytest.fixture
def zipped(upload, volume, tmp_path):
    """The series in a zip, the last slice first."""

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for one in reversed(volume):
                write_slice(one, tmp_path / "one")
                archive.write(tmp_path / "one", f"{one.slice.number}")

    return upload(write)


def test_a_zip_is_read_slice_by_slice_and_is_gone(zipped, reader):
    """One slice first, then two, then the rest; in their order; the upload deleted at once."""
    pages = series.read_uploads([zipped], lambda: reader)
    opening, opened = next(pages), next(pages)

    assert opening.status["line"] == words.OPENING
    assert opened.status["line"] == f"0 of {COUNT} slices"
    assert not zipped.exists()
    rest = list(pages)
    assert [page.status["done"] for page in rest] == [1, 3, 5]
    assert [page.status["state"] for page in rest] == ["reading", "reading", "done"]
    assert [one["number"] for one in rest[-1].viewer["slices"]] == [1, 2, 3, 4, 5]
    assert rest[0].viewer["index"] == 0
    assert "index" not in rest[1].viewer  # the slice in view stays in view


def test_earlier_pages_do_not_change_later(zipped, reader):
    """Gradio compares a page with the one before: that must still be what was sent."""
    pages = list(series.read_uploads([zipped], lambda: reader))

    assert [len(page.viewer.get("slices", [])) for page in pages] == [0, 0, 1, 3, 5]
    assert [len(page.panel["slices"]) for page in pages] == [0, 0, 1, 3, 5]


def test_the_summary_is_that_of_the_readings(zipped, reader):
    """The reader that finds the same in every slice: 88 % of five, one run."""
    last = list(series.read_uploads([zipped], lambda: reader))[-1]

    assert last.panel["title"] == "5 of 5 slices above the operating point"
    assert last.panel["sentences"][0] == "Longest run of neighbours: slices 1–5, 5 slices."
    assert last.strip["threshold"] == reader.card.threshold
    assert {one["band"] for one in last.strip["slices"]} == {"hemorrhage"}
    assert last.panel["slices"][0]["lines"][-1][0] == words.LOGIT


def test_several_files_are_one_series(upload, volume, reader):
    """And every one of them is deleted."""
    paths = [
        upload(lambda path, one=one: write_slice(one, path), f"slice-{one.slice.number}")
        for one in volume
    ]
    last = list(series.read_uploads(paths, lambda: reader))[-1]

    assert last.status["done"] == COUNT
    assert not any(path.exists() for path in paths)


def test_what_cannot_be_read_is_said_and_deleted(upload, reader):
    """A sentence in the place of the summary."""
    path = upload(lambda path: path.write_bytes(b"nothing"))
    last = list(series.read_uploads([path], lambda: reader))[-1]

    assert last.status["state"] == last.panel["state"] == "message"
    assert "hemo reads DICOM" in last.panel["sentences"][0]
    assert not path.exists()


def test_nothing_arrived_is_said(reader):
    """Too large, or the connection broke."""
    last = list(series.read_uploads([], lambda: reader))[-1]

    assert "No file arrived" in last.status["line"]


def test_a_long_series_is_thinned_and_says_so(zipped, monkeypatch):
    """Five slices where two are the most: the first, and the fourth."""
    monkeypatch.setattr(series, "MOST", 2)
    slices, warnings = series.take([zipped])

    assert [one.number for one in slices] == [1, 4]
    assert warnings[-1] == "This series has 5 slices; every third one was read."


def test_what_was_painted_is_outlined(volume, reader):
    """On the slices that show it; those of a file have no such truth."""
    last = list(series.read_phantoms(iter(volume), COUNT, lambda: reader))[-1]
    outlined = [bool(one["truth"]) for one in last.viewer["slices"]]

    assert outlined == [bool(one.mask.any()) for one in volume]
    assert any(outlined) and not all(outlined)


def test_only_files_in_the_upload_folder_are_taken(tmp_path, monkeypatch):
    """A browser can name any path: one elsewhere is as if it had not arrived."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    inside = tmp_path / "uploads" / "a" / "slice"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(b"x")
    outside = tmp_path / "b" / "slice"
    outside.parent.mkdir()
    outside.write_bytes(b"x")

    assert series_tab.files_of({"paths": [str(inside), str(outside), 7]}) == [inside]
    assert series_tab.files_of("paths") == series_tab.files_of({"paths": "x"}) == []


@pytest.mark.parametrize(
    "name", ["series-drop", "series-strip", "series-panel", "teach", "teach-board"]
)
def test_scripts_write_text_and_never_markup(name):
    """A file's words cannot become part of the page, and nothing is fetched or kept."""
    text = parts.script(name) + parts.asset(f"{name}.html")

    for word in (
        "innerHTML",
        "insertAdjacentHTML",
        "http://",
        "https://",
        "localStorage",
        "fetch(",
    ):
        assert word not in text
    assert "{{" not in parts.asset(f"{name}.html") and "${" not in parts.asset(f"{name}.html")
