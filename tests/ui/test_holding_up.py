"""Every tab, used: it asks nobody but its server, keeps nothing, and everybody can use it.

Also behind a proxy's path and in another page's frame, as Hugging Face shows it.
"""

import socket
import threading
from dataclasses import replace

import httpx
import numpy as np
import pytest
import uvicorn
from cards import EVALUATION
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route
from tabs import PANEL, PATIENCE, needs_chromium
from uses import TABS

from hemo.evidence import LinearHead
from hemo.reader import Reader
from hemo.ui.page import launch

NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
KEPT = """async () => ({
  local: {...localStorage},
  session: {...sessionStorage},
  cookies: document.cookie,
  databases: (await indexedDB.databases()).map((base) => base.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"local": {}, "session": {}, "cookies": "", "databases": [], "caches": [], "workers": 0}

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def server(known_reader):
    """The address of the running page, and the page; its card is the one made by hand."""
    card = replace(known_reader.card, evaluation=EVALUATION)
    reader = Reader(known_reader._engine, LinearHead(np.ones(1, np.float32), -1.0), card)
    address, page = launch(lambda: reader, host="127.0.0.1", block=False)
    yield address, page
    page.close(verbose=False)


@pytest.fixture
def noting(tab):
    """The page, loaded again with what its policy forbids written down."""
    tab.add_init_script(NOTE_VIOLATIONS)
    tab.reload()
    tab.wait_for_selector(PANEL)
    return tab


@pytest.mark.parametrize("use", TABS, ids=lambda use: use.__name__)
def test_a_tab_asks_nobody_else_and_keeps_nothing(noting, use):
    """No request to another machine or kind of place, also none that was stopped; no storage."""
    use(noting)
    noting.wait_for_load_state("networkidle")
    asked = [url for url in noting.requested if not url.startswith(("data:", "blob:"))]

    assert {url.split("/")[2].split(":")[0] for url in asked} == {"127.0.0.1"}
    assert noting.evaluate("window.violations") == []
    assert noting.evaluate(KEPT) == NOTHING
    assert noting.context.cookies() == []
    assert not noting.faults


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("use", TABS, ids=lambda use: use.__name__)
def test_everybody_can_use_a_tab(tab, use, theme):
    """axe-core finds nothing serious or critical."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    if theme == "light":
        tab.click(".theme")
    use(tab)
    tab.mouse.move(0, 0)
    found = axe.run(tab).response["violations"]
    grave = [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]

    assert not grave, "\n".join(grave)


@pytest.fixture(scope="module")
def proxied(known_reader):
    """The page behind a server that has it under a path, and in a frame of its own page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", "/there/hemo")
        address, page = launch(lambda: known_reader, host="127.0.0.1", block=False)
    client = httpx.AsyncClient(base_url=address, timeout=60)

    async def passed_on(request: Request):
        sent = {k: v for k, v in request.headers.items() if k not in ("host", "accept-encoding")}
        asked = client.build_request(
            request.method,
            httpx.URL(path="/" + request.path_params["path"], query=request.url.query.encode()),
            headers=sent,
            content=await request.body(),
        )
        got = await client.send(asked, stream=True)
        return StreamingResponse(
            got.aiter_raw(), got.status_code, got.headers, background=BackgroundTask(got.aclose)
        )

    async def frame(_: Request):
        return HTMLResponse('<iframe src="/there/hemo/" width="1200" height="760"></iframe>')

    app = Starlette(
        routes=[
            Route("/", frame),
            Route("/there/hemo/{path:path}", passed_on, methods=["GET", "HEAD", "POST"]),
        ]
    )
    front = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=front.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    front.should_exit = True
    front.force_exit = True
    thread.join(10)
    page.close(verbose=False)


def test_it_works_under_a_path_and_in_a_frame(chromium, proxied):
    """A slice is read there; nothing is asked past the proxy."""
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(proxied)
    inside = page.wait_for_selector("iframe").content_frame()
    inside.wait_for_selector(PANEL)
    inside.click("#hemo-examples button >> nth=1")
    inside.wait_for_selector(f"{PANEL}[data-state=read]")
    page.close()

    assert all(url.startswith((f"{proxied}/", "data:", "blob:")) for url in asked)
