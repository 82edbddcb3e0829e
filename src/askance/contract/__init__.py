"""What every strategy must satisfy, as plain functions that third parties run too.  Floor 3.

    from askance import contract
    for check, error in contract.run("margin"):          # a name, any strategy text, a Strategy or a Recipe
        print(check, "ok" if error is None else error)

or as one pytest test:  contract.verify("my_strategy").  A check that a strategy is known to fail is declared where the
strategy is, `@strategy(..., fails={"check": "why"})`, and is strict: passing it after all is a failure too.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from askance.contract.case import Case, Maker, What, case_of, example
from askance.contract.checks import CHECKS, Check, demand
from askance.errors import BadStrategy

__all__ = ["CHECKS", "Case", "Check", "case_of", "demand", "example", "run", "skipped", "verify"]

for room in ("form", "counts", "repeats", "refusals", "values", "context", "drivers", "quality"):
    import_module(f"askance.contract.{room}")  # fills CHECKS, in this order


def run(
    what: What, *, slow: bool = False, makers: Mapping[str, Maker] | None = None
) -> Iterator[tuple[str, Exception | None]]:
    """Yields (check name, error or None) for every check that applies.

    slow    also those that take seconds to minutes: time against size, and labels against random
    makers  {signal: (generator, rows) -> array} for signals of your own; without one a signal is (N,) in [0, 1)
    """
    case = case_of(what, makers)
    for check in CHECKS.values():
        if not check.why_not(case) and (slow or not check.slow):
            yield check.name, outcome(check, case)


def skipped(what: What, *, slow: bool = False) -> dict[str, str]:
    """{check name: why it does not apply}."""
    case = case_of(what)
    reasons = {c.name: c.why_not(case) or ("it is slow" if c.slow and not slow else "") for c in CHECKS.values()}
    return {name: why for name, why in reasons.items() if why}


def outcome(check: Check, case: Case) -> Exception | None:
    """What is wrong, or None; a known failure is nothing wrong, and its passing is."""
    declared = case.meta.fails.get(check.name)
    try:
        check(case)
    except Exception as e:  # whatever a plug-in raises is its failure
        return None if declared else e
    if declared:
        return BadStrategy(f"{case.name} is declared to fail {check.name} ({declared}), but passes; take that out")
    return None


def verify(what: What, *, slow: bool = False, makers: Mapping[str, Maker] | None = None) -> None:
    """Raises a BadStrategy that lists every check that fails, with why."""
    wrong = [f"{name}: {error}" for name, error in run(what, slow=slow, makers=makers) if error is not None]
    if wrong:
        raise BadStrategy(f"{what} breaks its contract\n  " + "\n  ".join(wrong))
