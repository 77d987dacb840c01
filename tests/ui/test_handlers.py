"""Tests of the page's handlers: no browser, no server."""

import os
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from hemo import report
from hemo.errors import BrokenFileError, ReadError, WeightsError
from hemo.evidence import EvidenceMap
from hemo.gate import LETTERS
from hemo.overlay import to_png
from hemo.reader import Reading
from hemo.slice import Slice
from hemo.ui import examples, handlers, series_examples, views
from hemo.ui.examples import EXAMPLES, gallery, points_at_it
from hemo.ui.slices import slice_view
from hemo.ui.thumbnails import draw, file_of
from hemo.weights import Card


def grey_head():
    """A white ring around two halves of grey: what the gate takes for a head, uint8."""
    y, x = np.mgrid[:256, :256]
    distance = np.hypot(y - 128, x - 128)
    brain = np.where(x < 128, 110, 125)
    return np.where(distance > 100, 0, np.where(distance > 88, 255, brain)).astype(np.uint8)


def a_head():
    """A head as a PNG file's bytes."""
    return to_png(grey_head())


def a_reading(values):
    """A reading with this evidence, in cells of 16 × 16 pixels."""
    return Reading(1.0, 0.7, "hemorrhage", EvidenceMap(values, 0.0, values, 256.0), (), "0.1")


@pytest.fixture
def upload(tmp_path):
    """Writes bytes where Gradio would: a folder of its own for each upload."""

    def write(data):
        file = tmp_path / "ab12" / "slice-0001"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        return file

    return write


def test_an_upload_is_read_and_deleted(upload, reader):
    """Numbers, pictures and words arrive; the file is gone."""
    file = upload(a_head())
    page = handlers.read_upload(file, lambda: reader)

    assert page.reading["state"] == "read"
    assert page.reading["logit"] == pytest.approx(2.0, abs=1e-4)
    (shown,) = page.viewer["slices"]
    assert shown["pixels"]["data"].startswith("data:image/png;base64,")
    assert shown["evidence"]["limit"] == reader.card.evidence_scale
    assert not file.exists()


def test_the_folder_of_an_upload_goes_once_nobody_else_may_need_it(tmp_path):
    """Same slice, same folder: another's file in it, or on its way, is not lost; later it goes."""
    shared, empty, old = (tmp_path / name for name in ("shared", "empty", "old"))
    for folder in (shared, empty, old):
        folder.mkdir()
    for name in ("mine", "yours"):
        (shared / name).write_bytes(b"x")
    (empty / "mine").write_bytes(b"x")
    for folder in (shared, old):
        os.utime(folder, (0, 0))

    handlers.discard(shared / "mine")
    handlers.discard(empty / "mine")

    assert [path.name for path in shared.iterdir()] == ["yours"]
    assert empty.is_dir()
    assert not old.exists()


@pytest.mark.parametrize("data", [b"", b"not a picture", a_head()[:200]])
def test_an_unreadable_upload_gets_a_sentence_and_is_deleted(upload, reader, data):
    """The sentence stands where the reading would, and over the picture."""
    file = upload(data)
    page = handlers.read_upload(file, lambda: reader)

    assert page.reading["state"] == page.viewer["state"] == "message"
    assert page.reading["sentence"] == page.viewer["message"]["sentence"]
    assert page.reading["sentence"].endswith(".")
    assert "slice-0001" not in str(page)
    assert not file.exists()


def test_an_upload_is_deleted_when_reading_it_fails_in_an_unforeseen_way(
    upload, reader, monkeypatch
):
    """Even a fault of hemo's own leaves no file behind."""

    def fault(path):
        raise RuntimeError

    monkeypatch.setattr(handlers, "read", fault)
    file = upload(a_head())
    with pytest.raises(RuntimeError):
        handlers.read_upload(file, lambda: reader)

    assert not file.exists()


def test_a_missing_model_is_said_and_the_upload_deleted(upload):
    """The page is up even where there are no weights."""

    def no_model():
        raise WeightsError("There is no model here.")

    file = upload(a_head())
    page = handlers.read_upload(file, no_model)

    assert page.reading["sentence"] == "There is no model here."
    assert not file.exists()


def test_a_refusal_shows_the_slice_and_says_why(upload, reader):
    """An empty picture has no head: refused, visible, without numbers."""
    page = handlers.read_upload(upload(to_png(np.zeros((200, 200), np.uint8))), lambda: reader)

    assert page.reading["reason"] == "no_head"
    assert page.viewer["state"] == "message"
    (shown,) = page.viewer["slices"]
    assert shown["evidence"] is None
    assert "probability" not in page.reading


def cut():
    """A head that the picture cuts: refused by judgement."""
    return to_png(grey_head()[:, :180])


def test_read_anyway_is_offered_for_judgements_only(upload, reader):
    """A button over the picture; none where it is certain that there is nothing to read."""
    refused = handlers.read_upload(upload(cut()), lambda: reader)
    black = handlers.read_upload(upload(to_png(np.zeros((200, 200), np.uint8))), lambda: reader)

    assert refused.viewer["message"]["actions"] == [views.ANYWAY]
    assert refused.viewer["blurred"] is False
    assert black.viewer["message"]["actions"] == []


