"""What must hold of every stream policy, held of each in the registry; and the checks are checked."""

import numpy as np
import pytest
from broken_policies import BROKEN, sound
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_streams import CHECKS, NOISE, VECTORS, arrivals, ran

from askance.errors import BadConfig, BadStrategy
from askance.policies import POLICIES, Arrival, Ledger, Policy, fixed, parse_policy, plain, policy, split, variable

NAMES = POLICIES.names()
VARIANTS = [*NAMES, "variable(budget=0.01)", "random(budget=0.5)", "iwal(budget=1.0)", "split(share=0.7)"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("text", VARIANTS)
def test_every_policy_passes_every_check(text: str, check) -> None:
    check(parse_policy(text))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_policy_is_caught(name: str) -> None:
    made, caught = BROKEN[name]
    check = {c.__name__: c for c in CHECKS}[caught]
    with pytest.raises((AssertionError, TypeError, ValueError, BadConfig)):
        check(made())
    check(sound())


def test_every_check_catches_something_and_no_broken_policy_stays() -> None:
    assert {c.__name__ for c in CHECKS} == {caught for _, caught in BROKEN.values()}
    assert not set(BROKEN) & set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(
    utilities=st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]), max_size=80),
    budget=st.floats(0.001, 1.0),
    noise=st.lists(st.floats(1e-9, 1 - 1e-9), min_size=80, max_size=80),
)
def test_no_stream_goes_over_the_budget(name: str, utilities: list[float], budget: float, noise: list[float]) -> None:
    made = POLICIES[name].make(budget=budget)
    seen = [Arrival(u, z, v) for u, z, v in zip(utilities, noise, VECTORS, strict=False)]
    states = ran(made, seen).states
    assert all(s.asked <= budget * s.seen + 1 for s in states)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_remembered_does_not_grow(name: str) -> None:
    made = parse_policy(name)
    states = ran(made, arrivals(np.random.default_rng(0).random(1200))).states
    half, full = len(str(plain(states[600]))), len(str(plain(states[1200])))
    assert full < 1.2 * half + 100


def test_the_budget_may_be_all() -> None:
    assert sum(ran(fixed(budget=1, at=0.0), arrivals(NOISE[:50])).asks) == 50


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("variabel", "did you mean 'variable'"),
        ("variable(bugdet=0.2)", "variable has no parameter 'bugdet'; it has budget, step; did you mean 'budget'"),
        ("variable(budget=0)", "above 0 and up to 1"),
        ("variable(budget=1.5)", "above 0 and up to 1"),
        ("variable(budget='much')", "budget must be a number, not 'much'"),
        ("variable(budget=True)", "budget must be a number"),
        ("variable(step=0)", "variable: step must be from 1e-06 to 0.5, not 0"),
        ("variable(step=1e999)", "step must be from"),
        ("iwal(budget=1e999)", "budget must be finite"),
        ("fixed(at=-1)", "fixed: at must be 0 or more"),
        ("quantile(window=2.5)", "window must be a whole number"),
        ("drift(watch='labels')", "watch must be one of 'utility', 'error'"),
        ("split(0.1)", "takes its parameters by name"),
        ("split(budget=0.1, budget=0.2)", "budget is given twice"),
        ("split(**{})", "** has no place"),
        ("split(budget=x)", "budget=x in 'split(budget=x)' must be a number"),
        ("split | variable", "it is one name with parameters"),
        ("split(", "cannot read the stream policy"),
        ("__import__('os')", "takes its parameters by name"),
        ("", "cannot read the stream policy"),
        ("v" * 2000, "at most 1000 characters"),
    ],
)
def test_a_wrong_text_says_what_is_right(text: str, part: str) -> None:
    with pytest.raises(BadStrategy) as caught:
        parse_policy(text)
    assert part in str(caught.value)


def test_a_policy_reads_as_itself() -> None:
    assert parse_policy(" split(share=0.5) ") == split(share=0.5)
    made = variable(0.3)
    assert parse_policy(made) is made
    assert repr(made) == "variable(budget=0.3, step=0.01)"


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        "state",
        {**plain(Ledger()), "own": {"height": 1.0}},
        {**plain(Ledger()), "own": [1.0, 2.0]},
        {**plain(Ledger()), "seen": -1},
        {**plain(Ledger()), "seen": 1, "asked": 2},
        {**plain(Ledger()), "seen": 2.5},
        {**plain(Ledger()), "more": 1},
    ],
)
def test_a_state_of_something_else_is_refused(stored: object) -> None:
    with pytest.raises(BadConfig, match="none of the policy variable"):
        variable().restore(stored)


def test_two_policies_do_not_share_a_name() -> None:
    with pytest.raises(BadStrategy, match="two stream policys are named 'fixed'"):
        policy("-")(fixed)


def test_every_policy_says_what_it_does_and_where_it_is_from() -> None:
    for name in NAMES:
        about = POLICIES[name]
        assert len(about.doc) > 40, name
        assert "19" in about.paper or "20" in about.paper, name
        assert issubclass(about.make, Policy)
        assert about.make.__module__ == f"askance.policies.{name}"


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("density", "drift", "pal")])
def test_ten_thousand(name: str) -> None:
    made = parse_policy(name)
    asked = np.cumsum(ran(made, arrivals(np.random.default_rng(1).random(10_000))).asks)
    assert (asked <= 0.1 * np.arange(1, 10_001) + 1).all()
