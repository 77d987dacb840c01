"""A visitor of the page without a browser: uploads a slice, waits in line, gets a reading."""

import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

BUSY = 503
# Seconds; shorter than the server keeps a connection: a browser asks again where that was first.
KEEPALIVE = 2
PROBABILITY = re.compile(r'"probability":\s*([\d.]+(?:e-?\d+)?)')
Event = dict[str, Any]


@dataclass
class Visit:
    """What became of one question.

    Attributes:
        seconds: from the choice of the file to its reading, or to the answer that hemo is busy.
        probability: of the reading; None where there was none.
        places: how many were said to be before it, each time that was said.
        busy: whether it was turned away.
    """

    seconds: float = 0.0
    probability: float | None = None
    places: list[int] = field(default_factory=list)
    busy: bool = False

    @property
    def lost(self) -> bool:
        """Neither a reading nor a clear answer."""
        return self.probability is None and not self.busy


async def drop_event(http: httpx.AsyncClient) -> Event:
    """What the page's drop zone asks, out of the configuration in the page itself."""
    page = (await http.get("/")).text
    start = page.index("window.gradio_config = ") + len("window.gradio_config = ")
    config, _ = json.JSONDecoder().raw_decode(page, start)
    drop = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "hemo-drop")
    return next(d for d in config["dependencies"] if [drop, "upload"] in map(list, d["targets"]))


async def visit(http: httpx.AsyncClient, event: Event, data: bytes) -> Visit:
    """Upload and ask as drop.js does; returns when the reading, or "busy", is there."""
    found, session, started = Visit(), uuid.uuid4().hex, time.monotonic()
    upload = await http.post("/gradio_api/upload", files={"files": (f"{session}.dcm", data)})
    joined = await http.post(
        "/gradio_api/queue/join",
        json={
            "data": [],
            "event_data": {"path": upload.json()[0], "count": 1},
            "fn_index": event["id"],
            "session_hash": session,
            "trigger_id": event["targets"][0][0],
        },
    )
    found.busy = joined.status_code == BUSY
    if not found.busy:
        await _listen(http, session, found)
    found.seconds = time.monotonic() - started
    return found


async def _listen(http: httpx.AsyncClient, session: str, found: Visit) -> None:
    asked = {"session_hash": session}
    async with http.stream("GET", "/gradio_api/queue/data", params=asked) as events:
        async for line in events.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] == "estimation" and message["rank"] is not None:
                found.places.append(message["rank"])
            # Answers after the first come as differences to it: the number is found in the text.
            if number := PROBABILITY.search(line):
                found.probability = float(number[1])
            if message["msg"] == "process_completed":
                return
