"""`askance labelstudio push|pull|backend NAME`: a campaign with Label Studio as the page people label in.  Floor 6."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.campaign import Campaign
    from askance.labelstudio.api import LabelStudio

THERE, SERVING = "Label Studio", "The backend"


class Do(StrEnum):
    push = "push"
    pull = "pull"
    backend = "backend"


What = Annotated[
    Do, typer.Argument(metavar="push|pull|backend", help="Questions out, answers in, or its machine-learning backend.")
]
Url = Annotated[
    str, typer.Option("--url", metavar="URL", help="Its address; else LABEL_STUDIO_URL.", rich_help_panel=THERE)
]
Token = Annotated[
    Path | None,
    typer.Option(
        "--token-file", metavar="FILE", help="A file with a token; else LABEL_STUDIO_TOKEN.", rich_help_panel=THERE
    ),
]
Project = Annotated[
    int, typer.Option("--project", metavar="N", min=0, help="Its project; push makes one.", rich_help_panel=THERE)
]
Question = Annotated[
    str,
    typer.Option(
        "--question", metavar="NAME", help="Name of the tag that asks, where several fit.", rich_help_panel=THERE
    ),
]
Afresh = Annotated[
    bool,
    typer.Option(
        "--afresh", help="push: first remove tasks of ours that nobody has begun, so that the newest ranking is served."
    ),
]
Images = Annotated[
    str,
    typer.Option(
        "--images", metavar="URL", help="push: where it finds pictures, by their names; else they are uploaded."
    ),
]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="push: the best N questions; 0 for all.")]
File = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="push: write tasks for its Import; pull: read its JSON export."),
]
Host = Annotated[str, typer.Option("--host", help="The address to listen on.", rich_help_panel=SERVING)]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any that is free.", rich_help_panel=SERVING)]
NoTrain = Annotated[
    bool, typer.Option("--no-worker", help="Start no worker: one runs elsewhere.", rich_help_panel=SERVING)
]


def command(
    do: What,
    name: options.Name,
    url: Url = "",
    token: Token = None,
    project: Project = 0,
    question: Question = "",
    afresh: Afresh = False,
    images: Images = "",
    limit: Limit = 0,
    file: File = None,
    host: Host = "127.0.0.1",
    port: Port = 9090,
    no_worker: NoTrain = False,
    as_json: options.Json = False,
) -> None:
    """Sends the ranking to Label Studio with predictions, takes its annotations back, or is its backend."""
    with campaigns.opened(name) as campaign:
        if do is Do.backend:
            return _serve(campaign, url, token, question, host, port, not no_worker)
        if do is Do.push:
            return _push(campaign, url, token, project, question, afresh, images, limit, file, as_json)
        return _pull(campaign, url, token, project, question, file, as_json)


def there(url: str, token: Path | None) -> "LabelStudio":
    from askance.labelstudio.api import LabelStudio

    said = token.read_text("utf-8").strip() if token else os.environ.get("LABEL_STUDIO_TOKEN", "")
    return LabelStudio(url or os.environ.get("LABEL_STUDIO_URL", "http://localhost:8080"), said)


def _push(
    campaign: "Campaign",
    url: str,
    token: Path | None,
    project: int,
    question: str,
    afresh: bool,
    images: str,
    limit: int,
    file: Path | None,
    as_json: bool,
) -> None:
    from askance.labelstudio.push import as_tasks, push
    from askance.labelstudio.tasks import as_file

    if file is not None:
        tasks, config = as_tasks(campaign, images, limit)
        file.write_bytes(as_file(tasks))
        return _said(
            {"file": str(file), "tasks": len(tasks), "config": config}, as_json, f"{len(tasks):,} tasks in {file}"
        )
    at = there(url, token)
    done = push(
        campaign, at, project, images=images, name=question, afresh=afresh, limit=limit, title=campaign.folder.root.stem
    )
    back = f", {done.removed:,} taken back" if done.removed else ""
    words = f"{show.counted(done.added, 'task')} added to project {done.project}, {done.there:,} there already{back}"
    return _said(done, as_json, f"{words}: {at.address}/projects/{done.project}")


def _pull(
    campaign: "Campaign", url: str, token: Path | None, project: int, question: str, file: Path | None, as_json: bool
) -> None:
    from askance.errors import BadConfig
    from askance.formats.node import parse_json
    from askance.labelstudio.pull import pulled

    if file is not None:
        tasks: list[Any] = [n.object() for n in parse_json(file.read_text("utf-8"), str(file)).each()]
        found = pulled(campaign, tasks, {}, question)
    elif project:
        at = there(url, token)
        found = pulled(campaign, at.export(project), at.people(), question)
    else:
        raise BadConfig("pull from where? say --project N, or --file with its JSON export")
    for loss in found.losses:
        show.note(f"not taken: {loss}")
    words = f"{show.counted(found.told, 'new answer')}, {found.known:,} known already"
    return _said(found, as_json, f"{words}, {len(campaign.labels()):,} labels in all")


def _said(found: Any, as_json: bool, sentence: str) -> None:
    return show.as_json(found) if as_json else show.say(sentence)


def _serve(
    campaign: "Campaign", url: str, token: Path | None, question: str, host: str, port: int, train: bool
) -> None:
    """Until it is stopped."""
    import uvicorn

    from askance.labelstudio.backend import Backend, create_backend, secret_of
    from askance.server.serve import Serving, bound, working

    root = campaign.folder.root
    known = bool(url or token or os.environ.get("LABEL_STUDIO_TOKEN"))
    people = there(url, token).people() if known else {}
    secret = secret_of(root)
    app = create_backend(Backend(campaign, people, question), secret)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
    with bound(host, port) as listening, working(Serving(root.parent, only=root.stem, train=train)):
        show.note(f"the backend's address is http://{host}:{listening.getsockname()[1]}/{secret}")
        show.note("give it to Label Studio under Settings > Model; keep it to yourself")
        uvicorn.Server(config).run(sockets=[listening])
