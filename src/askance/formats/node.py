"""A value inside JSON that knows where it is, so that whatever is wrong with it is said with its place.  Floor 4."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn

from askance.errors import FormatError
from askance.labels.structured import shown

DEEPEST = 200  # brackets inside brackets
SAID = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a whole number"}


@dataclass(frozen=True, slots=True)
class Node:
    """value: as json.loads gives it, None where it is absent; key, parent: how one comes here."""

    value: Any
    key: str | int
    parent: "Node | None" = None

    @property
    def where(self) -> str:
        """'a.json: annotations[3].bbox'."""
        steps: list[str] = []
        node = self
        while node.parent is not None:
            steps.append(f"[{node.key}]" if isinstance(node.key, int) else f".{node.key}")
            node = node.parent
        path = "".join(reversed(steps)).removeprefix(".")
        return f"{node.key}: {path}" if path else str(node.key)

    def fault(self, right: str) -> NoReturn:
        """right: what it must be, such as 'a list of four numbers'."""
        said = "is missing" if self.value is None else f"is {shown(self.value)}"
        raise FormatError(f"{self.where} {said}; it must be {right}")

    def __getitem__(self, key: str) -> "Node":
        """The member of an object; one of None where it is not there."""
        return Node(self._of(dict).get(key), key, self)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def _of(self, kind: type) -> Any:
        if not isinstance(self.value, kind) or (kind is int and isinstance(self.value, bool)):
            self.fault(SAID[kind])
        return self.value

    def object(self) -> dict[str, Any]:
        return dict(self._of(dict))

    def each(self) -> Iterator["Node"]:
        """The members of a list; none where it is absent."""
        if self.value is None:
            return
        for n, value in enumerate(self._of(list)):
            yield Node(value, n, self)

    def text(self, default: str | None = None) -> str:
        return default if self.value is None and default is not None else str(self._of(str))

    def flag(self, default: bool = False) -> bool:
        return default if self.value is None else bool(self._of(bool))

    def whole(self, default: int | None = None) -> int:
        """A whole number of less than 2^63."""
        if self.value is None and default is not None:
            return default
        if not -(1 << 63) < self._of(int) < 1 << 63:
            self.fault("a whole number of a usual size")
        return int(self.value)

    def number(self) -> float:
        """A finite number, kept whole where it is."""
        v = self.value
        if isinstance(v, bool) or not isinstance(v, int | float) or not abs(v) < 1e300 or not isfinite(v):
            self.fault("a finite number")
        return v

    def numbers(self, count: int = 0) -> list[float]:
        """A list of numbers; count: how many there must be."""
        found = [node.number() for node in self.each()]
        if self.value is None or (count and len(found) != count):
            self.fault(f"a list of {count or ''} numbers".replace("  ", " "))
        return found

    def name(self, default: str | None = None) -> str:
        """A text, or a number as its text: what people use for an id."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.whole())
        return self.text(default)


def parse_json(text: str, where: str) -> Node:
    """One JSON value; a FormatError with line and column, also for NaN and for what is nested too deep."""
    try:
        found = json.loads(text, parse_constant=_constant)
    except json.JSONDecodeError as e:
        raise FormatError(f"{where}, line {e.lineno}, column {e.colno}: it is not JSON here ({e.msg})") from None
    except RecursionError:
        raise FormatError(f"{where} is nested deeper than {DEEPEST} brackets; no annotations are") from None
    except ValueError as e:  # NaN, or a number of thousands of digits
        raise FormatError(f"{where} holds what JSON does not allow: {e}") from None
    _check_depth(found, where)
    if "\\u" in text:
        _check_whole(found, where)
    return Node(found, where)


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _check_depth(value: Any, where: str) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [v for part in level if isinstance(part, dict | list) for v in _inside(part)]
        if not level:
            return
    raise FormatError(f"{where} is nested deeper than {DEEPEST} brackets; no annotations are")


def _check_whole(value: Any, where: str) -> None:
    """No half of a character, which JSON can write and no file can hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as e:
        raise FormatError(f"{where} holds half a character, {e.object[e.start]!r}; write both of its halves") from None


def _inside(part: Any) -> Any:
    return [v for v in (part.values() if isinstance(part, dict) else part) if isinstance(v, dict | list)]


def parse_lines(text: str, where: str) -> Iterator[Node]:
    """JSON Lines: an object a line; empty lines are passed over."""
    for n, line in enumerate(text.split("\n"), 1):
        if line.strip():
            node = parse_json(line, f"{where}, line {n}")
            node.object()
            yield node
