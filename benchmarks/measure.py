"""What every benchmark here measures with: time, memory, and slices to read."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import generate_uid

from hemo import phantom

Figures = dict[str, float]
KINDS = (None, "intraparenchymal")
SERIES = generate_uid(entropy_srcs=["hemo benchmark"])
INT8 = ("amx_int8", "avx512_vnni", "avx_vnni")  # instructions for its products, quickest first


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median of some runs after one that is not counted."""
    return statistics.median(times(work, repeats))


def times(work: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of some runs after one that is not counted."""
    work()
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return found


def forget_peak() -> None:
    """Let the peak of this process's resident memory begin anew (Linux: proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_megabytes(pid: int | str = "self") -> float:
    """The largest resident memory that a process has had since then."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def slice_files(folder: Path, count: int) -> list[Path]:
    """DICOM files of one series, two phantoms by turns: decoding knows no difference."""
    drawn = [phantom.draw(kind, seed=1).slice for kind in KINDS]
    files = [folder / f"{number:02d}.dcm" for number in range(count)]
    for number, file in enumerate(files):
        placed = replace(drawn[number % len(drawn)], position=(0.0, 0.0, 5.0 * number))
        phantom.write_dicom(replace(placed, number=number + 1), file)
        dataset = dcmread(file)
        dataset.SeriesInstanceUID = SERIES
        dataset.save_as(file)
    return files


def machine() -> dict[str, object]:
    """The processor, its cores, how busy it was already, and what it multiplies integers with."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    found = dict(line.split(":", 1) for line in lines if ":" in line)
    values = {name.strip(): value.strip() for name, value in found.items()}
    flags = values.get("flags", "").split()
    return {
        "processor": values.get("model name", platform.processor()),
        "cores": os.cpu_count() or 1,
        "load before": os.getloadavg()[0],
        "int8 by": [name for name in INT8 if name in flags],
    }
