"""One-shot selection: your model's signals, texts or pictures in, the picks out.  Nothing is kept.  Floor 6."""

import json
import os
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import numpy as np
from fastapi import APIRouter, Body, Query, Request

from askance.errors import BadLearner, BadSignal
from askance.select import Batch, select
from askance.server import shapes
from askance.server.access import House, house
from askance.server.people import Person
from askance.server.routes import Anybody
from askance.server.selecting import Sent, chosen, sent_texts
from askance.signals import Signals

router = APIRouter(tags=["selection"])
File = Annotated[bytes, Body(media_type="application/octet-stream")]
Text = Annotated[str, Query(max_length=4000)]
Column = Annotated[str, Query(max_length=200)]
FREE = frozenset({"", "tfidf", "linear", "ridge", "gp", "precomputed", "none"})
ALSO = "ASKANCE_SELECT_LEARNERS"  # further learners that anybody may use: their texts, with ';' between them
AT_ONCE = 200_000  # numbers or bytes that are chosen from in the server's own process
T = TypeVar("T")
A = TypeVar("A")


@router.post("/select")
def choose(who: Anybody, given: shapes.Given, request: Request) -> shapes.Picks:
    """The k most worth asking about, of `texts`, or of samples that your model has said something of."""
    check_learner(who, given.learner)
    if given.texts:
        return _of_texts(given, house(request))
    columns: dict[str, Any] = {}
    for name in ("probs", "embeddings"):
        rows = getattr(given, name)
        if rows is not None:
            columns[name] = matrix(name, rows)
    n = max([len(given.items), *(len(a) for a in columns.values())])
    items = named(given.items, n, "signals")
    ids = _ids(items)
    job = (given.strategy, Signals(ids, columns), given.k, given.seed, labelled(given))
    batch = done(house(request), sum(a.size for a in columns.values()), _select, job)
    row = {i: n for n, i in enumerate(ids.tolist())}
    picks = [
        shapes.Pick(item=items[row[i]], row=row[i], rank=rank, utility=float(u), why=why)
        for rank, (i, u, why) in enumerate(zip(batch.ids.tolist(), batch.utility, batch.why, strict=True), 1)
    ]
    return shapes.Picks(strategy=batch.strategy, picks=picks)


@router.post("/select/file")
def choose_from(
    who: Anybody,
    content: File,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=200, description="What the file is called: its ending counts")],
    k: Annotated[int, Query(ge=1, le=100_000)],
    strategy: Text = "",
    seed: Annotated[int, Query(ge=0, lt=2**32)] = 0,
    learner: Text = "",
    text: Column = "",
    features: Text = "",
    id: Column = "",
    label: Column = "",
    signals: Column = "",
    labels: Annotated[str, Query(max_length=20_000, description="JSON: {name of a sample: its label}")] = "",
) -> shapes.PicksOfFile:
    """The same as `askance select` on a file: .npz, .npy, .parquet, .arrow, .csv, .jsonl, or a .zip of pictures."""
    check_learner(who, learner)
    at = house(request)
    sent = Sent(name, content, k, strategy, seed, learner, text, features, id, label, signals, cache_of(at))
    sent = sent.with_labels(read_labels(labels))
    return shapes.PicksOfFile(**done(at, len(content), chosen, sent))


def done(at: House, size: int, work: Callable[[A], T], given: A) -> T:
    """What is small at once; what is not in another process, one after another."""
    return work(given) if size <= AT_ONCE else at.bench.do(work, given)


def cache_of(at: House) -> str:
    """Features of pictures and recordings, by content: they are there for everybody's next query."""
    return str(at.hall.root / "select-cache")


def check_learner(who: Person, text: str) -> None:
    """What names files, packages or networks is for the administrator, and for all where the server says so."""
    also = {word.strip() for word in os.environ.get(ALSO, "").split(";")}
    if who.admin or text.strip() in also or text.partition("?")[0].partition(":")[0].strip() in FREE:
        return
    free = ", ".join(sorted(FREE - {""} | also - {""}))
    raise BadLearner(f"the learner {text!r} is for the administrator of this server; there are {free}")


def _select(job: tuple[str, Signals, int, int, Signals | None]) -> Batch:
    strategy, signals, k, seed, known = job
    return select(strategy, signals, k, seed, labeled=known)


def _of_texts(given: shapes.Given, at: House) -> shapes.Picks:
    items = named(given.items, len(given.texts), "texts")
    row = {item: n for n, item in enumerate(items)}
    strangers = [item for item in given.labels if item not in row]
    if strangers:
        raise BadSignal(f"there is a label for {strangers[0]!r}, and no such item")
    sent = sent_texts(given.texts, given.k, "" if given.strategy == "auto" else given.strategy, given.seed)
    sent = sent.with_labels({str(row[item]): label for item, label in given.labels.items()})
    small = not given.learner or given.learner.startswith("tfidf")
    found = done(at, len(sent.data) if small else AT_ONCE + 1, chosen, sent.with_learner(given.learner, cache_of(at)))
    picks = [
        shapes.Pick(item=items[int(p["item"])], row=int(p["item"]), rank=p["rank"], utility=p["utility"], why=p["why"])
        for p in found["picks"]
    ]
    return shapes.Picks(strategy=found["strategy"], picks=picks)


def named(items: list[str], n: int, what: str) -> list[str]:
    """Their names; their numbers where they have none."""
    if items and len(items) != n:
        raise BadSignal(f"there are {len(items)} items, and {what} of {n} samples")
    if len(set(items)) < len(items):
        raise BadSignal("the items must be distinct: a name is what a sample is known by")
    return items or [str(i) for i in range(n)]


def read_labels(text: str) -> dict[str, str]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise BadSignal("labels are a JSON object, {name of a sample: its label}") from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise BadSignal("labels are a JSON object, {name of a sample: its label}")
    return found


def labelled(given: shapes.Given) -> Signals | None:
    if given.labeled_embeddings is None:
        return None
    x = matrix("labeled_embeddings", given.labeled_embeddings)
    return Signals(np.arange(2**63, 2**63 + len(x), dtype=np.uint64), {"embeddings": x})


def matrix(name: str, rows: list[list[float]]) -> np.ndarray:
    widths = {len(r) for r in rows}
    if len(widths) != 1 or not next(iter(widths)):
        raise BadSignal(f"{name} must be rows of one length, and their lengths are {sorted(widths)[:5]}")
    return np.asarray(rows, np.float64)


def _ids(items: list[str]) -> np.ndarray:
    """Of the names, so that the same item is the same sample in any request."""
    from hashlib import blake2b

    return np.array([int.from_bytes(blake2b(i.encode(), digest_size=8).digest(), "big") for i in items], np.uint64)
