"""Pools: where the samples lie.  Floor 4."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.errors import BadPool
from askance.pools.answers import find, read_answers
from askance.pools.arrays import array_pool, npy_pool, npz_pool
from askance.pools.folder import folder_pool, nothing_there, sort_of
from askance.pools.frames import arrow_table, is_frame
from askance.pools.held import HeldPool
from askance.pools.layout import Naming, laid_out
from askance.pools.places import (
    Entry,
    files_below,
    files_like,
    folder_of,
    is_folder,
    is_pattern,
    place,
    refuse_missing,
    stem,
)
from askance.pools.reading import PARQUET, TEXT_TABLES, parquet_schema, read_table, suffix
from askance.pools.sharded import npy_pieces_pool, parquet_pool
from askance.pools.shards import ShardPool
from askance.pools.table import table_pool

__all__ = ["HeldPool", "ShardPool", "find", "open_pool", "read_answers"]

Cache = str | os.PathLike[str] | None


def open_pool(
    source: Any,
    *,
    text: str | None = None,
    path: str | None = None,
    features: str | Sequence[str] | None = None,
    id: str | None = None,
    label: str | None = None,
    signals: str | None = None,
    strict: bool = False,
    cache: Cache = None,
) -> HeldPool | ShardPool:
    """The pool at a place: a folder of images or of recordings, a table file, .npy/.npz, a folder or glob of Parquet or
    .npy shards, a NumPy array, a pandas or polars frame; paths may be fsspec URLs.

    text, path, features  the column of texts, of paths of images or recordings, or the columns of features ("a,b" or
                          several names)
    id, label             the column of keys (else ids come from the content), and of answers
    signals               what the numbers are: "probs", "embeddings", "members", ...; "array": features to learn from
    strict                a sample that cannot be read is an error, and not listed in `skipped`
    cache                 a folder that remembers the ids of image files by their path, size and time of change
    """
    naming = Naming(text, path, features, id, label, signals)
    pool = _opened(source, naming, cache)
    if strict and pool.skipped:
        name, fault = next(iter(pool.skipped.items()))
        raise BadPool(f"{len(pool.skipped)} of the samples cannot be read, first {name}: {fault}")
    return pool


def _opened(source: Any, naming: Naming, cache: Cache) -> HeldPool | ShardPool:
    if isinstance(source, np.ndarray):
        _refuse(naming, "a NumPy array", "text", "path", "features", "id", "label")
        return array_pool(source, naming)
    if is_frame(source):
        table = arrow_table(source)
        return table_pool(
            table, laid_out(table.schema, naming, "the frame"), "the frame", folder=os.getcwd(), cache=cache
        )
    if not isinstance(source, str | os.PathLike):
        raise BadPool(f"a pool is a path, a URL, an array or a frame, not {type(source).__name__}")
    where = place(source)
    if where.rstrip("/").endswith(".askance"):
        raise BadPool(f"{where} is a campaign and not a pool; open the pool that it was made from")
    if is_folder(where):
        return _folder(where, files_below(where), naming, where, cache)
    if is_pattern(where):
        return _folder(where, files_like(where), naming, stem(where), cache)
    refuse_missing(where)
    return _file(where, naming, cache)


def _file(where: str, naming: Naming, cache: Cache) -> HeldPool | ShardPool:
    match suffix(where):
        case ".npy":
            _refuse(naming, where, "text", "path", "features", "id", "label")
            return npy_pool(where, naming)
        case ".npz":
            _refuse(naming, where, "text", "path")
            return npz_pool(where, naming)
        case kind if kind in PARQUET + TEXT_TABLES:
            return _table_file(where, naming, cache)
        case kind:
            raise BadPool(
                f"{where} is of no type that is read ({kind or 'no suffix'}): a pool is a folder of images or "
                f"recordings, {', '.join(TEXT_TABLES)} (also .gz), .parquet, .npy or .npz"
            )


def _table_file(where: str, naming: Naming, cache: Cache) -> HeldPool | ShardPool:
    """Texts and features of one file are held, because learners come back for them; signals in Parquet are not."""
    folder = folder_of(where)
    if suffix(where) not in PARQUET:
        table = read_table(where, naming.texts)
        return table_pool(table, laid_out(table.schema, naming, where), where, folder=folder, cache=cache)
    layout = laid_out(parquet_schema(where), naming, where)
    if layout.kind == "signals":
        return parquet_pool(where, [Entry(where, where, "")], naming, folder=folder, cache=cache)
    return table_pool(read_table(where, columns=layout.needed), layout, where, folder=folder, cache=cache)


def _folder(where: str, entries: Sequence[Entry], naming: Naming, folder: str, cache: Cache) -> HeldPool | ShardPool:
    """Images or recordings first; with columns named, or none of them among the files, the shards."""
    sort = None if naming.columned else sort_of([entry.name for entry in entries])
    if sort is not None:
        _refuse(naming, where, "id", "label", "signals")
        return folder_pool(where, entries, sort, cache)
    tables = [entry for entry in entries if suffix(entry.name) in PARQUET]
    if tables:
        return parquet_pool(where, tables, naming, folder=folder, cache=cache)
    arrays = [entry for entry in entries if suffix(entry.name) == ".npy"]
    if arrays:
        _refuse(naming, where, "text", "path", "features", "id", "label")
        return npy_pieces_pool(where, arrays, naming)
    raise BadPool(nothing_there(where, [entry.name for entry in entries]))


def _refuse(naming: Naming, where: str, *options: str) -> None:
    for option in options:
        if getattr(naming, option):
            raise BadPool(f"{where} has no columns, so {option}= cannot name one")
