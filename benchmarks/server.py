"""The page's server under load: started as a user starts it, asked as browsers ask it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """A running page: its address, its process, and how long it took to be served."""

    address: str
    pid: int
    ready: float

    def peak_megabytes(self) -> float:
        """The largest resident memory that the process has had."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextmanager
def running() -> Iterator[Server]:
    """``python app.py`` on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port), "HEMO_NO_BROWSER": "1"}
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
    async with httpx.AsyncClient(base_url=server.address, timeout=600) as http:
        config = (await http.get("/config")).json()
        event = next(d for d in config["dependencies"] for t in d["targets"] if t[1] == "upload")
        work = (_client(http, event, data, each) for _ in range(clients))
        return [seconds for times in await asyncio.gather(*work) for seconds in times]


async def _client(
    http: httpx.AsyncClient, event: dict[str, object], data: bytes, each: int
) -> list[float]:
    times = []
    for _ in range(each):
        started = time.monotonic()
        await _read(http, event, data)
        times.append(time.monotonic() - started)
    return times


async def _read(http: httpx.AsyncClient, event: dict[str, object], data: bytes) -> None:
    """Upload and ask as drop.js does; returns when the reading is there.

    Raises:
        RuntimeError: the answer was no reading.
    """
    session = uuid.uuid4().hex
    upload = await http.post("/gradio_api/upload", files={"files": (f"{session}.dcm", data)})
    targets = event["targets"]
    assert isinstance(targets, list)
    await http.post(
        "/gradio_api/queue/join",
        json={
            "data": [],
            "event_data": {"path": upload.json()[0], "count": 1},
            "fn_index": event["id"],
            "session_hash": session,
            "trigger_id": targets[0][0],
        },
    )
    answered = False
    async with http.stream(
        "GET", "/gradio_api/queue/data", params={"session_hash": session}
    ) as events:
        async for line in events.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            # What follows the first message of an answer comes as differences to it.
            answered = answered or '"probability"' in line
            if message["msg"] == "process_completed":
                break
    if not answered:
        raise RuntimeError("the server gave no reading")
