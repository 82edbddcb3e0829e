"""The table of docs/streams.md, made from the registry.  Floor 2.

python -m askance.policies.page docs/streams.md
"""

import sys
from pathlib import Path

import askance.policies  # registers ours  # noqa: F401
from askance.policies.policy import POLICIES, About

BEGIN = "<!-- Made by `python -m askance.policies.page docs/streams.md`; a test holds it current. -->"
END = "<!-- The end of what is made. -->"


def table() -> str:
    """A row for each policy: what it does, its parameters with their defaults, what it looks at, where it is from."""
    head = "| policy | what it does | parameters | needs | paper |\n|---|---|---|---|---|"
    return "\n".join([head, *(row(POLICIES[name]) for name in POLICIES.names())])


def row(about: About) -> str:
    given = ", ".join(f"`{name}={default!r}`" for name, default in about.defaults.items())
    looks = "utility from 0 to 1" if about.make.limit == 1 else "utility"
    needs = ", ".join([looks, *sorted(about.make.needs)])
    return f"| `{about.name}` | {summary(about.doc)} | {given} | {needs} | {about.paper} |"


def summary(doc: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(doc.partition("\n\n")[0].split()).replace("|", r"\|")


def renewed(page: str) -> str:
    """The page with the table of today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(renewed(place.read_text("utf-8")), "utf-8")
