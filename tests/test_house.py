"""The laws of the house that a program can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Bottom to top: a room imports only from rooms above it in this list.
ROOMS = [
    "errors", "slice", "windowing", "reading", "bleeds", "innocents", "phantom", "preprocessing",
    "gate", "network", "weights", "openvino_engine", "familiarity", "evidence", "guided",
    "regions", "reader", "overlay", "methods", "trust", "report", "teaching", "training",
    "compression", "evaluation", "ui", "cli", "__main__",
]  # fmt: skip


def room_of(module):
    """The room of a module: training for hemo.training.fit."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path):
    """The hemo modules that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hemo"):
            if node.module == "hemo":
                yield from (f"hemo.{alias.name}" for alias in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("hemo."))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "hemo").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_rooms_import_downwards_only(path):
    """A room knows the rooms below it and no other."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if module == "hemo.__init__":
        return
    here = ROOMS.index(room_of(module))

    above = [name for name in imports(path) if ROOMS.index(room_of(name)) > here]

    assert above == []


def test_the_page_knows_nothing_of_training():
    """ui imports nothing that makes or measures a model: what serves people carries no lab."""
    used = {room_of(m) for p in (ROOT / "hemo" / "ui").glob("*.py") for m in imports(p)}

    assert used & {"training", "compression", "evaluation", "network"} == set()


def test_importing_hemo_does_not_import_torch():
    """torch takes seconds; whoever only shows or converts does without it."""
    code = "import sys, hemo, hemo.cli, hemo.ui.handlers; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_file_is_too_large_for_a_git_host():
    """95 MB a file."""
    large = [p.name for p in (ROOT / "weights").glob("*") if p.stat().st_size > 95e6]

    assert large == []
