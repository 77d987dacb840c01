"""What stands between the network and Gradio: what is open, how large, and what browsers may do.

Gradio's server offers more than hemo's page needs (a description of every event, files by path, a
proxy, statistics, pages for recording). Only what is listed here is let through; all else is "not
found". This is the whole of hemo's HTTP interface, and it is the page's own, not for programs
(those have ``from hemo import Reader, read`` and ``python -m hemo``):

    GET   /                              the page
    GET   /assets/… /static/… /theme.css its scripts and styles
    GET   /gradio_api/app_id             which run of the server this is (asked after a breakdown)
    GET   /gradio_api/heartbeat/<id>     open as long as the server is there
    GET   /gradio_api/startup-events     Gradio asks it of itself
    GET   /gradio_api/queue/data         a session's place in the queue and its answers, as events
    POST  /gradio_api/upload             one request's files; deleted when read
    POST  /gradio_api/queue/join         ask for a reading
    POST  /gradio_api/component_server   ask a part of the page that may be asked
    POST  /gradio_api/cancel, /reset     stop asking

A body is counted as it comes, so one without a Content-Length, or with a wrong one, ends at the
limit like any other. What a broken upload left on the disk goes as soon as no upload is under way.

The Content-Security-Policy is as strict as Gradio 6 allows. It had to be allowed: 'unsafe-eval', as
gr.HTML turns ``js_on_load`` into a function; inline styles, which Svelte writes; blob: and data:
pictures, which are drawn or made in the browser. Inline scripts need the nonce of their answer.
"""

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD = "/gradio_api/upload"
WRAPPING = 64 << 10  # bytes of a multipart body that are not the file
LARGEST_QUESTION = 8 << 20  # bytes: events carry numbers and painted masks, files are uploaded
OPEN = {
    "GET": re.compile(
        r"/|/(assets|static)/.+|/theme\.css|/favicon\.ico"
        r"|/gradio_api/(app_id|heartbeat/\w+|queue/data|startup-events)"
    ),
    "POST": re.compile(r"/gradio_api/(upload|queue/join|component_server/?|cancel|reset/?)"),
}
OPEN["HEAD"] = OPEN["GET"]

POLICY = (
    "default-src 'none'; script-src 'self' {nonce}'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; "
    "form-action 'none'; object-src 'none'; "
    "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co https://*.hf.space"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
}
_SCRIPT = re.compile(rb"<script(?=[\s>])")  # the page's texts have \u003c for <, so: tags only


def around_gradio(largest: int) -> dict[str, Any]:
    """What ``Blocks.launch`` is given as ``app_kwargs`` to put the guard around its app.

    Args:
        largest: bytes that an uploaded file may have.
    """
    return {
        "middleware": [Middleware(Guard, largest, lambda: Path(get_upload_folder()))],
        "exception_handlers": {Exception: fault},
        "openapi_url": None,
    }


class Guard:
    """ASGI middleware around Gradio's app.

    Args:
        app: what is guarded.
        largest: bytes that a file may have.
        uploads: gives the folder where Gradio puts what is uploaded.
    """

    def __init__(self, app: ASGIApp, largest: int, uploads: Callable[[], Path]) -> None:
        self._uploads_go_to = RequestBodyLimitMiddleware(app, largest + WRAPPING)
        self._questions_go_to = RequestBodyLimitMiddleware(app, LARGEST_QUESTION)
        self._app = app
        self._folder = uploads
        self._uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it through."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self._app(scope, receive, send)
        else:
            answer = _Answer(scope, send).send
            if refusal := _refusal(scope):
                await refusal(scope, receive, answer)
            elif scope["path"] == UPLOAD:
                await self._upload(scope, receive, answer)
            else:
                await self._questions_go_to(scope, receive, answer)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._uploading += 1
        try:
            await self._uploads_go_to(scope, receive, send)
        except ClientDisconnect:
            pass  # whoever left wants no answer
        finally:
            self._uploading -= 1
            if not self._uploading:
                _sweep(self._folder())


class _Answer:
    """Passes the app's answer on with the headers that protect it, and the page's with a nonce."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._page: Message | None = None  # the start of the page's answer, until its end is there
        self._parts: list[bytes] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_page(message):
                self._page = message
                return
            protect(MutableHeaders(scope=message), self._scope["path"])
        elif self._page is not None and message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._send_page(self._page)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        page = _SCRIPT.sub(b'<script nonce="%s"' % nonce.encode(), b"".join(self._parts))
        headers = MutableHeaders(scope=start)
        protect(headers, "/", nonce)
        del headers["content-length"]
        if self._scope["method"] != "HEAD":
            headers["Content-Length"] = str(len(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})


def protect(headers: MutableHeaders, path: str = "/", nonce: str = "") -> None:
    """Add the headers that every answer of hemo has.

    Args:
        headers: of an answer.
        path: that was asked for; only scripts, styles and pictures of the page may be kept.
        nonce: of the inline scripts in this answer.
    """
    headers.update(HEADERS)
    headers["Content-Security-Policy"] = POLICY.format(nonce=f"'nonce-{nonce}' " if nonce else "")
    if not path.startswith(("/assets/", "/static/")):
        headers["Cache-Control"] = "no-store"


def fault(_: Request, __: Exception) -> Response:
    """The answer where the server itself failed: protected as any other, and it says nothing."""
    response = PlainTextResponse("hemo failed here.", 500)
    protect(response.headers)
    return response


def _refusal(scope: Scope) -> Response | None:
    """Why a request is not let through; None: it is.

    A page of another site may show hemo in a frame, but not make a visitor's browser send files.
    """
    asked = OPEN.get(scope["method"])
    if asked is None or not asked.fullmatch(scope["path"]):
        return PlainTextResponse("There is nothing here.", 404)
    if scope["method"] == "POST" and Headers(scope=scope).get("sec-fetch-site") == "cross-site":
        return PlainTextResponse("Only hemo's own page may ask this.", 403)
    return None


def _is_page(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _sweep(folder: Path) -> None:
    """Delete uploads that broke off: whole ones lie in folders of their own."""
    if folder.is_dir():
        for left in folder.iterdir():
            if left.is_file():
                left.unlink(missing_ok=True)
