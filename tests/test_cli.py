"""The command line: the doors that others call, their JSON and their exit status."""

import json

import numpy as np
import pytest
from PIL import Image

from hemo import Reading, phantom, read
from hemo.cli import main


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A synthetic slice as PNG and as DICOM, and a broken file."""
    folder = tmp_path_factory.mktemp("files")
    assert main(["phantom", str(folder / "bleed.png"), "--seed", "6"]) == 0
    assert main(["phantom", str(folder / "bleed.dcm"), "--seed", "6"]) == 0
    (folder / "broken.png").write_bytes((folder / "bleed.png").read_bytes()[:2000])
    return folder


def test_read_prints_one_object_a_slice(files, capsys, shipped_reader):
    """The keys that the house promises, and the reader's own unrounded numbers."""
    status = main(["read", str(files / "bleed.png"), str(files / "bleed.dcm")])

    found = json.loads(capsys.readouterr().out)
    direct = shipped_reader.read(read(files / "bleed.png")[0])
    assert status == 0
    assert [item["file"] for item in found] == [
        str(files / "bleed.png"),
        str(files / "bleed.dcm"),
    ]
    assert found[0].keys() == {
        "file", "slice", "probability", "logit", "band", "warnings", "refusal", "model",
    }  # fmt: skip
    assert isinstance(direct, Reading)
    assert found[0]["probability"] == pytest.approx(direct.probability, abs=1e-5)
    assert found[0]["logit"] == pytest.approx(direct.logit, abs=1e-4)
    assert found[0]["band"] == direct.band
    assert found[0]["refusal"] is None
    # PNG and DICOM of the same slice differ by the PNG's 8 bits only.
    assert found[1]["probability"] == pytest.approx(found[0]["probability"], abs=0.05)


def test_read_writes_json_overlay_and_evidence(files, tmp_path, capsys):
    """Files instead of standard output; the evidence is on the slice's own grid."""
    status = main(
        [
            "read", str(files / "bleed.png"), "--json", str(tmp_path / "out.json"),
            "--overlay", str(tmp_path / "overlay.png"), "--evidence", str(tmp_path / "map.npy"),
        ]
    )  # fmt: skip

    assert status == 0
    assert capsys.readouterr().out == ""
    assert len(json.loads((tmp_path / "out.json").read_text())) == 1
    evidence = np.load(tmp_path / "map.npy")
    with Image.open(tmp_path / "overlay.png") as overlay:
        assert overlay.size == evidence.shape[::-1] == (512, 512)
        assert overlay.mode == "RGB"
    assert evidence.dtype == np.float32


def test_an_unreadable_file_is_one_sentence_and_the_others_go_on(files, capsys):
    """Status 1, the sentence on standard error, no traceback; the good file is read."""
    status = main(["read", str(files / "broken.png"), str(files / "bleed.png")])

    out, err = capsys.readouterr()
    assert status == 1
    assert len(json.loads(out)) == 1
    assert err.startswith(f"hemo: {files / 'broken.png'}: ")
    assert err.count("\n") == 1


def test_a_refused_slice_is_no_failure(tmp_path, capsys):
    """Status 0: the refusal is the answer, with null for the numbers."""
    Image.new("L", (200, 200)).save(tmp_path / "black.png")

    status = main(["read", str(tmp_path / "black.png")])

    (found,) = json.loads(capsys.readouterr().out)
    assert status == 0
    assert found["refusal"]["reason"] == "no_head"
    assert found["probability"] is None


def test_a_judgement_is_overruled_with_anyway(files, tmp_path, capsys, shipped_reader):
    """Numbers, and the gate's reason as the first warning."""
    with Image.open(files / "bleed.png") as head:
        head.crop((0, 0, 296, 512)).save(tmp_path / "half.png")

    assert main(["read", str(tmp_path / "half.png")]) == 0
    assert json.loads(capsys.readouterr().out)[0]["refusal"]["reason"] == "cut_off"
    assert main(["read", "--anyway", str(tmp_path / "half.png")]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["probability"] is not None
    assert found["warnings"][0].startswith("Read although the gate refused it: ")


@pytest.mark.parametrize(
    "arguments",
    [[], ["read"], ["sing"], ["read", "x", "--engine", "abacus"], ["phantom", "x", "--kind", "y"]],
)
def test_wrong_usage(arguments, capsys):
    """Status 2 and a usage line."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_pictures_of_several_files_are_wrong_usage(files, tmp_path, capsys):
    """One OUT.png cannot hold two overlays."""
    file = str(files / "bleed.png")

    assert main(["read", file, file, "--overlay", str(tmp_path / "o.png")]) == 2
    assert not (tmp_path / "o.png").exists()


def test_missing_weights_are_one_sentence(files, tmp_path, capsys):
    """Status 1, no traceback."""
    status = main(["read", str(files / "bleed.png"), "--weights", str(tmp_path)])

    assert status == 1
    assert "card.json is missing" in capsys.readouterr().err


def test_an_output_that_cannot_be_written(files, tmp_path, capsys):
    """A folder that is not there: status 1 and the name, no traceback."""
    status = main(["read", str(files / "bleed.png"), "--json", str(tmp_path / "no" / "out.json")])

    assert status == 1
    assert "out.json" in capsys.readouterr().err


def test_a_phantom_and_its_mask(tmp_path):
    """The same slice as the library draws; the mask marks its bleed."""
    out, mask = tmp_path / "a.dcm", tmp_path / "mask.png"

    assert (
        main(["phantom", str(out), "--kind", "subdural", "--seed", "2", "--mask", str(mask)]) == 0
    )

    drawn = phantom.draw("subdural", seed=2)
    np.testing.assert_allclose(read(out)[0].pixels, drawn.slice.pixels, atol=0.51)
    np.testing.assert_array_equal(np.asarray(Image.open(mask)) > 0, drawn.mask)


def test_a_phantom_without_a_bleed(tmp_path):
    """--kind none."""
    out = tmp_path / "a.png"

    assert main(["phantom", str(out), "--kind", "none"]) == 0
    assert read(out)[0].shape == (512, 512)


def test_training_data_that_is_none(tmp_path, capsys):
    """train and evaluate say what a data folder needs."""
    common = ["--data", str(tmp_path)]

    assert main(["train", *common, "--init", "x", "--out", str(tmp_path / "o")]) == 1
    assert main(["evaluate", *common]) == 1
    assert capsys.readouterr().err.count("it needs labels.csv") == 2
