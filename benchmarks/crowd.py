"""A crowd at the page: fifty people at once, and then more than can wait.

    python benchmarks/crowd.py [--people N] [--json FILE]

Through the real server, as browsers ask it. Everybody uploads one of several slices and must get
the reading of that very slice; whoever waits must be told how many are before. Then so many come
that the line is full: whoever is turned away must be told so at once, and nobody else may lose
anything.
Ends with status 1 where one of these does not hold.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import httpx
import server
from visitor import KEEPALIVE, Event, Visit, drop_event, visit

from hemo import phantom
from hemo.ui.waiting import MOST_WAITING

KINDS = (None, "subdural", "epidural", "intraparenchymal", "subarachnoid", "intraventricular")
CLOSE = 1e-4  # the batch, not the slice, may round differently
Figures = dict[str, float]


def main() -> int:
    """Measure, print, write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, server.running() as page:
        figures = asyncio.run(measure(page.address, slices(Path(folder)), options.people))
        figures["peak memory, MB"] = page.peak_megabytes()
    for name, value in figures.items():
        print(f"{name:<52} {value:10.3f}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    wrong = [name for name in figures if name.startswith("wrong:") and figures[name]]
    return 1 if wrong else 0


def slices(folder: Path) -> list[bytes]:
    """One synthetic slice of every kind, as files."""
    files = []
    for kind in KINDS:
        phantom.write_dicom(phantom.draw(kind, seed=4).slice, folder / "slice.dcm")
        files.append((folder / "slice.dcm").read_bytes())
    return files


async def measure(address: str, files: list[bytes], people: int) -> Figures:
    """Each slice alone, the crowd, and a crowd that is too large."""
    connections = httpx.Limits(max_connections=None, keepalive_expiry=KEEPALIVE)
    async with httpx.AsyncClient(base_url=address, timeout=1800, limits=connections) as http:
        event = await drop_event(http)
        alone = [await visit(http, event, data) for data in files]
        crowd = await together(http, event, files, people)
        flood = await together(http, event, files, 2 * MOST_WAITING)
    expected = [one.probability for one in alone]
    figures = {"one alone: p50, s": statistics.median(one.seconds for one in alone)}
    figures |= told(f"{people} at once", crowd, expected)
    figures |= told(f"{2 * MOST_WAITING} at once", flood, expected)
    figures[f"wrong: of {people}, turned away"] = sum(one.busy for one in crowd)
    figures[f"wrong: of {2 * MOST_WAITING}, none turned away"] = not any(o.busy for o in flood)
    return figures


async def together(
    http: httpx.AsyncClient, event: Event, files: list[bytes], people: int
) -> list[Visit]:
    """Everybody at the same time, each with the next of the slices."""
    work = (visit(http, event, files[i % len(files)]) for i in range(people))
    return await asyncio.gather(*work)


def told(name: str, visits: list[Visit], expected: list[float | None]) -> Figures:
    """What became of everybody; what begins with "wrong:" has to be 0."""
    read = [one for one in visits if one.probability is not None]
    away = [one for one in visits if one.busy]
    times = sorted(one.seconds for one in read)
    pairs = [(one.probability, expected[i % len(expected)]) for i, one in enumerate(visits)]
    others = sum(not same(got, wanted) for got, wanted in pairs if got is not None)
    figures = {
        f"{name}: read": len(read),
        f"{name}: turned away": len(away),
        f"{name}: told a place in line": sum(any(one.places) for one in read),
        f"{name}: p50, s": statistics.median(times),
        f"{name}: p95, s": times[int(0.95 * (len(times) - 1))],
        f"{name}: last, s": times[-1],
        f"wrong: {name}: lost": sum(one.lost for one in visits),
        f"wrong: {name}: another's reading": others,
        f"wrong: {name}: told no place": sum(not one.places for one in read),
        f"wrong: {name}: place went up": sum(went_up(one.places) for one in read),
    }
    if away:
        figures[f"{name}: turned away after, s"] = max(one.seconds for one in away)
    return figures


def same(got: float, wanted: float | None) -> bool:
    """Whether it is the reading of the slice that was sent."""
    return wanted is not None and abs(got - wanted) <= CLOSE


def went_up(places: list[int]) -> bool:
    """Whether somebody was put behind others who came later."""
    return any(later > earlier for earlier, later in pairwise(places))


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"took {time.monotonic() - started:.0f} s")
    sys.exit(status)
