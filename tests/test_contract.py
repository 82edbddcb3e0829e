"""Every strategy, and some expressions, through every check of the contract."""

import pytest

from askance.contract import CHECKS, Case, case_of
from askance.contract.checks import Check
from askance.errors import BadStrategy
from askance.strategy import RECIPES

EXPRESSIONS = [
    "entropy(normalised=True)",
    "entropy | power(beta=2.0)",
    "margin | top(x=3) | kcenter",
    "gradients | kcenter",
    "kmeans(weighted=True)",
    "0.3 * (entropy | rank) + (density | rank)",
    "margin * density + 0.1",
]

CASES = {what: case_of(what) for what in [*RECIPES.names(), *EXPRESSIONS]}


def applicable(slow: bool) -> list[object]:
    """(case, check) for every check that applies; a known failure is a strict xfail with its reason."""
    params = []
    for what, case in CASES.items():
        for check in CHECKS.values():
            if what in EXPRESSIONS and (slow or check.name == "other_process_same_picks"):
                continue  # a process for each would take seconds, and their parts are asked there in one
            if check.slow == slow and not check.why_not(case):
                why = case.meta.fails.get(check.name)
                marks = [pytest.mark.xfail(reason=why, strict=True, raises=BadStrategy)] if why else []
                params.append(pytest.param(case, check, id=f"{what}-{check.name}", marks=marks))
    return params


@pytest.mark.parametrize(("case", "check"), applicable(slow=False))
def test_contract(case: Case, check: Check) -> None:
    check(case)


@pytest.mark.slow
@pytest.mark.parametrize(("case", "check"), applicable(slow=True))
def test_slow_contract(case: Case, check: Check) -> None:
    check(case)
