"""Who may speak to this server at all, and what every answer says to the browser.  Floor 6.

Pure ASGI, so that it also guards what fails before a route is found: the host's name (against DNS rebinding), where a
write comes from (against forged requests), how large it is, and the headers that keep a page from running anything
that is not ours.
"""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG = logging.getLogger("askance.server")
HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^:\[\]@/\\]+))(?::\d{1,5})?")
SAFE = {"GET", "HEAD", "OPTIONS"}
MOST = 8 << 20  # bytes of a request
MOST_IMPORTED = 256 << 20
NEXT, WHOLE = 30.0, 900.0  # seconds until the next piece of a body, and until the last
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
    """seen(route, method, status, seconds) is told of every request; its route is a template, or "none"."""

    def __init__(self, app: App, allowed: Allowed, seen: Callable[[str, str, int, float], None] = lambda *_: None):
        self.app, self.allowed, self.seen = app, allowed, seen

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
            await self._answered(scope, receive, told, request_id)
        spent = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", "none")
        self.seen(route, scope["method"], status, spent)
        line = {"id": request_id, "method": scope["method"], "path": scope["path"], "status": status}
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        LOG.info(json.dumps({"at": at, **line, "ms": round(1000 * spent, 2)}))

    async def _answered(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        """What goes wrong is answered here, inside, so that it carries the headers as well and says nothing of how."""
        body, begun = Body(receive, scope["path"]), False

        async def once(message: Message) -> None:
            nonlocal begun
            if body.wrong and not begun:  # whatever the route made of half a body
                begun = True
                await answer(send, *body.wrong, request_id)
            elif not body.wrong:
                begun = True
                await send(message)

        try:
            await self.app(scope, body.receive, once)
        except Exception as e:
            LOG.exception("fault in %s", request_id, exc_info=e)
            if begun:
                raise
            said = "a fault of ours; the server's log has it under this request_id"
            await answer(send, 500, "fault", said, request_id)


def refusal(scope: Scope, headers: dict[str, str], allowed: Allowed) -> tuple[int, str, str] | None:
    """(status, code, sentence) where the request goes no further."""
    host = headers.get("host", "")
    named = sum(k.lower() == b"host" for k, _ in scope["headers"])
    if named != 1 or bare(host) not in allowed.hosts:
        return (
            421,
            "wrong_host",
            f"this server does not answer for {bare(host)!r}; start it with --host or --allow-host",
        )
    if b"%00" in scope.get("raw_path", b"") + scope.get("query_string", b""):
        return 422, "invalid", "an address holds no character 0"
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 18 or int(length) > most(scope["path"]):
        return 413, "too_large", _too_large(scope["path"])
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
    """'[::1]:8000' -> '::1', 'LocalHost:8000' -> 'localhost'; what is no name with a port stays as it is."""
    found = HOST.fullmatch(host.lower())
    return (found["six"] or found["name"]) if found else host


def most(path: str) -> int:
    return MOST_IMPORTED if path.endswith("/import") or path.startswith("/api/v1/select") else MOST


def _too_large(path: str) -> str:
    return f"a request has at most {most(path):,} bytes here"


class Body:
    """One that says it is small, or says nothing, and is too large, ends at the limit; so does one that is too slow.

    wrong: (status, code, sentence) where it did
    """

    def __init__(self, receive: Receive, path: str):
        self._receive, self._path, self._left = receive, path, most(path)
        self._more, self._ends = True, time.monotonic() + WHOLE
        self.wrong: tuple[int, str, str] | None = None

    async def receive(self) -> Message:
        if not self._more or self.wrong:  # whoever waits for the end of the connection may wait
            return {"type": "http.disconnect"} if self.wrong else await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), min(NEXT, self._ends - time.monotonic()))
        except TimeoutError:
            self.wrong = (400, "too_slow", f"the rest of the request did not come within {NEXT:.0f} s; send it again")
            return {"type": "http.disconnect"}
        self._more = bool(message.get("more_body", False))
        self._left -= len(message.get("body", b"") or b"")
        if self._left < 0:
            self.wrong = (413, "too_large", _too_large(self._path))
        return {"type": "http.disconnect"} if self.wrong else message


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
