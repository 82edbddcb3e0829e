"""A strategy as the checks see it, and the signals they try it on.  Floor 3."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from askance.among import single
from askance.errors import BadStrategy
from askance.select import select
from askance.signals import Signals
from askance.spec import expand, parse
from askance.strategy import ATOMS, RECIPES, Meta, Recipe, Strategy, Utility
from askance.view import View

What = str | Strategy | Recipe
Maker = Callable[[np.random.Generator, int], np.ndarray]  # (generator, rows) -> the array of a signal

KNOWN = ("probs", "members", "embeddings", "loss")
PREDICTIONS = frozenset({"probs", "members", "logits"})


@dataclass(frozen=True)
class Case:
    """A strategy with what its author said of it.  parameters: {name: default}; `named`: it stands in the registry."""

    name: str
    strategy: Strategy
    meta: Meta
    parameters: Mapping[str, Any] = field(default_factory=dict)
    named: bool = True
    makers: Mapping[str, Maker] = field(default_factory=dict)

    @property
    def scores(self) -> bool:
        return self.strategy.kind is Utility

    @property
    def needs(self) -> frozenset[str]:
        return self.strategy.needs

    @property
    def needs_labels(self) -> bool:
        return any(a.meta.labelled for a in self.strategy.atoms())

    def labelled(self, signals: Signals) -> dict[str, Any]:
        """A dozen labelled samples like these, for a strategy that cannot start without any; else nothing."""
        if not self.needs_labels:
            return {}
        wide = {name: a.shape[-1] for name, a in signals.columns.items()}
        classes = next((wide[name] for name in sorted(PREDICTIONS) if name in wide), 4)
        labeled = self.example(n=12, classes=classes, dim=wide.get("embeddings", 5), seed=9)
        return {"labeled": labeled, "labels": np.arange(12) % 4}

    def example(self, needs: Iterable[str] | None = None, **sizes: int) -> Signals:
        """Signals with what it needs and embeddings, or with the ones named."""
        return example(self.needs | {"embeddings"} if needs is None else needs, makers=self.makers, **sizes)

    def picks(self, signals: Signals, k: int = 8, seed: int = 0, **context: Any) -> list[int]:
        ids: list[int] = select(self.strategy, signals, k, seed, **{**self.labelled(signals), **context}).ids.tolist()
        return ids

    def utility(self, signals: Signals, k: int = 8, seed: int = 0) -> np.ndarray:
        """What a scorer says of every row.  -> (N,)."""
        view = View(signals, k, seed)
        if self.needs_labels:
            given = self.labelled(signals)
            known = View(given["labeled"], 0)
            view = replace(view, known=known, labels=given["labels"], labeled_rows=len(known))
        return np.asarray(self.strategy(view).get("utility"))


def case_of(what: What, makers: Mapping[str, Maker] | None = None) -> Case:
    """A name, a text, a Strategy or a Recipe as a case."""
    if isinstance(what, str) and what in RECIPES:
        what = RECIPES[what]
    if isinstance(what, Recipe):
        strategy = expand(what, {})
        check_flat(strategy)
        own = what.defaults if what.text != what.name else strategy.atoms()[0].defaults
        return Case(what.name, strategy, what.meta, own, what.name in RECIPES or what.name in ATOMS, makers or {})
    strategy = single(parse(what))
    check_flat(strategy)
    atoms = strategy.atoms()
    docs = " ".join(a.meta.doc for a in atoms)
    papers = "; ".join(a.meta.paper for a in atoms)
    return Case(str(strategy), strategy, Meta(papers, docs), named=False, makers=makers or {})


def check_flat(strategy: Strategy) -> None:
    if "inner" in strategy.needs:
        raise BadStrategy(f"{strategy} scores what is inside a sample; the contract is run on the scorer in over(...)")


def example(
    needs: Iterable[str],
    n: int = 60,
    classes: int = 4,
    dim: int = 5,
    members: int = 6,
    seed: int = 0,
    makers: Mapping[str, Maker] | None = None,
) -> Signals:
    """Random signals, arrays read-only so that writing to them raises.  ids differ from seed to seed."""
    rng = np.random.default_rng(seed)
    known: dict[str, Maker] = {
        "probs": lambda rng, n: rng.dirichlet(np.ones(classes), n),
        "members": lambda rng, n: rng.dirichlet(np.ones(classes), (n, members)),
        "logits": lambda rng, n: rng.normal(size=(n, classes)),
        "embeddings": lambda rng, n: rng.normal(size=(n, dim)),
        "decision": lambda rng, n: rng.normal(size=(n, classes)),
        "hidden": lambda rng, n: rng.normal(size=(n, dim)),
        "layers": lambda rng, n: rng.normal(size=(n, 2, 2, dim)),
        "member_layers": lambda rng, n: rng.normal(size=(n, 4, 2, dim)),
        "outputs": lambda rng, n: rng.normal(size=(n, members)),
        "prediction": lambda rng, n: rng.normal(size=n),
        "frequencies": lambda rng, n: rng.integers(0, 9, (n, classes)).astype(float),
        "history": lambda rng, n: rng.integers(0, classes, (n, members)).astype(float),
        "course": lambda rng, n: rng.dirichlet(np.ones(classes), (n, members)),
        "answers": lambda rng, n: rng.integers(-1, classes, (n, members)).astype(float),
    }
    known.update(makers or {})
    columns = {name: np.asarray(known.get(name, plain)(rng, n)) for name in sorted(set(needs))}
    ids = rng.integers(0, 2**63, n).astype(np.uint64)
    return Signals(ids, {name: frozen(a) for name, a in columns.items()})


def plain(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.random(n)


def frozen(a: np.ndarray) -> np.ndarray:
    a.flags.writeable = False
    return a


def alike(signals: Signals, rows: np.ndarray | None = None) -> Signals:
    """The same ids, each with the columns of the given rows (by default the first): copies under their own names."""
    rows = np.zeros(len(signals), np.int64) if rows is None else rows
    return Signals(signals.ids, {name: frozen(a[rows]) for name, a in signals.columns.items()})


def sure(signals: Signals, classes: int = 4, members: int = 6) -> Signals:
    """Predictions of exactly 0 and 1, as a saturated softmax gives them; members agree."""
    hard = np.eye(classes)[np.arange(len(signals)) % classes]
    firm = {"probs": hard, "members": np.repeat(hard[:, None], members, 1), "logits": 1000.0 * hard}
    return Signals(signals.ids, {name: frozen(firm.get(name, a)) for name, a in signals.columns.items()})
