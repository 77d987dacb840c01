"""What Hugging Face reads of a Space, at the top of README.md, is valid and fits this checkout."""

import os
import socket
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from huggingface_hub import SpaceCard
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.fixture(scope="module")
def front():
    """The front matter; see huggingface.co/docs/hub/spaces-config-reference."""
    return SpaceCard.load(ROOT / "README.md").data.to_dict()


def requirement(name):
    """The range that requirements.txt allows of a package."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return next(one.specifier for one in found if one.name == name)


def test_the_front_matter_names_a_gradio_space(front):
    """With all that Hugging Face asks for, and nothing it would not know."""
    assert front["sdk"] == "gradio"
    assert front["title"] == "hemo"
    assert len(front["emoji"]) == 1
    assert {front["colorFrom"], front["colorTo"]} <= COLOURS
    assert len(front["short_description"]) <= 60
    assert set(front) <= {
        "title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version",
        "app_file", "short_description", "license", "pinned", "tags", "models", "disable_embedding",
    }  # fmt: skip


def test_gradios_version_is_pinned_to_the_one_tested(front):
    """It is the installed one, and one that requirements.txt allows."""
    pinned = str(front["sdk_version"])

    assert pinned == version("gradio")
    assert pinned in requirement("gradio")


def test_pythons_version_is_one_that_hemo_runs_on(front):
    """A string: as a number, 3.10 would be 3.1."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert isinstance(front["python_version"], str)
    assert front["python_version"] + ".9" in SpecifierSet(project["requires-python"])
    assert front["license"] == project["license"].lower()


def test_the_app_is_served_as_a_space_serves_it(front, tmp_path):
    """On every address, at the port that is asked for, without opening a browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    space = {
        "SPACE_ID": "someone/hemo",
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SERVER_PORT": str(port),
        "TMPDIR": str(tmp_path),
    }
    process = subprocess.Popen(
        [sys.executable, front["app_file"]], cwd=ROOT, env=os.environ | space
    )
    try:
        page, headers = _first_answer(f"http://127.0.0.1:{port}/", process)
    finally:
        process.terminate()
        process.wait(60)

    assert "hemo" in page
    assert "https://huggingface.co" in headers["content-security-policy"]
    # The upload folder went with the server; Gradio leaves an empty folder of its own behind.
    assert not list(tmp_path.glob("hemo-*"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def _first_answer(address, process):
    end = time.monotonic() + 300
    while time.monotonic() < end:
        assert process.poll() is None
        try:
            with urlopen(address) as answer:
                return answer.read().decode(), answer.headers
        except URLError:
            time.sleep(0.2)
    raise TimeoutError(address)
