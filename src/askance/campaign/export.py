"""Labels out, to CSV, JSONL or Parquet; the file is there whole or not at all.  Floor 5."""

import csv
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from askance.campaign import reading
from askance.errors import BadCampaign, BadConfig, nearest
from askance.ops import hex_id
from askance.store.schema import label, task, verdict

Row = Mapping[str, Any]
COLUMNS = ("id", "name", "label", "who", "at", "round", "rank", "utility", "role", "why")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run


def rows(db: Connection) -> list[dict[str, Any]]:
    """One a labelled sample, in the order of the first answers; who: everybody who says so, or the reviewer."""
    joined = label.outerjoin(task, task.c.sample == label.c.sample)
    asked = (task.c.name, task.c.round, task.c.rank, task.c.utility, task.c.role, task.c.why)
    found = db.execute(select(label, *asked).select_from(joined).where(label.c.counted).order_by(label.c.seq))
    said: dict[str, list[Any]] = {}
    for r in found:
        said.setdefault(r.sample, []).append(r)
    decided = {r.sample: r for r in db.execute(select(verdict))}
    agreed = reading.labels(db)
    return [_row(said.get(hex_id(i), []), decided.get(hex_id(i)), hex_id(i), value) for i, value in agreed.items()]


def _row(answers: Sequence[Any], decided: Any, sample: str, value: str) -> dict[str, Any]:
    alike = [decided] if decided else [r for r in answers if r.value == value]
    at = datetime.fromtimestamp(max(r.at for r in alike), UTC).isoformat(timespec="seconds")
    who = ", ".join(dict.fromkeys(r.who for r in alike))
    about = ("round", "rank", "utility", "role", "why")
    asked = {name: getattr(answers[0], name) if answers else None for name in about}
    name = (answers[0].name if answers else "") or ""
    return {"id": sample, "name": name, "label": value, "who": who, "at": at, **asked}


def write(path: Path, format: str, found: Sequence[Row]) -> None:
    """format: csv, jsonl or parquet."""
    if format not in WRITERS:
        raise BadConfig(
            f"there is no export format {format!r}; there are {', '.join(WRITERS)}{nearest(format, WRITERS)}"
        )
    path = path.expanduser()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        WRITERS[format](part, found)
        with part.open("rb") as f:
            os.fsync(f.fileno())
        part.replace(path)
    except OSError as e:
        raise BadCampaign(f"cannot write {path}: {e.strerror or e}") from None
    finally:
        part.unlink(missing_ok=True)


def _csv(path: Path, found: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as f:
        out = csv.writer(f)
        out.writerow(COLUMNS)
        out.writerows([cell(row[c]) for c in COLUMNS] for row in found)


def cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a ' before it; a number stays one."""
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


def _jsonl(path: Path, found: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8") as f:
        f.writelines(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in found)


def _parquet(path: Path, found: Sequence[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"round": pa.int32(), "rank": pa.int32(), "utility": pa.float64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    pq.write_table(pa.Table.from_pylist([dict(row) for row in found], schema=schema), path)


WRITERS: Mapping[str, Callable[[Path, Sequence[Row]], None]] = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}
