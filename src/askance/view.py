"""What a strategy is handed and hands on: the candidates still in play, and what is known of them.  Floor 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from askance import ops
from askance.ops.arrays import working
from askance.signals import SHAPES, Signals

# Names that a strategy function may ask for besides signals; everything else is a signal's name.
GIVEN = frozenset(
    ["utility", "vectors", "reference", "labeled", "labels", "pending", "costs", "ids", "k", "seed", "learner"]
)


@dataclass(frozen=True)
class View:
    """The candidates, one row each, with what the steps so far have made of them.

    utility  (N,) from the last scorer; vectors: from the last embedder, else the embeddings
    known    the labelled samples and then the pending ones, in the same space; None when there are neither
    notes    {scorer: (N,)} what each scorer said, carried along so that a pick can say why
    """

    signals: Signals
    k: int
    seed: int = 0
    utility: np.ndarray | None = None
    vectors: ops.Vecs | None = None
    known: "View | None" = None
    labels: np.ndarray | None = None
    labeled_rows: int = 0
    costs: np.ndarray | None = None
    learner: Any = None
    notes: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.signals)

    def get(self, name: str) -> Any:
        """What a strategy function's parameter of this name receives."""
        match name:
            case "ids":
                return self.signals.ids
            case "utility":
                return np.zeros(len(self)) if self.utility is None else self.utility
            case "vectors":
                return ops.Dense(self.signals["embeddings"]) if self.vectors is None else self.vectors
            case "reference":
                return None if self.known is None else self.known.get("vectors")
            case "labeled":
                return None if self.known is None else self.known.signals.take(np.arange(self.labeled_rows))
            case "pending":
                return (
                    None
                    if self.known is None
                    else self.known.signals.take(np.arange(self.labeled_rows, len(self.known)))
                )
            case "costs":
                return np.ones(len(self)) if self.costs is None else self.costs
            case "k" | "seed" | "labels" | "learner":
                return getattr(self, name)
        a = self.signals[name]
        return working(a) if name in SHAPES else a  # what is known to be numbers to reckon with

    def keep(self, rows: np.ndarray) -> "View":
        """Those rows alone, in that order."""
        return replace(
            self,
            signals=self.signals.take(rows),
            utility=None if self.utility is None else self.utility[rows],
            vectors=None if self.vectors is None else self.vectors[rows],
            costs=None if self.costs is None else self.costs[rows],
            notes={name: a[rows] for name, a in self.notes.items()},
        )

    def part(self, rows: slice) -> "View":
        """A block of rows for a scorer that looks at each row alone: views, no copies."""
        columns = {name: a[rows] for name, a in self.signals.columns.items()}
        return replace(
            self,
            signals=Signals(self.signals.ids[rows], columns),
            utility=None if self.utility is None else self.utility[rows],
            vectors=None if self.vectors is None else self.vectors[rows],
            costs=None if self.costs is None else self.costs[rows],
            notes={},
        )

    def scored(self, utility: np.ndarray, by: str) -> "View":
        """With a new utility.  `by` names it in the reason given with a pick; "" where that tells nobody anything."""
        return replace(self, utility=utility, notes={**self.notes, by: utility} if by else self.notes)
