"""Features kept on disk by (fingerprint, sample id), so that a network sees each sample once.  Floor 4.

    FOLDER/FINGERPRINT/manifest.json      {"format": 1, "width": 256}: written once, by whoever comes first
    FOLDER/FINGERPRINT/NAME.rows.npy      (n, D) float16, or float32 where half precision would lose too much
    FOLDER/FINGERPRINT/NAME.ids.npy       (n,) uint64, the samples of those rows

Shards are only ever added, under names that no other process makes, so two processes may write at once: there is no
shared list for them to overwrite.  The ids are moved into place last: a shard without them was cut off, and is none.
"""

import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from askance.errors import BadConfig, BadSignal
from askance.learners.saving import whole

FORMAT = 1
MANIFEST = "manifest.json"
LOSS = 1e-3  # half precision is kept where it moves no row by more than this part of its length: 2**-11 is usual
STALE = 24 * 3600.0  # seconds after which a file that was never finished is taken for abandoned


class FeatureCache:
    """One folder.  The index is kept in memory, 24 bytes a sample, and brought up to date at every `get`."""

    def __init__(self, folder: Path | None = None):
        self.folder = default_folder() if folder is None else Path(folder)
        self._indexes: dict[str, _Index] = {}

    def get(self, fingerprint: str, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """ids (N,) uint64 -> (N,) bool, which are there; and their features (n_found, D) float32, in that order."""
        place = self.folder / fingerprint
        width = read_width(place)
        index = self._index(fingerprint)
        found, shard, row = index.find(ids)
        out = np.empty((int(found.sum()), width), np.float32)
        for number in np.unique(shard):
            mine = shard == number
            out[mine] = read_rows(place / f"{index.names[number]}.rows.npy", row[mine], width)
        return found, out

    def has(self, fingerprint: str, ids: np.ndarray) -> np.ndarray:
        """(N,) bool, which are there, without reading them."""
        return self._index(fingerprint).find(ids)[0]

    def put(self, fingerprint: str, ids: np.ndarray, rows: np.ndarray) -> None:
        """Adds one shard, whole or not at all: ids (n,) uint64 and their features (n, D), all finite."""
        if not len(ids):
            return
        if rows.ndim != 2 or len(rows) != len(ids) or not np.isfinite(rows).all():
            raise BadSignal(f"features must be ({len(ids)}, D) finite numbers, not of shape {rows.shape} or NaN")
        place = self.folder / fingerprint
        name = f"{time.time_ns():016x}-{os.getpid():x}-{secrets.token_hex(4)}"  # in the order of writing
        try:
            place.mkdir(parents=True, exist_ok=True)
            sweep(place)
            self._check_width(place, rows.shape[1])
            write_shard(place, name, {"rows": narrowed(rows), "ids": ids.astype(np.uint64)})
        except OSError as e:
            raise BadConfig(
                f"cannot keep features in {place}: {e.strerror or e}; make room there, or name another folder in the "
                "environment variable ASKANCE_CACHE"
            ) from e

    def _index(self, fingerprint: str) -> "_Index":
        index = self._indexes.setdefault(fingerprint, _Index())
        index.refresh(self.folder / fingerprint)
        return index

    def _check_width(self, place: Path, width: int) -> None:
        if not (place / MANIFEST).exists():
            write_json(place / MANIFEST, {"format": FORMAT, "width": width})
        if read_width(place) != width:
            raise BadSignal(f"features of width {width} are not of the model whose features {place} holds")


class _Index:
    """Where each sample lies.  Of a sample that two processes have written, the first stays the one that counts."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.ids = np.zeros(0, np.uint64)  # sorted
        self.shard = np.zeros(0, np.int64)
        self.row = np.zeros(0, np.int64)

    def refresh(self, place: Path) -> None:
        known = set(self.names)
        parts = [(name, ids) for name, ids in shard_ids(place, known)]
        if not parts:
            return
        first = len(self.names)
        self.names += [name for name, _ in parts]
        sizes = [len(ids) for _, ids in parts]
        ids = np.concatenate([self.ids, *(ids for _, ids in parts)])
        shard = np.concatenate([self.shard, np.repeat(np.arange(first, len(self.names)), sizes)])
        row = np.concatenate([self.row, *(np.arange(n) for n in sizes)])
        self.ids, kept = np.unique(ids, return_index=True)
        self.shard, self.row = shard[kept], row[kept]

    def find(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(N,) -> (N,) bool; then shard number and row of each that was found."""
        if not len(self.ids):
            return np.zeros(len(ids), bool), self.shard, self.row
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found = self.ids[at] == ids
        return found, self.shard[at[found]], self.row[at[found]]


def default_folder() -> Path:
    """ASKANCE_CACHE where it is set, else the user's cache folder."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("ASKANCE_CACHE") or user_cache_dir("askance")) / "features"


def narrowed(rows: np.ndarray) -> np.ndarray:
    """In float16 where that is close enough for every row, else in float32.  (n, D) -> (n, D)."""
    rows = rows.astype(np.float32, copy=False)
    with np.errstate(over="ignore"):
        half = rows.astype(np.float16)
    gap = half - rows
    lost, length = np.einsum("nd,nd->n", gap, gap), np.einsum("nd,nd->n", rows, rows)
    return half if (lost <= LOSS**2 * length).all() else rows


def shard_ids(place: Path, known: set[str]) -> Iterator[tuple[str, np.ndarray]]:
    """The shards that are not known yet, oldest first."""
    names = sorted(p.name.removesuffix(".ids.npy") for p in place.glob("*.ids.npy"))
    for name in names:
        if name not in known and (place / f"{name}.rows.npy").exists():
            yield name, load(place / f"{name}.ids.npy")


def read_rows(path: Path, rows: np.ndarray, width: int) -> np.ndarray:
    """Only the pages that hold these rows are read; the file is let go at once, as there may be thousands."""
    shard = load(path, "r")
    if shard.ndim != 2 or shard.shape[1] != width or rows.max() >= len(shard):
        raise damaged(path, f"it holds {shard.shape}")
    return np.asarray(shard[rows])


def load(path: Path, mode: Any = None) -> np.ndarray:
    try:
        return np.asanyarray(np.load(path, mmap_mode=mode, allow_pickle=False))
    except (OSError, ValueError, EOFError) as e:
        raise damaged(path, str(e)) from None


def damaged(path: Path, why: str) -> BadConfig:
    return BadConfig(
        f"the feature cache is damaged at {path} ({why}); delete the folder {path.parent} to build it again"
    )


def read_width(place: Path) -> int:
    """Numbers a row, from the manifest; 0 where nothing was kept yet."""
    try:
        said = json.loads((place / MANIFEST).read_text())
        version, width = int(said["format"]), int(said["width"])
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError) as e:
        raise damaged(place / MANIFEST, str(e)) from None
    if version > FORMAT:
        raise BadConfig(f"the feature cache {place} was written by a newer Askance (format {version}, here {FORMAT})")
    return width


def write_shard(place: Path, name: str, arrays: Mapping[str, np.ndarray]) -> None:
    """NAME.rows.npy, then NAME.ids.npy; what an error leaves of them is taken away."""
    try:
        for part, array in arrays.items():
            whole(place / f"{name}.{part}.npy", partial(write_array, array=array))
    except BaseException:
        for left in place.glob(f"{name}.*"):
            left.unlink(missing_ok=True)
        raise


def write_array(file: BinaryIO, array: np.ndarray) -> None:
    """As .npy.  numpy.save would say how much of it was written where a disk is full, but not that it is full."""
    array = np.ascontiguousarray(array)
    np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
    file.write(array.data)


def write_json(path: Path, facts: Mapping[str, int]) -> None:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")  # two processes may both be the first
    try:
        whole(beside, lambda file: file.write(json.dumps(facts).encode()))
        beside.replace(path)
    finally:
        for left in path.parent.glob(f"{beside.name}*"):
            left.unlink(missing_ok=True)


def sweep(place: Path) -> None:
    """Takes away what a killed process left long ago: unfinished files, and rows whose ids never came."""
    for path in [*place.glob("*.part"), *place.glob("*.rows.npy")]:
        name = path.name.removesuffix(".rows.npy")
        if not (place / f"{name}.ids.npy").exists() and age(path) > STALE:
            path.unlink(missing_ok=True)


def age(path: Path) -> float:
    """Seconds since it was written; 0 when another process has just finished and renamed it."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
