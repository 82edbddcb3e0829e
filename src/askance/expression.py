"""The expressions that strategies are: one function, a number, or others joined by `|`, `+`, `*` and `over`.  Floor 1.

All are View -> View, and print as the text that makes them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import Parameter, signature
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.greedy import finite, lockstep
from askance.kinds import KINDS, Greedy, Kind, Meta, Picks, Utility, Vectors, check_parameter
from askance.signals import sources
from askance.view import GIVEN, View


class Strategy(ABC):
    """Abstract: only the final classes below are made.  All are View -> View, and print as the text that made them."""

    kind: Kind
    gives: frozenset[str]  # {"vectors"} for an embedder
    wants: frozenset[str]  # signals, and "vectors" where an embedder may come first
    local: bool

    @property
    def needs(self) -> frozenset[str]:
        """The signals that a learner must provide."""
        return frozenset("embeddings" if n == "vectors" else n for n in self.wants)

    @abstractmethod
    def __call__(self, view: View) -> View: ...

    @abstractmethod
    def parts(self) -> "tuple[Strategy, ...]": ...

    def atoms(self) -> "list[Atom]":
        """The functions that it is made of, left to right."""
        return [self] if isinstance(self, Atom) else [a for p in self.parts() for a in p.atoms()]

    def __reduce__(self) -> tuple[Any, ...]:
        from askance.spec import parse  # the text is read one floor's neighbour up; only here does a node need it

        return parse, (repr(self),)

    def __or__(self, other: "Strategy | float") -> "Pipe":
        return Pipe(self, lift(other))

    def __add__(self, other: "Strategy | float") -> "Blend":
        return Blend("+", self, lift(other))

    def __radd__(self, other: "Strategy | float") -> "Blend":
        return Blend("+", lift(other), self)

    def __mul__(self, other: "Strategy | float") -> "Blend":
        return Blend("*", self, lift(other))

    def __rmul__(self, other: "Strategy | float") -> "Blend":
        return Blend("*", lift(other), self)


@dataclass(frozen=True)
class Atom(Strategy):
    """One registered function with its hyper-parameters."""

    fn: Callable[..., Any]
    params: tuple[tuple[str, Any], ...] = ()
    meta: Meta = field(default_factory=lambda: Meta(""), compare=False)

    @property
    def name(self) -> str:
        return self.fn.__name__

    @cached_property
    def _signature(self) -> tuple[Any, tuple[str, ...], dict[str, Any]]:
        s = signature(self.fn, eval_str=True)
        words = tuple(p.name for p in s.parameters.values() if p.kind is not Parameter.KEYWORD_ONLY)
        defaults = {p.name: p.default for p in s.parameters.values() if p.kind is Parameter.KEYWORD_ONLY}
        return s.return_annotation, words, defaults

    @property
    def returns(self) -> Kind:
        return self._signature[0]

    @property
    def defaults(self) -> dict[str, Any]:
        return self._signature[2]

    @property
    def kind(self) -> Kind:
        return Picks if self.returns is Greedy else self.returns

    @property
    def gives(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset({"vectors"}) if self.returns is Vectors else frozenset()

    @property
    def wants(self) -> frozenset[str]:  # type: ignore[override]
        words = frozenset("vectors" if w == "reference" else w for w in self._signature[1])
        return words - (GIVEN - {"vectors"})

    @property
    def local(self) -> bool:  # type: ignore[override]
        return self.meta.local

    def parts(self) -> tuple[Strategy, ...]:
        return ()

    def with_(self, **params: Any) -> "Atom":
        for name, value in params.items():
            check_parameter(self.name, name, value, self.defaults, self.meta.bounds)
        merged = {**dict(self.params), **params}
        return replace(self, params=tuple(sorted((n, v) for n, v in merged.items())))

    def start(self, view: View) -> Any:
        return self.fn(*(view.get(w) for w in self._signature[1]), **dict(self.params))

    def __call__(self, view: View) -> View:
        match KINDS[self.returns]:
            case "scorer":
                return view.scored(self._score(view), "" if self.meta.sampled else repr(self))
            case "embedder":
                return self._embed(view)
            case "greedy selector":
                return self._pick_greedily(view)
        return self._pick(view)

    def _score(self, view: View) -> np.ndarray:
        columns = view.signals.columns
        wide = [columns[w] for w in sources(frozenset(self._signature[1]) - GIVEN) if w in columns]
        if self.local and wide:
            # A block at a time: the author writes the formula, the driver keeps the temporaries in the cache.
            tallest = max(wide, key=lambda a: a.nbytes)
            pieces = [
                self._checked(self.start(view.part(rows)), tallest[rows]) for rows in ops.blocks(tallest, scratch=2)
            ]
            out = np.concatenate(pieces) if pieces else np.zeros(0)
        else:
            out = self._checked(self.start(view), view.signals.ids)
        return out

    def _checked(self, out: Any, rows: np.ndarray) -> np.ndarray:
        u = np.asarray(out)
        if u.shape != (len(rows),):
            raise BadStrategy(
                f"{self.name} gave utilities of shape {u.shape} for {len(rows)} rows; it must be one a row"
            )
        u = u.astype(np.float64) if u.dtype.kind in "iub" else u
        if not np.isfinite(u).all():
            raise BadStrategy(f"{self.name} gave a utility that is NaN or infinite")
        if u.min(initial=0.0) < -1e-6:  # 0 is "nothing to learn", so that products and powers mean something
            raise BadStrategy(f"{self.name} gave a negative utility, {u.min():.3g}; the least must be 0")
        return np.maximum(u, 0.0)

    def _embed(self, view: View) -> View:
        if view.known is None:
            return replace(view, vectors=self._vectors(view))
        # What is known is made from itself as `reference` too, and with the same seed: both go through one map.
        same = replace(view.known, known=view.known, seed=view.seed)
        return replace(view, vectors=self._vectors(view), known=replace(view.known, vectors=self._vectors(same)))

    def _vectors(self, view: View) -> ops.Vecs:
        vectors = self.start(view)
        if isinstance(vectors, np.ndarray):
            vectors = ops.Dense(vectors)
        if len(vectors) != len(view) or not np.isfinite(vectors.norms).all():
            raise BadStrategy(
                f"{self.name} gave {len(vectors)} vectors for {len(view)} rows, or some that are not finite"
            )
        return vectors

    def _pick_greedily(self, view: View) -> View:
        rows, scores = self._batch(view)
        kept = view.keep(rows)
        if self.meta.sampled and not self.asks("vectors"):
            return kept  # the scores are keys of a draw, and there is no length to tell
        name, said = (repr(self), scores) if not self.meta.sampled else ("length", np.sqrt(kept.get("vectors").norms))
        return replace(kept.scored(said, name), utility=said if view.utility is None else kept.utility)

    def _batch(self, view: View) -> tuple[np.ndarray, np.ndarray]:
        """(rows, scores) of a greedy selector: by its kernel where it has one, else by the generator itself."""
        kernel = self.meta.kernel
        if kernel is None or not view.k:
            order, scores = lockstep([(self.start(view), view)], view.k)
            return np.array([row for _, row in order], np.int64), scores
        rows, scores = kernel(*(view.get(w) for w in signature(kernel).parameters if w in GIVEN), **dict(self.params))
        return rows, finite(scores)

    def _pick(self, view: View) -> View:
        # Rows go in by id, so that a library's own order-dependence (k-means, trees) cannot show.
        if not self.meta.local:
            view = view.keep(np.argsort(view.signals.ids))
        rows = np.asarray(self.start(view))
        if rows.ndim != 1 or (len(rows) and rows.dtype.kind not in "iu"):
            raise BadStrategy(f"{self.name} must give row numbers (m,), not {rows.dtype} of shape {rows.shape}")
        if len(np.unique(rows)) != len(rows) or (len(rows) and not 0 <= rows.min() <= rows.max() < len(view)):
            raise BadStrategy(f"{self.name} picked a row twice or out of range")
        kept = view.keep(rows)
        if self.meta.local and "place" not in kept.notes:  # best first by utility: the place in the whole pool
            kept = replace(kept, notes={**kept.notes, "place": np.arange(1, len(rows) + 1)})
        return kept

    def asks(self, *words: str) -> bool:
        return any(w in words for w in self._signature[1])

    def __repr__(self) -> str:
        args = ", ".join(f"{k}={v!r}" for k, v in self.params)
        return f"{self.name}({args})" if args else self.name


@dataclass(frozen=True)
class Constant(Strategy):
    """A number as a scorer, for blends."""

    value: float
    kind = Utility
    wants = gives = frozenset()
    local = True

    def __post_init__(self) -> None:
        if not 0 <= self.value < float("inf"):
            raise BadStrategy(f"a number in a strategy must be 0 or more, not {self.value!r}")

    def parts(self) -> tuple[Strategy, ...]:
        return ()

    def __call__(self, view: View) -> View:
        return replace(view, utility=np.full(len(view), self.value))

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True)
class Blend(Strategy):
    """Two scorers added or multiplied, row by row."""

    op: str
    a: Strategy
    b: Strategy
    kind = Utility
    gives = frozenset()

    def __post_init__(self) -> None:
        for side in (self.a, self.b):
            if side.kind is not Utility:
                raise BadStrategy(f"{self.op} joins scorers only, and {side} is a {kind_name(side)}")

    def parts(self) -> tuple[Strategy, ...]:
        return self.a, self.b

    @property
    def wants(self) -> frozenset[str]:  # type: ignore[override]
        return self.a.wants | self.b.wants

    @property
    def local(self) -> bool:  # type: ignore[override]
        return self.a.local and self.b.local

    def __call__(self, view: View) -> View:
        a, b = self.a(view), self.b(view)
        x, y = a.get("utility"), b.get("utility")
        seen = {**a.notes, **b.notes}
        return replace(view, notes=seen).scored(x + y if self.op == "+" else x * y, repr(self))

    def __repr__(self) -> str:
        def wrap(s: Strategy) -> str:
            loose = isinstance(s, Pipe) or (self.op == "*" and isinstance(s, Blend) and s.op == "+")
            return f"({s})" if loose or (s is self.b and isinstance(s, Blend)) else f"{s}"

        return f"{wrap(self.a)} {self.op} {wrap(self.b)}"


@dataclass(frozen=True)
class Pipe(Strategy):
    """One after the other: the second sees what the first left."""

    a: Strategy
    b: Strategy

    def parts(self) -> tuple[Strategy, ...]:
        return self.a, self.b

    @property
    def kind(self) -> Kind:
        return self.b.kind

    @property
    def gives(self) -> frozenset[str]:  # type: ignore[override]
        return self.a.gives | self.b.gives

    @property
    def wants(self) -> frozenset[str]:  # type: ignore[override]
        return self.a.wants | (self.b.wants - self.a.gives)

    @property
    def local(self) -> bool:  # type: ignore[override]
        return self.a.local and self.b.local

    def __call__(self, view: View) -> View:
        return self.b(self.a(view))

    def __repr__(self) -> str:
        return f"{self.a} | ({self.b})" if isinstance(self.b, Pipe) else f"{self.a} | {self.b}"


@dataclass(frozen=True)
class Over(Strategy):
    """Scores boxes, tokens or pixels with `scorer`, and reduces them to their sample by max, min, sum or mean."""

    scorer: Strategy
    how: str = "max"
    kind = Utility
    wants = frozenset({"inner"})
    gives = frozenset()

    def __post_init__(self) -> None:
        if self.scorer.kind is not Utility:
            raise BadStrategy(f"over(...) takes a scorer, and {self.scorer} is a {kind_name(self.scorer)}")
        check_parameter("over", "how", self.how, {"how": "max"}, {"how": ("max", "min", "sum", "mean")})

    def parts(self) -> tuple[Strategy, ...]:
        return (self.scorer,)

    @property
    def local(self) -> bool:  # type: ignore[override]
        return self.scorer.local

    def __call__(self, view: View) -> View:
        inner, offsets = view.signals.inner, view.signals.offsets
        if inner is None or offsets is None:
            raise BadStrategy(
                f"{self} scores what is inside a sample (boxes, tokens, pixels), and these have nothing inside"
            )
        below = self.scorer(View(inner, view.k, view.seed))
        return view.scored(ops.segment(below.get("utility"), offsets, self.how), repr(self))

    def __repr__(self) -> str:
        return f"over({self.scorer}, how={self.how!r})"


def kind_name(s: Strategy) -> str:
    return KINDS[s.kind]


def lift(x: Strategy | float) -> Strategy:
    if isinstance(x, Strategy):
        return x
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        return Constant(float(x))
    raise BadStrategy(f"{x!r} is not a strategy; write parse({x!r}) for a text")
