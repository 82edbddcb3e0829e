"""Row-wise kernels, in blocks that stay in the cache.  Floor 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np

_BLOCK_BYTES = 1 << 19  # half a megabyte: a block and its scratch fit in the second-level cache


def as_numpy(a: Any) -> np.ndarray:
    """An array as numpy: a tensor on the CPU without a copy, one on a GPU by a copy, bfloat16 as float32."""
    if type(a).__module__.partition(".")[0] == "torch":
        a = a.detach().cpu()
        return np.asarray(a.float() if str(a.dtype) == "torch.bfloat16" else a)
    return np.asarray(a)


def blocks(a: np.ndarray, scratch: int = 1) -> Iterator[slice]:
    """Row slices of about half a megabyte; `scratch`: how many temporaries of a block's size will be made."""
    row = max(1, int(np.prod(a.shape[1:])) * (4 if a.dtype.kind == "f" and a.itemsize < 8 else 8) * scratch)
    step = max(1, _BLOCK_BYTES // row)
    for start in range(0, len(a), step):
        yield slice(start, start + step)


def working(a: np.ndarray) -> np.ndarray:
    """Arithmetic happens in at least float32: half precision and bytes are for keeping, not for computing."""
    if a.dtype.kind in "iub":
        return a.astype(np.float64)
    return a.astype(np.float32) if a.dtype == np.float16 else a


def entropy_of(p: np.ndarray) -> np.ndarray:
    """Shannon entropy in nats over the last axis, 0 log 0 = 0.  (..., C) -> (...), in [0, ln C]."""
    p = np.ascontiguousarray(working(p))  # so that the order of memory is nothing to the rounding of a sum
    logs = np.maximum(p, np.finfo(np.float32).tiny)
    np.log(logs, out=logs)
    # Of short rows `einsum` is the faster, of long ones `vecdot`, and nearer to the truth.
    sums = np.einsum("...c,...c->...", p, logs) if p.shape[-1] < 64 else np.vecdot(p, logs)
    # Rounding may leave -1e-17 where the model is certain; 0 means "nothing to learn".
    return np.maximum(-sums, 0.0)


def top_two(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two largest of each row.  (N, C) with C >= 2 -> (N,), (N,); equal ones count as two."""
    return _top_two_by_column(p) if p.shape[1] <= 32 else _top_two_by_row(p)


def _top_two_by_column(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    columns = np.ascontiguousarray(p.T)  # one slow pass, and then only fast ones
    first, second = np.maximum(columns[0], columns[1]), np.minimum(columns[0], columns[1])
    for column in columns[2:]:
        np.maximum(second, np.minimum(first, column), out=second)
        np.maximum(first, column, out=first)
    return first, second


def _top_two_by_row(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rest, rows = p.copy(), np.arange(len(p))
    best = rest.argmax(1)
    first = rest[rows, best]
    rest[rows, best] = -np.inf
    return first, rest.max(1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """(..., C) -> (..., C), each row summing to 1."""
    z = working(logits)
    e = np.exp(z - z.max(-1, keepdims=True))
    e /= e.sum(-1, keepdims=True)
    return e


def segment(values: np.ndarray, offsets: np.ndarray, how: str, empty: float = 0.0) -> np.ndarray:
    """Reduces ragged rows: values (M,), offsets (N + 1,) -> (N,); how: max, min, sum or mean; no rows give `empty`."""
    counts = np.diff(offsets)
    full = counts > 0
    out = np.full(len(counts), empty, dtype=np.float64)
    reduce = {"max": np.maximum, "min": np.minimum, "sum": np.add, "mean": np.add}[how]
    if full.any():
        out[full] = reduce.reduceat(values, offsets[:-1][full])
    if how == "mean":
        out[full] /= counts[full]
    return out


def first_bad_row(a: np.ndarray) -> int | None:
    """The first row with NaN or an infinite value, or None.  One pass, no copy of the whole."""
    if a.dtype.kind != "f":
        return None
    flat = a.reshape(len(a), -1) if len(a) else a.reshape(0, 1)
    for part in blocks(flat):
        block = working(flat[part])
        with np.errstate(over="ignore", invalid="ignore"):
            suspect = not np.isfinite(block @ np.zeros(block.shape[1], block.dtype)).all()
        if suspect:  # 0 * inf and 0 * nan are nan; now find where
            return int(part.start + np.flatnonzero(~np.isfinite(block).all(1))[0])
    return None


def first_bad_probs(a: np.ndarray, tolerance: float = 1e-3) -> tuple[int, str] | None:
    """The first row that is no distribution over the last axis (NaN is none), and what is wrong with it, or None."""
    for part in blocks(a):
        block = working(a[part])
        if not block.size:
            continue
        ones = np.ones(block.shape[-1], block.dtype)  # one product, several times faster than `sum` of short rows
        sums = (block.reshape(-1, len(ones)) @ ones).reshape(block.shape[:-1])
        wrong = ~(np.abs(sums - 1.0) <= tolerance)  # so written that NaN is wrong
        if wrong.any() or block.min() < -tolerance:
            low = block < -tolerance
            bad = wrong.reshape(len(block), -1).any(1) | low.reshape(len(block), -1).any(1)
            row = int(np.flatnonzero(bad)[0])
            if low[row].any():
                return part.start + row, f"has {float(block[row].min()):.4g}, below 0"
            total = sums[row].ravel()[int(np.abs(sums[row].ravel() - 1.0).argmax())]
            return part.start + row, f"sums to {float(total):.4g}, not to 1"
    return None
