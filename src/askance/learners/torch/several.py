"""One fit on several devices: a process for each, started here and gone when it is done.  Floor 4.

Processes are given what they need as files, and nothing pickled: a script that fits a learner needs no guard around its
main part, as one that uses `multiprocessing` does.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from askance.errors import AskanceError, BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.addon import AddOn
from askance.learners.torch.batches import Data, Feeding, count
from askance.learners.torch.company import Company
from askance.learners.torch.compiled import compiled
from askance.learners.torch.devices import placed
from askance.learners.torch.factories import Factory, open_factory
from askance.learners.torch.forward import out_of_memory
from askance.learners.torch.ring import joined
from askance.learners.torch.settings import Settings
from askance.learners.torch.training import Course, Trainer
from askance.progress import REPORTER, bar

ENOUGH = 8  # samples of a batch for each device, or about: below, they wait for each other more than they compute
NO_MEMORY, FAULT, DESERTED = 77, 78, 79  # how a process ends: what went wrong with it, or that another is gone
WORK, DATA, DONE, MEETING, SAID = "work.safetensors", "data.safetensors", "done.safetensors", "meeting", "said"


def sharing(devices: Sequence[torch.device], n: int, batch: int) -> Sequence[torch.device]:
    """Those that a fit on n samples is shared among: each has `ENOUGH` of every batch, or the first does it alone."""
    return devices[: max(1, round(n / count(n, batch) / ENOUGH))]


@dataclass(frozen=True)
class Work:
    """What each process is given.  path, keep: of the checkpoint, as `Trainer` has them."""

    factory: Factory
    train: Data
    held: Data
    classes: int
    seed: int
    plan: Settings
    path: Path | None
    keep: bool

    def facts(self, devices: Sequence[torch.device]) -> dict[str, Any]:
        return {
            "factory": self.factory.text,
            "kind": kind_of(self.factory),
            "devices": [str(d) for d in devices],
            "classes": self.classes,
            "seed": self.seed,
            "plan": asdict(self.plan),
            "path": None if self.path is None else str(self.path.resolve()),
            "keep": self.keep,
        }


def fit_on(devices: Sequence[torch.device], work: Work, net: nn.Module) -> Course:
    """As `Trainer.fit` from the weights of `net`, which has the best ones at the end."""
    with tempfile.TemporaryDirectory(prefix="askance-devices-") as name:
        folder = Path(name)
        checkpoint.write(folder / WORK, {"now": checkpoint.weights_of(net)}, work.facts(devices))
        both = (("train", work.train), ("held", work.held))
        save_file({f"{role}/{what}": t for role, d in both for what, t in _parts(d)}, folder / DATA)
        with bar("training", work.plan.epochs) as done:
            _run(folder, len(devices), done)
        groups, facts = checkpoint.read(folder / DONE)
    course = Course(weights=groups.get("best", {}), **facts)
    if course.weights:
        checkpoint.restore(net, course.weights, "memory")
    net.eval()
    return course


def check_several(factory: Factory, addons: Sequence[AddOn]) -> None:
    """Refuses what one process alone can do."""
    if addons:
        names = " and ".join(a.name for a in addons)
        raise BadLearner(f"{names} must see all of every batch, and cannot be trained on several devices: name one")
    open_factory(factory.text, kind_of(factory))  # each process makes the network anew, by this text


def kind_of(factory: Factory) -> Any:
    return "image" if factory.tokens is None else "text"


def _parts(d: Data) -> list[tuple[str, torch.Tensor]]:
    return [("x", d.x.contiguous()), ("y", d.y), ("ids", torch.from_numpy(d.ids.view(np.int64).copy()))]


def _run(folder: Path, world: int, done: Any) -> None:
    """Until all are done; where one fails the others, which would wait for it for ever, are ended."""
    words = [sys.executable, "-m", "askance.learners.torch.several", str(folder)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    running: list[subprocess.Popen[str]] = []
    with (folder / SAID).open("w+", encoding="utf-8", errors="replace") as said:
        try:
            for rank in range(world):
                out = subprocess.PIPE if rank == 0 else subprocess.DEVNULL
                one = subprocess.Popen([*words, str(rank)], stdout=out, stderr=said, env=env, text=True)
                running.append(one)
            _watch(running, done)
        finally:
            for one in running:
                if one.poll() is None:
                    one.kill()
                one.wait()
                if one.stdout is not None:
                    one.stdout.close()
        wrong = [one.returncode for one in running if one.returncode]
        if wrong:
            said.seek(0)
            raise _failed(folder, wrong, said)


def _watch(running: Sequence[subprocess.Popen[str]], done: Any) -> None:
    first = running[0].stdout
    assert first is not None
    os.set_blocking(first.fileno(), False)
    told, going = "", True
    while going:  # once more after the end, for what was told last
        time.sleep(0.02)
        going = any(one.poll() is None for one in running) and not any(one.returncode for one in running)
        with suppress(BlockingIOError, TypeError):
            told += first.read() or ""
        *lines, told = told.split("\n")
        if lines:
            done(int(lines[-1]))


def _failed(folder: Path, codes: Sequence[int], said: IO[str]) -> Exception:
    """What became of it: where one failed, the others have lost it, and that is not what went wrong."""
    if NO_MEMORY in codes:
        return torch.OutOfMemoryError("one of the devices ran out of memory")
    for path in sorted(folder.glob(f"{SAID}-*")):
        return BadLearner(path.read_text("utf-8"))
    last = [line for line in said.read().splitlines() if line.strip()][-1:] or ["without a word"]
    return BadLearner(f"a process that trained on one of several devices is gone, with {codes[0]}: {last[0]}")


# ------------------------------------------------------------------------------------------- in one of the processes


def main(name: str, rank: int) -> int:
    folder = Path(name)
    threading.Thread(target=_with_parent, args=(os.getppid(),), daemon=True).start()
    try:
        return _share(folder, rank)
    except Exception as e:
        if isinstance(e, RuntimeError) and out_of_memory(e):
            return NO_MEMORY
        if isinstance(e, torch.distributed.DistError) or any(word in str(e) for word in ("gloo/", "NCCL")):
            return DESERTED
        said = str(e) if isinstance(e, AskanceError) else f"in training on {rank + 1} of several devices: {e!r}"
        (folder / f"{SAID}-{rank}").write_text(said, "utf-8")
        return FAULT


def _with_parent(parent: int) -> None:
    """Nobody waits for the outcome once whoever asked for it is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _share(folder: Path, rank: int) -> int:
    groups, facts = checkpoint.read(folder / WORK)
    data, plan = load_file(folder / DATA), Settings(**facts["plan"])
    train, held = _data(data, "train"), _data(data, "held")
    devices = [torch.device(d) for d in facts["devices"]]
    device, world = devices[rank], len(devices)
    if device.type == "cpu":
        torch.set_num_threads(max(1, torch.get_num_threads() // world))
    factory = open_factory(facts["factory"], facts["kind"])
    feed = Feeding(device, factory.mean, factory.scale)
    net = placed(factory.network(facts["classes"], facts["seed"]), device)
    checkpoint.restore(net, groups["now"], "the fit's beginning")
    runner, _ = compiled(net, feed(train.x[:2]), Company()) if plan.compile else (None, "")
    path = None if facts["path"] is None else Path(facts["path"])
    if rank == 0:  # what `_watch` reads
        REPORTER.set(lambda what, total: lambda n: print(n, flush=True) if n > 0 else None)
    with joined(device, rank, world, str(folder / MEETING)) as ring:
        trainer = Trainer(net, plan, feed, facts["seed"], path, keep=facts["keep"], runner=runner, ring=ring)
        course = trainer.fit(train, held if len(held) else None)
    if rank == 0:
        checkpoint.write(folder / DONE, {"best": course.weights}, course.facts())
    return 0


def _data(tensors: dict[str, torch.Tensor], role: str) -> Data:
    x, y, ids = (tensors[f"{role}/{what}"] for what in ("x", "y", "ids"))
    return Data(x, y, ids.numpy().view(np.uint64))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
