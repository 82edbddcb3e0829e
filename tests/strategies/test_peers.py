"""Mistakes that other libraries made everywhere at once, held against every strategy; docs/pitfalls.md lists them all.

What was found in one method of theirs may happen in any of ours, so most tests here run over all that is discovered.
"""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

import askance
from askance import contract, ops
from askance.describe import Entry, Parameter, entries
from askance.errors import BadStrategy
from askance.greedy import lockstep
from askance.learners import make_learner
from askance.learners.committee import bootstrap
from askance.pools import open_pool
from askance.select import select
from askance.signals import Signals
from askance.simulate import simulate
from askance.strategy import ATOMS, RECIPES, Atom, Meta, Utility
from askance.view import View
from extras import INSTALL, installed

SOURCES = sorted(Path(askance.__file__).parent.rglob("*.py"))
EVERY = [e for e in entries() if not e.part]
NAMES = [e.name for e in EVERY]


def known(case: contract.Case, labels: np.ndarray | None = None, n: int = 12, dim: int = 5) -> dict[str, object]:
    return {"labeled": case.example(n=n, seed=9, dim=dim), "labels": np.arange(n) % 4 if labels is None else labels}


def blobs(*sizes: int, apart: float = 10.0) -> np.ndarray:
    """Tight groups far from each other."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(0)
    return apart * which[:, None] * np.ones(3) + 0.1 * rng.normal(size=(len(which), 3))


# ------------------------------------------------------------------------------------------------ how many, and which


@pytest.mark.parametrize("name", NAMES)
def test_fewer_than_twice_k(name: str) -> None:
    """small-text: argselect of 10 from 15 raises ValueError, as of any n < N < 2 n; modAL's loses rows there."""
    case = contract.case_of(name)
    signals = case.example(n=15)
    for k in (8, 10, 14):
        assert len(set(case.picks(signals, k))) == k


@pytest.mark.parametrize("name", NAMES)
def test_candidates_may_be_a_part_of_the_pool(name: str) -> None:
    """scikit-activeml: TypiClust gives duplicates in 7 of 10 runs, QUIRE takes a place among the candidates for one
    among all; CogDQS raises IndexError.  Here all but 20 rows are being asked about already."""
    case = contract.case_of(name)
    signals = case.example()
    some = {**known(case), "pending": signals.take(np.arange(20, 60))}
    picks = case.picks(signals, 10, **some)
    assert len(set(picks)) == 10
    assert set(picks) <= set(signals.ids[:20].tolist())


@pytest.mark.parametrize("name", [e.name for e in EVERY if "selector" in e.kind])
def test_after_a_filter_only_what_it_left_is_picked(name: str) -> None:
    """small-text's DRAL and SEALS: positions within a subset, applied to the whole pool."""
    case = contract.case_of(f"margin | top(x=2) | {name}")
    signals = case.example(needs=case.needs | {"probs", "embeddings"})
    left = select("margin", signals, 20).ids.tolist()
    picks = case.picks(signals, 10, **known(case))
    assert len(set(picks)) == 10
    assert set(picks) <= set(left)


def test_what_only_narrows_is_no_choice() -> None:
    """Asked for 4 they gave all that was left; small-text's coreset in chunks gave 100 where 10 were asked for."""
    signals = contract.example({"probs", "embeddings"})
    for text, kept in (("margin | top(x=3)", 12), ("margin | over_half", 60), ("seals", 60)):
        with pytest.raises(BadStrategy, match=f"keeps {kept} samples where 4 are asked for"):
            select(text, signals, 4)


def test_a_lightweight_core_set_is_of_the_size_asked_for_and_of_the_whole_pool() -> None:
    """small-text: n = 10 of N = 1000 gave 100 indices, 69 of them distinct, and none beyond row 98."""
    e = np.random.default_rng(0).normal(size=(1000, 4))
    signals = Signals(np.arange(1000, dtype=np.uint64), {"embeddings": e})
    picks = [select("lightweight", signals, 10, seed=s).ids for s in range(30)]
    assert {len(set(p.tolist())) for p in picks} == {10}
    assert 0.8 < np.mean(np.concatenate(picks) > 98) / 0.9 < 1.2


def test_a_bootstrap_is_as_large_as_the_data() -> None:
    """scikit-activeml's EMCM: of N = 400, three samples of 80,001 rows."""
    counts = bootstrap(np.arange(400) % 2, ops.key_ids(0, 400), 0, 3)
    assert counts.shape == (3, 400)
    assert (np.abs(counts.sum(1) - 400) < 100).all()


@pytest.mark.parametrize("name", ["kcenter", "badge", "k_medoids", "max_herding", "discriminative"])
def test_the_last_rows_of_a_large_pool_count_too(name: str) -> None:
    """CoreGCN looks at the first 10,000 rows alone; ProbCover's graph drops the last N mod 500; DeepAL+'s k-means gives
    the first k rows.  The group that nothing is known of lies at the end, behind 12,000 rows."""
    e = blobs(12_000, 300)
    probs = np.random.default_rng(1).dirichlet(np.ones(3), len(e))
    signals = Signals(ops.key_ids(0, len(e)), {"embeddings": e, "probs": probs})
    labeled = signals.take(np.arange(0, 12_000, 400))
    picks = select(name, signals, 5, labeled=labeled, labels=np.arange(30) % 3).ids
    assert np.isin(picks, signals.ids[12_000:]).any()


