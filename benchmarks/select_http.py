"""One-shot selection over HTTP: arrays as JSON and as files, pictures the first and the second time.

python benchmarks/select_http.py
python benchmarks/select_http.py --photos ../shared/data/cats_dogs/cats_dogs_96px.tar.xz \
    --network ../shared/data/pretrained/mobilenet_v1_0.25_128.onnx

A real server, in a process of its own, on this machine.  Each figure is the wall clock of one request as its client
sees it; every run is printed, the first with the start of the process that chooses.  `margin` is next to free, so that
it is the way there and back that is measured.
"""

import argparse
import io
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from askance.client import Client
from askance.server.people import People

RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--photos", type=Path, help="A .tar.xz of pictures")
    parser.add_argument("--many", type=int, default=1000, help="How many of them")
    parser.add_argument("--network", type=Path, help="An ONNX network for them")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        arrays(Path(folder), args.rows, args.dims)
        if args.photos and args.network:
            pictures(Path(folder), args.photos, args.many, args.network.resolve())


def arrays(folder: Path, rows: int, dims: int) -> None:
    draw = np.random.default_rng(0)
    probs = draw.dirichlet(np.ones(dims), rows).astype(np.float32)
    probs /= probs.sum(1, keepdims=True)
    print(f"margin over probs {rows:,} x {dims}, 20 picks: seconds of each of {RUNS} requests")
    with Serving(folder) as client:
        for name, data in files(probs).items():
            say(name, len(data), lambda name=name, data=data: client.select_bytes(data, name, 20, "margin"))  # type: ignore[misc]
        body = probs.astype(np.float64).round(6)
        body /= body.sum(1, keepdims=True)
        listed = body.tolist()
        say("JSON", 0, lambda: client.select(20, "margin", probs=listed))


def files(probs: np.ndarray) -> dict[str, bytes]:
    npz, parquet, arrow = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.savez(npz, probs=probs)
    flat = pa.FixedSizeListArray.from_arrays(pa.array(probs.ravel()), probs.shape[1])
    table = pa.table({"probs": flat})
    pq.write_table(table, parquet)
    with pa.ipc.new_file(arrow, table.schema) as out:
        out.write_table(table)
    return {"a.npz": npz.getvalue(), "a.parquet": parquet.getvalue(), "a.arrow": arrow.getvalue()}


def pictures(folder: Path, archive: Path, many: int, network: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(archive) as tar, zipfile.ZipFile(packed, "w") as out:
        members = (m for m in tar if m.isfile() and m.name.lower().endswith((".jpg", ".png")))
        for m, _ in zip(members, range(many), strict=False):
            file = tar.extractfile(m)
            assert file
            out.writestr(m.name, file.read())
    data = packed.getvalue()
    print(
        f"typiclust over {many:,} pictures through {network.name}: the first request computes features, the others read"
    )
    with Serving(folder) as client:
        learner = f"onnx:{network}"
        say("photos.zip", len(data), lambda: client.select_bytes(data, "photos.zip", 20, "typiclust", learner=learner))


def say(name: str, size: int, ask: Callable[[], Any]) -> None:
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        assert len(ask().picks) == 20
        took.append(time.perf_counter() - began)
    told = f" ({size / 1e6:.0f} MB)" if size else ""
    print(f"  {name + told:24s} {'  '.join(f'{t:6.2f}' for t in took)}", flush=True)


class Serving:
    """`askance serve` on a free port, and a client of its administrator."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __enter__(self) -> Client:
        people = People(f"sqlite:///{self.folder / 'server.db'}")
        if not people.anybody():
            people.add("bench", "correct horse battery", admin=True)
        token = people.give("token", "bench", "benchmark", 0)[1]
        people.close()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [sys.executable, "-m", "askance", "serve", str(self.folder), "--port", str(port), "--no-worker"]
        self.process = subprocess.Popen(words, env=os.environ, stderr=subprocess.DEVNULL)
        self.client = Client(f"http://127.0.0.1:{port}", token, patience=60, timeout=600)
        self.client.me()
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(20)


if __name__ == "__main__":
    main()
