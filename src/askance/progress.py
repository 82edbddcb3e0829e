"""Progress of anything that may take over a second.  Floor 0.

The library says how far it is; whoever drives it (the command line, a server, a notebook) says how that is shown, by
setting REPORTER for its context.  The default shows nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

T = TypeVar("T")


class Reporter(Protocol):
    def __call__(self, what: str, total: int | None) -> Callable[[int], None]:
        """Starts a bar named `what`; what it returns is told how many units are done so far, and -1 at the end."""


def _silent(what: str, total: int | None) -> Callable[[int], None]:
    return lambda done: None


REPORTER: ContextVar[Reporter] = ContextVar("REPORTER", default=_silent)


@contextmanager
def bar(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """with bar("reading", 100) as done: done(40)"""
    update = REPORTER.get()(what, total)
    try:
        yield update
    finally:
        update(-1)


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yields the items, telling the reporter after each."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    with bar(what, total) as done:
        for n, item in enumerate(items, 1):
            yield item
            done(n)
