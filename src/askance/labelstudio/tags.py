"""A labelling configuration read: which tags ask for what.  Floor 6."""

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from askance.errors import FormatError
from askance.labelstudio.config import TAGS

LONGEST = 1_000_000
ASKING = frozenset(TAGS.values())


def parsed(text: str) -> dict[str, Any]:
    """{name: {"type", "to_name", "inputs"}} of the tags that ask, as Label Studio's own `parsed_label_config`."""
    tags = list(_tags(text))
    shown = {a["name"]: a.get("value", "").removeprefix("$") for _, a in tags if "name" in a and "toName" not in a}
    found: dict[str, Any] = {}
    for tag, said in tags:
        if tag in ASKING and "name" in said and said.get("toName"):
            to = said["toName"].split(",")
            found[said["name"]] = {"type": tag, "to_name": to, "inputs": [{"value": shown.get(to[0], to[0])}]}
    return found


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Without entities, as anywhere here: a document type is refused."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, said: found.append((tag, said))
    parser.StartDoctypeDeclHandler = _refuse
    if len(text) > LONGEST:
        raise FormatError(f"the labelling configuration has more than {LONGEST:,} characters")
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as e:
        raise FormatError(f"the labelling configuration is no XML in line {e.lineno}") from None
    return iter(found)


def _refuse(*_: object) -> None:
    raise FormatError("the labelling configuration has a document type (<!DOCTYPE ...>); take it out")
