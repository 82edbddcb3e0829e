"""For whoever watches over the server.  Floor 6."""

from fastapi import APIRouter, Request, Response

from askance import __version__
from askance.server.access import house
from askance.server.routes import Everything

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """Alive; says nothing else to strangers."""
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
def metrics(who: Everything, request: Request) -> Response:
    """In the text format of Prometheus; it tells of every campaign, so it takes an administrator's token."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    from askance.server.gauges import registry

    at = house(request)
    said = at.requests.text() + generate_latest(registry(at.hall, __version__))
    return Response(said, media_type=CONTENT_TYPE_LATEST)
