"""Methods of evidence side by side on one slice, for teaching: answers for methods.js."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

from hemo import methods
from hemo.errors import MissingExtraError
from hemo.methods import METHODS, scale_of
from hemo.reader import Reader
from hemo.report import methods as words
from hemo.slice import Slice
from hemo.ui.session import streamed
from hemo.ui.slices import View, evidence_view, restored

Tell = Callable[[View], None]


def catalog() -> View:
    """What methods.js draws before anything is asked: every method with its sentences."""
    return {
        "introduction": words.INTRODUCTION,
        "methods": [
            {
                "name": name,
                "label": method.label,
                "says": method.says,
                "cannot": method.cannot,
                "unit": method.unit,
                "slow": method.slow,
                "adds_up": method.adds_up,
            }
            for name, method in METHODS.items()
        ],
    }


def compare(asked: dict[str, Any], reader: Reader, stopped: Event) -> Iterator[View]:
    """Run methods one after the other.

    Args:
        asked: {slice, names}: as the viewer holds it, and which methods.
        reader: whose network is asked.
        stopped: once set, what has not been done is left.

    Yields:
        {maps, failed, at}: evidence by name of all that is done, why by name of what could not be
        done, and {name, done, total} of the one at work. The last one is {maps, failed, finished}.

    Raises:
        ReadError: there is no such slice.
    """
    slice_ = restored(asked["slice"])
    names = [name for name in METHODS if name in asked.get("names", [])]
    so_far: View = {"maps": {}, "failed": {}}

    def run_all(tell: Tell) -> None:
        for name in names:
            if not stopped.is_set():
                _run(name, slice_, reader, stopped, tell, so_far)

    yield from streamed(run_all)
    yield so_far | {"finished": True}


def _run(
    name: str, slice_: Slice, reader: Reader, stopped: Event, tell: Tell, so_far: View
) -> None:
    def progress(done: int, total: int) -> None:
        at = {"name": name, "done": done, "total": total}
        tell({"maps": dict(so_far["maps"]), "failed": dict(so_far["failed"]), "at": at})

    try:
        found = methods.run(name, reader, slice_, stopped, progress)
    except (MissingExtraError, methods.Stopped) as error:
        so_far["failed"][name] = str(error)
        return
    limit, unit = scale_of(name, reader.card), METHODS[name].unit
    so_far["maps"][name] = evidence_view(found, limit, unit)
    progress(1, 1)
