"""Reads, decodes and resizes samples while the network runs on the ones before.  Floor 4.

Threads prepare samples (Pillow and the file system let other threads run meanwhile), a bounded number ahead; the
caller's thread runs the network on batches of them.  So the slowest stage sets the pace, and memory does not grow with
the pool.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from os.path import abspath
from time import monotonic

import numpy as np

from askance import ops
from askance.errors import BadPool, BadSignal
from askance.learners.backbones import Backbone
from askance.learners.cache import FeatureCache
from askance.learners.cores import cores
from askance.progress import bar
from askance.samples import Samples

BATCH = 32  # samples a run of the network: beyond this a CPU gains nothing
SHARD = 2048  # rows that are kept at once: what a crash can lose
SECONDS = 60.0  # and at least this often, for networks that are slow
REMOTE = 16  # threads where reading means waiting for a server


def own_ids(samples: Samples) -> np.ndarray:
    return samples.ids


@dataclass(frozen=True)
class Features:
    """What a network said of some samples.

    ids      (n,) uint64, in the order asked, without the ones that could not be read
    outputs  {"embedding": (n, D) float32, ...}
    skipped  {id: why} of those that could not be read
    """

    ids: np.ndarray
    outputs: dict[str, np.ndarray]
    skipped: dict[int, str] = field(default_factory=dict)


def features(
    backbone: Backbone,
    samples: Samples,
    names: Sequence[str],
    cache: FeatureCache,
    *,
    keys: Callable[[Samples], np.ndarray] = own_ids,
    strict: bool = False,
    shard: int = SHARD,
) -> Features:
    """The outputs of these names for all samples, from the cache where they are there, else computed and kept.

    What was just computed is read back from the cache too, so that it is rounded alike the first time and the next.
    keys    samples -> (N,) uint64, under which the cache knows them
    strict  the first sample that cannot be read stops everything, as a BadPool
    """
    known = keys(samples)
    there = np.logical_and.reduce([cache.has(output_key(backbone, name), known) for name in names])
    missing = replace(samples, ids=known).take(~there)
    skipped = _compute(backbone, missing, names, cache, strict, shard) if len(missing) else {}
    found = [cache.get(output_key(backbone, name), known) for name in names]
    kept = np.logical_and.reduce([mask for mask, _ in found])
    outputs = {name: rows[kept[mask]] for name, (mask, rows) in zip(names, found, strict=True)}
    whose = dict(zip(known.tolist(), samples.ids.tolist(), strict=True)) if skipped else {}
    return Features(samples.ids[kept], outputs, {whose[key]: why for key, why in skipped.items()})


def shared_keys(samples: Samples) -> np.ndarray:
    """(N,) uint64 from the id and where the photo lies, or what the text says: for a cache that pools share, as the
    users of each may have named their samples 1, 2, 3."""
    items = (item if samples.kind == "text" or "://" in item else abspath(item) for item in samples.data.tolist())
    said = (
        f"{i}\0{item}".encode("utf-8", "surrogatepass") for i, item in zip(samples.ids.tolist(), items, strict=True)
    )
    return np.frombuffer(b"".join(blake2b(s, digest_size=8).digest() for s in said), "<u8").astype(np.uint64)


def stream(
    backbone: Backbone, samples: Samples, *, strict: bool = False, batch: int = BATCH, workers: int = 0
) -> Iterator[Features]:
    """What the network says, a batch at a time, in the order of the samples.  workers: 0 chooses for this machine."""
    ids: list[int] = []
    arrays: list[np.ndarray] = []
    skipped: dict[int, str] = {}
    items = samples.data.tolist()
    with closing(prepared(backbone, items, workers or threads_for(items), 2 * batch)) as ready:
        for sample, array in zip(samples.ids.tolist(), ready, strict=True):
            if isinstance(array, np.ndarray):
                ids.append(sample)
                arrays.append(array)
            elif strict:
                raise array
            else:
                skipped[sample] = str(array)
            if len(arrays) == batch:
                yield _run(backbone, ids, arrays, skipped)
                ids, arrays, skipped = [], [], {}
    if arrays or skipped:
        yield _run(backbone, ids, arrays, skipped)


def prepared(
    backbone: Backbone, items: Sequence[str], workers: int, ahead: int
) -> Generator[np.ndarray | BadPool, None, None]:
    """Each item made ready for the network, in order, by `workers` threads that are at most `ahead` items further."""
    waiting: deque[Future[np.ndarray | BadPool]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="askance-prepare") as threads:
        try:
            for item in items:
                waiting.append(threads.submit(_prepare, backbone, item))
                if len(waiting) > ahead + workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            threads.shutdown(cancel_futures=True)


def threads_for(items: Sequence[str]) -> int:
    """One a core; more where most of a thread's time is spent waiting for a server."""
    remote = bool(items) and "://" in items[0]
    return max(REMOTE, 2 * cores()) if remote else cores()


def _prepare(backbone: Backbone, item: str) -> np.ndarray | BadPool:
    try:
        return backbone.prepare(item)
    except BadPool as e:
        return e


def _run(backbone: Backbone, ids: list[int], arrays: list[np.ndarray], skipped: dict[int, str]) -> Features:
    outputs = backbone.run(arrays) if arrays else {}
    for name, rows in outputs.items():
        bad = ops.first_bad_row(rows)
        if bad is not None:
            raise BadSignal(
                f"the {name} that {backbone.text} gives for sample {ops.hex_id(ids[bad])} has NaN or infinity"
            )
    return Features(np.array(ids, np.uint64), outputs, skipped)


def _compute(
    backbone: Backbone, samples: Samples, names: Sequence[str], cache: FeatureCache, strict: bool, shard: int
) -> dict[int, str]:
    """Runs the network on all samples and keeps what it says, a shard at a time.  -> {id: why} of the unreadable."""
    waiting: list[Features] = []
    skipped: dict[int, str] = {}
    done, since = 0, monotonic()
    try:
        with bar(f"features of {len(samples)} samples", len(samples)) as progress:
            for part in stream(backbone, samples, strict=strict):
                waiting.append(part)
                skipped |= part.skipped
                done += len(part.ids) + len(part.skipped)
                progress(done)
                if sum(len(p.ids) for p in waiting) >= shard or monotonic() - since > SECONDS:
                    _keep(backbone, waiting, names, cache)
                    since = monotonic()
    finally:  # also when stopped by Ctrl-C or by a sample that cannot be read: what was computed is kept
        _keep(backbone, waiting, names, cache)
    return skipped


def _keep(backbone: Backbone, waiting: list[Features], names: Sequence[str], cache: FeatureCache) -> None:
    """Empties `waiting` into the cache."""
    parts = [p for p in waiting if len(p.ids)]
    waiting.clear()
    if parts:
        ids = np.concatenate([p.ids for p in parts])
        for name in names:
            cache.put(output_key(backbone, name), ids, np.concatenate([p.outputs[name] for p in parts]))


def output_key(backbone: Backbone, name: str) -> str:
    """The name under which the cache keeps one output of a network."""
    return f"{backbone.fingerprint}-{name}"
