"""How it goes, and what sets it going.  Floor 6."""

from fastapi import APIRouter

from askance.server import dashboard, shapes
from askance.server.routes import HERE, Annotator, Owner

router = APIRouter(prefix=HERE, tags=["dashboard"])


@router.get("/dashboard")
def board(at: Annotator) -> shapes.Dashboard:
    """The learning curve, the people, the classes, agreement, calibration, the forecast and the stopping rules."""
    return dashboard.dashboard(at.desk, at.role, at.who)


@router.post("/train", status_code=202)
def train(at: Owner) -> shapes.Started:
    """Asks the workers for a model on the labels so far; it comes when it is ready, and nobody waits for it."""
    (at.desk.folder / "train.now").touch()
    return shapes.Started(training=at.desk.training())
