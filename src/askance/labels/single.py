"""One class a sample, out of a list that is closed, or open where the configuration says so.  Floor 2."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from askance.errors import BadLabel, nearest

LONGEST = 200  # characters of a class name
SHOWN = 12  # classes that a message lists


@dataclass(frozen=True)
class OneClass:
    """classes: the names that are right, sorted; open: a name not among them is taken as a new class."""

    classes: tuple[str, ...]
    open: bool = False
    name = "class"

    def check(self, value: Any) -> str:
        """The class name, or a BadLabel with the nearest one."""
        if not isinstance(value, str):
            raise BadLabel(f"a label is the name of a class, in text, not {value!r}; the classes are {self._listed()}")
        if value in self.classes:
            return value
        if not self.open:
            raise BadLabel(f"{value!r} is not one of the classes {self._listed()}{self.hint(value)}")
        return check_name(value)

    def hint(self, value: str) -> str:
        """'; did you mean 'cat'?' or ''; a difference of case alone is always seen."""
        folded = {c.casefold(): c for c in self.classes}
        same = folded.get(value.strip().casefold())
        return f"; did you mean {same!r}?" if same else nearest(value, self.classes)

    def form(self) -> dict[str, Any]:
        """What a page needs to draw the question."""
        return {"kind": self.name, "classes": list(self.classes), "open": self.open}

    def grown(self, seen: Iterable[str]) -> "OneClass":
        """With the classes that have turned up in answers, where the list is open."""
        return OneClass(tuple(sorted({*self.classes, *seen})), True) if self.open else self

    def _listed(self) -> str:
        more = len(self.classes) - SHOWN
        return ", ".join(map(repr, self.classes[:SHOWN])) + (f" and {more} more" if more > 0 else "") or "none yet"


def check_name(name: Any) -> str:
    """A class name that can be shown, exported and read back, or a BadLabel."""
    if not isinstance(name, str) or not name.strip():
        raise BadLabel(f"a class name must be text that is not empty, not {name!r}")
    if name != name.strip() or any(not c.isprintable() for c in name):
        raise BadLabel(f"the class name {name!r} must not begin or end with a space, nor hold a line break or a tab")
    if len(name) > LONGEST:
        raise BadLabel(f"a class name has at most {LONGEST} characters; {name[:40]!r}... has {len(name)}")
    return name
