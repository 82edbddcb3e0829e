"""The OpenAPI schema with who may: the ways to say who one is, and what each route takes.  Floor 6."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from askance.server.access import COOKIE, needs_of

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A program's: made in the page or by POST /tokens"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A browser's, once signed in"},
}
EITHER: list[dict[str, list[str]]] = [{name: []} for name in SCHEMES]


def describe(app: FastAPI, routes: Iterable[tuple[str, APIRoute]]) -> None:
    """Has `app.openapi()` say it.  routes: (address before its own, route)."""
    needed = {
        (before + route.path, method.lower()): needs_of(route)
        for before, route in routes
        for method in route.methods or ()
    }
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        made = plain()
        made["components"]["securitySchemes"] = SCHEMES
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                takes = needed[path, method]
                operation["security"] = EITHER if takes else []
                operation["x-role"] = takes[0] if takes else "nobody"
        return made

    app.openapi = openapi  # type: ignore[method-assign]
