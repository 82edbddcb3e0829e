"""One request and its answer: tried again where the connection is lost, and read as its shape.  Floor 6."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from askance import errors
from askance.errors import AskanceError, BadCampaign, BadConfig, Conflict

T = TypeVar("T")
API = "/api/v1"
FIRST, LONGEST = 0.1, 5.0  # seconds before the second attempt, and at most between two
GONE = frozenset({502, 503, 504})  # what stands before the server says that it is not there
LEAVES = {
    name: leaf for name, leaf in vars(errors).items() if isinstance(leaf, type) and issubclass(leaf, AskanceError)
}


@dataclass(frozen=True)
class Wire:
    """patience: seconds for which a request that was lost is tried again; wait: how to pass the time between."""

    http: httpx.Client
    patience: float = 30.0
    wait: Callable[[float], None] = field(default=time.sleep)

    def get(self, path: str, into: Any, fill: Mapping[str, str] | None = None, **query: Any) -> Any:
        return self.call("GET", path, into, fill, query=query)

    def call(
        self,
        method: str,
        path: str,
        into: Any,
        fill: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        once: bool = False,
    ) -> Any:
        """into: the shape of the answer; None where there is none.  once: it is not to be done twice."""
        answer = self.sent(method, path, fill, query=query, body=body, content=content, once=once)
        return None if into is None else shaped(into, answer)

    def sent(
        self,
        method: str,
        path: str,
        fill: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        once: bool = False,
    ) -> httpx.Response:
        """The answer as it came, where it is a good one."""
        request = self.http.build_request(
            method,
            address(path, fill or {}),
            params=_said(query or {}),
            json=body,
            content=content,
            headers=KIND[content is None],
        )
        answer = self._tried(request, once)
        return answer if answer.is_success else refused(answer)

    def _tried(self, request: httpx.Request, once: bool) -> httpx.Response:
        began, pause = time.monotonic(), FIRST
        while True:
            lost: object
            try:
                answer = self.http.send(request)
                if answer.status_code not in GONE:
                    return answer
                lost = f"it answers {answer.status_code}"
            except httpx.TransportError as e:
                if once and not isinstance(e, httpx.ConnectError | httpx.ConnectTimeout):
                    said = "the connection was lost, and whether it was done is not known; look before doing it again"
                    raise Conflict(f"{request.method} {request.url}: {said} ({_why(e)})") from None
                lost = _why(e)
            if time.monotonic() - began + pause > self.patience:
                raise Conflict(
                    f"{request.url.host}:{request.url.port} cannot be reached: {lost}; is the server running?"
                )
            self.wait(pause)
            pause = min(2 * pause, LONGEST)


KIND = {True: {}, False: {"content-type": "application/octet-stream"}}


def _why(e: Exception) -> str:
    return str(e) or type(e).__name__


def _said(query: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in query.items() if v is not None and v != ""}


def address(path: str, fill: Mapping[str, str]) -> str:
    """Below /api/v1, with the parts in braces filled in; those of the server itself begin with //."""
    for name, value in fill.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path[1:] if path.startswith("//") else API + path


def shaped(into: Any, answer: httpx.Response) -> Any:
    try:
        return _adapter(into).validate_json(answer.content)
    except ValueError as e:
        first = str(e).splitlines()[0]
        raise Conflict(
            f"{answer.url} does not answer as this version expects ({first}); use one version of both"
        ) from None


@cache
def _adapter(into: Any) -> TypeAdapter[Any]:
    return TypeAdapter(into)


def refused(answer: httpx.Response) -> NoReturn:
    """One of our errors, with the server's own sentence; the number of the request is a note on it."""
    try:
        told = answer.json()["error"]
        code, message, request = str(told["code"]), str(told["message"]), str(told["request_id"])
    except (ValueError, KeyError, TypeError):
        code, message, request = "", f"{answer.url} answers {answer.status_code}, and not as Askance does", ""
    error = leaf(answer.status_code, code)(message)
    error.add_note(f"{answer.request.method} {answer.url.path}: {answer.status_code} {code}, request {request}")
    raise error


def leaf(status: int, code: str) -> type[AskanceError]:
    """The sort of error that it would be here."""
    if code in LEAVES:
        return LEAVES[code]
    if status == 404:
        return BadCampaign
    return BadConfig if status in (400, 401, 403, 413, 421, 422) else Conflict
