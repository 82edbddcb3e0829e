"""What the floors above are made of, as protocols: no inheritance is asked of anybody.  Floor 1."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from askance.samples import Kind, Samples
from askance.signals import Signals


class Pool(Protocol):
    """Where the samples lie.  `open_pool(text)` makes one; its picks are ids, never positions."""

    @property
    def kind(self) -> Kind: ...
    @property
    def ids(self) -> np.ndarray:
        """(N,) uint64, distinct, in the order of the source."""

    @property
    def names(self) -> np.ndarray:
        """(N,) object: what a person calls each."""

    @property
    def duplicates(self) -> Sequence[tuple[str, str]]:
        """(left out, same as): the same content under two names is one sample."""

    @property
    def skipped(self) -> Mapping[str, str]:
        """name -> why it could not be read; these are not in `ids`."""

    def __len__(self) -> int: ...

    def take(self, ids: np.ndarray) -> Samples:
        """The samples with these ids, in this order.  An unknown id is a BadPool that names it."""

    def shards(self, rows: int) -> Iterator[Callable[[], Samples]]:
        """The whole pool in pieces of about `rows`, each read only when called."""

    def answers(self) -> Mapping[int, str]:
        """id -> label, where the source itself tells (class folders, a label column that was named); else empty."""


@dataclass(frozen=True)
class FitReport:
    """What a fit has to say.  epochs: one {"epoch", "loss", ...} a pass, empty where there are no passes."""

    epochs: tuple[Mapping[str, float], ...] = ()
    chosen: Mapping[str, Any] = field(default_factory=dict)  # hyper-parameters that were chosen, e.g. {"C": 0.1}
    validation: Mapping[str, float] = field(default_factory=dict)  # {"accuracy": .93, "n": 40}, on data not trained on
    seconds: float = 0.0


@runtime_checkable
class Learner(Protocol):
    """Learns from labelled samples, and says what it thinks of others."""

    @property
    def provides(self) -> frozenset[str]:
        """Signals it gives once it is fitted."""

    @property
    def cold(self) -> frozenset[str]:
        """The ones it gives before any fit (embeddings of a frozen backbone), a part of `provides`."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Columns of probs, sorted; () before the first fit."""

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Learns anew from all the labels so far.  The same samples in any order, labels and seed give the same
        model.  One class alone is a BadLearner that says so.  Samples that cannot be read are left out."""

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        """At least the signals needed.  Rows that cannot be read are left out, and named in `Signals.skipped`."""

    def save(self, folder: Path) -> None:
        """Writes what was learned, without pickle; `load` brings it back."""

    def load(self, folder: Path) -> None: ...


class Oracle(Protocol):
    """Who answers: an answer key, a person, a program."""

    def __call__(self, item: "Item") -> str | None:
        """The label; None when it declines."""


@dataclass(frozen=True)
class Item:
    """One sample as an oracle sees it.  `content`: the text, where the image or recording lies, or {column: value}."""

    id: int
    name: str
    kind: Kind
    content: Any
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a stopping rule thinks.  It is shown, and acts only where the user said so."""

    stop: bool
    value: float  # what was measured; nan when it could not be
    why: str  # one sentence with the figure and the threshold
    rule: str = ""


class StoppingRule(Protocol):
    def __call__(self, history: Any) -> Verdict:
        """`history`: askance.stopping.History."""


class LabelKind(Protocol):
    """What sort of answer is wanted."""

    name: str

    def check(self, value: Any) -> str:
        """The value as it is stored, or BadLabel naming what would be right."""

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
