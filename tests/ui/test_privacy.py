"""A patient's name, planted wherever a file can carry one, is nowhere after the page read it."""

import logging
import tempfile
import zipfile

import pydicom
import pytest
from pydicom import datadict
from tabs import PANEL, choose, needs_chromium, press

from hemo import phantom
from hemo.report import READ_ANYWAY
from hemo.slice import Slice
from hemo.ui.page import launch

NAME = "QUILLFEATHER"
TEXT = {"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
LISTEN = """
const asked = window.fetch;
window.heard = [];
window.fetch = async (...request) => {
  const answer = await asked(...request);
  const pieces = answer.clone().body.pipeThrough(new TextDecoderStream());
  const ear = new WritableStream({ write: (text) => void window.heard.push(text) });
  pieces.pipeTo(ear).catch(() => {}); // Gradio leaves a stream when it has heard enough
  return answer;
};
"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """The folders that the server may write to: for uploads, for temporary files, to work in."""
    root = tmp_path_factory.mktemp("server")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("uploads", "temporary", "working"):
            (root / name).mkdir()
        patch.setenv("GRADIO_TEMP_DIR", str(root / "uploads"))
        patch.setenv("TMPDIR", str(root / "temporary"))
        patch.setattr(tempfile, "tempdir", str(root / "temporary"))
        patch.chdir(root / "working")
        yield root


@pytest.fixture
def server(rooms, known_reader):
    """The address of the running page, and the page."""
    address, served = launch(lambda: known_reader, host="127.0.0.1", block=False)
    yield address, served
    served.close(verbose=False)


def plant(path):
    """Write the name into every text element that the standard knows."""
    dataset = pydicom.dcmread(path)
    for tag, (vr, _, _, retired, keyword) in datadict.DicomDictionary.items():
        if vr in TEXT and tag >> 16 >= 0x0008 and keyword and not retired:
            setattr(dataset, keyword, NAME)
    dataset.save_as(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A slice, one that is cut off, both in a zip, and a broken file: all of the same patient."""
    folder = tmp_path_factory.mktemp("files")
    drawn = phantom.draw("subdural", seed=1).slice
    whole, half, broken, archive = (
        folder / f"{NAME}{end}" for end in (".dcm", " half.dcm", " broken.dcm", ".zip")
    )
    phantom.write_dicom(drawn, whole)
    phantom.write_dicom(Slice(drawn.pixels[:, :296], "HU", spacing=(0.5, 0.5)), half)
    plant(whole)
    plant(half)
    broken.write_bytes(whole.read_bytes()[:9000])
    with zipfile.ZipFile(archive, "w") as into:
        into.write(whole, f"{NAME}/{NAME}.dcm")
    return whole, half, broken, archive


def left_on_disk(folder):
    """Paths and contents of all files below a folder, as one text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return " ".join(f"{path} {path.read_bytes().decode('latin-1')}" for path in files)


def kept_by(tab):
    """All that the browser stores for the page: it should be nothing."""
    return tab.evaluate(
        """async () => ({
          local: {...localStorage},
          session: {...sessionStorage},
          cookies: document.cookie,
          databases: (await indexedDB.databases()).map((base) => base.name),
          caches: await caches.keys(),
          here: location.href + document.title + history.length,
        })"""
    )


def listen(tab):
    """Load the page again, with what the server answers written down."""
    tab.add_init_script(LISTEN)
    tab.answers.clear()
    tab.reload()
    tab.wait_for_selector(PANEL)


def sent_to(tab):
    """What the server answered: addresses, headers and bodies, as one text."""
    # Fetches are heard; the heartbeat, an event source, never ends and says nothing.
    streams = ("fetch", "eventsource")
    ended = [one for one in tab.answers if one.request.resource_type not in streams]
    bodies = [one.body().decode("latin-1") for one in ended if one.status == 200]
    heads = (f"{one.url} {one.all_headers()}" for one in tab.answers)
    return " ".join([*heads, *bodies, tab.evaluate("window.heard.join('')")])


def read_all(tab, files):
    """Show the page all files, the cut one twice; what it made of each."""
    whole, half, broken, archive = files
    listen(tab)
    states = [choose(tab, file)["state"] for file in (whole, broken, archive, half)]
    return [*states, press(tab, READ_ANYWAY)["state"]]


def test_the_name_is_in_the_files(files):
    """So that there is something to be found: in hundreds of elements of a slice."""
    whole, _, broken, archive = files

    assert whole.read_bytes().count(NAME.encode()) > 500
    assert NAME.encode() in broken.read_bytes()
    assert NAME.encode() in archive.read_bytes()


def test_the_name_is_nowhere_afterwards(tab, files, rooms, caplog, capfd):
    """Not on disk, in no log, in no answer or address, and not in the browser's storage."""
    with caplog.at_level(logging.DEBUG):
        states = read_all(tab, files)
        tab.wait_for_timeout(500)  # the last message of an answer follows the answer
        answers, kept = sent_to(tab), kept_by(tab)

    logged = " ".join(record.getMessage() for record in caplog.records)
    assert states == ["read", "message", "read", "message", "read"]
    assert answers.count("elsewhere, against") >= 3  # nothing of the streams was missed
    assert "data:image/png" in answers
    for place in (
        *(left_on_disk(rooms), answers, logged, *capfd.readouterr()),
        *(str(kept), " ".join(tab.requested), tab.content()),
    ):
        assert NAME.lower() not in place.lower()
    assert (kept["local"], kept["session"], kept["cookies"]) == ({}, {}, "")
    assert [path for path in (rooms / "uploads").rglob("*") if path.is_file()] == []
    assert tab.context.cookies() == []
