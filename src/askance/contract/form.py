"""How a strategy is written down: words, text, parameters.  Floor 3."""

import json
import pickle

from askance.contract.case import Case
from askance.contract.checks import check, demand
from askance.errors import BadStrategy
from askance.spec import parse


def nothing_to_set(case: Case) -> str:
    return "" if case.named and case.parameters else "it has no parameters of its own"


@check()
def documented(case: Case) -> None:
    """It says what it does, who published it, and with which shapes."""
    doc = case.meta.doc
    demand(len(doc) > 30, f"{case.name} needs a docstring that says what it does")
    demand("->" in doc, f"the docstring of {case.name} must give its shapes, as in: probs (N, C) -> (N,)")
    demand(bool(case.meta.paper.strip()), f"{case.name} must name its paper, or '-' for none")


@check()
def text_round_trips(case: Case) -> None:
    """Its text parses back to the same strategy, with every parameter written out too."""
    demand(parse(repr(case.strategy)) == case.strategy, f"{case.strategy!r} does not parse back to what it was")
    texts = [f"{case.name}({name}={value!r})" for name, value in case.parameters.items()] if case.named else []
    for text in texts:
        demand(parse(repr(parse(text))) == parse(text), f"{text} does not parse back to what it was")


@check()
def pickles_and_picks_the_same(case: Case) -> None:
    """After a trip through pickle it picks the same."""
    signals = case.example()
    again: Case = Case(case.name, pickle.loads(pickle.dumps(case.strategy)), case.meta)
    demand(again.picks(signals) == case.picks(signals), f"{case.name} picks otherwise after pickling")


@check()
def parameters_are_json(case: Case) -> None:
    """The defaults of its parameters survive JSON, so that they can be stored and shown in a form."""
    owned = [(a.name, a.defaults) for a in case.strategy.atoms()] + [(case.name, dict(case.parameters))]
    for owner, defaults in owned:
        for name, value in defaults.items():
            try:
                same = json.loads(json.dumps(value, allow_nan=False)) == value
            except (TypeError, ValueError):
                same = False
            demand(
                bool(same), f"{owner}: the default {name}={value!r} is not plain JSON; use a number, a word or a bool"
            )


@check(nothing_to_set)
def wrong_parameters_are_named(case: Case) -> None:
    """A parameter that does not exist, is of the wrong sort or out of range is named in the error."""
    _refused(case, "no_such_parameter", "1")
    for name in case.parameters:
        _refused(case, name, "[1, 2]")
    numbers = [n for n, v in case.parameters.items() if isinstance(v, (int, float)) and not isinstance(v, bool)]
    for name in numbers:
        _refused(case, name, "'word'")
        for value in ("-1", "0"):
            _refused_or_works(case, name, value)


def _refused(case: Case, name: str, value: str) -> None:
    try:
        parse(f"{case.name}({name}={value})")
    except BadStrategy as e:
        demand(name in str(e), f"the error for {name}={value} does not name the parameter: {e}")
    else:
        raise BadStrategy(f"{case.name} takes {name}={value} without a word")


def _refused_or_works(case: Case, name: str, value: str) -> None:
    try:
        strategy = parse(f"{case.name}({name}={value})")
    except BadStrategy as e:
        demand(name in str(e), f"the error for {name}={value} does not name the parameter: {e}")
        return
    try:
        picks = Case(case.name, strategy, case.meta, makers=case.makers).picks(case.example())
    except Exception as e:
        raise BadStrategy(
            f"{case.name} takes {name}={value} and then fails ({e}); give bounds={{{name!r}: ...}}"
        ) from e
    demand(len(picks) == 8, f"{case.name} takes {name}={value} and then picks {len(picks)} of 8; give it bounds")
