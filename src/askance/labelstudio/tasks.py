"""The open questions of a campaign as tasks of Label Studio, in the order of the ranking.  Floor 6.

Label Studio hands out tasks in the order of their numbers ("sequential sampling"), whatever the number of annotators:
tasks that are made in the order of the ranking are served in it.  Its "uncertainty sampling" is not needed, and turns
to random order where two people annotate.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from askance.campaign import Campaign
from askance.errors import BadConfig
from askance.labelstudio.config import Question
from askance.ops import hex_id, parse_id
from askance.oracles import items
from askance.protocols import Item
from askance.store.schema import task

ID, RANK, WHY = "askance", "askance_rank", "askance_why"  # keys of a task's data, to be seen in its data manager
Task = dict[str, Any]
Place = Callable[[Item], str]  # a picture -> the address at which Label Studio finds it


def open_questions(campaign: Campaign, limit: int = 0) -> list[Any]:
    """Rows of the questions that want an answer, best first."""
    wanted = select(task).where(task.c.state == "open").order_by(task.c.round, task.c.rank)
    with campaign.store.reading() as db:
        return list(db.execute(wanted.limit(limit) if limit else wanted))


def made(campaign: Campaign, asked: Question, place: Place, limit: int = 0) -> Iterator[Task]:
    """A task a question, best first."""
    rows = open_questions(campaign, limit)
    found = campaign.pool.take(np.array([parse_id(r.sample) for r in rows], np.uint64)) if rows else None
    shown = {hex_id(i.id): i for i in (items(found, ()) if found is not None else ())}
    for rank, row in enumerate(rows, 1):
        data = {asked.value: content(shown[row.sample], place), ID: row.sample, RANK: rank, WHY: row.why}
        guesses = json.loads(row.guesses) if row.guesses else []
        told = [prediction(asked, row.round, guesses[0][0], guesses[0][1])] if guesses else []
        yield {"data": data, "meta": {"name": row.name}, "predictions": told}


def content(item: Item, place: Place) -> Any:
    """What the task shows."""
    match item.kind:
        case "text":
            return str(item.content)
        case "image":
            return place(item)
        case "table":
            return {k: plain(v) for k, v in item.content.items()}
        case "array":
            return {str(n): plain(v) for n, v in enumerate(np.ravel(item.content)[:100])}
    raise BadConfig(f"Label Studio cannot show {item.kind}")


def plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def prediction(asked: Question, version: int, label: str, score: float | None) -> dict[str, Any]:
    """What the model thinks.  score: its probability, from 0 to 1."""
    return {"model_version": called(version), "score": score, "result": result(asked, label)}


def called(version: int) -> str:
    """A model goes by the round that it was fitted in."""
    return f"askance-{version}"


def result(asked: Question, label: str) -> list[dict[str, Any]]:
    """One answer: a class, a number, a rating."""
    values: Mapping[str, Any] = {"choices": {"choices": [label]}}
    value = values.get(asked.type) or {asked.type: float(label) if asked.type == "number" else int(float(label))}
    return [{"from_name": asked.name, "to_name": asked.shows, "type": asked.type, "value": value}]


def as_file(tasks: Sequence[Task]) -> bytes:
    """What its page takes under Import."""
    return json.dumps(tasks, ensure_ascii=False, indent=1).encode("utf-8")
