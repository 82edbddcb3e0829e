"""Lightning modules, trained by Lightning: their own training_step, optimisers, schedules and hooks.  Floor 4."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningModule, Trainer
from torch.utils.data import DataLoader, TensorDataset

from askance.errors import BadLearner
from askance.learners.others.model import Arrays
from askance.learners.others.plan import Plan
from askance.learners.others.tensors import arrays_of, put_back, shaped
from askance.learners.torch.batches import Feeding, count, shuffled
from askance.learners.torch.forward import dropouts
from askance.learners.torch.scoring import Scorer, provided

FEED = Feeding(torch.device("cpu"), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


class Batches:
    """Rows in random order, anew each epoch; no batch of one row, which batch normalisation cannot take."""

    def __init__(self, n: int, size: int, seed: int):
        self.n, self.size, self.rng = n, size, np.random.default_rng(seed)

    def __iter__(self) -> Iterator[list[int]]:
        for rows in shuffled(self.n, self.size, self.rng):
            yield rows.tolist()

    def __len__(self) -> int:
        return count(self.n, self.size)


class LightningModel:
    """`factory(classes)` gives a LightningModule whose forward maps a batch to logits; batches are pairs (x, y)."""

    def __init__(self, factory: Callable[[int], Any], plan: Plan):
        self.factory, self.plan = factory, plan
        net = self._made(2)
        self.provides = (*provided(net), *(["members"] if dropouts(net) else []))
        self._asked: tuple[Arrays, Scorer] | None = None

    def fit(self, x: np.ndarray, y: np.ndarray, classes: int, seed: int) -> Arrays:
        net = self._made(classes)
        data = TensorDataset(shaped(x), torch.from_numpy(y.astype(np.int64)))
        loader = DataLoader(data, batch_sampler=Batches(len(y), self.plan.batch, seed))
        with quiet():
            Trainer(
                max_epochs=self.plan.epochs,
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
            ).fit(net, loader)
        return {**arrays_of(net), "classes": np.array(classes), "seed": np.array(seed)}

    def says(self, weights: Arrays, x: np.ndarray) -> dict[str, np.ndarray]:
        if self._asked is None or self._asked[0] is not weights:
            net = self._made(int(weights["classes"]))
            put_back(net, weights)
            whole, seed = int(weights["classes"]), int(weights["seed"])
            self._asked = weights, Scorer(net.eval(), FEED, "f32", whole, seed, self.plan.passes)
        return self._asked[1](shaped(x), frozenset(self.provides))

    def _made(self, classes: int) -> LightningModule:
        net = self.factory(classes)
        if not isinstance(net, LightningModule):
            raise BadLearner(
                f"a factory of Lightning must return a lightning.pytorch.LightningModule, not {type(net).__name__}"
            )
        return net


@contextmanager
def quiet() -> Iterator[None]:
    """Lightning tells of devices on a logger and by warnings, of no use to those who label."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
