"""The registry as data: what every list, table, page and form of strategies is made from.  Floor 3.

python -m askance.describe > docs/strategies.md
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from askance.among import FORMS, Form
from askance.errors import BadStrategy, nearest
from askance.shards import exact_prefix, lockstep_parts
from askance.signals import sources
from askance.spec import parse
from askance.strategy import ATOMS, KINDS, RECIPES, Atom, Bounds, Greedy, Meta, Strategy, Utility, kind_name

FAMILIES = {
    "control": "What everything else is measured against.",
    "uncertainty": "One prediction is looked at: how far the model is from being sure.",
    "committee": "Several members are looked at: how far they contradict each other.",
    "diversity": "Embeddings are looked at: a batch that is spread out.",
    "density": "Embeddings are looked at: samples that are typical of the pool.",
    "hybrid": "Uncertainty and diversity in one.",
    "model change": "How much a label would change the model, or what it would do to its error, by the last layer.",
    "regression": "Labels are numbers: the predicted number, its variance, and a committee's numbers are looked at.",
    "bmdal": "Labels are numbers, or classes: *kernel | transforms | selector*, `full_gradient | sketched | lcmd`; "
    "[measured](regression-results.md).",
    "joint training": "What was trained together with the network is asked: [add-ons](add-ons.md).",
    "cold start": "First batches, before anything is labelled.",
    "gates": "Samples that do not belong are held back: [messy data](messy-data.md).",
    "people": "Several people label: a new sample, or one that has labels again.",
    "parts": "Of use inside an expression, as in `0.3 * (entropy | rank) + (density | rank)`.",
}


MOST = 20  # panels on one drawing
DRAWN_FROM = frozenset(
    [
        "decision",
        "embeddings",
        "frequencies",
        "hidden",
        "history",
        "members",
        "outputs",
        "prediction",
        "probs",
        "target",
        "variance",
    ]
)
NOT_DRAWN = dict.fromkeys(("knapsack", "per_cost"), "there all samples cost the same")
SEEN = {
    "control": "Ten drawn at random come from where most samples are.",
    "uncertainty": "Most ask where classes meet and where the model has seen no label, and there ten times much the "
    "same: a score of each sample by itself does not know of the other nine.",
    "committee": "Members that have seen different labels contradict each other far from all labels: in the group on "
    "the right, of which none is labelled, and at the rim.  The draws, `power_bald` and its kin, trade some of that "
    "for variety.",
    "diversity": "`kcenter`, `log_det` and `graph_cut` go for the rim, `kmeans`, `k_medoids` and `facility_location` "
    "for the middle of every group, `flmi`, `gcmi` and `logdet_mi` for more of the rarest class, the diamonds.",
    "density": "Where samples lie close: `graph_density` in every group, `information_density` only where the model is "
    "in doubt too.",
    "hybrid": "In doubt and spread out at once: compare with `margin` above, which asks much the same several times.",
    "model change": "Nearly all put the whole batch into the group on the right, of which none is labelled: the first "
    "label there changes the model most, and the other nine tell it little more.  `craig` and `glister` take one pick "
    "into account for the next; after a scorer say `| top(x=10) | kmeans`.",
    "expected error": "Nearly all put the whole batch into the group on the right, of which none is labelled: a label "
    "there tells most about the rest.  `batch_mcpal` counts its own picks: one there, and then where classes meet.",
    "bmdal": "Vectors are the embeddings themselves: all of them go for what is far from the labelled, the rim and the "
    "group on the right; `kmeanspp_tp` and `lcmd` keep to where samples are, and have most of the groups.",
    "gates": "`gated_margin` keeps to where classes meet, as `margin` does; what lies alone, and a group that is like "
    "nothing labelled, are held back.",
    "regression": "The classes taken as grades 0, 1 and 2.  `alm` puts the whole batch into the group of which none is "
    "labelled, and `emcm` nearly so; `gsx` and `alc_linear` go for the rim; `alc` has something of every group; `gsy` "
    "keeps to where predicted grades are far from all known ones, between the classes, and `igs` is between it and "
    "`gsx`.",
    "cold start": "With nothing labelled: every group is asked about, the large ones more often, and few of the "
    "samples that are like nothing.",
    "parts": "What a part changes: `seals` and `anchors` keep to the neighbours of what is labelled, `distinct` keeps "
    "apart what `margin` picks.",
}


@dataclass(frozen=True)
class Parameter:
    """low and high: the range where it is a number and has one; words: what is allowed where it is a word."""

    name: str
    default: Any
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One strategy or part, as plain data: `dataclasses.asdict(entry)` is JSON.

    name    what is typed; `text` what it stands for, the same where it is a function of its own
    kind    scorer, embedder, selector or greedy selector
    doc     the whole docstring; `summary` its first sentence
    shards  exact: shards narrowed one by one give the picks of one machine; lockstep: shards together do;
            approximate: a core-set of each; "" for a part
    stream  whether it can judge one arrival; boxes: whether it can score what is inside a sample, by over(...)
    fails   {contract check: why} known failures
    """

    name: str
    text: str
    kind: str
    family: str
    paper: str
    doc: str
    needs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    cost: str
    shards: str
    stream: bool
    boxes: bool
    part: bool
    fails: dict[str, str]

    @property
    def summary(self) -> str:
        return summary(self.doc)


