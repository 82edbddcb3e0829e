"""`askance strategies [NAME]`: what there is to choose by, and one of them in full.  Floor 6."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import options, show

if TYPE_CHECKING:
    from askance.describe import Entry, Parameter

Name = Annotated[str, typer.Argument(metavar="[NAME]", help="One of them; without it, all.")]


def command(name: Name = "", as_json: options.Json = False) -> None:
    """Lists every strategy with what it needs and its paper; with NAME, says all there is to say about that one."""
    from askance.describe import entries, entry

    if name:
        found = entry(name)
        return show.as_json(plain(found)) if as_json else _one(found)
    every = entries()
    if as_json:
        return show.as_json({"strategies": [plain(e) for e in every]})
    for family in dict.fromkeys(e.family for e in every):
        rows = [(e.name, ", ".join(e.needs) or "-", e.summary) for e in every if e.family == family]
        show.table(family, ("name", "needs", "what it does"), rows)
    return show.say("askance strategies NAME says more; they compose: margin | top(x=10) | kmeans")


def plain(e: "Entry") -> dict[str, object]:
    return {**asdict(e), "summary": e.summary}


def _one(e: "Entry") -> None:
    show.say(f"{e.name}: a {e.kind}" + (f", stands for {e.text}" if e.text != e.name else ""))
    show.say()
    show.say(e.doc)
    show.say()
    rows = [("needs", ", ".join(e.needs) or "nothing"), ("paper", e.paper), ("cost", e.cost)]
    rows += [("shards", e.shards or "-"), ("stream", _yes(e.stream)), ("boxes, tokens, pixels", _yes(e.boxes))]
    rows += [(f"parameter {p.name}", _parameter(p)) for p in e.parameters]
    rows += [(f"does not pass {check.replace('_', ' ')}", why) for check, why in e.fails.items()]
    show.table("", ("what", "it is"), rows)


def _parameter(p: "Parameter") -> str:
    if p.words:
        return f"{p.default!r}, one of {', '.join(p.words)}"
    low = "" if p.low is None else f", {p.low:g} or more"
    high = "" if p.high is None else f", {p.high:g} or less"
    return f"{p.default!r}{low}{high}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
