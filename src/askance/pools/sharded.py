"""Opens folders and globs of Parquet or .npy files as one pool that is read piece by piece.  Floor 4."""

import os
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from askance import ops
from askance.errors import BadPool
from askance.pools.arrays import content_of, load_npy
from askance.pools.held import HeldPool
from askance.pools.layout import Layout, Naming, is_category, is_list, laid_out, require
from askance.pools.names import row_names
from askance.pools.pieces import ArrayPiece, ParquetPiece
from askance.pools.places import Entry
from askance.pools.reading import open_parquet
from askance.pools.shards import ShardPool
from askance.pools.table import Identity, identity, table_pool
from askance.pools.twice import all_distinct, distinct, refuse_twice
from askance.progress import track

_AT_ONCE = 1 << 18  # rows that are looked at together for their ids


def parquet_pool(
    where: str, entries: Sequence[Entry], naming: Naming, *, folder: str, cache: str | os.PathLike[str] | None = None
) -> ShardPool | HeldPool:
    """Parquet files, one after another in natural order.  Ids by number need no data; by content, one pass over it.

    Images by their paths are held in memory, because their files have to be looked at anyway.
    """
    pieces, layout = _row_groups(entries, naming)
    if layout.kind == "path":
        tables = [piece.read(0, piece.rows) for piece in pieces]
        table = pa.concat_tables(tables, promote_options="permissive")
        return table_pool(table, layout, where, folder=folder, cache=cache)
    total = sum(piece.rows for piece in pieces)
    if not total:
        raise BadPool(f"{where} has no rows; its columns are {', '.join(pieces[0].columns) if pieces else 'none'}")
    if layout.kind == "signals" and layout.id is None:
        return ShardPool(pieces, layout, ops.key_ids(0, total), row_names(range(total)), range(total))
    return _by_content(where, pieces, layout)


def npy_pieces_pool(where: str, entries: Sequence[Entry], naming: Naming) -> ShardPool:
    """.npy files of equal width, one after another in natural order, memory-mapped."""
    arrays = [load_npy(entry.location) for entry in entries]
    signal = naming.signals or content_of(arrays[0], entries[0].location)
    for entry, array in zip(entries, arrays, strict=True):
        if array.shape[1:] != arrays[0].shape[1:]:
            raise BadPool(f"{entry.location} has shape {array.shape}, but {entries[0].location} has {arrays[0].shape}")
    pieces = tuple(ArrayPiece(entry.location, len(a)) for entry, a in zip(entries, arrays, strict=True))
    total = sum(piece.rows for piece in pieces)
    layout = Layout("array", ()) if signal == "array" else Layout("signals", (), signal)
    return ShardPool(pieces, layout, ops.key_ids(0, total), row_names(range(total)), range(total))


def _row_groups(entries: Sequence[Entry], naming: Naming) -> tuple[tuple[ParquetPiece, ...], Layout]:
    pieces: list[ParquetPiece] = []
    first: pa.Schema = None
    for entry in track(entries, "opening shards"):
        with open_parquet(entry.location) as file:
            schema = file.schema_arrow
            if first is None:
                first, layout = schema, laid_out(schema, naming, entry.location)
            _same_sort(schema, first, layout, entry.location, entries[0].location)
            counts = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        pieces += [ParquetPiece(entry.location, n, rows, tuple(layout.needed)) for n, rows in enumerate(counts) if rows]
    return tuple(pieces), layout


def _same_sort(schema: pa.Schema, first: pa.Schema, layout: Layout, where: str, before: str) -> None:
    """Every file has the columns, and what is text in one is not a number in another."""
    for name in layout.needed:
        require(name, schema.names, where)
        here, there = schema.field(name).type, first.field(name).type
        if (is_category(here), is_list(here)) != (is_category(there), is_list(there)):
            raise BadPool(f"column {name!r} holds {here} in {where}, but {there} in {before}")


def _by_content(where: str, pieces: tuple[ParquetPiece, ...], layout: Layout) -> ShardPool:
    found = [part for piece in track(pieces, "reading ids") for part in _identities(piece, layout)]
    ids, there = np.concatenate([part.ids for part in found]), np.concatenate([part.there for part in found])
    keys = [part.keys for part in found if part.keys is not None]
    names = np.concatenate(keys) if keys else row_names(range(len(ids)))
    if keys:
        refuse_twice(ids, names, where)
    rows = np.flatnonzero(there)
    if not len(rows):
        raise BadPool(f"{where} has nothing in the column {layout.columns[0]!r}: all {len(ids)} rows are empty")
    once = all_distinct(len(rows)) if found[0].own else distinct(ids[rows])
    skipped = {f"row {row}": f"row {row} has no {layout.columns[0]}" for row in np.flatnonzero(~there).tolist()}
    kept = rows[once.keep]
    return ShardPool(pieces, layout, ids[kept], names[kept], kept, rows[once.left], rows[once.same], skipped)


def _identities(piece: ParquetPiece, layout: Layout) -> list[Identity]:
    step = piece.step(_AT_ONCE)
    stretches = [(start, min(start + step, piece.rows)) for start in range(0, piece.rows, step)]
    return [identity(piece.read(start, stop), layout, piece.where) for start, stop in stretches]
