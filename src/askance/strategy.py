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

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import Parameter, getdoc, signature
from typing import Annotated, Any

import numpy as np

from askance import ops
from askance.errors import BadStrategy, nearest
from askance.greedy import lockstep
from askance.registry import Registry
from askance.signals import sources
from askance.view import GIVEN, View

Utility = Annotated[np.ndarray, "utility"]
Vectors = Annotated[Any, "vectors"]
Picks = Annotated[np.ndarray, "picks"]
Greedy = Generator[np.ndarray, View, None]
Kind = Any  # one of the four above
Bounds = tuple[Any, ...]  # (low, high), either None; or the words that are allowed

KINDS: dict[Any, str] = {Utility: "scorer", Vectors: "embedder", Picks: "selector", Greedy: "greedy selector"}


@dataclass(frozen=True)
class Meta:
    """What the author says of a part besides its signature."""

    paper: str
    doc: str = ""
    family: str = ""
    local: bool = False  # row i of the result depends on row i alone
    part: bool = False  # of use only inside an expression: not listed as a strategy
    lockstep: bool = True  # a greedy selector gives the same picks run shard by shard
    sampled: bool = False  # its scores are keys of a random draw, which say nothing to a person
    bounds: dict[str, Bounds] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)  # contract check -> why; strict: passing is a failure too
    cost: str = ""  # e.g. "O(N C)"


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
        vectors = self.start(view)
        if isinstance(vectors, np.ndarray):
            vectors = ops.Dense(vectors)
        if len(vectors) != len(view) or not np.isfinite(vectors.norms).all():
            raise BadStrategy(
                f"{self.name} gave {len(vectors)} vectors for {len(view)} rows, or some that are not finite"
            )
        return replace(view, vectors=vectors, known=view.known and self(view.known))

    def _pick_greedily(self, view: View) -> View:
        rows, scores = lockstep([(self.start(view), view)], view.k)
        kept = view.keep(np.array([row for _, row in rows], np.int64))
        name, said = (repr(self), scores) if not self.meta.sampled else ("length", np.sqrt(kept.get("vectors").norms))
        return replace(kept.scored(said, name), utility=said if view.utility is None else kept.utility)

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


WORDS = {int: "a whole number", float: "a number", str: "a word in quotes", bool: "True or False"}


def check_parameter(owner: str, name: str, value: Any, defaults: dict[str, Any], bounds: dict[str, Bounds]) -> None:
    """A BadStrategy that names the strategy, the parameter and what would be right."""
    if name not in defaults:
        has = f"it has {', '.join(defaults)}" if defaults else "it has none"
        raise BadStrategy(f"{owner} has no parameter {name!r}; {has}{nearest(name, defaults)}")
    wanted = type(defaults[name])
    fits = isinstance(value, wanted) or (wanted is float and isinstance(value, int))
    if defaults[name] is not None and (not fits or (isinstance(value, bool) and wanted is not bool)):
        raise BadStrategy(f"{owner}: {name} must be {WORDS.get(wanted, wanted.__name__)}, not {value!r}")
    limit = bounds.get(name)
    if limit is None or value is None:
        return
    if any(isinstance(w, str) for w in limit):
        if value not in limit:
            raise BadStrategy(f"{owner}: {name} must be one of {', '.join(map(repr, limit))}, not {value!r}")
        return
    low, high = limit
    if (low is not None and not value >= low) or (high is not None and not value <= high):
        span = f"{low} or more" if high is None else f"{high} or less" if low is None else f"from {low} to {high}"
        raise BadStrategy(f"{owner}: {name} must be {span}, not {value!r}")


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
    bounds: dict[str, Bounds] | None = None,
    fails: dict[str, str] | None = None,
    cost: str = "",
) -> Callable[[Callable[..., Any]], Atom]:
    """The one decorator: registers a function under its own name.  A scorer or embedder is local unless it says no."""

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
