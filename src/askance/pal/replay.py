"""What happened lately, to learn from again and again.  Floor 1."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Transitions:
    """n decisions: states (n, F), actions (n,) 0 or 1, rewards (n,), waits (n,) arrivals until the next decision,
    nexts (n, F) the state there, ends (n,) bool: there is none."""

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    waits: np.ndarray
    nexts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.actions)


class Replay:
    """Keeps the last `size` transitions and draws from them with replacement."""

    def __init__(self, size: int, width: int):
        self.size, self.count = size, 0
        self._kept = Transitions(
            np.zeros((size, width)),
            np.zeros(size, np.int64),
            np.zeros(size),
            np.zeros(size),
            np.zeros((size, width)),
            np.zeros(size, bool),
        )

    def __len__(self) -> int:
        return min(self.count, self.size)

    def add(self, new: Transitions) -> None:
        places = (self.count + np.arange(len(new))) % self.size
        for name, kept in vars(self._kept).items():
            kept[places] = getattr(new, name)
        self.count += len(new)

    def draw(self, n: int, rng: np.random.Generator) -> Transitions:
        rows = rng.integers(len(self), size=n)
        return Transitions(**{name: kept[rows] for name, kept in vars(self._kept).items()})
