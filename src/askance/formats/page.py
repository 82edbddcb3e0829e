"""The table of docs/formats.md, made from the registry.  Floor 4.

python -m askance.formats.page docs/formats.md
"""

import sys
from pathlib import Path

from askance.formats.format import FORMATS, KEEPS, Format
from askance.formats.values import KINDS

BEGIN = "<!-- Made by `python -m askance.formats.page docs/formats.md`; a test holds it current. -->"
END = "<!-- The end of what is made. -->"


def table() -> str:
    """A row a format: what it is, whether it is read and written, the kinds of label, what it keeps; then the words."""
    head = "| format | what it is | | labels | keeps beside them |\n|---|---|---|---|---|"
    words = [f"- **{word}**: {what}" for word, what in KEEPS.items()]
    rows = [row(FORMATS[name]) for name in FORMATS.names()]
    return "\n".join([head, *rows, "", "What is lost, and counted, where a format does not keep", "", *words])


def row(format: Format) -> str:
    ways = " and ".join(word for word, way in (("read", format.read), ("written", format.write)) if way)
    kinds = "every kind" if set(KINDS) <= format.kinds else ", ".join(k for k in KINDS if k in format.kinds)
    keeps = ", ".join(word for word in KEEPS if word in format.keeps)
    lacks = ", ".join(word for word in KEEPS if word not in format.keeps)
    told = "everything" if not lacks else keeps if len(keeps) <= len(lacks) else f"all but {lacks}"
    return f"| `{format.name}` | {format.about} | {ways} | {kinds} | {told} |"


def renewed(page: str) -> str:
    """The page with the table of today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(renewed(place.read_text("utf-8")), "utf-8")
