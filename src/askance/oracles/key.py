"""An answer key: what is known already, as it is, or with mistakes as people make them.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.errors import BadConfig, BadLabel
from askance.protocols import Item

WRONG, WHICH = 2001, 2002  # draws of ops.noise, apart from those of strategies and shares


@dataclass(frozen=True)
class AnswerKey:
    """{id: label}.  It declines what it does not know."""

    answers: Mapping[int, str]

    def __call__(self, item: Item) -> str | None:
        return self.answers.get(item.id)


@dataclass(frozen=True)
class NoisyKey:
    """An answer key that gives another class with probability `wrong`, the same one every time it is asked."""

    answers: Mapping[int, str]
    wrong: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.wrong <= 1:
            raise BadConfig(f"the share of wrong answers lies from 0 to 1, not at {self.wrong}")
        if self.wrong and len(set(self.answers.values())) < 2:
            raise BadLabel("a noisy answer key needs two classes or more: there is no other class to give")

    def __call__(self, item: Item) -> str | None:
        right = self.answers.get(item.id)
        if right is None or self._draw(item, WRONG) >= self.wrong:
            return right
        classes = item.classes or tuple(sorted(set(self.answers.values())))
        others = [c for c in classes if c != right]
        return others[int(self._draw(item, WHICH) * len(others))]

    def _draw(self, item: Item, draw: int) -> float:
        return float(ops.noise(self.seed, np.array([item.id], np.uint64), draw)[0])
