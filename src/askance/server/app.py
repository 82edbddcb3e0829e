"""The application: guard, routes, page, and one shape for every error.  Floor 6."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from askance import __version__
from askance.errors import AskanceError, BadCampaign, Conflict
from askance.server.access import House, cookie_of, local_cookie, same
from askance.server.described import describe
from askance.server.guard import Allowed, Guard
from askance.server.refused import Refused
from askance.server.routes import (
    PROBLEMS,
    board,
    campaigns,
    choose,
    gold,
    health,
    live,
    look,
    people,
    queue,
    review,
    transfer,
)

STATIC = Path(__file__).parent / "static"
API = "/api/v1"
# The first that fits is taken, so that what is asked for most stands first.
ROUTERS = (queue, people, campaigns, look, review, gold, board, transfer, live, choose)


def create_app(house: House, hosts: frozenset[str]) -> FastAPI:
    """house: what there is to serve; hosts: the names that it answers to."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        house.bench.close()
        house.hall.close()

    app = FastAPI(
        title="Askance",
        version=__version__,
        summary="Asks people about exactly the samples the model is in doubt about",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        lifespan=lifespan,
        responses=PROBLEMS,
    )
    app.state.house = house
    for room in ROUTERS:
        app.include_router(room.router, prefix=API)
    app.include_router(health.router)
    listed = [*((API, r) for room in ROUTERS for r in room.router.routes), *(("", r) for r in health.router.routes)]
    describe(app, [(before, r) for before, r in listed if isinstance(r, APIRoute)])
    _say_what_is_wrong(app)
    _serve_page(app, house)
    app.add_middleware(Guard, allowed=Allowed(hosts), seen=house.requests.add)
    return app


def problem(request: Request, status: int, code: str, message: str) -> JSONResponse:
    request_id = str(getattr(request.state, "request_id", ""))
    body = {"error": {"code": code, "message": message, "request_id": request_id}}
    return JSONResponse(body, status)


def _say_what_is_wrong(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, e: Refused) -> Response:
        return problem(request, e.status, e.code, e.message)

    @app.exception_handler(AskanceError)
    async def ours(request: Request, e: AskanceError) -> Response:
        if isinstance(e, Conflict):
            return problem(request, 409, "conflict", str(e))
        return problem(request, 409 if isinstance(e, BadCampaign) else 422, type(e).__name__, str(e))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, e: RequestValidationError) -> Response:
        first = e.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        return problem(request, 422, "invalid", f"{where}: {first['msg']}")

    @app.exception_handler(HTTPException)
    async def http(request: Request, e: HTTPException) -> Response:
        said = {404: "there is nothing at this address", 405: "this address takes another method"}
        answer = problem(request, e.status_code, "http", said.get(e.status_code, str(e.detail)))
        answer.headers.update(e.headers or {})
        return answer


def _serve_page(app: FastAPI, house: House) -> None:
    @app.get("/", include_in_schema=False)
    def page(request: Request, token: str = "") -> Response:
        if house.local and token and same(token, house.token):  # the address is used up: the cookie goes on
            answer: Response = RedirectResponse("/", 303)
            value = cookie_of(house.token)
            name = local_cookie(house.token)
            answer.set_cookie(name, value, httponly=True, samesite="strict", max_age=7 * 86400)
            return answer
        return _index()

    @app.get("/c/{rest:path}", include_in_schema=False)
    def inside(rest: str) -> Response:
        return _index()

    @app.get("/join", include_in_schema=False)
    def join() -> Response:
        return _index()

    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"), name="assets")


def _index() -> Response:
    path = STATIC / "index.html"
    if not path.exists():
        return Response("the labelling page was not built; see web/README.md\n", 503, media_type="text/plain")
    return Response(path.read_text("utf-8"), media_type="text/html")
