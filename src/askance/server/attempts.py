"""How often a sign-in failed lately, by name and by address.  Floor 6."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from askance.server.refused import Refused

ATTEMPTS, WINDOW = 8, 300.0  # a name or an address may be wrong so often in so many seconds
REMEMBERED = 10_000  # names and addresses


class Attempts:
    """An attempt counts as wrong from its beginning until it succeeds, so that many at once are no way around it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock, self._clock = Lock(), clock

    def begin(self, *keys: str) -> None:
        """429 where one of the keys was wrong too often."""
        now = self._clock()
        with self._lock:
            for key in keys:
                recent = [t for t in self._wrong.get(key, []) if now - t < WINDOW]
                if len(recent) >= ATTEMPTS:
                    wait = int(WINDOW - (now - recent[0])) + 1
                    raise Refused(429, "too_many", f"too many wrong attempts; try again in {wait} s")
            for key in keys:
                kept = self._wrong.setdefault(key, [])
                kept.append(now)
                del kept[:-ATTEMPTS]
                self._wrong.move_to_end(key)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """The latest attempt of these was right."""
        with self._lock:
            for key in keys:
                if self._wrong.get(key):
                    self._wrong[key].pop()
