"""What a command says: tables and JSON on stdout, notes on stderr.  Floor 6."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from textwrap import wrap
from typing import Any

WIDE = 400  # columns where stdout is no terminal: a file name that is cut is of no use to a script


def note(sentence: str) -> None:
    """Something the user should know, beside the result."""
    print(f"askance: {plain(sentence)}", file=sys.stderr)


def say(sentence: str = "") -> None:
    """A line of the result."""
    print(plain(sentence))


def as_json(value: Any) -> None:
    """Exactly one JSON object on stdout."""
    print(json.dumps(jsonable(value), indent=2, allow_nan=False))


def jsonable(value: Any) -> Any:
    """Plain JSON: NumPy's numbers as numbers, what is not a finite number as null, mappings with text keys."""
    if is_dataclass(value) and not isinstance(value, type):
        return jsonable(asdict(value))
    if isinstance(value, Mapping):
        return {str(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Iterable):
        return [jsonable(v) for v in value]
    item = getattr(value, "item", None)
    return jsonable(item()) if callable(item) else str(value)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table on stdout; the columns named in `right` are aligned to the right, as numbers are."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if title:
        say(title)
    drawn = Table(box=_box(), pad_edge=False)
    for name in columns:
        drawn.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(plain(str(cell))) for cell in row))
    Console(file=sys.stdout, width=width()).print(drawn)


def width() -> int:
    """Columns there are to write in."""
    from rich.console import Console

    return Console(file=sys.stdout).width if sys.stdout.isatty() else WIDE


def prose(text: str, indent: int = 0) -> None:
    """Words, a paragraph folded to the width of the terminal; elsewhere as they are."""
    space = " " * indent
    if not sys.stdout.isatty():
        return say(space + text)
    wide = min(width(), 120) - 1
    folded = [wrap(block, wide, initial_indent=space, subsequent_indent=space) for block in text.split("\n\n")]
    return say("\n\n".join("\n".join(lines) for lines in folded))


def _box() -> Any:
    from rich import box

    return box.SIMPLE_HEAD


def plain(text: str) -> str:
    """Without control characters, which a file name may hold and a terminal would obey, and printable anywhere."""
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def counted(n: int, thing: str, things: str = "") -> str:
    """1 sample, 2 samples."""
    return f"{n:,} {thing if n == 1 else things or thing + 's'}"
