"""`askance stream ARRIVALS`: which of these to ask about as they arrive, within a budget.  Floor 6."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import options, show

if TYPE_CHECKING:
    from askance.policies import Ledger, Policy
    from askance.strategy import Strategy
    from askance.stream import Decision

Arrivals = Annotated[
    str,
    typer.Argument(metavar="ARRIVALS", help="JSON lines or a CSV, one arrival a line; - reads JSON lines from stdin."),
]
PolicyText = Annotated[
    str,
    typer.Option(
        "--policy",
        metavar="TEXT",
        help='When to ask, and the budget: "split(budget=0.1, share=0.2)"; docs/streams.md lists them.',
        rich_help_panel=options.MODEL,
    ),
]
StrategyText = Annotated[
    str,
    typer.Option(
        "--strategy",
        metavar="TEXT",
        help="What to judge an arrival by: any row-local scorer.",
        rich_help_panel=options.MODEL,
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FILE.json",
        help="Where the stream stands: read where it exists, and kept up to date.",
        rich_help_panel=options.OUTPUT,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Add the decisions to this file, not to stdout.",
        rich_help_panel=options.OUTPUT,
    ),
]
IdName = Annotated[
    str,
    typer.Option(
        "--id",
        metavar="COLUMN",
        help="The column or key that names an arrival; unless given, `id`, else its number.",
        rich_help_panel=options.SOURCE,
    ),
]
SignalName = Annotated[
    str,
    typer.Option(
        "--signals", metavar="NAME", help="What the columns of a CSV are together.", rich_help_panel=options.SOURCE
    ),
]

ROWS = 256  # read at a time from a file; a pipe is answered line by line


def command(
    arrivals: Arrivals,
    policy: PolicyText = "quantile(budget=0.1)",
    strategy: StrategyText = "margin",
    seed: options.Seed = 0,
    state: State = None,
    id_column: IdName = "",
    features: options.Features = "",
    signals: SignalName = "probs",
    out: Out = None,
    as_json: options.Json = False,
) -> None:
    """Says of each arrival, as a line of JSON, whether to ask about it; bad ones are set aside, and it goes on."""
    from askance.cli.arrivals import Layout
    from askance.policies import parse_policy
    from askance.signals import sources
    from askance.spec import parse

    s, p = parse(strategy), parse_policy(policy)
    standing = _resumed(state, s, p, seed)
    layout = Layout(sources(s.needs | p.needs), id_column, options.columns(features), signals)
    kept: list[dict[str, Any]] = []
    with _writer(out, kept if as_json and out is None else None) as write:
        for decisions, after in judged(arrivals, layout, s, p, standing, seed):
            standing = after
            write(decisions)
            if state is not None:
                _keep(state, s, p, seed, standing)
    counts = {"seen": standing.seen, "asked": standing.asked, "aside": standing.aside}
    if as_json:
        return show.as_json({"policy": repr(p), "strategy": repr(s), **counts, **({} if out else {"decisions": kept})})
    word = f"; {show.counted(standing.aside, 'arrival')} set aside" if standing.aside else ""
    return show.note(f"asked about {standing.asked:,} of {show.counted(standing.seen, 'arrival')}{word}")


def judged(
    source: str, layout: Any, s: "Strategy", p: "Policy", standing: "Ledger", seed: int
) -> "Iterator[tuple[list[dict[str, Any]], Ledger]]":
    """(the decisions on some arrivals, where the stream stands after them)"""
    from askance.cli.arrivals import chunks, rows, together
    from askance.progress import bar
    from askance.stream import stream

    arrivals = rows(source, layout, standing.seen + standing.aside)
    with bar("judging") as done:
        for some in chunks(arrivals, 1 if source == "-" else ROWS):
            found = list(stream(s, [together(some)], p, standing, seed))
            standing = found[-1].state
            done(standing.seen + standing.aside)
            yield [_line(row.key, d) for row, d in zip(some, found, strict=True)], standing


def _line(key: str, d: "Decision") -> dict[str, Any]:
    return {"id": key, "ask": d.ask, "utility": d.utility, "chance": d.chance, "aside": d.aside, "why": d.why}


@contextmanager
def _writer(out: Path | None, kept: list[dict[str, Any]] | None) -> "Iterator[Callable[[list[dict[str, Any]]], None]]":
    """Writes decisions as lines of JSON, or keeps them; each part is out before the state says so."""
    if kept is not None:
        yield kept.extend
    elif out is None:
        yield lambda decisions: print("\n".join(map(_text, decisions)), flush=True)
    else:
        with out.open("a", encoding="utf-8") as file:

            def add(decisions: list[dict[str, Any]]) -> None:
                file.writelines(_text(d) + "\n" for d in decisions)
                file.flush()

            yield add


def _text(decision: dict[str, Any]) -> str:
    return json.dumps(show.jsonable(decision))


def _resumed(path: Path | None, s: "Strategy", p: "Policy", seed: int) -> "Ledger":
    """Where the stream stood, if it was kept by the same policy, strategy and seed."""
    from askance.errors import BadConfig

    if path is None or not path.exists():
        return p.init()
    try:
        stored = json.loads(path.read_text("utf-8"))
        kept = {name: stored[name] for name in ("policy", "strategy", "seed", "state")}
    except (ValueError, KeyError, TypeError):
        raise BadConfig(f"{path} is no state of a stream; `askance stream --state` makes one") from None
    for name, now in (("policy", repr(p)), ("strategy", repr(s)), ("seed", seed)):
        if kept[name] != now:
            raise BadConfig(f"{path} was kept with the {name} {kept[name]}, not {now}; give that, or another file")
    return p.restore(kept["state"])


def _keep(path: Path, s: "Strategy", p: "Policy", seed: int, standing: "Ledger") -> None:
    from askance.cli.files import write
    from askance.policies import plain

    stored = {"policy": repr(p), "strategy": repr(s), "seed": seed, "state": plain(standing)}
    write(path, json.dumps(stored, allow_nan=False) + "\n")
