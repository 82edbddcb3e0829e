"""The machine-learning backend of Label Studio: it asks for predictions, and tells of annotations.  Floor 6.

Its address has a secret in it: Label Studio sends no other proof of who it is with a webhook.  We never call back to an
address that a request names.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from askance import __version__
from askance.campaign import Campaign
from askance.errors import AskanceError
from askance.labelstudio.config import Question, of_project, question
from askance.labelstudio.guess import Guesser
from askance.labelstudio.pull import Pulled, pulled
from askance.labelstudio.tasks import called, result
from askance.server.refused import Refused
from askance.server.worker import ASKED

LOG = logging.getLogger("askance.labelstudio")
SECRET = "labelstudio.secret"  # a file of the campaign's folder: the address stays the same from start to start
MOST = 32 << 20  # bytes of a request
ANSWERED = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED")
TRAIN = "START_TRAINING"


class Sent(BaseModel):
    """What else is sent is not looked at."""

    model_config = ConfigDict(extra="ignore")


class SetUp(Sent):
    project: str = ""
    schema_: str = Field(default="", alias="schema")


class Asked(Sent):
    tasks: Annotated[list[dict[str, Any]], Field(max_length=10_000)]
    label_config: str = ""


class Told(Sent):
    action: str
    task: dict[str, Any] | list[dict[str, Any]] | None = None
    annotation: dict[str, Any] | list[dict[str, Any]] | None = None
    project: dict[str, Any] | None = None


class Backend:
    """people: {id there: what they are called here}, where that is known; question: the tag's name, of several."""

    def __init__(self, campaign: Campaign, people: Mapping[int, str], question: str = ""):
        self.campaign, self.people, self.question = campaign, people, question
        self.guesser = Guesser(campaign)

    def predictions(self, given: Asked) -> list[dict[str, Any]]:
        """One a task, in their order; an empty one with the score 0 where there is nothing to say."""
        asked, version = of_config(given.label_config, self.campaign, self.question), self.guesser.version
        said = []
        for guess in self.guesser.guesses(given.tasks):
            told = result(asked, guess[0]) if guess else []
            score = (guess[1] if guess[1] is not None else 0.0) if guess else 0.0
            said.append({"result": told, "score": score, "model_version": called(version)})
        return said

    def told(self, given: Told) -> Pulled | None:
        """Brings annotations in; None where there are none in it."""
        if given.action == TRAIN:
            (self.campaign.folder.root / ASKED).touch()
            return None
        if given.action not in ANSWERED or given.annotation is None:
            return None
        annotations = given.annotation if isinstance(given.annotation, list) else [given.annotation]
        tasks = given.task if isinstance(given.task, list) else [given.task] * len(annotations)
        whole = [
            {**task, "annotations": [a], "predictions": []}
            for task, a in zip(tasks, annotations, strict=False)
            if isinstance(task, dict)
        ]
        return pulled(self.campaign, whole, self.people, self.question)


def of_config(label_config: str, campaign: Campaign, name: str) -> Question:
    """The question of a labelling configuration; ours where there is none."""
    from askance.labelstudio.tags import parsed

    kind = campaign.label_kind
    if not label_config:
        return question(kind, str(campaign.pool.kind))
    return of_project({"title": "that asks", "parsed_label_config": parsed(label_config)}, kind, name)


def secret_of(folder: Path) -> str:
    """Made when it is first wanted, and readable by its owner alone."""
    place = folder / SECRET
    if not place.exists():
        part = folder / f".{SECRET}.{secrets.token_hex(4)}"
        part.touch(0o600)
        part.write_text(secrets.token_urlsafe(24), "utf-8")
        part.rename(place)
    return place.read_text("utf-8").strip()


def create_backend(backend: Backend, secret: str) -> FastAPI:
    """/SECRET/health, /setup, /predict, /webhook and /versions, as Label Studio calls them."""
    app = FastAPI(
        title="Askance for Label Studio", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )

    def known(request: Request, key: str) -> None:
        if not hmac.compare_digest(key.encode(), secret.encode()):
            raise Refused(404, "no_backend", "there is nothing at this address")
        if int(request.headers.get("content-length") or MOST + 1) > MOST and request.method == "POST":
            raise Refused(413, "too_large", f"a request says its length, and has at most {MOST:,} bytes")

    guarded = [Depends(known)]

    @app.get("/{key}/health", dependencies=guarded)
    def health(key: str) -> dict[str, Any]:
        return {"status": "UP", "model_class": "Askance", "v2": True}

    @app.post("/{key}/setup", dependencies=guarded)
    def setup(key: str, given: SetUp) -> dict[str, Any]:
        """Refuses a project whose question is not the campaign's."""
        of_config(given.schema_, backend.campaign, backend.question)
        return {"model_version": called(backend.guesser.version)}

    @app.post("/{key}/predict", dependencies=guarded)
    def predict(key: str, given: Asked) -> dict[str, Any]:
        return {"results": backend.predictions(given), "model_version": called(backend.guesser.version)}

    @app.post("/{key}/webhook", dependencies=guarded)
    def webhook(key: str, given: Told) -> dict[str, Any]:
        found = backend.told(given)
        for loss in found.losses if found else ():
            LOG.warning("%s: not taken: %s", given.action, loss)
        return {"told": found.told if found else 0, "known": found.known if found else 0}

    @app.get("/{key}/versions", dependencies=guarded)
    def versions(key: str) -> dict[str, Any]:
        return {"versions": [called(backend.guesser.version)]}

    _say_what_is_wrong(app)
    return app


def _say_what_is_wrong(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, e: Refused) -> JSONResponse:
        return JSONResponse({"error": e.message}, e.status)

    @app.exception_handler(AskanceError)
    async def ours(request: Request, e: AskanceError) -> JSONResponse:
        return JSONResponse({"error": str(e)}, 422)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, e: RequestValidationError) -> JSONResponse:
        first = e.errors()[0]
        return JSONResponse({"error": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"}, 422)
