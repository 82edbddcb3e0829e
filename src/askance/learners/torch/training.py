"""Trains a network until its validation loss no longer falls.  Floor 4.

Everything that is random in an epoch comes from (seed, epoch), so that a fit which was killed goes on from its last
checkpoint to the very same weights.  The weights kept are the best of *this* fit: the article's loop kept the best
of all rounds so far, and so threw away what most rounds had learned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.addon import Epoch, Free, Step
from askance.learners.torch.ahead import ahead
from askance.learners.torch.batches import Data, Feeding, augmented, count, in_order, shuffled
from askance.learners.torch.caught import Look
from askance.learners.torch.company import Company, put_back, state_of
from askance.learners.torch.forward import AT_ONCE, forward, repeatable
from askance.learners.torch.pace import speed
from askance.learners.torch.ring import ALONE, Ring
from askance.learners.torch.settings import Settings
from askance.progress import bar

EXTRA = 7301  # keeps the draws of add-ons apart from those of the fit itself
MOMENTS = ("adam", "rivals")  # what the two optimisers remember, in a checkpoint


@dataclass
class Course:
    """How far a fit is.  epochs: one {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"} a pass."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    best: int = 0  # the epoch, from 1, whose weights are the best so far
    mark: float = float("inf")  # the validation loss to beat by min_delta
    waited: int = 0  # epochs since it was beaten
    weights: checkpoint.Tensors = field(default_factory=dict)  # of the best epoch
    failed: str = ""  # why the fit could not go on; then the weights are those of the last good best epoch

    def facts(self) -> dict[str, Any]:
        """All but the weights, as JSON has it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "weights"}

    def over(self, plan: Settings, a_pass: int) -> bool:
        """a_pass: steps in one; patience ends nothing before the `least` steps are done."""
        tired = self.waited >= plan.patience and len(self.epochs) * a_pass >= plan.least
        return len(self.epochs) >= plan.epochs or tired

    def note(self, row: dict[str, float], state: Callable[[], checkpoint.Tensors], plan: Settings) -> None:
        """Keeps the weights if no epoch of this fit was better; without a validation set the last is the best."""
        loss = row.get("val_loss")
        lowest = min((e["val_loss"] for e in self.epochs if "val_loss" in e), default=float("inf"))
        self.epochs.append(row)
        if loss is None or loss < lowest:
            self.best, self.weights = len(self.epochs), state()
        if loss is None or loss < self.mark - plan.min_delta:
            self.mark, self.waited = float("inf") if loss is None else loss, 0
        else:
            self.waited += 1


@dataclass(frozen=True)
class Trainer:
    """One fit: the network and its add-ons, what they are fed, and where the checkpoint lies (None: nowhere).

    free    (M, ...) samples without a label, as they were read, for the add-ons that want some
    keep    the checkpoint is written once more at the end: others are to follow before the whole is done
    runner  the network as torch.compile made it, which takes the steps in its place
    ring    the other processes that train the same network, each on its share of every batch
    """

    net: nn.Module
    plan: Settings
    feed: Feeding
    seed: int
    path: Path | None = None
    company: Company = field(default_factory=Company)
    free: torch.Tensor | None = None
    keep: bool = False
    runner: nn.Module | None = None
    ring: Ring = ALONE

    def fit(self, train: Data, held: Data | None) -> Course:
        """Leaves the network with the best weights, in evaluation mode; `failed` says that it came to no good end."""
        movers, scaler = self._movers(), self._scaler()
        course, a_pass = self._resumed(movers, scaler), count(len(train), self.plan.batch)
        written = monotonic()
        with repeatable(self.feed.device), bar("training", self.plan.epochs) as done:
            while not course.over(self.plan, a_pass):
                row = self._epoch(len(course.epochs) + 1, train, movers, scaler)
                if held is not None and np.isfinite(row["loss"]):
                    row |= self.judge(held)
                course.failed = self._wrong(row)
                if course.failed:
                    break
                course.note(row, partial(state_of, self.net, self.company), self.plan)
                done(len(course.epochs))
                if monotonic() - written >= self.plan.checkpoint:
                    self._write(course, movers, scaler)
                    written = monotonic()
            if self.keep and not course.failed:
                self._write(course, movers, scaler)
            if course.weights:
                put_back(self.net, self.company, course.weights, "memory")
            self._eval()
            if not course.failed:
                speaker = self.company.speaker(self.net)
                self.company.finished(self._after(course.best, train, speaker))
        self._eval()
        return course

    def _write(self, course: Course, movers: list[torch.optim.Optimizer], scaler: "torch.amp.GradScaler") -> None:
        if self.path is not None and self.ring.rank == 0:
            write_course(self.path, course, state_of(self.net, self.company), movers, scaler)

    def _movers(self) -> list[torch.optim.Optimizer]:
        """The optimiser of the network and, where add-ons have rivals to it, theirs."""
        plan, own, rivals = self.plan, self.company.own(), self.company.rivals()
        groups = split_decay(list(self.net.parameters()), plan.decay)
        every = [groups + ([{"params": own, "weight_decay": plan.decay}] if own else [])]
        every += [[{"params": rivals, "weight_decay": plan.decay}]] if rivals else []
        return [torch.optim.AdamW(g, plan.rate, fused=True) for g in every]

    def _scaler(self) -> "torch.amp.GradScaler":
        """Keeps small gradients above what 16 bits can hold; does nothing in other precisions."""
        return torch.amp.GradScaler(self.feed.device.type, enabled=self.plan.precision == "f16")

    def _wrong(self, row: dict[str, float]) -> str:
        """Why the fit cannot go on after this epoch; "" where it can."""
        where = f"in epoch {row['epoch']}; try a rate below {self.plan.rate:g}"
        if not np.isfinite(row["loss"]):
            return f"the training loss is no longer finite {where}"
        if np.isnan(row.get("val_loss", 0.0)) or not all(t.isfinite().all() for t in self.net.parameters()):
            return f"the network's weights are no longer finite {where}"
        return ""

    def _epoch(
        self, epoch: int, train: Data, movers: list[torch.optim.Optimizer], scaler: "torch.amp.GradScaler"
    ) -> dict[str, float]:
        self.net.train()
        self.company.parts.train()
        rng = np.random.default_rng([self.seed, epoch])
        other = np.random.default_rng([self.seed, epoch, EXTRA])
        # Dropout; inside `repeatable`, so nobody else's state is touched.
        torch.manual_seed((int(rng.integers(2**63)) + self.ring.rank) % 2**63)
        total, right = 0.0, 0.0
        batches = list(shuffled(len(train), self.plan.batch, rng))
        shares = [self.ring.mine(rows) for rows in batches]
        params = list(self.net.parameters())
        own = self.ring.own(rng, self.seed, epoch)
        for n, (rows, raw) in enumerate(self._read_ahead(train, shares, own)):
            over = (epoch - 1 + n / len(batches)) / self.plan.epochs
            for group in movers[0].param_groups:
                group["lr"] = self.plan.rate * speed(self.plan, over)
            step = self._step(train, rows, raw, other, over)
            added = self.company.loss(step)
            loss = step.losses.mean() * (len(rows) / len(batches[n]))  # of all that is in the batch, its part
            move(movers[0], loss if added is None else loss + added, scaler, partial(self.ring.sum_gradients, params))
            if len(movers) > 1 and (against := self.company.against(step)) is not None:
                move(movers[1], against, scaler)
            scaler.update()
            self.company.stepped(step)
            total += float(step.losses.detach().sum())
            right += float((step.seen.logits.detach().argmax(1) == step.y).sum())
            if self.ring.alone and not np.isfinite(total):  # others would wait for this one
                return {"epoch": epoch, "loss": total, "accuracy": 0.0}
        self.ring.agree(self.net)
        total, right = self.ring.totals(self.feed.device, total, right)
        self._eval()
        with torch.no_grad():
            self.company.epoched(self._after(epoch, train))
        return {"epoch": epoch, "loss": total / len(train), "accuracy": right / len(train)}

    def _read_ahead(
        self, train: Data, batches: list[np.ndarray], rng: np.random.Generator
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """(rows, what is there, shifted and flipped): on CUDA pinned, and made while the step before runs."""

        def made(rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
            where = torch.from_numpy(rows)
            x = augmented(train.x[where], rng) if self.plan.augment else train.x[where]
            return where, x.pin_memory() if self.feed.device.type == "cuda" else x

        return ahead(made, batches) if self.feed.device.type == "cuda" else map(made, batches)

    def _step(
        self, train: Data, rows: torch.Tensor, taken: torch.Tensor, other: np.random.Generator, over: float
    ) -> Step:
        y = train.y[rows].to(self.feed.device)
        x = self.feed(taken)
        look = Look(self.runner or self.net, self.company.layers, self.plan.precision)
        seen = look(x)
        losses = functional.cross_entropy(seen.logits, y, reduction="none")
        free = self._unlabelled(len(rows), other)
        ids = train.ids[rows.numpy()] if len(train.ids) else train.ids
        return Step(x, y, train.x[rows], rows, seen, losses, free, look, self.feed, other, over, ids)

    def _unlabelled(self, labelled: int, rng: np.random.Generator) -> Free | None:
        count = round(labelled * self.company.free)
        if self.free is None or not len(self.free) or not count:
            return None
        rows = torch.from_numpy(rng.integers(0, len(self.free), count))
        raw = self.free[rows]
        x = self.feed(augmented(raw, rng) if self.plan.augment else raw)
        return Free(x, raw, rows, self.feed, rng, len(self.free))

    def _after(self, epoch: int, train: Data, net: nn.Module | None = None) -> Epoch:
        look = Look(net or self.net, self.company.layers, self.plan.precision)
        return Epoch(epoch, self.plan.epochs, look, self.feed, train, self.free)

    def _eval(self) -> None:
        self.net.eval()
        self.company.parts.eval()

    def judge(self, held: Data) -> dict[str, float]:
        """Loss and accuracy on samples not trained on; those of a class never seen count as wrong and have no loss."""
        self._eval()
        net = self.company.speaker(self.net)
        with torch.inference_mode():
            mine = held.x[self.ring.rank :: self.ring.world]
            logits = torch.cat([self.logits(net, x).cpu() for x in in_order(mine, AT_ONCE)])
            logits = self.ring.whole(logits, len(held), self.feed.device)
        return marks(logits, held.y)

    def logits(self, net: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return forward(net, self.feed(x), self.plan.precision)

    def _resumed(self, movers: list[torch.optim.Optimizer], scaler: "torch.amp.GradScaler") -> Course:
        """Where a killed fit with this very data, seed and settings had got to, else the beginning."""
        if self.path is None or not self.path.is_file():
            return Course()
        try:
            groups, facts = checkpoint.read(self.path)
        except BadLearner:  # a checkpoint only saves time: a damaged one is left out
            return Course()
        put_back(self.net, self.company, groups["now"], str(self.path))
        for name, mover in zip(MOMENTS, movers, strict=False):
            checkpoint.restore_moments(mover, groups.get(name, {}))
        scaler.load_state_dict(facts.pop("scaler"))
        return Course(weights=groups["best"], **facts)


def marks(logits: torch.Tensor, y: torch.Tensor) -> dict[str, float]:
    """val_loss and val_accuracy; a class that was never trained on, -1, counts as wrong and has no loss."""
    known = y >= 0
    loss = functional.cross_entropy(logits[known], y[known]) if known.any() else torch.tensor(float("inf"))
    return {"val_loss": float(loss), "val_accuracy": float((logits.argmax(1) == y).float().mean())}


def split_decay(params: list[nn.Parameter], decay: float) -> list[dict[str, Any]]:
    """Weights shrink; biases, and the scales and shifts of normalisations, which have one dimension, do not."""
    flat = [p for p in params if p.ndim <= 1]
    deep = [p for p in params if p.ndim > 1]
    groups = [{"params": deep, "weight_decay": decay}, {"params": flat, "weight_decay": 0.0}]
    return [g for g in groups if g["params"]]


def move(
    mover: torch.optim.Optimizer,
    loss: torch.Tensor,
    scaler: "torch.amp.GradScaler | None" = None,
    summed: Callable[[], None] = lambda: None,
) -> None:
    """summed: what is done to the gradients before the step."""
    mover.zero_grad()
    (loss if scaler is None else scaler.scale(loss)).backward()  # type: ignore[no-untyped-call]
    summed()
    if scaler is None:
        mover.step()
    else:
        scaler.step(mover)


def write_course(
    path: Path,
    course: Course,
    now: checkpoint.Tensors,
    movers: list[torch.optim.Optimizer],
    scaler: "torch.amp.GradScaler",
) -> None:
    moments = {name: checkpoint.moments_of(mover) for name, mover in zip(MOMENTS, movers, strict=False)}
    facts = course.facts() | {"scaler": scaler.state_dict()}
    checkpoint.write(path, {"now": now, "best": course.weights, **moments}, facts)
