"""Shows progress on stderr: bars with the time left on a terminal, now and then a line elsewhere.  Floor 6.

Nothing shows before a second has passed, so that quick things stay quiet.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from askance.progress import REPORTER

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds before anything is shown
EVERY = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def reporting() -> Iterator[None]:
    """Within, `askance.progress.bar` shows on stderr."""
    shown = Bars() if sys.stderr.isatty() else None
    token = REPORTER.set(shown.start if shown else Lines().start)
    try:
        yield
    finally:
        REPORTER.reset(token)
        if shown:
            shown.close()


class Bars:
    """One live display for all the bars that run at a time; a timer brings each in once it has taken long enough."""

    def __init__(self) -> None:
        self.display: Progress | None = None
        self.lock = threading.RLock()
        self.running = 0

    def start(self, what: str, total: int | None) -> Callable[[int], None]:
        state: dict[str, int] = {"done": 0}

        def show() -> None:
            with self.lock:
                if "over" not in state:
                    state["task"] = int(self._live().add_task(what, total=total, completed=state["done"]))

        timer = threading.Timer(PATIENCE, show)
        timer.daemon = True
        timer.start()

        def update(done: int) -> None:
            with self.lock:
                if done < 0:
                    state["over"] = 1
                    timer.cancel()
                    self._drop(state)
                else:
                    state["done"] = done
                    if self.display and "task" in state:
                        self.display.update(state["task"], completed=done)  # type: ignore[arg-type]

        return update

    def _live(self) -> "Progress":
        if self.display is None:
            self.display = _display()
            self.display.start()
        self.running += 1
        return self.display

    def _drop(self, state: dict[str, int]) -> None:
        """A bar that is over leaves; the last one takes the display with it, so that prompts have the screen."""
        if self.display is None or "task" not in state:
            return
        self.display.remove_task(state.pop("task"))  # type: ignore[arg-type]
        self.running -= 1
        if not self.running:
            self.close()

    def close(self) -> None:
        if self.display is not None:
            self.display.stop()
            self.display = None


def _display() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )


class Lines:
    """For a log: a line after a second, then one every ten, and one at the end if there was any.

    What runs inside something else waits for ten seconds before its first line.
    """

    def __init__(self) -> None:
        self.running = 0

    def start(self, what: str, total: int | None) -> Callable[[int], None]:
        began = time.monotonic()
        last = began + (0 if self.running else PATIENCE - EVERY)
        self.running += 1

        def update(done: int) -> None:
            nonlocal last
            now = time.monotonic()
            if done < 0:
                self.running -= 1
                if last > began:
                    print(f"{what}: done in {now - began:.0f} s", file=sys.stderr)
            elif now - last >= EVERY and done != total:
                last = now
                print(_line(what, done, total, now - began), file=sys.stderr)

        return update


def _line(what: str, done: int, total: int | None, seconds: float) -> str:
    if not total:
        return f"{what}: {done}, {seconds:.0f} s so far"
    left = f", about {seconds / done * (total - done):.0f} s left" if done else ""
    return f"{what}: {done} of {total} ({100 * done / total:.0f} %){left}"
