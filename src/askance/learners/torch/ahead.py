"""Makes the next thing in a thread while the one before is used, or several at once.  Floor 4."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def ahead(make: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """As `map`, in the same order and by one thread, so that what `make` draws is drawn in that order, too."""
    with ThreadPoolExecutor(1, thread_name_prefix="askance-ahead") as thread:
        waiting = None
        for item in items:
            coming = thread.submit(make, item)
            if waiting is not None:
                yield waiting.result()
            waiting = coming
        if waiting is not None:
            yield waiting.result()


def among(workers: Sequence[Callable[[A], B]], items: Iterable[A]) -> Iterator[B]:
    """As `map`, in the same order, by workers with a thread each; one worker needs none.

    Each has one item more than it works on, so that none waits for the items to be made.
    """
    if len(workers) == 1:
        yield from map(workers[0], items)
        return
    waiting: deque[Future[B]] = deque()
    with ExitStack() as threads:
        own = [threads.enter_context(ThreadPoolExecutor(1, "askance-among")) for _ in workers]
        for n, item in enumerate(items):
            if len(waiting) == 2 * len(workers):
                yield waiting.popleft().result()
            waiting.append(own[n % len(own)].submit(workers[n % len(own)], item))
        while waiting:
            yield waiting.popleft().result()
