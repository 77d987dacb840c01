"""Whatever is dropped ends as slices or as one sentence: no crash, no traceback, no hang."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import generate
import pytest
import seeds

HERE = Path(__file__).parent
MOST_MEMORY = 1.5e9
TIMEOUT = 900  # of the whole corpus; one case is stopped by the clock in the process itself


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """What came of every case, read in a process of its own."""
    out = tmp_path_factory.mktemp("corpus") / "out.jsonl"
    run = subprocess.run(
        [sys.executable, HERE / "run_corpus.py", out],
        cwd=HERE.parents[1],
        env={"PYTHONPATH": str(HERE.parents[1]), "PATH": "", "TMPDIR": str(out.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert run.returncode == 0, f"ended by {lines[-1]['case']}: {run.stderr[-2000:]}"
    return [line for line in lines if "ended" in line], run


def test_there_are_a_thousand_cases(corpus):
    """Of different names, so that each can be found again."""
    done, _ = corpus

    assert len(done) >= 1000
    assert len({case["case"] for case in done}) == len(done)


def test_every_case_ends_well(corpus):
    """As slices or a sentence."""
    done, _ = corpus

    assert [case for case in done if case["ended"] not in ("slices", "error")] == []


def test_errors_are_one_sentence_each(corpus):
    """That begins with a capital or hemo's name, ends with a stop, and is short."""
    sentences = {case["text"] for case in corpus[0] if case["ended"] == "error"}

    for sentence in sentences:
        assert sentence[0].isupper() or sentence.startswith("hemo ")
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert len(sentence) < 160


def test_healthy_files_are_read(corpus):
    """The files that the cases are made of are no cases: damage is what breaks them."""
    names = set(seeds.healthy())
    ended = {case["case"]: case["ended"] for case in corpus[0] if case["case"] in names}

    assert ended == dict.fromkeys(names, "slices")


def test_memory_is_bounded(corpus):
    """The peak of the whole process, bombs and all."""
    assert max(case["peak"] for case in corpus[0]) <= MOST_MEMORY


def test_names_do_not_get_out(corpus):
    """Neither in sentences, nor in what an error hides, nor in what is printed."""
    done, run = corpus

    assert [case for case in done if case["leak"] or seeds.MARKER in case["text"]] == []
    assert seeds.MARKER not in run.stdout + run.stderr
    assert run.stdout == ""


def test_only_libtiff_prints(corpus):
    """It does so from C, about numbers; nothing of Python's does."""
    talk = [line for line in corpus[1].stderr.splitlines() if line.strip()]

    assert [line for line in talk if not line.startswith(("TIFF", "ZIPDecode", "_TIFF"))] == []


def test_cases_are_always_the_same(tmp_path):
    """The first hundred, generated twice."""

    def written(folder):
        for number, case in enumerate(islice(generate.cases(), 100)):
            place = tmp_path / folder / str(number)
            place.mkdir(parents=True)
            yield case.name, case.write(place).read_bytes()

    assert list(written("a")) == list(written("b"))
