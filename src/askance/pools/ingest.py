"""One pass over image files: their ids by content, and which are no images, in threads and with a cache.  Floor 4."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from askance.errors import BadPool
from askance.images import header_fault, read_bytes
from askance.pools.ids import content_id
from askance.pools.places import Entry, is_url
from askance.progress import bar

_AT_ONCE = 64  # files a task; a task of one file costs more than reading it
_SCHEMA = pa.schema([("name", pa.string()), ("version", pa.string()), ("id", pa.uint64())])


@dataclass(frozen=True)
class Looked:
    """ids (N,) uint64, 0 where there is a fault; faults (N,) str, '' where there is none."""

    ids: np.ndarray
    faults: Sequence[str]


def look(entries: Sequence[Entry], root: str, cache: str | os.PathLike[str] | None) -> Looked:
    """Hashes every file and checks its header, except those that the cache knows in this version."""
    known = _remembered(cache, root)
    ids = np.array([known.get((entry.name, entry.version), 0) if entry.version else 0 for entry in entries], np.uint64)
    faults = [""] * len(entries)
    fresh = np.flatnonzero(ids == 0).tolist()
    if fresh:
        found = _look_at([entries[row] for row in fresh])
        for row, (sample, fault) in zip(fresh, found, strict=True):
            ids[row], faults[row] = sample, fault
        _remember(cache, root, entries, ids)
    return Looked(ids, faults)


def _look_at(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    parts = [entries[start : start + _AT_ONCE] for start in range(0, len(entries), _AT_ONCE)]
    found: list[tuple[int, str]] = []
    # Reading and hashing leave the interpreter lock alone; object storage answers many requests at once.
    threads = 32 if is_url(entries[0].location) else 4
    with bar("reading images", len(entries)) as done, ThreadPoolExecutor(threads) as pool:
        for part in pool.map(_look_at_some, parts):
            found += part
            done(len(found))
    return found


def _look_at_some(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    return [_look_at_one(entry) for entry in entries]


def _look_at_one(entry: Entry) -> tuple[int, str]:
    try:
        data = read_bytes(entry.location)
    except BadPool as error:
        return 0, str(error)
    fault = header_fault(data, entry.name)
    return (0, fault) if fault else (content_id(data), "")


def _remembered(cache: str | os.PathLike[str] | None, root: str) -> dict[tuple[str, str], int]:
    """{(name, version): id}; files with faults are not remembered, so that they are looked at again."""
    if cache is None or not _memory(cache, root).is_file():
        return {}
    try:
        with pq.ParquetFile(_memory(cache, root)) as file:
            table = file.read()
    except (pa.ArrowException, OSError):  # a cache that cannot be read is a cache that is not there
        return {}
    if not table.schema.equals(_SCHEMA):
        return {}
    keys = zip(table["name"].to_pylist(), table["version"].to_pylist(), strict=True)
    return dict(zip(keys, table["id"].to_pylist(), strict=True))


def _remember(cache: str | os.PathLike[str] | None, root: str, entries: Sequence[Entry], ids: np.ndarray) -> None:
    if cache is None:
        return
    rows = [row for row, entry in enumerate(entries) if ids[row] and entry.version]
    columns = [[entries[row].name for row in rows], [entries[row].version for row in rows], ids[rows]]
    file = _memory(cache, root)
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns, schema=_SCHEMA), draft)
        os.replace(draft, file)  # whole or not at all, also when two processes write
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise BadPool(f"the cache {file} cannot be written: {error.strerror or error}") from error


def _memory(cache: str | os.PathLike[str], root: str) -> Path:
    return Path(cache) / f"files-{blake2b(root.encode(), digest_size=8).hexdigest()}.parquet"
