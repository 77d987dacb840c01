"""Slices in memory to readings and maps: hemo's engines, and what people would otherwise use."""

import gc
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measure import Figures, forget_peak, peak_megabytes, seconds

from hemo import Reader, read, weights
from hemo.openvino_engine import MODEL
from hemo.reading import read_series

BATCHES = (1, 8, 40)
OTHER_SIZE = 320
SERIES_RUNS = 3  # that count, after one that does not


def hemo(engine: str, files: list[Path], repeats: int) -> Figures:
    """One engine: load, slices one by one and in batches, a series from files to maps."""
    forget_peak()
    started = time.perf_counter()
    reader = Reader.load(engine=engine)
    figures = {f"{engine}: load, s": time.perf_counter() - started}
    slices = [read(file)[0] for file in files]
    for batch in (n for n in BATCHES if n <= len(slices)):
        runs = 5 * repeats if batch == 1 else 1  # a second or more, as the others take
        taken = seconds(lambda n=batch: reader.read_many(slices[:n]), runs)
        figures[f"{engine}: reading and map, batch {batch}, ms a slice"] = 1000 * taken / batch
    figures |= _series(engine, reader, files)
    size = reader.card.preprocessing.size
    image = np.zeros((1, 3, size, size), np.float32)
    figures[f"{engine}: network alone, ms"] = 1000 * seconds(
        lambda: reader.features(image), repeats
    )
    figures[f"{engine}: peak memory, MB"] = peak_megabytes()
    return figures


def _series(engine: str, reader: Reader, files: list[Path]) -> Figures:
    shown = [_shown(reader, files) for _ in range(SERIES_RUNS + 1)][1:]
    name = f"{engine}: series of {len(files)}, files to maps"
    first, whole = (statistics.median(column) for column in zip(*shown, strict=True))
    return {f"{name}, s": whole, f"{name}, first result, s": first}


def _shown(reader: Reader, files: list[Path]) -> tuple[float, float]:
    """Seconds to the first result of a series, and to the last."""
    started = time.perf_counter()
    results = reader.read_each(read_series(files)[0].slices)
    next(results)
    first = time.perf_counter() - started
    for _ in results:
        pass
    return first, time.perf_counter() - started


def naive(size: int, repeats: int) -> Figures:
    """torchvision's ResNet-152 under pytorch_grad_cam; random weights take the same time."""
    gc.collect()
    forget_peak()
    cam = _naive(size)
    figures = {f"naive grad-cam at {size}, ms": 1000 * seconds(cam, repeats)}
    figures[f"naive grad-cam at {size}: peak memory, MB"] = peak_megabytes()
    return figures


def _naive(size: int) -> Callable[[], object]:
    import torch
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    from torchvision.models import resnet152

    network = resnet152(weights=None).eval()
    image = torch.zeros(1, 3, size, size)
    cam = GradCAM(network, [network.layer4[-1]])
    return lambda: cam(image, targets=[ClassifierOutputTarget(1)])


def int8_at(size: int, repeats: int) -> Figures:
    """The int8 network alone at another input size."""
    import openvino

    precision = weights.read_card(weights.DEFAULT).openvino.get("precision", "f32")
    core = openvino.Core()
    model = core.read_model(weights.DEFAULT / MODEL)
    model.reshape([1, 3, size, size])
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": precision}
    request = core.compile_model(model, "CPU", options).create_infer_request()
    image = np.zeros((1, 3, size, size), np.float32)
    taken = seconds(lambda: request.infer([image]), repeats)
    return {f"openvino: network alone at {size}, ms": 1000 * taken}


def ratios(figures: Figures, size: int, count: int) -> Figures:
    """The issue's ratios, out of figures measured in this run."""
    naive_ms = figures[f"naive grad-cam at {size}, ms"]
    found: Figures = {}
    for engine, kind in (("openvino", "int8"), ("torch", "float32")):
        one = figures.get(f"{engine}: reading and map, batch 1, ms a slice")
        if one is None:
            continue
        found[f"{engine}: times faster than naive"] = naive_ms / one
        series = figures[f"{engine}: series of {count}, files to maps, s"]
        found[f"{engine}: series, times faster than naive"] = count * naive_ms / 1000 / series
        first = figures[f"{engine}: series of {count}, files to maps, first result, s"]
        found[f"{engine}: series, share of the whole before the first result"] = first / series
        for way in ("the network's own products", "at the rate of one large product"):
            if limit := figures.get(f"limit, {kind}, {way}, ms"):
                found[f"{engine}: times the {kind} limit, {way}"] = one / limit
    return found
