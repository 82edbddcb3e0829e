"""Feature extraction: each stage alone, all of them overlapped, and the second time from the cache.

    python benchmarks/features.py FOLDER MODEL.onnx [--n 2000] [--rounds 3]

FOLDER holds photos at any depth.  Every stage is given the same photos and the same number of threads as in the whole:

    read           the bytes of the files, nothing else
    decode+resize  from those bytes, read before, to what the network takes
    model          the network alone, on photos prepared before
    in turn        one batch after the other, nothing overlapped: read, decode and resize, then run
    overlapped     the pipeline itself, as every learner uses it, writing its features to an empty cache
    from cache     the same call again

The rounds are interleaved and the best of each is shown, as other programs may be using the machine.  CPU seconds are
of all threads: where every stage keeps all cores busy, as on a machine without a GPU, the last line is the most that
overlapping can reach, and it hardly depends on what else is running.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from askance.images import decode, is_image_name
from askance.learners.backbones import open_backbone
from askance.learners.backbones.onnx_file import OnnxFile
from askance.learners.backbones.pixels import squeezed
from askance.learners.cache import FeatureCache
from askance.learners.cores import cores
from askance.learners.pipeline import BATCH, features
from askance.locations import read_bytes
from askance.samples import Samples, objects

T = TypeVar("T")
Took = tuple[float, float]  # seconds by the clock, and of CPU


def main() -> None:
    said = arguments()
    backbone = open_backbone(f"onnx:{said.model}")
    assert isinstance(backbone, OnnxFile)
    samples = photos(said.folder, said.n)
    seconds: dict[str, list[Took]] = {}
    for _ in range(said.rounds):
        for name, took in one_round(backbone, samples).items():
            seconds.setdefault(name, []).append(took)
    best = {name: (min(w for w, _ in every), min(c for _, c in every)) for name, every in seconds.items()}
    show(Path(said.model).stem, backbone, len(samples), best)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("model")
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def photos(folder: str, n: int) -> Samples:
    """n photos, evenly from the whole folder."""
    paths = sorted(str(p) for p in Path(folder).rglob("*") if is_image_name(p.name))
    chosen = [paths[i] for i in np.linspace(0, len(paths) - 1, min(n, len(paths))).astype(int)]
    return Samples(np.arange(len(chosen), dtype=np.uint64), "image", objects(chosen), objects(chosen))


def one_round(backbone: OnnxFile, samples: Samples) -> dict[str, Took]:
    """What every stage took, over all samples."""
    paths = samples.data.tolist()
    with ThreadPoolExecutor(cores()) as threads:
        read, raw = timed(lambda: list(threads.map(read_bytes, paths)))

        def prepare(data: bytes) -> np.ndarray:
            return squeezed(decode(data, "photo", backbone.size), backbone.size)

        decoded, ready = timed(lambda: list(threads.map(prepare, raw)))
    batches = [ready[i : i + BATCH] for i in range(0, len(ready), BATCH)]
    model, _ = timed(lambda: [backbone.run(batch) for batch in batches])
    groups = [paths[i : i + BATCH] for i in range(0, len(paths), BATCH)]
    in_turn, _ = timed(lambda: [backbone.run([backbone.prepare(p) for p in group]) for group in groups])
    with tempfile.TemporaryDirectory() as folder:
        cache = FeatureCache(Path(folder))
        overlapped, _ = timed(lambda: features(backbone, samples, ("embedding",), cache))
        cached, _ = timed(lambda: features(backbone, samples, ("embedding",), FeatureCache(Path(folder))))
    return {
        "read": read,
        "decode+resize": decoded,
        "model": model,
        "in turn": in_turn,
        "overlapped": overlapped,
        "from cache": cached,
    }


def timed(work: Callable[[], T]) -> tuple[Took, T]:
    wall, cpu = time.perf_counter(), time.process_time()
    out = work()
    return (time.perf_counter() - wall, time.process_time() - cpu), out


def show(model: str, backbone: OnnxFile, n: int, took: dict[str, Took]) -> None:
    print(f"{model} at {backbone.size} px, {n} photos, {cores()} cores, load {os.getloadavg()[0]:.1f}")
    for name, (wall, cpu) in took.items():
        print(f"  {name:14} {wall:8.3f} s {n / wall:10.0f} photos/s {1e3 * cpu / n:8.2f} CPU ms a photo")
    slowest = max(("read", "decode+resize", "model"), key=lambda name: took[name][0])
    (alone, alone_cpu), (wall, cpu) = took[slowest], took["overlapped"]
    print(f"  overlapped / {slowest} alone: {alone / wall:.2f}")
    print(f"  from cache / overlapped: {wall / took['from cache'][0]:.0f} x faster")
    print(f"  CPU of {slowest} alone / CPU of the whole: {alone_cpu / cpu:.2f}")


if __name__ == "__main__":
    main()