# ------------------------------------------------------------------------------------------------ the same answer again


# What these pick of sixty random rows is drawn, by id: nothing there is pure, sure or alike.
BY_ID = {"random", "softmax_bald", "hierarchical", "dcom"}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_kept_from_one_pool_to_the_next(name: str) -> None:
    """scikit-activeml's ProbCover keeps the distances of one pool and uses them for another."""
    case = contract.case_of(name)
    one, two = case.example(), case.example(seed=1)
    first = case.picks(one, **known(case))
    swapped = Signals(one.ids, two.columns)
    other = case.picks(swapped, **known(case))
    assert case.picks(one, **known(case)) == first
    assert other == case.picks(Signals(one.ids, {n: a.copy() for n, a in two.columns.items()}), **known(case))
    assert other != first or name in BY_ID


def test_a_class_may_be_missing_from_the_labels() -> None:
    """google's and DeepAL+'s count the classes in the pool's hidden labels; here the fourth has no label yet."""
    for name in NAMES:
        case = contract.case_of(name)
        assert len(set(case.picks(case.example(), **known(case, np.arange(12) % 3)))) == 8


# ------------------------------------------------------------------------------------------------ what is told is used


# No change of these shows on a small pool: they bound the work on a large one.
BOUNDS_OF_WORK = {"witnesses", "members", "states", "rounds", "exact"}