def test_read_anyway_reads_the_file_sent_again_and_deletes_it(upload, reader):
    """The reading carries the gate's reason."""
    file = upload(cut())
    page = handlers.read_upload(file, lambda: reader, anyway=True)

    assert page.reading["state"] == "read"
    assert page.reading["warnings"][0].startswith("Read although the gate refused it: Part of")
    assert not file.exists()


@pytest.mark.parametrize(
    ("picture", "actions"),
    [(np.copy, [views.SHOW, views.FORGET]), (np.zeros_like, [views.FORGET])],
)
def test_letters_are_covered_by_a_notice(upload, reader, picture, actions):
    """Blurred, whether the picture is read or refused, and said beside the reading."""
    grey = np.pad(picture(grey_head()), ((40, 0), (0, 0)))
    cv2.putText(grey, "DOE JANE", (6, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255)
    page = handlers.read_upload(upload(to_png(grey)), lambda: reader)

    assert page.viewer["blurred"] is True
    assert page.viewer["message"]["actions"] == actions
    assert report.BLURRED in page.viewer["message"].values()
    assert page.reading.get("warnings", [LETTERS]) == [LETTERS]


def test_of_many_slices_the_middle_one_is_read_and_said(upload, reader, monkeypatch):
    """A warning names which slice of how many it was."""
    grey = grey_head() / np.float32(255)
    slices = [Slice(grey, "display", number=n) for n in (1, 2, 3, 4, 5)]
    monkeypatch.setattr(handlers, "read", lambda path: slices)
    page = handlers.read_upload(upload(b"x"), lambda: reader)

    assert page.reading["warnings"] == [report.one_of_many(3, 5)]


@pytest.mark.parametrize("kind", ["subdural", None])
def test_an_example_says_what_was_painted_on_it(reader, kind):
    """The truth stands beside the reading, right or wrong."""
    example = next(e for e in EXAMPLES if e.kind == kind)
    page = handlers.read_example(example, lambda: reader)

    said = report.truth(kind, reader.read(example.phantom.slice), pointed=False)
    assert page.reading["truth"] == said
    assert "synthetic" in page.viewer["slices"][0]["caption"][0]


def test_evidence_on_the_bleed_is_told_from_evidence_elsewhere():
    """Within a map cell of the bleed counts as on it."""
    example = next(e for e in EXAMPLES if e.kind == "intraparenchymal")
    mask = example.phantom.mask
    elsewhere = np.zeros(mask.shape, np.float32)
    elsewhere[0, 0] = 1

    assert points_at_it(example, a_reading(mask.astype(np.float32)))
    assert not points_at_it(example, a_reading(elsewhere))


def test_the_examples_cover_every_kind_of_bleed_and_a_normal_head():
    """Six buttons, each with a picture; each example holds what its name says."""
    kinds = {e.kind: bool(e.phantom.mask.any()) for e in EXAMPLES}

    assert set(kinds) == {
        *("intraparenchymal", "subdural", "epidural", "subarachnoid", "intraventricular"),
        None,
    }
    assert all(painted == (kind is not None) for kind, painted in kinds.items())
    assert [entry["label"] for entry in gallery()] == [e.label for e in EXAMPLES]


@pytest.mark.parametrize("group, module", [("slice", examples), ("series", series_examples)])
def test_the_pictures_on_the_buttons_are_what_is_read(group, module):
    """``python docs/thumbnails.py`` draws them anew where this fails."""
    label, slice_ = next(module.fronts())
    shipped = Image.open(file_of(group, label))
    drawn = Image.open(BytesIO(draw(slice_)))

    assert all(file_of(group, entry["label"]).is_file() for entry in module.gallery())
    assert shipped.size == drawn.size
    assert np.abs(np.asarray(shipped, float) - np.asarray(drawn, float)).mean() < 0.5


def test_only_files_of_the_upload_folder_are_taken(tmp_path):
    """A browser cannot make the page read, or delete, any other file of the machine."""
    folder = tmp_path / "uploads"
    (folder / "ab12").mkdir(parents=True)
    (folder / "ab12" / "slice-1").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"x")

    assert handlers.uploaded(str(folder / "ab12" / "slice-1"), folder).name == "slice-1"
    for path in (None, "", str(tmp_path / "secret"), f"{folder}/ab12/../../secret", str(folder)):
        with pytest.raises(ReadError, match="No file arrived"):
            handlers.uploaded(path, folder)


def test_a_file_without_slices_is_a_read_error(upload, monkeypatch):
    """An empty list is not a reading."""
    monkeypatch.setattr(handlers, "read", lambda path: [])
    with pytest.raises(ReadError):
        handlers.take(upload(b"x"))


def test_a_slice_with_long_pixels_keeps_its_shape_on_the_screen():
    """Pixels of 1 × 2 mm make a square grid twice as wide as high."""
    slice_ = Slice(np.zeros((50, 50), np.float32), "HU", spacing=(1.0, 2.0))
    picture = slice_view(slice_, None, Card("0"))

    assert picture["aspect"] == 2.0
    assert (picture["width"], picture["height"]) == (50, 50)


def test_failed_carries_no_numbers():
    """A message has a title and a sentence and nothing that could pass for a result."""
    page = views.failed(str(BrokenFileError("The file is damaged.")))

    assert page.reading == {
        "state": "message",
        "title": "Not read",
        "sentence": "The file is damaged.",
    }
    assert page.footer is None
