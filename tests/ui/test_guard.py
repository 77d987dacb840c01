"""Tests of the guard around Gradio: by itself, and around the page as it is served."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from hemo.ui.guard import LARGEST_QUESTION, UPLOAD, WRAPPING, Guard
from hemo.ui.page import MAX_FILE, launch

LIMIT = 1000


async def takes(request: Request):
    """Says how many bytes came."""
    return PlainTextResponse(str(len(await request.body())))


async def shows(_: Request):
    """A page with a script."""
    return HTMLResponse("<html><script>1</script><scripted></scripted></html>")


@pytest.fixture
def guarded(tmp_path):
    """A small app behind the guard, asked without a network."""
    routes = [
        Route("/", shows),
        Route(UPLOAD, takes, methods=["POST"]),
        Route("/gradio_api/queue/join", takes, methods=["POST"]),
        Route("/gradio_api/info", takes),
    ]
    app = Guard(Starlette(routes=routes), LIMIT, lambda: tmp_path)

    def ask(method, path, **request):
        async def asked():
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hemo") as client:
                return await client.request(method, path, **request)

        with ThreadPoolExecutor(1) as another:  # a browser of another test may have a loop in this
            return another.submit(lambda: asyncio.run(asked())).result()

    return ask


def in_pieces(size):
    """A body of so many bytes that does not say its length."""

    async def pieces():
        for start in range(0, size, 512):
            yield b"x" * min(512, size - start)

    return pieces()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/info"),
        ("GET", "/config"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/uploads"),
        ("GET", "/monitoring"),
        ("POST", "/"),
        ("DELETE", UPLOAD),
        ("GET", "/gradio_api/heartbeat/../info"),
    ],
)
def test_what_is_not_listed_is_not_there(guarded, method, path):
    """Also where the app behind the guard would answer."""
    assert guarded(method, path).status_code == 404


def test_a_body_up_to_the_limit_comes_through(guarded):
    """To the last byte, with its length declared or not."""
    most = LIMIT + WRAPPING

    assert guarded("POST", UPLOAD, content=b"x" * most).text == str(most)
    assert guarded("POST", UPLOAD, content=in_pieces(most)).text == str(most)


@pytest.mark.parametrize("over", [1, 100_000])
def test_a_body_over_the_limit_is_refused(guarded, over):
    """Whether its length is declared, not declared, or declared too small."""
    size = LIMIT + WRAPPING + over
    declared = guarded("POST", UPLOAD, content=b"x" * size)
    undeclared = guarded("POST", UPLOAD, content=in_pieces(size))
    lying = guarded("POST", UPLOAD, content=in_pieces(size), headers={"content-length": "5"})

    assert [one.status_code for one in (declared, undeclared, lying)] == [413, 413, 413]
    assert undeclared.headers["x-content-type-options"] == "nosniff"


def test_a_question_may_be_smaller_than_a_file(tmp_path, guarded):
    """Events have a limit of their own."""
    asked = guarded("POST", "/gradio_api/queue/join", content=in_pieces(LARGEST_QUESTION + 1))

    assert asked.status_code == 413
    assert guarded("POST", "/gradio_api/queue/join", content=b"{}").text == "2"


def test_another_site_cannot_make_a_visitor_ask(guarded):
    """A browser says where a request comes from; the page's own and programs' go through."""
    from_site = {"sec-fetch-site": "cross-site"}

    assert guarded("POST", UPLOAD, content=b"x", headers=from_site).status_code == 403
    assert guarded("POST", UPLOAD, content=b"x", headers={"sec-fetch-site": "same-origin"}).text
    assert guarded("GET", "/", headers=from_site).status_code == 200  # a frame, a link


def test_scripts_of_the_page_carry_the_nonce_of_its_policy(guarded):
    """Each answer has its own; other tags are left alone, the length fits."""
    first, second = guarded("GET", "/"), guarded("GET", "/")
    policy = first.headers["content-security-policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]

    assert f'<script nonce="{nonce}">1</script><scripted>' in first.text
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert policy != second.headers["content-security-policy"]
    assert first.headers["content-length"] == str(len(first.content))
    assert first.headers["cache-control"] == "no-store"


def test_what_a_broken_upload_left_is_swept(guarded, tmp_path):
    """A file beside the folders is a part of an upload; whole ones lie in folders of their own."""
    (tmp_path / "tmpabc").write_bytes(b"half a slice")
    (tmp_path / "0f3e").mkdir()
    (tmp_path / "0f3e" / "slice").write_bytes(b"whole")
    guarded("POST", UPLOAD, content=b"x")

    assert not (tmp_path / "tmpabc").exists()
    assert (tmp_path / "0f3e" / "slice").exists()


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    """The folder that Gradio puts uploads into."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("uploads")
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def served(known_reader, uploads):
    """A client of the page as it is served."""
    address, page = launch(lambda: known_reader, host="127.0.0.1", block=False)
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client
    page.close(verbose=False)


