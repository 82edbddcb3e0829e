"""The open questions of a campaign into a project of Label Studio.  Floor 6."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from askance.campaign import Campaign
from askance.labelstudio.api import LabelStudio
from askance.labelstudio.config import Question, of_project, question, xml
from askance.labelstudio.tasks import ID, Place, Task, made
from askance.locations import read_bytes
from askance.protocols import Item


@dataclass(frozen=True)
class Pushed:
    """added: tasks that are new there; there: questions that were there already; removed: tasks taken back."""

    project: int
    added: int
    there: int
    removed: int


def push(
    campaign: Campaign,
    at: LabelStudio,
    project: int = 0,
    *,
    title: str = "",
    images: str = "",
    name: str = "",
    afresh: bool = False,
    limit: int = 0,
) -> Pushed:
    """In the order of the ranking, behind what is there; pictures are uploaded.

    project  its number; 0 for a new one
    images   an address below which Label Studio finds the pictures by their names, in place of uploading them
    name     of the question in the project, where it has several that fit
    afresh   tasks of ours that nobody has begun are removed first, so that the newest ranking is served from its top
    """
    kind, content = campaign.label_kind, str(campaign.pool.kind)
    if project:
        asked = of_project(at.project(project), kind, name)
    else:
        asked = question(kind, content)
        project = int(at.create(title or campaign.folder.root.stem, xml(kind, content))["id"])
    there = {str(t["data"].get(ID)): t for t in at.tasks(project) if t["data"].get(ID)}
    idle = [int(t["id"]) for t in there.values() if afresh and untouched(t)]
    at.remove(idle)
    left = {id for id, t in there.items() if int(t["id"]) not in set(idle)}
    new = [
        t
        for t in made(campaign, asked, _unless(left, placing(at, project, images)), limit)
        if t["data"][ID] not in left
    ]
    return Pushed(project, at.add(project, new), len(left), len(idle))


def untouched(task: Any) -> bool:
    """Nobody has answered, skipped or begun it."""
    return not (task.get("total_annotations") or task.get("cancelled_annotations") or task.get("drafts"))


def placing(at: LabelStudio, project: int, images: str) -> Place:
    """How a picture comes there."""
    if images:
        return lambda item: images + item.name
    return lambda item: at.upload(project, posixpath.basename(item.name), read_bytes(str(item.content)))


def _unless(there: set[str], place: Place) -> Place:
    """A picture that is there already is not sent again."""
    from askance.ops import hex_id

    return lambda item: "" if hex_id(item.id) in there else place(item)


def as_tasks(campaign: Campaign, images: str = "", limit: int = 0) -> tuple[list[Task], str]:
    """For a file: the tasks, and the labelling configuration that goes with them."""
    kind, content = campaign.label_kind, str(campaign.pool.kind)
    place: Callable[[Item], str] = lambda item: images + item.name
    asked: Question = question(kind, content)
    return list(made(campaign, asked, place, limit)), xml(kind, content)
