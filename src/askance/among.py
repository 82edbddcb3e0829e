"""Strategies that are given strategies: `progressive(margin, badge) | max_herding`, `albl(margin, kcenter)`.  Floor 1.

A *form* is a function with a name that stands before the strategies it is given.  There are two sorts.  One looks at
the candidates of this batch alone, and is a part of an expression like any other.  The other, a *chooser*, says how
likely each of its strategies, its *arms*, is to be asked next, from what the rounds before have brought; it needs a
campaign or a simulation that remembers them, so it stands alone.

    @form("Huseljic et al. 2025")
    def progressive(view, arms, *, x=3) -> rows to keep

    @chooser("Auer et al. 2002")
    def exp3(past, *, gamma=0.1) -> (K,) odds, which sum to 1
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature
from typing import Any, TypeVar

from askance.errors import BadStrategy
from askance.expression import Constant, Strategy, kind_name
from askance.kinds import Bounds, Meta, Picks, Utility, check_parameter
from askance.registry import Registry
from askance.strategy import ATOMS, family_of
from askance.view import View

S = TypeVar("S", bound=Strategy)


@dataclass(frozen=True)
class Form:
    """What is registered.

    chooses   it is a chooser: fn(past, **parameters) -> odds; else fn(view, arms, **parameters) -> rows
    adds      a strategy that is among the arms of a chooser whoever names them, "" for none
    measures  it compares models fitted on each arm's own labels, so a validation share must be there
    """

    name: str
    fn: Callable[..., Any]
    meta: Meta
    chooses: bool = False
    adds: str = ""
    measures: bool = False

    @property
    def defaults(self) -> dict[str, Any]:
        words = signature(self.fn).parameters.values()
        return {p.name: p.default for p in words if p.kind is Parameter.KEYWORD_ONLY}


FORMS: Registry[Form] = Registry("strategy", "askance.strategies", BadStrategy)


def form(
    paper: str, *, bounds: dict[str, Bounds] | None = None, cost: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function (view, arms, **parameters) -> rows under its own name."""
    return _registered(paper, bounds, cost)


def chooser(
    paper: str,
    *,
    adds: str = "",
    measures: bool = False,
    bounds: dict[str, Bounds] | None = None,
    cost: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function (past, **parameters) -> (K,) odds under its own name."""
    return _registered(paper, bounds, cost, chooses=True, adds=adds, measures=measures)


def _registered(
    paper: str, bounds: dict[str, Bounds] | None, cost: str, **sort: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(fn: Callable[..., Any]) -> Callable[..., Any]:
        meta = Meta(paper, getdoc(fn) or "", family_of(fn.__module__), bounds=bounds or {}, cost=cost)
        FORMS.add(fn.__name__, Form(fn.__name__, fn, meta, **sort))
        return fn

    return register


@dataclass(frozen=True)
class Among(Strategy):
    """A form with the strategies it is given and its parameters."""

    form: Form
    arms: tuple[Strategy, ...]
    params: tuple[tuple[str, Any], ...] = ()
    kind = Picks
    gives = frozenset()
    local = False

    def __post_init__(self) -> None:
        name = self.form.name
        for word, value in self.params:
            check_parameter(name, word, value, self.form.defaults, self.form.meta.bounds)
        names = [repr(a) for a in self.arms]
        if len(names) < 2:
            given = f"only {names[0]}" if names else "none"
            raise BadStrategy(
                f"{name} is given two strategies or more, as in {name}(margin, kcenter), and here there is {given}"
            )
        for i, arm in enumerate(self.arms):
            if names[i] in names[:i]:
                raise BadStrategy(f"{name} names {names[i]} twice")
            if arm.kind not in (Utility, Picks):
                raise BadStrategy(f"{name} is given scorers and selectors, and {arm} is an {kind_name(arm)}")
            if isinstance(arm, Constant):
                raise BadStrategy(f"{name} is given strategies, and {arm} is a number")
            if (inside := chooser_in(arm)) is not None:
                raise _nested(inside, self)

    @property
    def wants(self) -> frozenset[str]:  # type: ignore[override]
        wanted = frozenset[str]().union(*(a.wants for a in self.arms))
        return wanted | {"probs"} if self.form.chooses else wanted

    def parts(self) -> tuple[Strategy, ...]:
        return self.arms

    def __call__(self, view: View) -> View:
        return view.keep(self.form.fn(view, self.arms, **dict(single(self).params)))

    def __repr__(self) -> str:
        said = [*map(repr, self.arms), *(f"{k}={v!r}" for k, v in self.params)]
        return f"{self.form.name}({', '.join(said)})"


def among(form: Form, arms: tuple[Strategy, ...], params: dict[str, Any]) -> Among:
    """With what the form adds to its arms itself; repr names it too, and it is not added again."""
    given = [repr(a) for a in arms]
    more = (ATOMS[form.adds],) if form.adds and len(arms) > 1 and form.adds not in given else ()
    return Among(form, (*arms, *more), tuple(sorted(params.items())))


def ended(s: Strategy) -> Strategy:
    """A bare scorer gets `| top`."""
    return s if s.kind is Picks else s | ATOMS["top"]


def choosing(s: Strategy) -> Among | None:
    """The strategy itself where it is a chooser, else None."""
    return s if isinstance(s, Among) and s.form.chooses else None


def chooser_in(s: Strategy) -> Among | None:
    """The first chooser that it is, or has inside."""
    inside = (found for part in s.parts() if (found := chooser_in(part)) is not None)
    return choosing(s) or next(inside, None)


def alone(s: Strategy) -> Strategy:
    """The strategy, where no chooser is a part of it; it may be one."""
    for part in s.parts():
        if (inside := chooser_in(part)) is not None:
            raise _nested(inside, s)
    return s


def single(s: S) -> S:
    """The strategy, where it is none that needs a campaign's memory."""
    if (found := chooser_in(s)) is not None:
        raise BadStrategy(
            f"{found.form.name} chooses among strategies from what the rounds of a campaign bring; for one batch name "
            f"one of them, such as {found.arms[0]}"
        )
    return s


def _nested(inside: Among, whole: Strategy) -> BadStrategy:
    return BadStrategy(
        f"{inside.form.name} chooses among strategies while a campaign runs, so it stands alone and not inside {whole}"
    )
