"""A table in memory as a pool: texts, images or recordings by their paths, features, or signals.  Floor 4."""

import os
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from askance import ops
from askance.errors import BadPool
from askance.pools import cells
from askance.pools.folder import file_pool
from askance.pools.held import HeldPool
from askance.pools.ids import table_ids, text_ids
from askance.pools.ingest import IMAGES, RECORDINGS, FileKind
from askance.pools.layout import Layout
from askance.pools.names import row_names
from askance.pools.places import Entry, below, is_url, version
from askance.pools.twice import all_distinct, conflicts, distinct, refuse_twice, same_names
from askance.samples import Samples
from askance.signals import Signals


@dataclass(frozen=True)
class Identity:
    """What the rows of a table are called.

    ids   (N,) uint64; rows that have nothing to show are not `there`, (N,) bool
    keys  (N,) object array of str: the user's ids; None where rows go by their number
    own   whether equal content may be two samples: the user or the row number tells them apart
    """

    ids: np.ndarray
    there: np.ndarray
    keys: np.ndarray | None
    own: bool


def identity(table: pa.Table, layout: Layout, where: str, start: int = 0) -> Identity:
    """ids from the key column if one is named, else from the content, and for signals from the row's number."""
    there = np.ones(len(table), bool)
    if layout.kind in ("text", "path"):
        there = np.array([cell is not None for cell in cells.texts(table, layout.columns[0], where)], bool)
    if layout.id is not None:
        keys = _keys(table, layout.id, where)
        return Identity(text_ids(keys), there, keys, own=True)
    if layout.kind == "signals":
        return Identity(ops.key_ids(start, len(table)), there, None, own=True)
    return Identity(_content_ids(table, layout, where), there, None, own=False)


def _content_ids(table: pa.Table, layout: Layout, where: str) -> np.ndarray:
    if layout.kind == "table":
        return table_ids(cells.features(table, layout.columns))
    return text_ids(cell or "" for cell in cells.texts(table, layout.columns[0], where))


def _keys(table: pa.Table, column: str, where: str) -> np.ndarray:
    keys = cells.texts(table, column, where)
    for row, key in enumerate(keys):
        if key is None:
            raise BadPool(f"{where} has no id in row {row} of column {column!r} (counted from 0)")
    return keys


def table_pool(
    table: pa.Table, layout: Layout, where: str, *, folder: str = "", cache: str | os.PathLike[str] | None = None
) -> HeldPool:
    """The pool that a table holds.  `folder`: what the paths of files are relative to."""
    known = identity(table, layout, where)
    if known.keys is not None:
        refuse_twice(known.ids, known.keys, where)
    labels = None if layout.label is None else cells.texts(table, layout.label, where)
    rows = np.flatnonzero(known.there)
    skipped = {
        _name(known, row): f"row {row} has no {layout.columns[0]}" for row in np.flatnonzero(~known.there).tolist()
    }
    if not len(rows):
        raise BadPool(f"{where} has nothing in the column {layout.columns[0]!r}: all {len(table)} rows are empty")
    if layout.kind == "path":
        return _files(table, layout, where, folder, known, labels, skipped, cache)
    once = all_distinct(len(rows)) if known.own else distinct(known.ids[rows])
    names = row_names(rows) if known.keys is None else known.keys[rows]
    kept = rows[once.keep]
    samples = samples_of(table.take(kept), layout, where, known.ids[kept], names[once.keep])
    own = None if labels is None else labels[rows]
    clash = conflicts(names, own, once)
    return HeldPool(samples, None if own is None else own[once.keep], same_names(names, once), skipped, clash)


def samples_of(table: pa.Table, layout: Layout, where: str, ids: np.ndarray, names: np.ndarray) -> Samples:
    """The rows of a table as samples of the layout's kind."""
    match layout.kind:
        case "text":
            return Samples(ids, "text", cells.texts(table, layout.columns[0], where), names)
        case "signals":
            return Samples(ids, "signals", Signals(ids, cells.signal_columns(table, layout, where, names)), names)
        case _:
            return Samples(ids, "table", cells.features(table, layout.columns), names)


def _name(known: Identity, row: int) -> str:
    return f"row {row}" if known.keys is None else str(known.keys[row])


def _files(
    table: pa.Table,
    layout: Layout,
    where: str,
    folder: str,
    known: Identity,
    labels: np.ndarray | None,
    skipped: dict[str, str],
    cache: str | os.PathLike[str] | None,
) -> HeldPool:
    paths = cells.texts(table, layout.columns[0], where)
    rows = np.flatnonzero(known.there)
    entries = [_entry(str(path), folder) for path in paths[rows]]
    own = None if labels is None else list(labels[rows])
    ids = known.ids[rows] if known.own else None
    sort = _sort_of([entry.name for entry in entries], where)
    return file_pool(where, entries, own, sort, ids=ids, skipped=skipped, cache=cache)


def _sort_of(paths: list[str], where: str) -> FileKind:
    """Recordings where all are, by their names; what has another name may be an image all the same."""
    heard = [RECORDINGS.is_name(path) for path in paths]
    if any(heard) and not all(heard):
        other = paths[heard.index(False)]
        raise BadPool(f"{where} has recordings ({paths[heard.index(True)]}) and other files ({other}); keep them apart")
    return RECORDINGS if all(heard) else IMAGES


def _entry(path: str, folder: str) -> Entry:
    place = below(folder, path)
    try:
        # Asking a store about each file by itself would take longer than reading them all side by side.
        return Entry(path, place, "" if is_url(place) else version(place))
    except OSError:  # the pass over the files says that it is not there
        return Entry(path, place, "")
