"""Who may speak to this server at all, and what every answer says to the browser.  Floor 6.

Pure ASGI, so that it also guards what fails before a route is found: the host's name (against DNS rebinding), where a
write comes from (against forged requests), how large it is, and the headers that keep a page from running anything
that is not ours.
"""

import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("askance.server")
SAFE = {"GET", "HEAD", "OPTIONS"}
MOST = 8 << 20  # bytes of a request
MOST_IMPORTED = 256 << 20
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Allowed:
    """hosts: names under which the server may be called, without ports."""

    hosts: frozenset[str]


class Guard:
    def __init__(self, app: App, allowed: Allowed):
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        request_id = uuid.uuid4().hex[:16]
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        began, status = time.perf_counter(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": marked(message.get("headers", []), request_id)}
            await send(message)

        refused = refusal(scope, headers, self.allowed)
        if refused:
            await answer(told, *refused, request_id)
        else:
            await self.app(scope, limited(receive, most(scope["path"])), told)
        spent = (time.perf_counter() - began) * 1000
        line = {"id": request_id, "method": scope["method"], "path": scope["path"], "status": status}
        LOG.info(json.dumps({**line, "ms": round(spent, 2)}))


def refusal(scope: Scope, headers: dict[str, str], allowed: Allowed) -> tuple[int, str, str] | None:
    """(status, code, sentence) where the request goes no further."""
    host = headers.get("host", "")
    if bare(host) not in allowed.hosts:
        return (
            421,
            "wrong_host",
            f"this server does not answer for {bare(host)!r}; start it with --host or --allow-host",
        )
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most(scope["path"]):
        return 413, "too_large", f"a request has at most {most(scope['path']):,} bytes"
    if scope["method"] in SAFE or headers.get("authorization", "").startswith("Bearer "):
        return None
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin")
    own = {f"http://{host}", f"https://{host}"}
    if site not in ("", "same-origin") or (origin is not None and origin not in own):
        return 403, "wrong_origin", "this write comes from another site, and is refused"
    if not site and origin is None and "cookie" in headers:
        return 403, "wrong_origin", "a write with a cookie must say where it comes from (Origin); programs use a token"
    return None


def bare(host: str) -> str:
    """'[::1]:8000' -> '::1', 'localhost:8000' -> 'localhost'."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def most(path: str) -> int:
    return MOST_IMPORTED if path.endswith("/import") or path == "/api/v1/select" else MOST


def limited(receive: Receive, limit: int) -> Receive:
    """A body that says it is small and is not ends here."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b"") or b"")
        return {"type": "http.disconnect"} if seen > limit else message

    return counted


def marked(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """With ours, in place of any that a route set, but for the policy of content that is never a page."""
    own = {**HEADERS, b"x-request-id": request_id.encode()}
    there = {k.lower() for k, _ in headers}
    own.setdefault(b"cache-control", b"no-store")
    return [*headers, *((k, v) for k, v in own.items() if k not in there)]


async def answer(send: Send, status: int, code: str, message: str, request_id: str) -> None:
    body = json.dumps({"error": {"code": code, "message": message, "request_id": request_id}}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
