"""One-shot selection: your model's signals in, the picks out.  Floor 6."""

from typing import Any

import numpy as np
from fastapi import APIRouter

from askance.errors import BadSignal
from askance.select import select
from askance.server import shapes
from askance.server.routes import Anybody
from askance.signals import Signals

router = APIRouter(tags=["selection"])


@router.post("/select")
def choose(who: Anybody, given: shapes.Given) -> shapes.Picks:
    """The k most worth asking about.  Nothing is kept."""
    columns: dict[str, Any] = {}
    for name in ("probs", "embeddings"):
        rows = getattr(given, name)
        if rows is not None:
            columns[name] = matrix(name, rows)
    n = max([len(given.items), *(len(a) for a in columns.values())])
    items = given.items or [str(i) for i in range(n)]
    if len(items) != n:
        raise BadSignal(f"there are {len(items)} items, and signals of {n} samples")
    ids = _ids(items)
    known = labelled(given)
    batch = select(given.strategy, Signals(ids, columns), given.k, given.seed, labeled=known)
    row = {i: n for n, i in enumerate(ids.tolist())}
    picks = [
        shapes.Pick(item=items[row[i]], row=row[i], rank=rank, utility=float(u), why=why)
        for rank, (i, u, why) in enumerate(zip(batch.ids.tolist(), batch.utility, batch.why, strict=True), 1)
    ]
    return shapes.Picks(strategy=batch.strategy, picks=picks)


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

    if len(set(items)) < len(items):
        raise BadSignal("the items must be distinct: a name is what a sample is known by")
    return np.array([int.from_bytes(blake2b(i.encode(), digest_size=8).digest(), "big") for i in items], np.uint64)
