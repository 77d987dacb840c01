"""A long day at the page: does its memory grow, does a file stay behind?

    python benchmarks/soak.py [--minutes N | --hours N] [--people N] [--json FILE]

Five minutes unless said otherwise; two hours for a release. People come and go: most read a slice,
some send a broken file, some upload and never ask, some break off in between. The server's
resident memory is sampled all along. Ends with status 1 where it grew by 5 % or more (the median of
the last fifth against that of the second), where a reading was lost, or where a file is left on the
disk once the server has had time to sweep up.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import server
from crowd import slices
from visitor import KEEPALIVE, Event, drop_event, visit

from hemo.ui.page import SWEEP

GROWTH = 0.05
SAMPLE = 1.0  # seconds
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'


@dataclass
class Day:
    """What happened."""

    read: int = 0
    lost: int = 0
    other: int = 0
    megabytes: list[float] = field(default_factory=list)


def main() -> int:
    """Soak, print, write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--hours", type=float, default=0)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    seconds = 3600 * options.hours or 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as data:
        files = slices(Path(data))
        with server.running(TMPDIR=folder) as page:
            day = asyncio.run(soak(page, files, seconds, options.people))
            left = swept(Path(folder))
        # Gradio leaves empty folders of its own; of hemo's not even that.
        after = [p for p in Path(folder).rglob("*") if p.is_file() or p.name.startswith("hemo-")]
    growth = grown(day.megabytes)
    figures = {
        "minutes": seconds / 60,
        "readings": day.read,
        "broken, abandoned or broken off": day.other,
        "memory at first, MB": early(day.megabytes),
        "memory at last, MB": late(day.megabytes),
        "memory grew by, %": 100 * growth,
        "wrong: readings lost": day.lost,
        "wrong: files left after sweeping": len(left),
        "wrong: files left after the server": len(after),
        "wrong: memory grew too much": growth >= GROWTH,
    }
    for name, value in figures.items():
        print(f"{name:<40} {value:10.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(value for name, value in figures.items() if name.startswith("wrong:")))


async def soak(page: server.Server, files: list[bytes], seconds: float, people: int) -> Day:
    """So many people for so long, and the server's memory in the meantime."""
    day, end = Day(), time.monotonic() + seconds
    limits = httpx.Limits(keepalive_expiry=KEEPALIVE)
    async with httpx.AsyncClient(base_url=page.address, timeout=600, limits=limits) as http:
        event = await drop_event(http)
        work = [come_and_go(http, event, files, day, end, first) for first in range(people)]
        await asyncio.gather(sample(page.pid, day, end), *work)
    return day


async def sample(pid: int, day: Day, end: float) -> None:
    """The resident memory of a process, again and again."""
    while time.monotonic() < end:
        day.megabytes.append(resident(pid))
        await asyncio.sleep(SAMPLE)


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def come_and_go(
    http: httpx.AsyncClient, event: Event, files: list[bytes], day: Day, end: float, first: int
) -> None:
    """One after another, until the day is over."""
    for turn in count(first):
        if time.monotonic() >= end:
            return
        if turn % 10 < 7:
            found = await visit(http, event, files[turn % len(files)])
            day.read += found.probability is not None
            day.lost += found.lost
        else:
            day.other += 1
            await AWKWARD[turn % 10 - 7](http, event)


async def break_file(http: httpx.AsyncClient, event: Event) -> None:
    """Send what cannot be read; the answer is a sentence."""
    await visit(http, event, b"\0" * 128 + b"DICM" + b"nonsense" * 99)


async def never_ask(http: httpx.AsyncClient, _: Event) -> None:
    """Upload, and close the page."""
    await http.post("/gradio_api/upload", files={"files": ("abandoned", bytes(50_000))})


async def break_off(http: httpx.AsyncClient, _: Event) -> None:
    """Half an upload, then nothing."""
    host, port = str(http.base_url.host), http.base_url.port
    _, to_server = await asyncio.open_connection(host, port)
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: 200000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    to_server.write(head.encode() + PART + bytes(90_000))
    await to_server.drain()
    to_server.close()
    await to_server.wait_closed()


AWKWARD = (break_file, never_ask, break_off)


def early(values: list[float]) -> float:
    """The median of the second fifth: the first is warming up."""
    fifth = max(len(values) // 5, 1)
    return statistics.median(values[fifth : 2 * fifth] or values)


def late(values: list[float]) -> float:
    """The median of the last fifth."""
    return statistics.median(values[-max(len(values) // 5, 1) :])


def grown(values: list[float]) -> float:
    """By what share memory grew."""
    return late(values) / early(values) - 1


def swept(folder: Path) -> list[Path]:
    """Files that are still there when the server has had the time to delete them."""
    end = time.monotonic() + 2 * sum(SWEEP)
    while left := [path for path in folder.rglob("*") if path.is_file()]:
        if time.monotonic() > end:
            break
        time.sleep(1)
    return left


if __name__ == "__main__":
    sys.exit(main())
