"""Where a stream stands: plain numbers, so that it can be stored as JSON and carried on.  Floor 2."""

from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

from askance.errors import BadConfig

COUNTS = ("seen", "asked", "aside")


@dataclass(frozen=True)
class Ledger:
    """The state of a stream.

    seen    arrivals that were judged; they earn the budget, and number the draws
    asked   how many of them were asked about
    aside   arrivals that were set aside because they could not be judged; they earn nothing
    shapes  ((signal, shape of a row), ...) as the first good arrival had them; what differs later is set aside
    own     what the policy itself remembers
    """

    seen: int = 0
    asked: int = 0
    aside: int = 0
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    own: Any = None


def plain(state: Ledger) -> dict[str, Any]:
    """Numbers, lists and mappings: what `json.dumps` takes, and `policy.restore` gives back."""
    return asdict(state)


def revived(start: Ledger, stored: Any, whose: str) -> Ledger:
    """The stored state in the form of `start`; what does not fit is a BadConfig."""
    try:
        state = _revived(start, stored)
        counts = [getattr(state, name) for name in COUNTS]
        good = all(type(n) is int and n >= 0 for n in counts) and state.asked <= state.seen
    except (TypeError, ValueError):
        good = False
    if not good:
        raise BadConfig(f"the stored state of the stream is none of the policy {whose}; was it kept by another?")
    return replace(state, shapes=tuple((name, tuple(shape)) for name, shape in state.shapes))


def _revived(form: Any, stored: Any) -> Any:
    if not is_dataclass(form) or isinstance(form, type):
        if isinstance(stored, dict) or isinstance(form, tuple) != isinstance(stored, (list, tuple)):
            raise TypeError("another form")
        return _frozen(stored)
    names = [f.name for f in fields(form)]
    if not isinstance(stored, dict) or sorted(stored) != sorted(names):
        raise TypeError("other names")
    return type(form)(**{name: _revived(getattr(form, name), stored[name]) for name in names})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, (list, tuple)) else value
