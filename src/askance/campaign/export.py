"""Labels out, to a table or any other format; the file is there whole or not at all.  Floor 5."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from askance.campaign.consensus import consensus
from askance.campaign.settling import Settled
from askance.formats import FORMATS, Format
from askance.formats.writing import by_suffix
from askance.store.schema import label, task, verdict

TABLES = ("csv", "tsv", "jsonl", "parquet")  # formats without what samples show: the pool has that


def rows(db: Connection) -> list[dict[str, Any]]:
    """One a labelled sample, in the order of the first answers; who: everybody who says so, or the reviewer; agreement:
    how far the answers speak for it (campaign/settling.py), None where there is a single one."""
    joined = label.outerjoin(task, task.c.sample == label.c.sample)
    asked = (task.c.name, task.c.round, task.c.rank, task.c.utility, task.c.role, task.c.why)
    found = db.execute(select(label, *asked).select_from(joined).where(label.c.counted).order_by(label.c.seq))
    said: dict[str, list[Any]] = {}
    for r in found:
        said.setdefault(r.sample, []).append(r)
    decided = {r.sample: r for r in db.execute(select(verdict))}
    return [_row(said.get(s, []), decided.get(s), s, one) for s, one in consensus(db).items()]


def _row(answers: Sequence[Any], decided: Any, sample: str, one: Settled) -> dict[str, Any]:
    alike = [decided] if decided else [r for r in answers if r.value == one.value] or answers
    at = datetime.fromtimestamp(max(r.at for r in alike), UTC).isoformat(timespec="seconds")
    who = ", ".join(dict.fromkeys(r.who for r in alike))
    about = ("round", "rank", "utility", "role", "why")
    asked = {name: getattr(answers[0], name) if answers else None for name in about}
    name = (answers[0].name if answers else "") or ""
    agreement = None if one.agreement is None else round(one.agreement, 4)
    return {"id": sample, "name": name, "label": one.value, "who": who, "at": at, **asked, "agreement": agreement}


def format_of(path: Path, format: str) -> Format:
    """By its name, else by that of the file; one that is not there is an error that names the nearest."""
    if format:
        return FORMATS[format]
    word = path.suffix.lower().lstrip(".")
    return FORMATS[word] if word in TABLES else by_suffix(path)
