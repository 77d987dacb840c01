"""How long a start and a reading take, and how much memory: ``python benchmarks/reading.py``.

Starts the page and the command line as a user would, in processes of their own, and reads a
synthetic slice again and again in this one. Prints a table; ``--json FILE`` writes it as well.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from hemo import Reader, phantom, read

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure everything, print it, write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--readings", type=int, default=20, help="readings to time (default: 20)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "slice.dcm"
        phantom.write_dicom(phantom.draw("intraparenchymal", seed=1).slice, file)
        figures = page_start() | command_line(file) | readings(file, options.readings)
    for name, value in figures.items():
        print(f"{name:<44} {value:8.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def page_start() -> dict[str, float]:
    """Process start to the page being served, and the server's peak memory with its model warm."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "HEMO_NO_BROWSER": "1"}
    started = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        ready = time.monotonic() - started
        time.sleep(15)  # the model loads and reads once in the background
        peak = _peak_megabytes(server.pid)
    finally:
        server.terminate()
        server.wait()
    return {"page: start to ready, s": ready, "page: peak memory, MB": peak}


def _wait_for(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.URLError:
            time.sleep(0.05)


def _peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def command_line(file: Path) -> dict[str, float]:
    """``python -m hemo read FILE`` from start to end."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "hemo", "read", str(file)], cwd=ROOT, check=True, capture_output=True
    )
    return {"command line: read one file, s": time.monotonic() - started}


def readings(file: Path, count: int) -> dict[str, float]:
    """The model's loading, then readings one by one, decoding included, after one to warm up."""
    started = time.monotonic()
    reader = Reader.load()
    loaded = time.monotonic() - started
    times = []
    for _ in range(count + 1):
        started = time.monotonic()
        reader.read(read(file)[0])
        times.append(time.monotonic() - started)
    times = sorted(times[1:])
    return {
        "model: load, s": loaded,
        "reading: median, ms": statistics.median(times) * 1000,
        "reading: 95th percentile, ms": times[int(0.95 * (len(times) - 1))] * 1000,
        "reading: peak memory of this process, MB": resource.getrusage(
            resource.RUSAGE_SELF
        ).ru_maxrss
        / 1024,
    }


if __name__ == "__main__":
    main()
