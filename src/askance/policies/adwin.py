"""Whether the mean of a sequence has changed: a window that grows while nothing happens.  Floor 2.

ADWIN2 of Bifet & Gavaldà 2007, "Learning from time-changing data with adaptive windowing".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

Bucket = tuple[int, float, float]  # how many values, a power of two; their sum; their squared deviations from the mean
Window = tuple[Bucket, ...]  # oldest first, sizes falling


@dataclass(frozen=True)
class Adwin:
    """Watches values in [0, 1].  State in, state out; the window is O(most * log n) numbers for n values.

    delta  the probability of a false alarm at any one step is at most delta (the paper's theorem 1, for the bound with
           ln(4 / delta') / 2m; the one used here has the observed variance instead, which is the paper's normal
           approximation, and delta' = delta / n for all n cuts, of which only those between buckets are looked at)
    most   buckets of each size that are kept
    """

    delta: float = 0.002
    most: int = 5

    def __call__(self, window: Window, value: float) -> tuple[Window, bool]:
        """(the window with the value, whether a change was seen); after a change the old part is gone."""
        grown = compressed([*window, (1, value, 0.0)], self.most)
        kept = grown
        while len(kept) > 1 and self.differ(kept):
            kept = kept[1:]
        return tuple(kept), len(kept) < len(grown)

    def differ(self, window: Sequence[Bucket]) -> bool:
        """Whether, at some cut between two buckets, the means before and after are too far apart."""
        n, total, squares = united(window)
        word = log(2 * n / self.delta)  # ln(2 / delta'), delta' = delta / n
        for n0, sum0 in cuts(window):
            m = 1 / (1 / n0 + 1 / (n - n0))
            apart = abs(sum0 / n0 - (total - sum0) / (n - n0))
            if apart > sqrt(2 / m * (squares / n) * word) + 2 / (3 * m) * word:
                return True
        return False


def cuts(window: Sequence[Bucket]) -> Iterator[tuple[int, float]]:
    """(values, their sum) before each cut, from the oldest."""
    n, total = 0, 0.0
    for size, part, _ in window[:-1]:
        n, total = n + size, total + part
        yield n, total


def compressed(buckets: list[Bucket], most: int) -> list[Bucket]:
    """Where there are more than `most` of a size, its two oldest become one of the next size."""
    end, size = len(buckets), 1
    while end:
        start = end
        while start and buckets[start - 1][0] == size:
            start -= 1
        if end - start <= most:
            break
        buckets[start : start + 2] = [united(buckets[start : start + 2])]
        end, size = start + 1, 2 * size
    return buckets


def united(buckets: Sequence[Bucket]) -> Bucket:
    """Several as one: squared deviations add up, with those of the means (Chan, Golub & LeVeque 1979)."""
    n, total, squares = buckets[0]
    for size, part, spread in buckets[1:]:
        between = (part / size - total / n) ** 2 * n * size / (n + size)
        n, total, squares = n + size, total + part, squares + spread + between
    return n, total, squares