def others(p: Parameter) -> Iterator[object]:
    """Values that it might have instead."""
    if p.words:
        yield from (w for w in p.words if w != p.default)
    elif isinstance(p.default, bool):
        yield not p.default
    elif isinstance(p.default, int):
        yield from (v for v in (p.default // 3, 1, 2, p.default + 1, p.default * 10 + 1) if inside(v, p))
    elif isinstance(p.default, float):
        yield from (v for v in (p.default * 10 + 0.9, p.default / 10, 0.05, 0.5, 1.7) if inside(v, p))


def inside(value: float, p: Parameter) -> bool:
    return (p.low is None or value >= p.low) and (p.high is None or value <= p.high)


SET = [
    (e, p)
    for e in EVERY
    for p in e.parameters
    if p.name not in BOUNDS_OF_WORK and (p.words or not isinstance(p.default, str))
]


@pytest.mark.parametrize(("e", "p"), SET, ids=[f"{e.name}-{p.name}" for e, p in SET])
def test_every_parameter_does_something(e: Entry, p: Parameter) -> None:
    """scikit-activeml takes `dist_func_dict`, checks it and never uses it; distil drops what is given to its parts."""

    before = "margin | " if contract.case_of(e.name).strategy.atoms()[0].asks("utility") else ""

    def answer(given: str, n: int, k: int, dim: int, labelled: int) -> tuple[list[int], list[float]]:
        case = contract.case_of(f"{before}{e.name}{given}")
        batch = select(case.strategy, case.example(n=n, dim=dim), k, **known(case, n=labelled, dim=dim))
        return batch.ids.tolist(), batch.utility.tolist()

    words = [f"{o.name}={w!r}" for o in e.parameters if o is not p for w in o.words]
    # On a line several labels are near each sample, which some parameters are about.
    for sizes in ((60, 8, 5, 12), (300, 20, 5, 12), (300, 2, 5, 12), (60, 50, 1, 60)):
        for word in ("", *words):  # h is of one of the models that the word `refit` chooses
            usual = answer(f"({word})" if word else "", *sizes)
            given = (f"({p.name}={v!r}{', ' * bool(word)}{word})" for v in others(p) if v != p.default)
            if any(answer(text, *sizes) != usual for text in given):
                return
    raise AssertionError(f"{e.name} picks the same whatever {p.name} is")


@pytest.mark.parametrize(
    "text", ["margin | power(beta=4.0)", "margin | boltzmann(temperature=0.05)", "margin | softrank"]
)
def test_every_way_of_drawing_goes_towards_doubt(text: str) -> None:
    """baal's stochastic wrappers forget which way a score points: of 10 drawn by margin 9.7 were the confident."""
    p = np.linspace(0.5, 1.0, 200)
    signals = Signals(ops.key_ids(0, 200), {"probs": np.stack([p, 1 - p], 1)})
    order = {int(i): row for row, i in enumerate(signals.ids)}
    drawn = [order[int(i)] for seed in range(10) for i in select(text, signals, 10, seed).ids]
    assert np.mean(drawn) < 70


def test_a_mistake_in_a_strategy_comes_out_and_it_is_asked_once() -> None:
    """modAL: a bare except calls the strategy a second time and hides what went wrong; google's switches features."""
    asked = []

    def divides_by_zero(probs) -> Utility:
        asked.append(len(probs))
        raise ZeroDivisionError("the author's mistake")

    signals = contract.example({"probs"})
    with pytest.raises(ZeroDivisionError, match="the author's mistake"):
        select(Atom(divides_by_zero, meta=Meta("-")), signals, 3)
    assert len(asked) == 1


# ------------------------------------------------------------------------------------------------ inside the loop


class OnlyAsked(dict):  # type: ignore[type-arg]
    """An answer key that notes what was looked up."""

    def __init__(self, truth: dict[int, str]):
        super().__init__(truth)
        self.seen: list[int] = []

    def __getitem__(self, key: int) -> str:
        self.seen.append(int(key))
        return str(super().__getitem__(key))


@pytest.mark.parametrize(
    "text", ["power_bald", "softmax_bald", "softrank_bald", "margin | power(beta=2.0)", "batch_bald"]
)
def test_what_draws_a_batch_runs_in_the_loop(text: str) -> None:
    """baal: PowerBALD and its kin raise TypeError in the library's own loop.  No label is looked up but those asked
    for and those of the test share, where DeepAL+ counts classes in hidden labels."""
    x, y = load_iris(return_X_y=True)
    pool = open_pool(x)
    truth = OnlyAsked(dict(zip(pool.ids.tolist(), y.astype(str), strict=True)))
    held = np.asarray(pool.ids[::3])

    def learner():  # type: ignore[no-untyped-def]
        return make_learner("linear?members=4", pool_kind="array")

    history = simulate(pool, learner, text, truth, batch=5, warmup=10, budget=20, test=held)
    asked = {p.id for r in history.rounds for p in r.picks}
    assert len(asked) == 20
    assert set(truth.seen) <= asked | set(held.tolist())


# ------------------------------------------------------------------------------------------------ the code itself


def modules() -> list[str]:
    return [m.name for m in pkgutil.walk_packages(askance.__path__, "askance.") if "migrations" not in m.name]


@pytest.mark.parametrize("name", [m for m in modules() if find_spec("torch") or ".torch" not in m])
def test_every_module_can_be_imported_and_has_what_it_offers(name: str) -> None:
    """modAL: np.float, a module that is gone.  ALiPy: collections.Iterable.  bmdal: np.Inf.  river: `__all__` names
    classes that nobody imported."""
    try:
        module = import_module(name)
    except ModuleNotFoundError as e:
        if e.name in INSTALL:
            installed(e.name)
        raise
    for offered in getattr(module, "__all__", ()):
        assert getattr(module, offered, None) is not None, f"{name} offers {offered} and has none"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_the_code_has_no_breakpoint_and_hides_no_error(path: Path) -> None:
    """distil and DeepAL+: pdb.set_trace() in BADGE.  modAL and google: a bare except.  modAL: `loss is 'binary'`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{path}:{node.lineno}"
        words = [a.name for a in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        assert not {"pdb", "ipdb"} & set(words), path
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
        assert called != "breakpoint", path
        if isinstance(node, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
            values = [s.value for s in (node.left, *node.comparators) if isinstance(s, ast.Constant)]
            assert all(isinstance(v, (bool, type(None), type(...))) for v in values), f"{path}:{node.lineno}"


def test_a_name_runs_what_it_says() -> None:
    """DeepAL+: 17 names zipped with 14 numbers, so that BadgeSampling runs MeanSTD and VarRatio is a KeyError."""
    for name in RECIPES.names():
        words = re.findall(r"[a-z_]+", RECIPES[name].text)
        wanted = {a.name for w in words if w in RECIPES and w != name for a in contract.case_of(w).strategy.atoms()}
        found = {a.fn.__name__ for a in contract.case_of(name).strategy.atoms()}
        assert found <= wanted | set(words), name
        assert found, name


class Counted(ops.Dense):
    """Vectors that note how many distances were asked for."""

    asked = 0

    def to(self, one):  # type: ignore[no-untyped-def]
        Counted.asked += len(self)
        return super().to(one)

    def nearest(self, others):  # type: ignore[no-untyped-def]
        Counted.asked += len(self) * len(others)
        return super().nearest(others)


def test_k_center_measures_from_each_centre_once() -> None:
    """small-text and alps compute the distances to all centres again at every pick."""
    e = np.random.default_rng(0).normal(size=(50, 3))
    signals = Signals(ops.key_ids(0, 50), {"embeddings": e})
    view = View(signals, 20, vectors=Counted(e))
    Counted.asked = 0
    order, _ = lockstep([(ATOMS["kcenter"].start(view), view)], 20)
    assert len(order) == 20
    assert 18 * 50 <= Counted.asked <= 20 * 50


def test_uherding_with_nothing_or_one_or_twins_labelled() -> None:
    """dal-toolbox: the least distance of two labelled is not defined for fewer, and is 0 for twins."""
    case = contract.case_of("uherding")
    signals = case.example()
    for rows in ([], [0], [0, 0]):
        some = case.example(n=12, seed=9).take(np.array(rows, np.int64))
        labeled = Signals(ops.key_ids(5, len(rows)), some.columns)
        assert len(set(case.picks(signals, 9, labeled=labeled, labels=np.zeros(len(rows), np.int64)))) == 9
