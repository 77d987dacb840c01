"""How fast and how large hemo is, beside what people would otherwise use and the machine's limit.

    python benchmarks/speed.py [--json FILE] [--quick]

First the page, in a process of its own: start, first reading, many clients. Then, in this process:
hemo's openvino engine, its torch engine, torchvision's ResNet-152 with pytorch_grad_cam (the naive
way), and the machine's limits. Times are wall clock, medians unless said; run it on a quiet
machine.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import engines
import server
from measure import Figures, machine, seconds, slice_files

from hemo import Reader, read, weights
from hemo.openvino_engine import available

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, under a minute")
    options = parser.parse_args()
    started, about, figures = time.monotonic(), machine(), {}
    with tempfile.TemporaryDirectory() as folder:
        files = slice_files(Path(folder), 8 if options.quick else 40)
        figures_of = chain(
            pages(files, options.quick), in_memory(files, options.quick, bool(about["int8 by"]))
        )
        for found in figures_of:
            _print(found)
            figures |= found
    ratios = engines.ratios(figures, _size(), len(files))
    ratios["this benchmark, s"] = time.monotonic() - started
    _print(ratios)
    if options.json:
        report = {"machine": about, "figures": figures | ratios}
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _print(figures: Figures) -> None:
    for name, value in figures.items():
        print(f"{name:<72} {value:10.3f}", flush=True)


def _size() -> int:
    return weights.read_card(weights.DEFAULT).preprocessing.size


def in_memory(files: list[Path], quick: bool, has_int8: bool) -> Iterator[Figures]:
    """Each way to read slices, then the limits; int8's where the processor multiplies it."""
    repeats = 3 if quick else 9
    if available(weights.read_card(weights.DEFAULT)):
        # First: until torch is imported, the process is what serves a page.
        yield engines.hemo("openvino", files, repeats)
        if not quick:
            yield engines.int8_at(engines.OTHER_SIZE, repeats)
    yield engines.hemo("torch", files, min(repeats, 5))
    yield engines.naive(_size(), min(repeats, 5))
    if not quick:
        yield engines.naive(engines.OTHER_SIZE, 3)
    from limits import limits  # imports torch

    yield limits(_size(), repeats, ("int8", "float32") if has_int8 else ("float32",))


def pages(files: list[Path], quick: bool) -> Iterator[Figures]:
    """The page: its start, its first reading, many clients at once, and a series."""
    file = files[0]
    with server.running() as page:
        first = server.readings(page, file, clients=1, each=1)
        yield {
            "page: start to ready, s": page.ready,
            "page: start to first reading, s": page.ready + first[0],
        }
        for clients in (1, 8) if quick else (1, 8, 32):
            yield _crowd(page, file, clients)
        yield {"page: peak memory, MB": page.peak_megabytes()}
    yield command_line(file)
    yield handler_overhead(file)
    yield series_tab(files)


def _crowd(page: server.Server, file: Path, clients: int) -> Figures:
    started = time.monotonic()
    taken = server.readings(page, file, clients=clients, each=10 if clients == 1 else 3)
    rate = len(taken) / (time.monotonic() - started)
    name = f"page, {clients} at once"
    return {
        f"{name}: readings a second": rate,
        f"{name}: p50, ms": 1000 * statistics.median(taken),
        f"{name}: p95, ms": 1000 * sorted(taken)[int(0.95 * (len(taken) - 1))],
    }


def handler_overhead(file: Path) -> Figures:
    """What the page adds to a bare reading: decode, crop, colour, encode."""
    from hemo.ui.handlers import read_upload

    reader = Reader.load()
    slice_ = read(file)[0]
    bare = seconds(lambda: reader.read(slice_), 9)
    with tempfile.TemporaryDirectory() as folder:

        def upload() -> object:
            copy = Path(folder) / "one" / "upload"
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(file, copy)
            return read_upload(copy, lambda: reader)

        whole = seconds(upload, 9)
    return {"page handler: over the bare reading, ms": 1000 * (whole - bare)}


def series_tab(files: list[Path]) -> Figures:
    """A series as the page shows it: decoded, read, explained, drawn, with each batch's answer."""
    from hemo.ui.series import read_uploads

    reader = Reader.load()
    reader.read(read(files[0])[0])
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / file.stem / "upload" for file in files]
        for file, copy in zip(files, copies, strict=True):
            copy.parent.mkdir()
            shutil.copy(file, copy)
        started = time.perf_counter()
        shown = [time.perf_counter() - started for _ in read_uploads(copies, lambda: reader)]
    first, whole = shown[2], shown[-1]  # after two answers that say what is going on
    name = f"page: series of {len(files)}, files to the last slice shown"
    return {
        f"{name}, s": whole,
        f"{name}, first slice, s": first,
        f"{name}, share of it before the first slice": first / whole,
    }


def command_line(file: Path) -> Figures:
    """``python -m hemo read FILE`` from start to end."""
    command = [sys.executable, "-m", "hemo", "read", str(file)]
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return {"command line: read one file, s": time.monotonic() - started}


if __name__ == "__main__":
    main()
