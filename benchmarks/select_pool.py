"""Top-k from large pools of probabilities: seconds, memory, and the same picks out of core.

    python benchmarks/select_pool.py [--rows 1000000] [--shards 16] [--k 1000]

In memory: one matrix of rows x 10 float32.  Out of core: the same rows, 1x, 2x and 4x as many, as Parquet files that
are read one after another; memory must stay flat while the pool grows.  Every measurement is a process of its own on
one core; the floor is one pass over the same memory.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

CLASSES = 10


def probs(rows: int, part: int) -> np.ndarray:
    """Different in every part, the same in every run."""
    logits = np.random.default_rng(part).normal(size=(rows, CLASSES)).astype(np.float32) * 2
    e = np.exp(logits)
    return e / e.sum(1, keepdims=True)


def write(folder: Path, rows: int, shards: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    each = rows // shards
    (folder / "shards").mkdir()
    whole = np.lib.format.open_memmap(folder / "probs.npy", "w+", np.float32, (rows, CLASSES))
    for part in range(shards * 4):  # four times the rows, for the pools that are larger still
        p = probs(each, part)
        if part < shards:
            whole[part * each : (part + 1) * each] = p
        column = pa.FixedSizeListArray.from_arrays(pa.array(p.ravel()), CLASSES)
        pq.write_table(pa.table({"probs": column}), folder / "shards" / f"{part:03d}.parquet", compression="none")


def resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_memory(folder: Path, strategy: str, k: int) -> dict[str, object]:
    from askance import ops
    from askance.select import select
    from askance.signals import Signals

    p = np.load(folder / "probs.npy")
    ids = ops.key_ids(0, len(p))
    select(strategy, Signals(ids[:100], {"probs": p[:100]}), 3)  # what is loaded once is not what is measured
    begin = time.process_time()
    batch = select(strategy, Signals(ids, {"probs": p}), k)
    seconds = time.process_time() - begin
    begin = time.process_time()
    p.sum()
    floor = time.process_time() - begin
    tracemalloc.start()
    select(strategy, Signals(ids, {"probs": p}), k)
    extra = tracemalloc.get_traced_memory()[1] / 2**20
    size = p.nbytes / 2**20
    return {"seconds": seconds, "floor": floor, "extra_mb": extra, "input_mb": size, "picks": batch.ids.tolist()}


def out_of_core(folder: Path, strategy: str, k: int, shards: int) -> dict[str, object]:
    from askance.pools import open_pool
    from askance.shards import select_shards

    (folder / f"first{shards}").mkdir(exist_ok=True)
    for file in sorted((folder / "shards").iterdir())[:shards]:
        link = folder / f"first{shards}" / file.name
        if not link.exists():
            link.symlink_to(file)
    begin = time.process_time()
    pool = open_pool(str(folder / f"first{shards}"), signals="probs")
    loads = [lambda load=load: load().data for load in pool.shards(100_000)]
    batch = select_shards(strategy, loads, k)
    seconds = time.process_time() - begin
    return {"seconds": seconds, "rows": len(pool), "peak_mb": resident_mb(), "picks": batch.ids.tolist()}


def measured(job: str, *args: object) -> dict[str, object]:
    """Runs one measurement in a process of its own, on one thread."""
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_NUM_THREADS": "1"}
    call = [sys.executable, __file__, "--job", job, *map(str, args)]
    done = subprocess.run(call, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--k", type=int, default=1000)
    parser.add_argument("--job", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        name, folder, strategy, k, *rest = args.job
        job = {"memory": in_memory, "core": out_of_core}[name]
        print(json.dumps(job(Path(folder), strategy, int(k), *map(int, rest))))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, args.rows, args.shards)
        print(f"top {args.k:,} of {args.rows:,} x {CLASSES} float32, one core (CPU seconds)\n")
        print("strategy  where             rows    seconds  memory")
        for strategy in ("margin", "entropy"):
            compare(folder, strategy, args)


def compare(folder: Path, strategy: str, args: argparse.Namespace) -> None:
    def line(name: str, where: str, rows: object, seconds: object, note: str) -> None:
        print(f"{name:8}  {where:9}  {rows:>11,}  {seconds:>9.3f}  {note}")

    one = min((measured("memory", folder, strategy, args.k) for _ in range(3)), key=lambda r: r["seconds"])
    note = f"+{one['extra_mb']:.0f} MB over the {one['input_mb']:.0f} MB input"
    line(strategy, "in memory", args.rows, one["seconds"], f"{note} (one pass over it: {one['floor']:.3f} s)")
    for times in (1, 2, 4):
        many = measured("core", folder, strategy, args.k, args.shards * times)
        if times == 1 and many["picks"] != one["picks"]:
            sys.exit("out of core chose otherwise than in memory")
        note = "the same picks" if times == 1 else ""
        line("", "parquet", many["rows"], many["seconds"], f"peak {many['peak_mb']:.0f} MB of the process  {note}")


if __name__ == "__main__":
    main()
