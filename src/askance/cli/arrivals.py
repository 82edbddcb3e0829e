"""Arrivals of a stream from a file or a pipe: one a line, read as they come.  Floor 6."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadPool, BadSignal, nearest
from askance.pools.ids import text_ids
from askance.signals import SHAPES, Signals, concat

DELIMITERS = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True)
class Layout:
    """What the user said of the columns; id: '' takes "id" where there is one, else the number of the arrival.

    Columns of a CSV are together one signal, all but the id unless some are named.
    """

    wanted: frozenset[str]  # the signals that are looked at
    id: str = ""
    features: Sequence[str] = ()
    signal: str = "probs"


@dataclass(frozen=True)
class Row:
    """One arrival: signals of one row; none, and the reason in `skipped`, where the line cannot be read."""

    key: str
    signals: Signals


def rows(source: str, layout: Layout, start: int = 0) -> Iterator[Row]:
    """The arrivals of a .csv, a .tsv, or else JSON lines; '-' is stdin.  start: how many came before."""
    if source == "-":
        yield from _json_rows(sys.stdin, layout, start)
        return
    with open(source, encoding="utf-8-sig", errors="replace", newline="") as file:
        delimiter = DELIMITERS.get(Path(source).suffix.lower())
        if delimiter is None:
            yield from _json_rows(file, layout, start)
        else:
            yield from _table_rows(csv.reader(file, delimiter=delimiter), layout, start, source)


def chunks(arrivals: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Up to `size` rows at a time whose signals have the same shapes."""
    kept: list[Row] = []
    for row in arrivals:
        if kept and (len(kept) >= size or _form(row.signals) != _form(kept[0].signals)):
            yield kept
            kept = []
        kept.append(row)
    if kept:
        yield kept


def together(some: Sequence[Row]) -> Signals:
    """The signals of a chunk."""
    return concat([row.signals for row in some])


def _form(signals: Signals) -> object:
    """What rows of one chunk share; what cannot be read stands alone, so that all come in order."""
    return (
        id(signals) if signals.skipped else {name: (a.shape[1:], a.dtype.kind) for name, a in signals.columns.items()}
    )


def _json_rows(lines: Iterable[str], layout: Layout, start: int) -> Iterator[Row]:
    full = (line for line in lines if line.strip())
    for number, line in enumerate(full, start):
        try:
            found = json.loads(line)
        except ValueError as e:
            yield _unread(str(number), ops.key_ids(number, 1), f"broken JSON: {e}")
            continue
        if not isinstance(found, dict):
            yield _unread(str(number), ops.key_ids(number, 1), 'no JSON object, such as {"probs": [0.2, 0.8]}')
            continue
        key = found.get(layout.id or "id")
        yield _row(key, number, layout, {name: found[name] for name in layout.wanted if name in found})


def _table_rows(table: Iterator[list[str]], layout: Layout, start: int, source: str) -> Iterator[Row]:
    header = next(table, [])
    key = layout.id or ("id" if "id" in header else "")
    names = list(layout.features) or [name for name in header if name != key]
    for name in [*names, *([key] if key else [])]:
        if name not in header:
            raise BadPool(
                f"{source} has no column {name!r}; its columns are {', '.join(header)}{nearest(name, header)}"
            )
    flat = SHAPES.get(layout.signal) == "(N,)" and len(names) == 1
    for number, cells in enumerate((cells for cells in table if cells), start):
        if len(cells) != len(header):
            what = f"it has {len(cells)} cells, and the header has {len(header)}"
            yield _unread(str(number), ops.key_ids(number, 1), what)
            continue
        by_name = dict(zip(header, cells, strict=True))
        values: Any = by_name[names[0]] if flat else [by_name[name] for name in names]
        yield _row(by_name.get(key), number, layout, {layout.signal: values})


def _row(key: Any, number: int, layout: Layout, values: Mapping[str, Any]) -> Row:
    """key: what the source calls it, else it goes by its number."""
    if layout.id and key in (None, ""):
        return _unread(str(number), ops.key_ids(number, 1), f"it has no {layout.id}")
    name = str(number) if key in (None, "") else str(key)
    ids = ops.key_ids(number, 1) if key in (None, "") else text_ids([name])
    try:
        columns = {signal: np.asarray(value, np.float64)[None] for signal, value in values.items()}
        return Row(name, Signals(ids, columns))
    except BadSignal as e:
        return _unread(name, ids, str(e))
    except (ValueError, TypeError):
        return _unread(name, ids, f"its {', '.join(sorted(values))} are no numbers, or lists of different lengths")


def _unread(key: str, ids: np.ndarray, why: str) -> Row:
    return Row(key, Signals(ids[:0], {}, skipped={int(ids[0]): why}))
