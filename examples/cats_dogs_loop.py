"""The cats-and-dogs article's loop, scaled down: does asking by entropy need fewer labels than asking at random?

    python examples/cats_dogs_loop.py ../shared/data/cats_dogs cats_dogs_run --whole

A network of 684,866 parameters is trained from scratch on 1,000 photos of 64 x 64 pixels, then asks for 100 more a
round and goes on from its weights, until it is within 0.25 points of the network that was trained on all labels.
The same pool is then asked through a frozen ImageNet network with a linear head, beginning with 20 labels.

Beside the article: a random control, several seeds, and a stop that is judged on other photos than those reported.
Every round is one line in RUN/NAME.jsonl, and its weights lie in RUN/weights: killed at any instant, the same command
goes on where it was.  At the end, and for what is there so far by `cats_dogs_report.py RUN`: tables and a figure.
"""

import csv
import json
import os
import tarfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree, rmtree
from time import perf_counter
from typing import Any

import numpy as np
from cats_dogs_report import BAND, show

from askance import ops
from askance.learners.torch import make_torch_learner
from askance.pools import open_pool
from askance.protocols import Learner
from askance.samples import Samples
from askance.select import select
from askance.signals import Signals

WHOLE = ("start", "all")  # fits that are no curve: the seed set that all curves of a seed share, and the whole pool
CNN = {"batch": "16", "checkpoint": "20"}
FITS = {
    "start": CNN | {"epochs": "20", "patience": "5"},
    "all": CNN | {"epochs": "25", "patience": "6"},
    "round": CNN | {"epochs": "3", "patience": "2", "start": "warm"},
}


@dataclass(frozen=True)
class Job:
    """One curve.  strategy: a strategy's text; or `start`, the fit that all curves of a seed share; or `all`."""

    learner: str  # cnn or frozen
    strategy: str
    seed: int
    first: int  # labels before the strategy chooses
    batch: int
    most: int  # labels at the end

    @property
    def name(self) -> str:
        return f"{self.learner}-{self.strategy}-{self.seed}"


@dataclass(frozen=True)
class Photos:
    """pool: asked about; check: what the stop is judged on; test: what is reported.  No photo is in two of them."""

    pool: Samples
    check: Samples
    test: Samples
    answers: Mapping[int, str]

    def labels(self, samples: Samples) -> np.ndarray:
        return np.array([self.answers[i] for i in samples.ids.tolist()], dtype=object)


def photos(data: Path, run: Path, sizes: Mapping[str, int]) -> Photos:
    """The pool from the train split of the manifest, the others from its test split: fixed by the ids of the photos."""
    folder = run / "photos"
    if not (folder / "done").exists():
        with tarfile.open(next(data.glob("*.tar.xz"))) as tar:
            tar.extractall(folder, filter="data")
        (folder / "done").touch()
    with (data / "manifest.csv").open() as file:
        parts = {row["file"]: row["split"] for row in csv.DictReader(file)}
    pool = open_pool(folder, cache=run)
    order = pool.ids[np.argsort(ops.noise(5000, pool.ids))]
    part_of = dict(zip(pool.ids.tolist(), (parts[name] for name in pool.names), strict=True))
    train, test = ([i for i in order.tolist() if part_of[i] == part] for part in ("train", "test"))
    chosen = (train[: sizes["pool"]], test[: sizes["check"]], test[sizes["check"] :][: sizes["test"]])
    taken = [pool.take(np.array(ids, np.uint64)) for ids in chosen]
    answers = pool.answers()
    return Photos(*taken, answers={i: answers[i] for ids in chosen for i in ids})


def play(job: Job, data: Photos, args: Namespace) -> str:
    """Rounds until the stop or the end of the pool, each written down before the next begins."""
    path, weights = args.run / f"{job.name}.jsonl", args.run / "weights" / job.name
    if not lines(path) and job.strategy not in WHOLE:
        share_start(job, path, weights, args.run)
    while not over(job, lines(path), args):
        done = lines(path)
        labeled = data.pool.ids[np.argsort(ops.noise(job.seed, data.pool.ids))][: job.first]
        if done:
            learner = maker(job, "round", args)
            learner.load(weights / str(done[-1]["round"]))
            labeled = np.concatenate(
                [labeled, *(np.array(list(map(ops.parse_id, row["asked"])), np.uint64) for row in done)]
            )
            asked = ask(job, learner, data.pool, labeled)
        else:
            learner = maker(job, job.strategy, args)
            asked = np.zeros(0, np.uint64)
        row = turn(job, learner, data, np.concatenate([labeled, asked]))
        learner.save(weights / str(len(done)))
        append(path, {"round": len(done), **row, "asked": list(map(ops.hex_id, asked))})
        rmtree(weights / str(len(done) - 1), ignore_errors=True)
        print(f"{job.name:18} {row['labeled']:5} labels  test {row['test']:.4f}  check {row['check']:.4f}  "
              f"{row['epochs']:2} epochs  {row['seconds']:.0f} s", flush=True)  # fmt: skip
    return job.name


