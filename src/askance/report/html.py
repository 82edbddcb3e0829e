"""HTML that is safe by construction: text is escaped wherever it enters, and only what `tag` made is not.  Floor 6."""

import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape


class Html(str):
    """Marks what is already HTML.  Only the functions of this module make it."""

    __slots__ = ()


UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
EMPTY = Html("")
VOID = frozenset({"img", "meta", "source", "br"})  # elements that have no end


def tag(name: str, *children: str, **attributes: str | bool) -> Html:
    """tag("p", "1 < 2", class_="note") -> <p class="note">1 &lt; 2</p>.  True gives a bare attribute, False none."""
    said = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{join(children)}</{name}>")


def join(children: Iterable[str]) -> Html:
    return Html("".join(c if isinstance(c, Html) else escape(clean(c)) for c in children))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], numbers: Iterable[int] = ()) -> Html:
    """A table that scrolls sideways where it must; `numbers`: columns set to the right."""
    right = frozenset(numbers)

    def cells(name: str, row: Iterable[str]) -> Html:
        return tag("tr", *(tag(name, cell, class_="number" if i in right else "") for i, cell in enumerate(row)))

    body = tag("tbody", *(cells("td", row) for row in rows))
    return tag("div", tag("table", tag("thead", cells("th", head)), body), class_="wide")


def data_uri(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"


def style(css: str) -> Html:
    """A style sheet of our own; nothing of a user's may come in here."""
    return Html(f"<style>{css}</style>")


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which no page may hold (file names may)."""
    return UNPRINTABLE.sub("\ufffd", text)


def _attribute(name: str, value: str | bool) -> str:
    if value is True:
        return f" {name}"
    return f' {name}="{escape(clean(value))}"' if value else ""
