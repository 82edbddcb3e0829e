"""The checks are checked: every broken strategy is caught where it should be, and every check catches one."""

from itertools import islice

import pytest

from askance.contract import CHECKS, case_of, outcome, run, skipped, verify
from askance.errors import BadStrategy
from askance.strategy import ATOMS, RECIPES, Meta, Recipe
from broken import BROKEN, register

PAIRS = [(name, check) for name, one in BROKEN.items() for check in one.caught]


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken ones are known by name during a test, and forgotten after it."""
    ATOMS.load()
    register(monkeypatch.setitem)


def marked(name: str, check: str) -> object:
    return pytest.param(name, check, id=f"{name}-{check}", marks=[pytest.mark.slow] if CHECKS[check].slow else [])


@pytest.mark.parametrize(("name", "check"), [marked(*pair) for pair in PAIRS])
def test_a_broken_strategy_is_caught(name: str, check: str) -> None:
    case = case_of(BROKEN[name].what)
    assert not CHECKS[check].why_not(case), f"{check} does not look at {name}"
    assert outcome(CHECKS[check], case) is not None, f"{check} did not notice {name}"


def test_every_check_catches_something() -> None:
    assert set(CHECKS) == {check for _, check in PAIRS}


def test_no_broken_strategy_stays() -> None:
    assert not {one.atom.name for one in BROKEN.values() if one.atom} & {*RECIPES.names()}


def test_run_says_what_fails_and_what_does_not_apply() -> None:
    found = dict(islice(run(BROKEN["says_nothing"].what), 2))
    assert isinstance(found["documented"], BadStrategy)
    assert found["text_round_trips"] is None
    why = skipped("margin")
    assert why["spreads_a_batch"] == "it scores each sample by itself"
    assert why["not_worse_than_random"] == "it is slow"
    assert "not_worse_than_random" not in skipped("margin", slow=True)
    with pytest.raises(BadStrategy, match="run on the scorer"):
        skipped("over(entropy)")


def test_verify_lists_all_that_is_wrong() -> None:
    with pytest.raises(BadStrategy, match=r"(?s)breaks its contract.*documented: .*docstring"):
        verify(BROKEN["says_nothing"].what)


@pytest.mark.parametrize(("check", "wrong"), [("zero_is_the_limit", False), ("documented", True)])
def test_known_failures_are_strict(check: str, wrong: bool) -> None:
    """Declared and failing is nothing wrong; declared and passing is."""
    name = "repairs_the_logarithm"
    case = case_of(Recipe(name, name, Meta("-", "x" * 40 + " ->", local=True, fails={check: "it is a test"})))
    assert (outcome(CHECKS[check], case) is not None) == wrong