def test_nothing_of_the_server_is_listed(served):
    """No description of events, no configuration, no statistics, no files, no documentation."""
    paths = (
        "config gradio_api/info gradio_api/openapi.json openapi.json docs redoc monitoring "
        "monitoring/summary gradio_api/queue/status gradio_api/runs gradio_api/token manifest.json "
        "gradio_api/file=/etc/passwd gradio_api/file/etc/passwd gradio_api/proxy=http://localhost "
        "gradio_api/vibe-code gradio_api/deep_link?session_hash=a assets/ static/ login"
    )
    found = {path: served.get(path).status_code for path in paths.split()}

    assert set(found.values()) <= {403, 404}, found


def test_every_answer_is_protected(served):
    """The page, a script, an event, what is not there, what is refused."""
    answers = [
        served.get("/"),
        served.get("/theme.css"),
        served.get("/gradio_api/app_id"),
        served.get("/nothing"),
        served.post("/gradio_api/queue/join", content=b"no json"),
    ]

    assert [one.status_code for one in answers] == [200, 200, 200, 404, 422]
    for one in answers:
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self' https://huggingface.co" in one.headers[
            "content-security-policy"
        ]  # fmt: skip
        assert one.headers["cache-control"] == "no-store"


def test_a_fault_of_the_server_is_protected_too(served):
    """And it says nothing of what went wrong."""
    answer = served.post(
        "/gradio_api/component_server",
        json={"data": [], "component_id": -1, "session_hash": "x", "fn_name": "x"},
    )

    assert answer.status_code == 500
    assert answer.text == "hemo failed here."
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(served, uploads):
    """Sent piece by piece without a length, as a program could."""

    def pieces():
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(0, MAX_FILE + (2 << 20), 1 << 20):
            yield bytes(1 << 20)
        yield b"\r\n--b--\r\n"

    kind = {"content-type": "multipart/form-data; boundary=b"}
    try:
        status = httpx.post(
            served.base_url.join(UPLOAD), content=pieces(), headers=kind, timeout=60
        ).status_code
    except httpx.WriteError:
        status = 413  # the server answered and closed before all was sent

    assert status == 413
    assert served.post(UPLOAD, files={"files": ("a", b"")}).status_code == 200
    assert [path.stat().st_size for path in uploads.rglob("*") if path.is_file()] == [0]


def test_an_upload_that_breaks_off_leaves_nothing(served, uploads):
    """Half a slice is a patient's too."""
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: hemo\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        'Content-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    )
    address = (served.base_url.host, served.base_url.port)
    with socket.create_connection(address) as half:
        half.sendall(head.encode() + bytes(50_000))
        _until(lambda: any(path.is_file() for path in uploads.iterdir()))
    _until(lambda: not any(path.is_file() for path in uploads.iterdir()))


def _until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
