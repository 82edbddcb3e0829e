"""Which arrivals cannot be judged, and why: they are set aside, and the stream goes on.  Floor 2."""

from collections.abc import Mapping

import numpy as np

from askance.errors import BadSignal
from askance.ops.arrays import working
from askance.signals import Signals, check_values, listed, sources

Shapes = tuple[tuple[str, tuple[int, ...]], ...]
TOLERANCE = 1e-3  # as far as a row of probabilities may sum away from 1, in pools as well


def faults(signals: Signals, needs: frozenset[str], shapes: Shapes | None) -> dict[int, str]:
    """{row: why it is set aside}.  shapes: of the rows of the stream so far; None while there was none."""
    misfit = "" if shapes is None else _misfit(signals, needs, dict(shapes))
    if misfit:
        return dict.fromkeys(range(len(signals)), misfit)
    found: dict[int, str] = {}
    for name in sorted(sources(needs) & set(signals.columns)):
        for row, why in _values(name, signals.columns[name]).items():
            found.setdefault(row, why)
    if signals.inner is not None and "inner" in needs:
        for row in set(range(len(signals))) - set(found):
            why = _inside(signals.take(np.array([row])))
            if why:
                found[row] = why
    return found


def shapes_of(signals: Signals, needs: frozenset[str]) -> Shapes:
    """Of one row, for each signal that is looked at."""
    return tuple((name, a.shape[1:]) for name, a in _looked_at(signals, needs).items())


def _looked_at(signals: Signals, needs: frozenset[str]) -> dict[str, np.ndarray]:
    """The arrays behind what is needed; what is inside a sample under names such as 'inner probs'."""
    own = {name: signals.columns[name] for name in sorted(sources(needs) & set(signals.columns))}
    if signals.inner is None or "inner" not in needs:
        return own
    return own | {f"inner {name}": a for name, a in signals.inner.columns.items()}


def _misfit(signals: Signals, needs: frozenset[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Why no row of these can be judged; '' where each may stand for itself."""
    missing = needs - signals.names
    if missing:
        return f"it has no {listed(missing)}"
    for name, a in _looked_at(signals, needs).items():
        if a.dtype.kind not in "fiub":
            return f"its {name} are no numbers"
        if name in shapes and a.shape[1:] != shapes[name]:
            return f"its {name} have the shape {_shown(a.shape[1:])}, those before it had {_shown(shapes[name])}"
    return ""


def _shown(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _values(name: str, a: np.ndarray) -> dict[int, str]:
    """{row: what is wrong with its numbers}"""
    flat = working(a).reshape(len(a), -1)
    with np.errstate(over="ignore"):
        bad = ~np.isfinite(flat).all(1)
    found = {int(row): f"its {name} have NaN or infinite values" for row in np.flatnonzero(bad)}
    if name not in ("probs", "members"):
        return found
    sums = np.where(bad, 1.0, working(a).sum(-1).reshape(len(a), -1).T).T
    off = np.abs(sums - 1.0).max(1, initial=0.0)
    low = np.where(bad, 0.0, flat.min(1, initial=0.0))
    for row in np.flatnonzero(low < -TOLERANCE):
        found[int(row)] = f"its {name} have {low[row]:.4g}, below 0"
    for row in np.flatnonzero(off > TOLERANCE):
        total = sums[row][np.abs(sums[row] - 1.0).argmax()]
        found.setdefault(int(row), f"its {name} sum to {total:.4g}, not to 1")
    return found


def _inside(one: Signals) -> str:
    """Why what is inside one sample (boxes, tokens, pixels) cannot be judged; '' where it can."""
    try:
        check_values(one, frozenset({"inner"}))
    except BadSignal as e:
        return f"inside it, {e}"
    return ""
