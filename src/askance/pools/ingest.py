"""One pass over files: ids by content, which are no images or recordings, in threads, with a cache.  Floor 4."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from askance.audio import is_audio_name, sound_fault
from askance.errors import BadPool
from askance.images import header_fault, is_image_name
from askance.locations import opened, read_bytes
from askance.pools.ids import content_id, file_id
from askance.pools.places import Entry, is_url
from askance.progress import bar
from askance.samples import Kind

_AT_ONCE = 64  # files a task; a task of one file costs more than reading it
_SCHEMA = pa.schema([("name", pa.string()), ("version", pa.string()), ("id", pa.uint64())])


@dataclass(frozen=True)
class FileKind:
    """Samples that are files.  many: what people call them; look: (id, '') of one, or (0, what is wrong)."""

    kind: Kind
    many: str
    is_name: Callable[[str], bool]
    look: Callable[[Entry], tuple[int, str]]


@dataclass(frozen=True)
class Looked:
    """ids (N,) uint64, 0 where there is a fault; faults (N,) str, '' where there is none."""

    ids: np.ndarray
    faults: Sequence[str]


def look(sort: FileKind, entries: Sequence[Entry], root: str, cache: str | os.PathLike[str] | None) -> Looked:
    """Hashes every file and checks its header, except those that the cache knows in this version."""
    known = _remembered(cache, root)
    ids = np.array([known.get((entry.name, entry.version), 0) if entry.version else 0 for entry in entries], np.uint64)
    faults = [""] * len(entries)
    fresh = np.flatnonzero(ids == 0).tolist()
    if fresh:
        found = _look_at(sort, [entries[row] for row in fresh])
        for row, (sample, fault) in zip(fresh, found, strict=True):
            ids[row], faults[row] = sample, fault
        _remember(cache, root, entries, ids)
    return Looked(ids, faults)


def _look_at(sort: FileKind, entries: Sequence[Entry]) -> list[tuple[int, str]]:
    parts = [entries[start : start + _AT_ONCE] for start in range(0, len(entries), _AT_ONCE)]
    found: list[tuple[int, str]] = []
    # Reading and hashing leave the interpreter lock alone; object storage answers many requests at once.
    threads = 32 if is_url(entries[0].location) else 4
    with bar(f"reading {sort.many}", len(entries)) as done, ThreadPoolExecutor(threads) as pool:
        for part in pool.map(partial(_look_at_some, sort), parts):
            found += part
            done(len(found))
    return found


def _look_at_some(sort: FileKind, entries: Sequence[Entry]) -> list[tuple[int, str]]:
    return [sort.look(entry) for entry in entries]


def _image(entry: Entry) -> tuple[int, str]:
    try:
        data = read_bytes(entry.location)
    except BadPool as error:
        return 0, str(error)
    fault = header_fault(data, entry.name)
    return (0, fault) if fault else (content_id(data), "")


def _recording(entry: Entry) -> tuple[int, str]:
    """A block at a time, as recordings may be longer than memory."""
    try:
        with opened(entry.location) as file:
            fault = sound_fault(file, entry.name)
            return (0, fault) if fault else (file_id(file), "")
    except (BadPool, OSError) as error:
        return 0, str(error)


IMAGES = FileKind("image", "images", is_image_name, _image)
RECORDINGS = FileKind("audio", "recordings", is_audio_name, _recording)


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
