"""A patient's name in every text tag, file name and zip entry gets no farther than the reader."""

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import seeds
from pydicom import datadict

from hemo.errors import HemoError
from hemo.reading import read, read_bytes, read_series

NAME = "DOE_JANE"
_TEXT = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}
# Without these the file is no CT slice; all but the first get the name in a file of their own.
_NEEDED = (
    "SpecificCharacterSet",
    "Modality",
    "PhotometricInterpretation",
    "ImageType",
    "RescaleType",
)


def planted(**elements):
    """A name in every element of a textual kind that the standard knows."""
    tags = (entry for tag, entry in datadict.DicomDictionary.items() if tag >> 16 >= 0x0008)
    texts = {
        keyword: NAME
        for vr, vm, _, retired, keyword in tags
        if vr in _TEXT and vm[0] == "1" and keyword and not retired and keyword not in _NEEDED
    }
    return texts | {"SeriesInstanceUID": "1.2.3"} | elements


def entries():
    """A series, files of which each has the name in one more place, and a broken one."""
    slices = {f"{NAME}{n}": data for n, data in enumerate(seeds.series(3, **planted()))}
    for keyword in _NEEDED[1:]:
        slices[f"{NAME} {keyword}"] = seeds.dicom(**planted(**{keyword: NAME}))
    for keyword in ("SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        slices[f"{NAME} {keyword}"] = seeds.dicom(**planted(**{keyword: NAME}))
    volume = seeds.nifti(seeds.volume(), descrip=NAME.encode(), intent_name=NAME.encode())
    broken = seeds.dicom(**planted(RescaleSlope=0))
    others = {"volume": volume, "enhanced": seeds.enhanced(**planted()), "broken": broken}
    return slices | {f"{NAME} {name}": data for name, data in others.items()}


@pytest.fixture(scope="module")
def disc(tmp_path_factory):
    """The files in a folder, in a zip, and on a DICOMDIR's list."""
    folder = tmp_path_factory.mktemp(NAME)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, about names as codes
        files = entries()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "DICOMDIR").write_bytes(seeds.dicomdir(*[[name] for name in files]))
    archive = tmp_path_factory.mktemp("zip") / f"{NAME}.zip"
    archive.write_bytes(seeds.zipped({f"{NAME}/{name}": data for name, data in files.items()}))
    return folder, archive


def everything(value):
    """All that can be read off a result, arrays as their bytes."""
    if isinstance(value, np.ndarray):
        return repr(value.tobytes())
    if isinstance(value, list | tuple):
        return " ".join(everything(one) for one in value)
    return (
        " ".join(everything(one) for one in vars(value).values())
        if hasattr(value, "__dataclass_fields__")
        else repr(value)
    )


def outcome(door, source):
    """What a door gives, or all that there is to its error."""
    try:
        return door(source)
    except HemoError as error:
        return [str(error), repr(error), repr(error.__cause__)]


def results(folder, archive):
    """What every way of reading gives: series, slices or the error."""
    files = sorted(folder.iterdir())
    yield outcome(read_series, files)
    yield outcome(read_bytes, archive.read_bytes())
    for path in (folder, archive, *files):
        yield outcome(read_series, path)
        yield outcome(read, path)


def test_the_name_is_planted(disc):
    """In more than a thousand elements of each slice, so that there is something to be found."""
    folder, _ = disc

    assert (folder / f"{NAME}0").read_bytes().count(NAME.encode()) > 1000


def test_the_name_gets_nowhere(disc, caplog, recwarn, capfd):
    """No field, no warning, no sentence, no log record, nothing printed."""
    with caplog.at_level(logging.DEBUG):
        told = [everything(one) for one in results(*disc)]

    assert sum("CT" in one for one in told) > 5
    assert [one for one in told if "DOE" in one or "JANE" in one] == []
    assert "1.2.3" not in " ".join(told)
    assert not any(NAME in record.getMessage() for record in caplog.records)
    assert not any(NAME in str(warning.message) for warning in recwarn)
    assert NAME not in "".join(capfd.readouterr())


def test_a_fresh_process_prints_nothing(disc):
    """Without pytest's hands on the logs and warnings."""
    code = "import sys; from hemo.reading import read; [read(path) for path in sys.argv[1:]]"
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, disc)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
