"""Something of the user's own by text: module:name, from Python's path or from the folder one is in.  Floor 4."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from askance.errors import BadLearner, nearest


def found(text: str, place: str) -> Callable[..., Any]:
    """place: 'module:name'; text: the learner's, for messages."""
    module, _, name = place.rpartition(":")
    if not module or not name:
        raise BadLearner(f"{text!r} names nothing of yours; write module:name after the scheme")
    return _callable(text, _imported(text, module), name)


def _imported(text: str, module: str) -> ModuleType:
    with _here_first():
        try:
            return import_module(module)
        except ModuleNotFoundError as e:
            raise BadLearner(
                f"{text}: there is no module {e.name!r}; looked in {os.getcwd()} and in Python's path"
            ) from None


@contextmanager
def _here_first() -> Iterator[None]:
    """An installed command does not look for modules in the folder that it is called in; users expect it to."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _callable(text: str, module: ModuleType, name: str) -> Callable[..., Any]:
    make = vars(module).get(name)
    if not callable(make):
        known = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
        raise BadLearner(f"{text}: the module {module.__name__} has no factory {name!r}{nearest(name, known)}")
    return make
