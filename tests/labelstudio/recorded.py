"""What Label Studio 1.23.2 really said and asked: recorded on 2026-11-21 from the package of the registry, on SQLite.

Left out of recorded.json: fields that nothing here reads, and the token.  `calls` are what it sent to a backend.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

SAID: dict[str, Any] = json.loads((Path(__file__).parent / "recorded.json").read_text("utf-8"))
TEXTS = [t["data"]["text"] for t in SAID["tasks"]["tasks"]]


def calls(action: str) -> list[Any]:
    """Bodies of what was sent to the backend: of an action of a webhook, or to a path such as predict."""
    return [b for _, path, b in SAID["calls"] if b and (b.get("action") == action or path.endswith(f"/{action}"))]


def replayed(answers: dict[str, Any], seen: list[tuple[str, str, Any]]) -> httpx.MockTransport:
    """answers: {"GET /api/projects/4": JSON, or a function of the request}; what is asked is put into `seen`."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        body = json.loads(request.content) if request.headers.get("content-type") == "application/json" else None
        seen.append((request.method, request.url.path, body))
        if name not in answers:
            detail = {"detail": "No Project matches the given query.", "status_code": 404}
            return httpx.Response(404, json=detail)
        found: Any = answers[name]
        made: Callable[[httpx.Request], httpx.Response] | None = found if callable(found) else None
        return made(request) if made else httpx.Response(200 if found is not None else 204, json=found)

    return httpx.MockTransport(answer)
