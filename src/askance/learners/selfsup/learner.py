"""Features learned from the pool without labels, with a linear head.  Floor 4."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from askance import ops
from askance.errors import BadLearner
from askance.learners.cache import default_folder
from askance.learners.frozen import FrozenLearner
from askance.learners.selfsup.backbone import encoder_of
from askance.learners.selfsup.recipe import Recipe
from askance.learners.selfsup.training import learned
from askance.learners.torch import checkpoint
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.reading import Reader
from askance.learners.training import check_needs, unprepared
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

DRAW = 7403  # keeps these draws apart from those of strategies and folds
FILE = "encoder.safetensors"


class SelfSupervisedLearner:
    """Provides embeddings, probs, and members where there are 2 or more; embeddings from `prepare` on.

    `prepare` learns the encoder from the photos that it is given, whatever role they have in a campaign: no label is
    looked at, but photos that are later measured on are among them, where the pool holds them.

    cache   a folder for weights, features and decoded photos; None is the user's cache
    strict  a photo that cannot be read stops everything; else it is left out and named in `Signals.skipped`
    """

    cold = frozenset({"embeddings"})

    def __init__(self, recipe: Recipe, cache: Path | None = None, members: int = 0, strict: bool = False):
        self.recipe, self.cache, self.members = recipe, cache, members
        self.text = f"ssl:{recipe.method}"
        self.strict = strict
        self.provides = frozenset({"embeddings", "probs", "members"} if members else {"embeddings", "probs"})
        self._weights: checkpoint.Tensors = {}
        self._inner: FrozenLearner | None = None
        self._given = False  # whether the pool was shown, or the labelled photos had to do

    @property
    def classes(self) -> tuple[str, ...]:
        return () if self._inner is None else self._inner.classes

    def prepare(self, samples: Samples) -> None:
        """Learns the encoder; minutes for thousands of photos.  A run that was killed goes on where it was."""
        self._learn(samples)
        self._given = True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Refits the head.  Where no pool was shown, the encoder is learned from the labelled photos alone."""
        if not self._given:
            self._learn(samples)
        return self._ready().fit(samples, labels, seed=seed, validation=validation)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        inner = self._ready()
        check_needs(self.text, self.provides, self.provides if inner.classes else self.cold, needs)
        return inner.signals(samples, needs)

    def save(self, folder: Path) -> None:
        inner = self._ready()
        checkpoint.write(folder / FILE, {"encoder": self._weights}, {"learner": "ssl", "recipe": asdict(self.recipe)})
        inner.save(folder)

    def load(self, folder: Path) -> None:
        """Brings encoder and head back, without the pool."""
        groups, facts = checkpoint.read(folder / FILE)
        made = facts.get("recipe", {})
        if (made.get("method"), made.get("size"), made.get("width")) != (
            self.recipe.method,
            self.recipe.size,
            self.recipe.width,
        ):
            raise BadLearner(f"{folder / FILE} was learned by {made}, and this learner is {asdict(self.recipe)}")
        self._place(groups["encoder"])
        self._ready().load(folder)
        self._given = True

    def _learn(self, samples: Samples) -> None:
        if samples.kind != "image":
            raise BadLearner(f"{self.text} reads image samples, and these are {samples.kind}")
        order = np.argsort(ops.noise(self.recipe.seed, samples.ids, DRAW), kind="stable")[: self.recipe.limit]
        chosen = samples.take(order[np.argsort(samples.ids[order], kind="stable")])
        home = self._home()
        photos = Reader(self.text, Decoded(self.recipe.size, self._photos()), self.strict)(chosen).x
        self._place(learned(self.recipe, photos, home))

    def _place(self, weights: checkpoint.Tensors) -> None:
        text = f"{self.text}?size={self.recipe.size}"
        self._weights = weights
        self._inner = FrozenLearner(encoder_of(text, self.recipe, weights), self.cache, self.members, self.strict)

    def _ready(self) -> FrozenLearner:
        if self._inner is None:
            raise unprepared(self.text)
        return self._inner

    def _home(self) -> Path:
        return (default_folder().parent if self.cache is None else self.cache) / "ssl"

    def _photos(self) -> Path | None:
        # The user's cache is shared by pools, whose ids may be the same for other photos: nothing is kept there.
        return None if self.cache is None else self.cache / f"photos-{self.recipe.size}"