def maker(job: Job, stage: str, args: Namespace) -> Learner:
    if job.learner == "cnn":
        return make_torch_learner("cnn", FITS.get(stage, FITS["start"]), args.run / "cache")
    from askance.learners.backbones import open_backbone
    from askance.learners.frozen import FrozenLearner

    return FrozenLearner(open_backbone(f"onnx:{args.backbone}?size=128"), args.run / "cache" / "features")


def ask(job: Job, learner: Learner, pool: Samples, labeled: np.ndarray) -> np.ndarray:
    """The ids of the next batch: the picks are the strategy's, the pool is what has no label yet."""
    free = pool.take(~np.isin(pool.ids, labeled))
    signals = Signals(free.ids) if job.strategy == "random" else learner.signals(free, frozenset({"probs"}))
    # A number of its own for each round, so that `random` does not go on with the order that chose the seed set.
    return select(
        job.strategy, signals, min(job.batch, job.most - len(labeled)), seed=1000 * job.seed + len(labeled)
    ).ids


def turn(job: Job, learner: Learner, data: Photos, labeled: np.ndarray) -> dict[str, Any]:
    """Fits on the labels and measures: what a line of the file says."""
    began = perf_counter()
    samples = data.pool.take(np.isin(data.pool.ids, labeled))
    report = learner.fit(samples, list(data.labels(samples)), seed=job.seed)
    said = {part: accuracy(learner, getattr(data, part), data) for part in ("check", "test")}
    dogs = float((data.labels(samples) == "Dog").mean())
    more = {"epochs": len(report.epochs), "validation": dict(report.validation), "dogs": dogs}
    return {"labeled": len(samples), **said, **more, "train": report.seconds, "seconds": perf_counter() - began}


def accuracy(learner: Learner, samples: Samples, data: Photos) -> float:
    said = learner.signals(samples, frozenset({"probs"}))
    return float((np.array(learner.classes, dtype=object)[said["probs"].argmax(1)] == data.labels(samples)).mean())


def over(job: Job, done: list[dict[str, Any]], args: Namespace) -> bool:
    """At the end of the pool or, without --whole, where the article stops."""
    if not done:
        return False
    return done[-1]["labeled"] >= job.most or (
        not args.whole and stopped(job.learner, job.seed, done, args.run) is not None
    )


def stopped(learner: str, seed: int, done: list[dict[str, Any]], run: Path) -> dict[str, Any] | None:
    """The first round within 0.25 points of the network that knew all labels, judged on the check photos."""
    full = lines(run / f"{learner}-all-{seed}.jsonl")
    return next((row for row in done if full and row["check"] >= full[0]["check"] - BAND), None)


def share_start(job: Job, path: Path, weights: Path, run: Path) -> None:
    """Round 0 of a curve is the fit on the seed set, the same for the strategy and for its control."""
    name = replace(job, strategy="start").name
    for row in lines(run / f"{name}.jsonl"):
        copytree(run / "weights" / name / "0", weights / "0", dirs_exist_ok=True)
        append(path, row)


def lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines only: what a kill cut off was never said."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def append(path: Path, row: Mapping[str, Any]) -> None:
    with path.open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(json.dumps(row).encode() + b"\n")


def jobs(args: Namespace, pool: int) -> tuple[list[Job], list[Job]]:
    """What must be there first, and then the curves."""
    first, then = [], []
    for seed in range(args.seeds):
        for learner, size, batch, most in (("cnn", args.first, args.batch, pool), ("frozen", 20, 20, min(400, pool))):
            first += [Job(learner, "all", seed, pool, 0, pool), Job(learner, "start", seed, size, 0, size)]
            then += [Job(learner, strategy, seed, size, batch, most) for strategy in args.strategies.split(",")]
    return first, then


def main() -> None:
    parser = ArgumentParser(description="The cats-and-dogs article's loop, with a control.  Resumes where it was.")
    parser.add_argument("data", type=Path, help="the folder of the photos' .tar.xz and manifest.csv")
    parser.add_argument("run", type=Path, help="where lines, weights, decoded photos and figures go")
    parser.add_argument(
        "--backbone", type=Path, help="ONNX file of the frozen network; else the MobileNetV2 beside the data"
    )
    parser.add_argument("--strategies", default="entropy,random")
    for name, value in (("seeds", 3), ("pool", 2000), ("check", 1000), ("test", 1000), ("first", 1000), ("batch", 100)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes, of one thread each")
    parser.add_argument("--whole", action="store_true", help="note where the article would stop, and go on to the end")
    args = parser.parse_args()
    args.run.mkdir(parents=True, exist_ok=True)
    args.backbone = args.backbone or args.data.parent / "pretrained" / "mobilenet_v2_1.0_224.onnx"
    os.environ["OMP_NUM_THREADS"] = (
        "1"  # for the processes below: two threads that share a core lose more than they gain
    )
    data = photos(args.data, args.run, vars(args))
    with ProcessPoolExecutor(args.workers, get_context("spawn")) as workers:
        for stage in jobs(args, len(data.pool)):
            for name in workers.map(partial(play, data=data, args=args), stage):
                print(f"{name:18} done", flush=True)
    show(args.run, args.run / "cats_dogs_loop.png")


if __name__ == "__main__":
    main()
