"""The page's server under load: started as a user starts it, asked as browsers ask it."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from measure import peak_megabytes
from visitor import KEEPALIVE, Event, drop_event, visit

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """A running page: its address, its process, and how long it took to be served."""

    address: str
    pid: int
    ready: float

    def peak_megabytes(self) -> float:
        """The largest resident memory that the process has had."""
        return peak_megabytes(self.pid)


@contextmanager
def running(**more: str) -> Iterator[Server]:
    """``python app.py`` on a free port of this machine, with more in its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"GRADIO_SERVER_PORT": str(port), "HEMO_NO_BROWSER": "1"}
    environment = {**os.environ, **ours, **more}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        yield Server(address, process.pid, time.monotonic() - started)
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.URLError:
            time.sleep(0.02)


def readings(server: Server, file: Path, *, clients: int, each: int) -> list[float]:
    """Seconds from the choice of a file to its reading, for each reading of each client.

    Args:
        server: that is asked.
        file: that every client uploads.
        clients: at the same time.
        each: readings a client, one after another.
    """
    return asyncio.run(_all(server, file.read_bytes(), clients, each))


async def _all(server: Server, data: bytes, clients: int, each: int) -> list[float]:
    limits = httpx.Limits(keepalive_expiry=KEEPALIVE)
    async with httpx.AsyncClient(base_url=server.address, timeout=600, limits=limits) as http:
        event = await drop_event(http)
        work = (_client(http, event, data, each) for _ in range(clients))
        return [seconds for times in await asyncio.gather(*work) for seconds in times]


async def _client(http: httpx.AsyncClient, event: Event, data: bytes, each: int) -> list[float]:
    """Ask one after another.

    Raises:
        RuntimeError: an answer was no reading.
    """
    times = []
    for _ in range(each):
        found = await visit(http, event, data)
        if found.probability is None:
            raise RuntimeError("the server gave no reading")
        times.append(found.seconds)
    return times
