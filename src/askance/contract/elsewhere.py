"""Asks another process, with another hash seed, what it would pick.  Floor 3."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from functools import cache
from importlib import import_module
from typing import Any

from askance.contract.case import Case, case_of
from askance.errors import BadStrategy
from askance.strategy import ATOMS, RECIPES, Atom, Meta

SECONDS = 300


def picked_elsewhere(case: Case) -> list[int] | str:
    """The ids picked on `case.example()`, or the error.  All registered strategies are asked in one go, and kept."""
    if case.named and case.name in RECIPES and not case.makers:
        names = tuple(RECIPES.names())
        return dict(zip(names, _asked(json.dumps([order(case_of(n)) for n in names])), strict=True))[case.name]
    return _asked(json.dumps([order(case)]))[0]


def order(case: Case) -> dict[str, Any]:
    """What the other process needs to build the strategy: its text, and where its functions are."""
    # A kernel is a function, which no JSON holds; without one the definition answers, and must answer the same.
    parts = [[a.fn.__module__, a.name, asdict(replace(a.meta, kernel=None))] for a in case.strategy.atoms()]
    return {"text": repr(case.strategy), "parts": parts}


@cache
def _asked(orders: str) -> list[list[int] | str]:
    code = "from askance.contract.elsewhere import main; main()"
    env = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=orders, capture_output=True, text=True, env=env, timeout=SECONDS
    )
    if done.returncode:
        raise BadStrategy(f"the other process failed: {done.stderr.strip().splitlines()[-1:]}")
    answers: list[list[int] | str] = json.loads(done.stdout.splitlines()[-1])
    return answers


def main() -> None:
    """The other process: orders on stdin, picks or errors on stdout."""
    print(json.dumps([_answer(o) for o in json.load(sys.stdin)]))


def _answer(wanted: dict[str, Any]) -> list[int] | str:
    try:
        for module, name, meta in wanted["parts"]:
            found = getattr(import_module(module), name, None)
            if name not in ATOMS and callable(found) and not isinstance(found, Atom):
                ATOMS.add(name, Atom(found, meta=Meta(**meta)))
        case = case_of(wanted["text"])
        return case.picks(case.example())
    except Exception as e:  # the asking process says whose failure it is
        return f"{type(e).__name__}: {e}"
