"""A strategy is an expression of small pure functions.  Floor 1.

    @strategy("Shannon 1948")
    def entropy(probs) -> Utility: ...

The parameter names before the `*` say what the function needs; the keyword-only ones are its hyper-parameters; the
return annotation says what it is:

    Utility  (N,)    a scorer: higher is more worth asking, never negative, 0 = nothing to learn
    Vectors  (N, D)  an embedder: the space in which diversity is measured
    Picks    (m,)    a selector: rows to keep, best first
    Greedy           a selector that picks one at a time: a generator that yields a score for every row and is sent
                     the row picked, as a View of one; masks, ties and k are not its job

Strategies compose with `|` (pipe), `+` and `*` (blend scorers):  margin | top(x=10) | kmeans
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import getdoc
from typing import Any

import numpy as np

from askance.errors import BadStrategy
from askance.expression import Atom, Blend, Constant, Over, Pipe, Strategy, kind_name, lift
from askance.kinds import KINDS, Bounds, Greedy, Meta, Picks, Utility, Vectors, check_parameter
from askance.registry import Registry

__all__ = [
    "ATOMS",
    "KINDS",
    "RECIPES",
    "Atom",
    "Blend",
    "Bounds",
    "Constant",
    "Greedy",
    "Meta",
    "Over",
    "Picks",
    "Pipe",
    "Recipe",
    "Strategy",
    "Utility",
    "Vectors",
    "check_parameter",
    "kind_name",
    "lift",
    "recipe",
    "strategy",
]


@dataclass(frozen=True)
class Recipe:
    """A published method: a name for an expression over parts, with defaults for what its text leaves open."""

    name: str
    text: str
    meta: Meta
    defaults: dict[str, Any] = field(default_factory=dict)


ATOMS: Registry[Atom] = Registry("strategy", "askance.strategies", BadStrategy)
RECIPES: Registry[Recipe] = Registry("strategy", "askance.strategies", BadStrategy)


def family_of(module: str) -> str:
    """askance.strategies.diversity.kcenter -> diversity; a module of another package gives that package's name."""
    parts = module.split(".")
    return parts[2].replace("_", " ") if parts[:2] == ["askance", "strategies"] and len(parts) > 3 else parts[0]


def strategy(
    paper: str,
    *,
    local: bool | None = None,
    part: bool = False,
    lockstep: bool = True,
    sampled: bool = False,
    kernel: Callable[..., tuple[np.ndarray, np.ndarray]] | None = None,
    labelled: bool = False,
    bounds: dict[str, Bounds] | None = None,
    fails: dict[str, str] | None = None,
    cost: str = "",
) -> Callable[[Callable[..., Any]], Atom]:
    """The one decorator: registers a function under its own name.  A scorer or embedder is local unless it says no.

    kernel  for a greedy selector: a function of `vectors reference k ids seed ...`, by name, and the hyper-parameters,
            that gives (rows, scores) of the whole batch at once, as the generator would
    """

    def register(fn: Callable[..., Any]) -> Atom:
        returns = Atom(fn).returns
        if returns not in KINDS:
            raise BadStrategy(f"{fn.__name__} must say what it returns: -> Utility, Vectors, Picks or Greedy")
        meta = Meta(
            paper=paper,
            doc=getdoc(fn) or "",
            family=family_of(fn.__module__),
            local=returns in (Utility, Vectors) if local is None else local,
            part=part,
            lockstep=lockstep,
            sampled=sampled,
            kernel=kernel,
            labelled=labelled,
            bounds=bounds or {},
            fails=fails or {},
            cost=cost,
        )
        atom = Atom(fn, meta=meta)
        ATOMS.add(atom.name, atom)
        if not part and returns is not Vectors:
            RECIPES.add(atom.name, Recipe(atom.name, atom.name, atom.meta))
        return atom

    return register


def recipe(
    name: str,
    text: str,
    *,
    paper: str,
    doc: str,
    module: str,
    bounds: dict[str, Bounds] | None = None,
    fails: dict[str, str] | None = None,
    cost: str = "",
    **defaults: Any,
) -> None:
    """Names an expression:  recipe("dbal", "margin | top(x=beta) | kmeans(...)", beta=10, ..., module=__name__)."""
    meta = Meta(paper, doc, family_of(module), bounds=bounds or {}, fails=fails or {}, cost=cost)
    RECIPES.add(name, Recipe(name, text, meta, defaults))
