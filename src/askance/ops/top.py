"""The k largest, ties broken fairly.  Floor 0."""

import numpy as np

from askance.ops.noise import noise


def top(utility: np.ndarray, ids: np.ndarray, k: int, seed: int = 0) -> np.ndarray:
    """Rows of the k largest utilities, ties to the smallest noise(seed, id), best first.

    utility (N,), ids (N,) uint64 -> (min(k, N),) int.  O(N + k log k); noise is drawn for possible answers only.
    """
    n = len(utility)
    if k <= 0 or n == 0:
        return np.zeros(0, np.int64)
    rows = np.flatnonzero(utility >= _kth_largest(utility, k)) if k < n else np.arange(n)
    return rows[np.lexsort((noise(seed, ids[rows]), -utility[rows]))][:k]


def _kth_largest(utility: np.ndarray, k: int) -> float:
    """A number with at least k utilities at or above it, and few more than k: the k-th largest, or below it."""
    n = len(utility)
    if n < 50_000 or k > n // 20:
        return float(np.partition(utility, n - k)[n - k])
    # A sample bounds the answer from below, so that only the few above the bound are ever copied.
    step = max(1, n // 20_000)
    sample = np.sort(utility[::step])
    share = k / n * len(sample)
    guess = sample[max(0, len(sample) - int(share + 4 * share**0.5 + 8))]
    above = utility[utility >= guess]
    if len(above) < k:
        return float(np.partition(utility, n - k)[n - k])
    return float(np.partition(above, len(above) - k)[len(above) - k])
