"""The list of uploads to delete: gone through while it grows, and without what is gone."""

from gradio.route_utils import delete_files_created_by_app

from hemo.ui.page import build
from hemo.ui.uploads import Uploads


def test_the_list_can_grow_while_it_is_gone_through(tmp_path):
    """A plain set ends that with an error, and Gradio's sweeps with it."""
    uploads = Uploads()
    uploads.update([str(tmp_path / "a"), str(tmp_path / "b")])

    seen = []
    for name in uploads:
        seen.append(name)
        uploads.add(name + "2")

    assert sorted(seen) == [str(tmp_path / "a"), str(tmp_path / "b")]
    assert len(uploads) == 4
    assert sorted(uploads.copy()) == sorted(uploads)


def test_what_is_gone_is_forgotten_but_not_what_is_still_to_come(tmp_path):
    """Missed once it may be on its way; missed twice it is not."""
    there, coming, gone = (tmp_path / name for name in ("there", "coming", "gone"))
    there.touch()
    uploads = Uploads()
    uploads.update(map(str, (there, coming, gone)))

    first = sorted(uploads)
    coming.touch()
    list(uploads)

    assert first == sorted(map(str, (there, coming, gone)))
    assert sorted(uploads) == sorted(map(str, (there, coming)))


def test_the_pages_sweep_goes_through_it(tmp_path):
    """Gradio deletes what is on the list, and only that."""
    page = build(lambda: None)
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.touch()
    other.touch()
    page.upload_file_set.update([str(mine)])

    delete_files_created_by_app(page, age=None)

    assert isinstance(page.upload_file_set, Uploads)
    assert not mine.exists()
    assert other.exists()
    assert len(page.upload_file_set) == 0
