"""`askance strategies [NAME]`: what there is to choose by, and one of them in full.  Floor 6."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import options, show
from askance.errors import BadStrategy, nearest
from askance.usual import AUTO, usual_strategy, usual_warmup

if TYPE_CHECKING:
    from askance.among import Form
    from askance.describe import Entry, Parameter

Name = Annotated[str, typer.Argument(metavar="[NAME]", help="One of them; without it, all.")]
Family = Annotated[
    str, typer.Option("--family", metavar="FAMILY", help="Only this family: uncertainty, committee, diversity, ...")
]
Needs = Annotated[
    str, typer.Option("--needs", metavar="SIGNAL,SIGNAL", help="Only those that look at these: probs, embeddings, ...")
]
Given = Annotated[
    str, typer.Option("--given", metavar="SIGNAL,SIGNAL", help="Only those that run when the learner gives just these.")
]

COLUMNS = ("signals", "learned", "cold")
TABLE = 150  # columns from which five things fit beside each other


def command(
    name: Name = "", family: Family = "", needs: Needs = "", given: Given = "", as_json: options.Json = False
) -> None:
    """Lists every strategy by family with what it needs, its cost and its paper; with NAME, all about that one."""
    from askance.among import FORMS
    from askance.describe import entries, entry

    if name == AUTO:
        return _auto(as_json)
    if name and name in FORMS:
        return _given(FORMS[name], as_json)
    if name:
        found = entry(name)
        return show.as_json(plain(found)) if as_json else _one(found)
    every = chosen(entries(), family, options.columns(needs), options.columns(given))
    if as_json:
        return show.as_json({"strategies": [plain(e) for e in every]})
    for one in dict.fromkeys(e.family for e in every):
        _family(one, [e for e in every if e.family == one])
    if not every:
        show.say("none is like that")
    if not (family or needs or given):
        show.prose(f"given strategies themselves, as in albl(margin, kcenter): {', '.join(FORMS.names())}")
    return show.say("askance strategies NAME says more; they compose: margin | top(x=10) | kmeans")


def _auto(as_json: bool) -> None:
    """What the word stands for, by the signals that there are."""
    sets = [("probs", "embeddings"), ("probs",), ("prediction", "embeddings"), ("embeddings",), ()]
    rows = [(" and ".join(s) or "neither", usual_strategy(s), usual_warmup(s)) for s in sets]
    if as_json:
        return show.as_json({"name": AUTO, "stands_for": [dict(zip(COLUMNS, r, strict=True)) for r in rows]})
    return show.table("auto: the usual strategy for what the model gives", COLUMNS, rows)


def chosen(
    every: "Sequence[Entry]", family: str = "", needs: Sequence[str] = (), given: Sequence[str] = ()
) -> "list[Entry]":
    """Those of a family, that look at all of `needs`, and that look at nothing but `given`; a typo is an error."""
    from askance.describe import content

    signals = {name for e in every for name in e.needs}
    for word, known, what in [(family, {e.family for e in every}, "family"), *((n, signals, "signal") for n in needs)]:
        if word and word not in known:
            there = ", ".join(sorted(known))
            raise BadStrategy(f"no strategy has the {what} {word!r}{nearest(word, known)}; there are {there}")
    return [
        e
        for e in every
        if family in ("", e.family) and set(needs) <= set(e.needs) and (not given or content(e, frozenset(given)))
    ]


def plain(e: "Entry") -> dict[str, object]:
    from askance.describe import usage

    return {**asdict(e), "summary": e.summary, "usage": usage(e)}


def _family(family: str, found: "Sequence[Entry]") -> None:
    """A table where there is room for one, else a few lines for each."""
    from askance.describe import FAMILIES

    title = f"{family}: {FAMILIES[family]}" if family in FAMILIES else family
    if show.width() >= TABLE:
        rows = [(e.name, _needs(e), e.cost, e.summary, e.paper) for e in found]
        return show.table(title, ("name", "needs", "cost", "what it does", "paper"), rows)
    show.prose(title)
    for e in found:
        show.say()
        show.prose(f"{e.name}  [{_needs(e)}]  {e.cost}", indent=2)
        show.prose(e.summary, indent=6)
        if e.paper != "-":
            show.prose(e.paper, indent=6)
    return show.say()


def _needs(e: "Entry") -> str:
    return ", ".join(e.needs) or "-"


def _one(e: "Entry") -> None:
    show.prose(f"{e.name}: a {e.kind} of the family {e.family}")
    show.say()
    show.prose(e.doc)
    show.say()
    rows = [("stands for", e.text)] if e.text != e.name else []
    rows += [("needs", ", ".join(e.needs) or "nothing"), ("paper", e.paper), ("cost", e.cost)]
    rows += [("shards", e.shards or "-"), ("stream", _yes(e.stream)), ("boxes, tokens, pixels", _yes(e.boxes))]
    rows += [(f"parameter {p.name}", _parameter(p)) for p in e.parameters]
    rows += [(f"does not pass {check.replace('_', ' ')}", why) for check, why in e.fails.items()]
    show.table("", ("what", "it is"), rows)
    show.say(f'askance select POOL -k 20 --strategy "{example(e)}"')


def _given(f: "Form", as_json: bool) -> None:
    """One that stands before strategies."""
    from askance.describe import form_kind, form_parameters

    own = form_parameters(f)
    if as_json:
        said = {"name": f.name, "kind": form_kind(f), "doc": f.meta.doc, "paper": f.meta.paper, "cost": f.meta.cost}
        return show.as_json({**said, "parameters": [asdict(p) for p in own]})
    show.prose(f"{f.name}: a {form_kind(f)}")
    show.say()
    show.prose(f.meta.doc)
    show.say()
    rows = [("paper", f.meta.paper), *((f"parameter {p.name}", _parameter(p)) for p in own)]
    show.table("", ("what", "it is"), rows)
    if f.chooses:
        judged = " --validation 0.2" if f.measures else ""
        return show.say(f'askance new NAME --pool POOL --strategy "{f.name}(margin, kcenter)"{judged}')
    return show.say(f'askance select POOL -k 20 --strategy "{f.name}(margin, badge) | max_herding"')


def example(e: "Entry") -> str:
    """Its text as one would write it, with the first parameter spelled out to show how."""
    from askance.describe import usage

    first = [f"{p.name}={p.default!r}" for p in e.parameters[:1] if not e.part]
    return f"{e.name}({first[0]})" if first else usage(e)


def _parameter(p: "Parameter") -> str:
    from askance.describe import reach

    return f"{p.default!r}{reach(p)}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
