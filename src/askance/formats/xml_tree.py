"""XML without its dangers: no document type, so no entities; limits on depth and size.  Floor 4."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from askance.errors import FormatError
from askance.labels.structured import shown

DEEPEST = 50
MOST = 1_000_000  # elements


@dataclass
class Element:
    """where: file and line, for messages."""

    name: str
    where: str
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> Iterator["Element"]:
        return (child for child in self.children if child.name == name)

    def get(self, name: str) -> "Element | None":
        return next(self.all(name), None)

    def need(self, name: str) -> "Element":
        found = self.get(name)
        if found is None:
            raise FormatError(f"{self.where}: <{self.name}> has no <{name}>")
        return found

    def fault(self, right: str) -> NoReturn:
        raise FormatError(f"{self.where}: <{self.name}> is {shown(self.text.strip())}; it must be {right}")

    def number(self) -> float:
        try:
            value = float(self.text)
        except ValueError:
            self.fault("a number")
        return value if abs(value) < 1e9 else self.fault("a number of pixels")

    def said(self, name: str) -> str:
        """An attribute, which must be there."""
        if name not in self.attributes:
            raise FormatError(f"{self.where}: <{self.name}> does not say its {name}")
        return self.attributes[name]

    def pixels(self, name: str) -> float:
        """An attribute that is a number."""
        try:
            value = float(self.said(name))
        except ValueError:
            value = float("inf")
        if not abs(value) < 1e9:
            raise FormatError(f"{self.where}: {name} is {shown(self.said(name))}; it must be a number of pixels")
        return value


def parse_xml(data: bytes, where: str) -> Element:
    """The root; a FormatError with line and column for what is no XML or has a document type."""
    build = _Build(where)
    parser = build.parser
    try:
        parser.Parse(data, True)
    except expat.ExpatError as e:
        reason = expat.errors.messages.get(e.code, str(e))
        raise FormatError(f"{where}, line {e.lineno}, column {e.offset + 1}: it is not XML here ({reason})") from None
    except (ValueError, LookupError) as e:
        if isinstance(e, FormatError):
            raise
        raise FormatError(f"{where}: the encoding that it names cannot be read ({e}); save it as UTF-8") from None
    return build.root.children[0]


class _Build:
    """The elements as expat names them."""

    def __init__(self, where: str):
        self.where, self.count = where, 0
        self.root = Element("", where)
        self.open = [self.root]
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = lambda name: self.open.pop() and None
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> NoReturn:
        raise FormatError(
            f"{self._here()}: it has a document type (<!DOCTYPE ...>), through which a file could make this machine "
            "read others; take it out"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > DEEPEST or self.count > MOST:
            raise FormatError(f"{self._here()}: more than {DEEPEST} elements inside each other, or {MOST:,} in all")
        element = Element(name, self._here(), attributes=attributes)
        self.open[-1].children.append(element)
        self.open.append(element)

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    def _here(self) -> str:
        return f"{self.where}, line {self.parser.CurrentLineNumber}"


def escaped(text: str) -> str:
    """As the content of an element; what XML has no word for becomes U+FFFD."""
    allowed = "".join(
        c if c in "\t\n" or " " <= c <= "\ud7ff" or (c >= "\ue000" and c not in "\ufffe\uffff") else "\ufffd"
        for c in text
    )
    return allowed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