def summary(doc: str) -> str:
    """The first sentence, on one line."""
    return " ".join(doc.split("  ")[0].split("\n\n")[0].split())


@dataclass(frozen=True)
class Shown:
    """A strategy as a panel of a drawing, with the other names of the very same."""

    entry: Entry
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """What is on docs/images/families/NAME.svg."""

    name: str
    family: str
    panels: tuple[Shown, ...]


def entries() -> list[Entry]:
    """Every strategy, by family and then by name; the parts come last."""
    parts = [name for name in ATOMS.names() if name not in RECIPES]
    found = [entry(name) for name in [*RECIPES.names(), *parts]]
    order = [*FAMILIES]
    place = {
        family: order.index(family) if family in order else len(order) - 1.5 for family in {e.family for e in found}
    }
    return sorted(found, key=lambda e: (e.part, place[e.family], e.family, e.name))


def entry(name: str) -> Entry:
    """One strategy or part, by name; an unknown one is a BadStrategy with the nearest."""
    if name in RECIPES:
        recipe = RECIPES[name]
        own = ATOMS[name].defaults if recipe.text == name else recipe.defaults
        return _entry(name, recipe.text, parse(name), recipe.meta, own)
    if name in ATOMS:
        atom = ATOMS[name]
        return _entry(name, name, atom, atom.meta, atom.defaults, part=True)
    raise BadStrategy(
        f"no strategy is named {name!r}{nearest(name, [*RECIPES.names(), *ATOMS.names(), *FORMS.names()])}"
    )


def pictures() -> list[Picture]:
    """A drawing a family, or several where it is large; two names of one thing share a panel.

    Parts are drawn where no strategy shows them, in the text of `usage`.
    """
    shown = {a.name for s in _recipes() for a in s.atoms()}
    found = [e for e in entries() if not why_not_drawn(e) and not (e.part and e.name in shown)]
    return [picture for family in dict.fromkeys(e.family for e in found) for picture in _pictures(family, found)]


def why_not_drawn(e: Entry) -> str:
    """Why it is on no drawing, or ""."""
    lacking = [name for name in e.needs if name not in DRAWN_FROM]
    return NOT_DRAWN.get(e.name, f"nothing there has {', '.join(lacking)}" if lacking else "")


