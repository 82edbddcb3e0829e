"""Trains a network until its validation loss no longer falls.  Floor 4.

Everything that is random in an epoch comes from (seed, epoch), so that a fit which was killed goes on from its last
checkpoint to the very same weights.  The weights kept are the best of *this* fit: the article's loop kept the best
of all rounds so far, and so threw away what most rounds had learned.
"""

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.batches import Data, Feeding, augmented, in_order, shuffled
from askance.learners.torch.forward import AT_ONCE, forward, repeatable
from askance.learners.torch.settings import Settings
from askance.progress import bar


@dataclass
class Course:
    """How far a fit is.  epochs: one {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"} a pass."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    best: int = 0  # the epoch, from 1, whose weights are the best so far
    mark: float = float("inf")  # the validation loss to beat by min_delta
    waited: int = 0  # epochs since it was beaten
    weights: checkpoint.Tensors = field(default_factory=dict)  # of the best epoch

    def over(self, plan: Settings) -> bool:
        return len(self.epochs) >= plan.epochs or self.waited >= plan.patience

    def note(self, row: dict[str, float], net: nn.Module, plan: Settings) -> None:
        """Keeps the weights if no epoch of this fit was better; without a validation set the last is the best."""
        loss = row.get("val_loss")
        lowest = min((e["val_loss"] for e in self.epochs if "val_loss" in e), default=float("inf"))
        self.epochs.append(row)
        if loss is None or loss < lowest:
            self.best, self.weights = len(self.epochs), checkpoint.weights_of(net)
        if loss is None or loss < self.mark - plan.min_delta:
            self.mark, self.waited = float("inf") if loss is None else loss, 0
        else:
            self.waited += 1


@dataclass(frozen=True)
class Trainer:
    """One fit: the network, what it is fed, and where its checkpoint lies (None: nowhere)."""

    net: nn.Module
    plan: Settings
    feed: Feeding
    seed: int
    path: Path | None = None

    def fit(self, train: Data, held: Data | None) -> Course:
        """Leaves the network with the best weights, in evaluation mode."""
        optimiser = torch.optim.AdamW(self.net.parameters(), self.plan.rate, weight_decay=self.plan.decay, fused=True)
        course = self._resumed(optimiser)
        written = monotonic()
        with repeatable(self.feed.device), bar("training", self.plan.epochs) as done:
            while not course.over(self.plan):
                row = self._epoch(len(course.epochs) + 1, train, optimiser)
                if held is not None:
                    row |= self.judge(held)
                course.note(row, self.net, self.plan)
                done(len(course.epochs))
                if self.path is not None and monotonic() - written >= self.plan.checkpoint:
                    write_course(self.path, course, self.net, optimiser)
                    written = monotonic()
        checkpoint.restore(self.net, course.weights, "memory")
        self.net.eval()
        return course

    def _epoch(self, epoch: int, train: Data, optimiser: torch.optim.Optimizer) -> dict[str, float]:
        self.net.train()
        rng = np.random.default_rng([self.seed, epoch])
        torch.manual_seed(int(rng.integers(2**63)))  # dropout; inside `repeatable`, so nobody else's state is touched
        total, right = 0.0, 0
        for rows in map(torch.from_numpy, shuffled(len(train), self.plan.batch, rng)):
            x, y = train.x[rows], train.y[rows].to(self.feed.device)
            logits = self.logits(augmented(x, rng) if self.plan.augment else x)
            loss = functional.cross_entropy(logits, y)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach()) * len(rows)
            right += int((logits.detach().argmax(1) == y).sum())
        if not np.isfinite(total):
            raise BadLearner(
                f"the training loss is no longer finite in epoch {epoch}; try a rate below {self.plan.rate:g}"
            )
        return {"epoch": epoch, "loss": total / len(train), "accuracy": right / len(train)}

    def judge(self, held: Data) -> dict[str, float]:
        """Loss and accuracy on samples not trained on; those of a class never seen count as wrong and have no loss."""
        self.net.eval()
        with torch.inference_mode():
            logits = torch.cat([self.logits(x).cpu() for x in in_order(held.x, AT_ONCE)])
        known = held.y >= 0
        loss = functional.cross_entropy(logits[known], held.y[known]) if known.any() else torch.tensor(float("inf"))
        return {"val_loss": float(loss), "val_accuracy": float((logits.argmax(1) == held.y).float().mean())}

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        return forward(self.net, self.feed(x), self.plan.precision)

    def _resumed(self, optimiser: torch.optim.Optimizer) -> Course:
        """Where a killed fit with this very data, seed and settings had got to, else the beginning."""
        if self.path is None or not self.path.is_file():
            return Course()
        try:
            groups, facts = checkpoint.read(self.path)
        except BadLearner:  # a checkpoint only saves time: a damaged one is left out
            return Course()
        checkpoint.restore(self.net, groups["now"], str(self.path))
        checkpoint.restore_moments(optimiser, groups["adam"])
        return Course(weights=groups["best"], **facts)


def write_course(path: Path, course: Course, net: nn.Module, optimiser: torch.optim.Optimizer) -> None:
    groups = {"now": checkpoint.weights_of(net), "adam": checkpoint.moments_of(optimiser), "best": course.weights}
    facts = {"epochs": course.epochs, "best": course.best, "mark": course.mark, "waited": course.waited}
    checkpoint.write(path, groups, facts)
