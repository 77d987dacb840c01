"""How fast and how large hemo is, beside what people would otherwise use and the machine's limit.

    python benchmarks/speed.py [--json FILE] [--quick]

In one process: torchvision's ResNet-152 with pytorch_grad_cam (the naive way), hemo's torch engine,
hemo's openvino engine; slices one by one and in batches; the machine's matrix product rate. Then
the page itself: start, first reading, many clients. Times are wall clock, medians unless said.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import server
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torchvision.models import resnet152

from hemo import Reader, phantom, read, weights
from hemo.network import build
from hemo.openvino_engine import available
from hemo.preprocessing import preprocess
from hemo.reader import ENGINES
from hemo.slice import Slice
from hemo.weights import DEFAULT

Figures = dict[str, float]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    options = parser.parse_args()
    repeats, series = (3, 8) if options.quick else (9, 40)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "slice.dcm"
        phantom.write_dicom(phantom.draw("intraparenchymal", seed=1).slice, file)
        figures = pages(file, options.quick) | command_line(file)
        figures |= in_memory(read(file)[0], repeats, series)
    report = {
        "machine": {"processor": _processor(), "cores": os.cpu_count() or 1},
        "figures": figures,
    }
    for name, value in figures.items():
        print(f"{name:<58} {value:10.3f}")
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def in_memory(slice_: Slice, repeats: int, series: int) -> Figures:
    """One slice in memory to its reading and map, by each way, and a series of them."""
    size = Reader.load(engine="torch").card.preprocessing.size
    naive = 1000 * seconds(naive_grad_cam(size), repeats)
    figures: Figures = {"naive grad-cam, one slice, ms": naive}
    engines = [
        name for name in ENGINES if name != "openvino" or available(weights.read_card(DEFAULT))
    ]
    for engine in engines:
        started = time.monotonic()
        reader = Reader.load(engine=engine)
        figures[f"{engine}: load, s"] = time.monotonic() - started
        one = 1000 * seconds(lambda reader=reader: reader.read(slice_), repeats)
        figures[f"{engine}: one slice, ms"] = one
        figures[f"{engine}: times faster than naive"] = naive / one
        for batch in (8, series):
            many = seconds(
                lambda r=reader, n=batch: r.read_many([slice_] * n), max(repeats // 3, 1)
            )
            figures[f"{engine}: a slice of {batch}, ms"] = 1000 * many / batch
    limits = machine_limits(size)
    figures |= limits
    for engine in engines:
        kind = "int8" if engine == "openvino" else "float32"
        limit = limits[f"machine's {kind} limit for the network, ms"]
        figures[f"{engine}: times the {kind} limit"] = figures[f"{engine}: one slice, ms"] / limit
    return figures


def naive_grad_cam(size: int) -> Callable[[], object]:
    """What people would otherwise run; random weights take the same time."""
    network = resnet152(weights=None).eval()
    image = torch.zeros(1, 3, size, size)
    cam = GradCAM(network, [network.layer4[-1]])
    return lambda: cam(image, targets=[ClassifierOutputTarget(1)])


def machine_limits(size: int) -> Figures:
    """The network's operations at the rate that this machine multiplies matrices."""
    operations = network_operations(size)
    n = 2048
    rng = np.random.default_rng(0)
    eight = [torch.from_numpy(rng.integers(-99, 99, (n, n)).astype(np.int8)) for _ in range(2)]
    full = [torch.from_numpy(rng.normal(size=(n, n)).astype(np.float32)) for _ in range(2)]
    ways = {"int8": lambda: torch._int_mm(*eight), "float32": lambda: full[0] @ full[1]}
    figures = {"network: operations, 1e9": operations / 1e9}
    for kind, product in ways.items():
        rate = 2 * n**3 / min(seconds(product, 9) for _ in range(2))
        figures[f"machine's {kind} rate, 1e9/s"] = rate / 1e9
        figures[f"machine's {kind} limit for the network, ms"] = 1000 * operations / rate
    return figures


def network_operations(size: int) -> float:
    """Multiplications and additions of all convolutions for one slice."""
    total = 0.0

    def count(module: torch.nn.Conv2d, _: object, output: torch.Tensor) -> None:
        nonlocal total
        kernel = module.kernel_size[0] * module.kernel_size[1]
        total += 2 * output.numel() * module.in_channels * kernel

    network = build().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.zeros(1, 3, size, size))
    return total


def pages(file: Path, quick: bool) -> Figures:
    """The page: its start, its first reading, and many clients at once."""
    with server.running() as page:
        figures = {"page: start to ready, s": page.ready}
        first = server.readings(page, file, clients=1, each=1)
        figures["page: start to first reading, s"] = page.ready + first[0]
        for clients in (1, 8) if quick else (1, 8, 32):
            each = 10 if clients == 1 else 3
            started = time.monotonic()
            times = server.readings(page, file, clients=clients, each=each)
            taken = time.monotonic() - started
            name = f"page, {clients} at once"
            figures[f"{name}: readings a second"] = len(times) / taken
            figures[f"{name}: p50, ms"] = 1000 * statistics.median(times)
            figures[f"{name}: p95, ms"] = 1000 * sorted(times)[int(0.95 * (len(times) - 1))]
        figures["page: peak memory, MB"] = page.peak_megabytes()
    return figures | handler_overhead(file)


def handler_overhead(file: Path) -> Figures:
    """What the page adds to a bare reading: decode, crop, colour, encode."""
    import shutil

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
    prepared = seconds(lambda: preprocess(slice_, reader.card.preprocessing), 9)
    return {
        "page handler: over the bare reading, ms": 1000 * (whole - bare),
        "preprocessing alone, ms": 1000 * prepared,
    }


def command_line(file: Path) -> Figures:
    """``python -m hemo read FILE`` from start to end."""
    command = [sys.executable, "-m", "hemo", "read", str(file)]
    taken = seconds(
        lambda: subprocess.run(command, cwd=server.ROOT, check=True, capture_output=True), 1
    )
    return {"command line: read one file, s": taken}


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The median of some runs after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