def _pictures(family: str, found: Sequence[Entry]) -> list[Picture]:
    same: dict[str, list[Entry]] = {}
    for e in sorted((e for e in found if e.family == family), key=lambda e: (e.text != e.name, e.name)):
        same.setdefault(_meaning(e), []).append(e)
    panels = sorted(
        (Shown(e, tuple(o.name for o in others)) for e, *others in same.values()), key=lambda s: s.entry.name
    )
    sheets = -(-len(panels) // MOST)
    cuts = [i * len(panels) // sheets for i in range(sheets + 1)]
    stem = family.replace(" ", "_")
    return [
        Picture(f"{stem}_{i + 1}" if sheets > 1 else stem, family, tuple(panels[a:b]))
        for i, (a, b) in enumerate(pairwise(cuts))
    ]


def _meaning(e: Entry) -> str:
    """What it stands for, the same text for two names of the same: what is at its default is left out."""
    s = parse(e.name) if not e.part else ATOMS[e.name]
    if isinstance(s, Atom):
        return repr(replace(s, params=tuple((n, v) for n, v in s.params if s.defaults[n] != v)))
    return repr(s)


def usage(e: Entry) -> str:
    """A strategy text that shows it at work, and runs.

    A strategy is its own.  A part shows in the first text of its docstring that has a `|`, else in the shortest recipe
    that is made of it, else after a scorer or before a selector where it cannot do without.
    """
    if not e.part:
        return e.name
    told = [text for text in re.findall(r"`([^`]*\|[^`]*)`", e.doc) if re.search(rf"\b{e.name}\b", text)]
    made = sorted((s for s in _recipes() if e.name in [a.name for a in s.atoms()]), key=lambda s: len(repr(s)))
    if told or made:
        return told[0] if told else repr(made[0])
    return f"margin | {e.name}" if ATOMS[e.name].asks("utility") else e.name


def content(e: Entry, given: frozenset[str]) -> bool:
    """Whether it runs on these signals, and what can be derived from them."""
    return all(sources(frozenset({name})) & given for name in e.needs)


def _recipes() -> list[Strategy]:
    return [parse(name) for name in RECIPES.names() if RECIPES[name].text != name]


def _entry(name: str, text: str, s: Strategy, meta: Meta, own: dict[str, Any], part: bool = False) -> Entry:
    scorer = s.kind is Utility
    return Entry(
        name=name,
        text=text,
        kind=_kind(s),
        family="parts" if part else meta.family,
        paper=meta.paper,
        doc=meta.doc,
        needs=tuple(sorted(s.needs)),
        parameters=tuple(_parameter(n, default, meta.bounds.get(n, ())) for n, default in own.items()),
        cost=meta.cost,
        shards="" if part else _shards(s),
        stream=scorer and s.local and not part,
        boxes=scorer and s.local and bool(s.needs),
        part=part,
        fails=dict(meta.fails),
    )


def _kind(s: Strategy) -> str:
    atoms = s.atoms()
    return KINDS[Greedy] if kind_name(s) == "selector" and atoms[-1].returns is Greedy else kind_name(s)


def _shards(s: Strategy) -> str:
    if exact_prefix(s) is not None:
        return "exact"
    return "lockstep" if lockstep_parts(s) else "approximate"


def _parameter(name: str, default: Any, bounds: Bounds) -> Parameter:
    if any(isinstance(b, str) for b in bounds):
        return Parameter(name, default, words=bounds)
    low, high = bounds or (None, None)
    return Parameter(name, default, low, high)


def markdown() -> str:
    """The page docs/strategies.md: a table a family, and every strategy with its words."""
    found = entries()
    families = list(dict.fromkeys(e.family for e in found))
    tables = [_table(family, [e for e in found if e.family == family]) for family in families]
    pages = [INTRODUCTION, *tables, _forms(), "## One by one\n", *(_section(e) for e in found)]
    return "\n".join([*pages, *(_form_section(FORMS[name]) for name in FORMS.names())]).rstrip() + "\n"


INTRODUCTION = """# Strategies

<!-- Made by `python -m askance.describe > docs/strategies.md`; a test holds it current.  Do not edit. -->

A strategy says which samples to label next.  Give one by name, `--strategy margin`, with parameters, `dbal(beta=5)`, or
as an expression: `|` pipes, `+` and `*` blend scorers, `over(entropy, how="max")` scores what is inside a sample.

*Needs*: what the learner must provide.  *Shards*: whether a pool in pieces gets the picks of one machine: **exact**
always; **lockstep** with `select_lockstep`; **approximate**, from a core-set of each piece.  *Stream*: can judge
samples as they arrive.  *Boxes*: can score boxes, tokens or pixels through `over`.

The drawings (`make docs`) show the ten picks of each on one pool of 326 samples in the plane: three groups of which 11
samples are labelled, a fourth of which none is, and seven samples that are like nothing.  The model is logistic
regression on kernel features, with a committee of eight for those that need one, and the embeddings are the places
themselves.
"""


def _table(family: str, rows: Sequence[Entry]) -> str:
    head = "| name | what | needs | cost | shards | stream | boxes |\n|---|---|---|---|---|---|---|"
    lines = [
        f"| [`{e.name}`](#{e.name}) | {e.summary} | {', '.join(e.needs) or '-'} | {e.cost} | {e.shards or '-'} "
        f"| {'yes' if e.stream else '-'} | {'yes' if e.boxes else '-'} |"
        for e in rows
    ]
    return "\n".join([f"## {family.capitalize()}\n\n{FAMILIES.get(family, '')}\n", head, *lines, "", *_drawn(family)])


def _drawn(family: str) -> list[str]:
    """The drawings of a family with what to see on them, and what is on none."""
    shown = [p for p in pictures() if p.family == family]
    links = [f"![What the {family} strategies pick](images/families/{p.name}.svg)\n" for p in shown]
    seen = [f"*{SEEN[family]}*\n"] if shown and family in SEEN else []
    left = [f"`{e.name}`: {why_not_drawn(e)}" for e in entries() if e.family == family and why_not_drawn(e)]
    return [*links, *seen, *([f"Not drawn: {'; '.join(left)}.\n"] if left else [])]


def _section(e: Entry) -> str:
    stands = f"Stands for `{e.text}`.\n\n" if e.text != e.name else ""
    given = "".join(f"- `{p.name}` = `{p.default!r}`{reach(p)}\n" for p in e.parameters)
    known = "".join(f"- does not pass `{check}`: {why}\n" for check, why in e.fails.items())
    paper = f"Paper: {e.paper}.\n" if e.paper != "-" else ""
    blocks = [
        f"### {e.name}\n",
        f"{e.kind.capitalize()}.  {e.doc}\n",
        stands.rstrip("\n") + "\n" if stands else "",
        paper,
    ]
    return "\n".join(b for b in [*blocks, given, known] if b)


def form_kind(f: Form) -> str:
    return "chooser among strategies" if f.chooses else "part that is given strategies"


def form_parameters(f: Form) -> list[Parameter]:
    return [_parameter(n, default, f.meta.bounds.get(n, ())) for n, default in f.defaults.items()]


def _forms() -> str:
    """The table of what is given strategies."""
    head = "| name | what | sort | paper |\n|---|---|---|---|"
    found = [FORMS[name] for name in FORMS.names()]
    rows = [f"| [`{f.name}`](#{f.name}) | {summary(f.meta.doc)} | {form_kind(f)} | {f.meta.paper} |" for f in found]
    return "\n".join(
        ["## Given strategies\n\nAs in `albl(margin, kcenter)`: [meta strategies](meta.md).\n", head, *rows, ""]
    )


def _form_section(f: Form) -> str:
    given = "".join(f"- `{p.name}` = `{p.default!r}`{reach(p)}\n" for p in form_parameters(f))
    return "\n".join(
        [f"### {f.name}\n", f"{form_kind(f).capitalize()}.  {f.meta.doc}\n", f"Paper: {f.meta.paper}.\n", given]
    )


def reach(p: Parameter) -> str:
    """What it may be, after a comma; nothing where anything goes."""
    if p.words:
        return f", one of {', '.join(repr(w) for w in p.words)}"
    if p.low is None and p.high is None:
        return ""
    if p.high is None:
        return f", {p.low:g} or more"
    return f", {p.high:g} or less" if p.low is None else f", from {p.low:g} to {p.high:g}"


if __name__ == "__main__":
    print(markdown(), end="")
