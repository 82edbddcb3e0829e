"""`askance label NAME`: a person answers, in the page or at the terminal.  Floor 6."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import campaigns, options, show
from askance.cli.transfer import Who

if TYPE_CHECKING:
    from askance.campaign import Campaign, Task
    from askance.protocols import Oracle

InTerminal = Annotated[bool, typer.Option("--terminal", help="Ask here, one sample at a time, and open no page.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the page; 0 for any that is free.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the page's address, and open nothing.")]
Most = Annotated[
    int,
    typer.Option("-n", metavar="N", min=0, help="In the terminal: stop after N answers; 0: never before the last."),
]


def command(
    name: options.Name,
    who: Who = "",
    terminal: InTerminal = False,
    most: Most = 0,
    port: Port = 0,
    no_browser: NoBrowser = False,
    as_json: options.Json = False,
) -> None:
    """Opens the labelling page for you alone; the model learns behind it.  Every answer is kept at once."""
    if terminal or as_json or most:
        return _in_terminal(name, who, most, as_json)
    return _in_page(name, who or campaigns.me(), port, not no_browser)


def _in_page(name: Path, who: str, port: int, browse: bool) -> None:
    from askance.server.serve import Serving, serve

    with campaigns.opened(name) as campaign:
        place = campaign.folder.root
    serve(Serving(place.parent, only=place.name, port=port, local=who, browse=browse))


def _in_terminal(name: Path, who: str, most: int, as_json: bool) -> None:
    import sys

    from rich.console import Console

    from askance.oracles import Terminal

    def read(prompt: str) -> str:
        print(prompt, end="", file=sys.stderr, flush=True)
        return input()

    with campaigns.opened(name) as campaign:
        kind = campaign.label_kind if campaign.config.kind.name != "class" else None  # an item has its classes
        opened, console = campaign.config.open_classes, Console(file=sys.stderr)
        oracle = Terminal(open_classes=opened, console=console, read=read, kind=kind)
        answered = converse(campaign, oracle, who or campaigns.me(), most)
        total = len(campaign.labels())
    if as_json:
        return show.as_json({"answered": answered, "labels": total})
    return show.say(f"{show.counted(answered, 'answer')} kept, {show.counted(total, 'label')} in all")


def converse(campaign: "Campaign", oracle: "Oracle", who: str, most: int = 0) -> int:
    """Asks until the oracle quits, `most` are answered or nothing is left.  -> how many answers were kept.

    One question is held at a time, so that several people can answer beside each other.
    """
    from askance.oracles import Quit, Undo

    before = kept = _kept(campaign, who)
    while not most or kept - before < most:
        task = _question(campaign, who)
        if task is None:
            show.note("there is nothing left to ask")
            break
        try:
            value = oracle(campaign.item(task))
        except Quit:
            break
        except Undo:
            _take_back(campaign, who)
        else:
            _keep(campaign, who, task, value)
        kept = _kept(campaign, who)
    return kept - before


def _question(campaign: "Campaign", who: str) -> "Task | None":
    """The next one, after another round where all were handed out; None when that chose nothing."""
    from askance.cli.rounds import line

    held = campaign.ask(who, 1)
    if not held:
        show.note(line(campaign.step()))
        held = campaign.ask(who, 1)
    return held[0] if held else None


def _keep(campaign: "Campaign", who: str, task: "Task", value: str | None) -> None:
    if value is None:
        campaign.skip(who, task, "declined")
    else:
        campaign.tell(who, task, value)


def _take_back(campaign: "Campaign", who: str) -> None:
    from askance.errors import Conflict

    try:
        campaign.undo(who)
    except Conflict as e:
        show.note(str(e))


def _kept(campaign: "Campaign", who: str) -> int:
    return int(campaign.status()["people"].get(who, 0))
