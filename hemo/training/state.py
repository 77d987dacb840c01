"""A training run's state on disk, to go on from after a kill at any time."""

from pathlib import Path
from typing import Any

import torch

from hemo.errors import DataError

FILE = "state.pt"
State = dict[str, Any]


def write_state(folder: Path, run: str, state: State) -> None:
    """Write a state, whole or not at all.

    Args:
        folder: of the run.
        run: what must be the same for it to be gone on from.
        state: tensors and plain values.
    """
    partial = folder / f"{FILE}.part"
    torch.save({**state, "run": run}, partial)
    partial.replace(folder / FILE)


def read_state(folder: Path, run: str) -> State:
    """The state of a run's folder; empty where there is none.

    Raises:
        DataError: it is another run's.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    if state.pop("run") != run:
        raise DataError(
            f"{folder} holds another run (other recipe, data or seed): name another folder with "
            "--run, or remove it."
        )
    return state
