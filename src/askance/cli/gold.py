"""`askance gold NAME`: questions whose answer is known, and how people did on them.  Floor 6."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.campaign import Campaign

File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="Known answers, in any format that `import` takes.", show_default=False),
]
Share = Annotated[
    float | None,
    typer.Option("--share", metavar="SHARE", help="Share of what people are asked that is gold; 0 for none."),
]
Feedback = Annotated[
    bool | None,
    typer.Option("--feedback/--no-feedback", help="Whether people are told at once how they did.", show_default=False),
]
Drop = Annotated[bool, typer.Option("--drop", help="The samples of FILE are gold no longer.")]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who knows the answers, and so is not asked; you.")]


def command(
    name: options.Name,
    file: File = None,
    share: Share = None,
    feedback: Feedback = None,
    drop: Drop = False,
    who: Who = "",
    as_json: options.Json = False,
) -> None:
    """Takes gold questions from FILE, sets how many are mixed in, and shows how everybody did on them."""
    given = {"gold": share, "gold_feedback": feedback}
    changes = {key: value for key, value in given.items() if value is not None}
    with campaigns.opened(name) as campaign:
        me = who or campaigns.me()
        changed = campaign.import_gold(me, file, drop) if file is not None else 0
        if changes:
            campaign.change(me, **changes)
        found = told(campaign)
    if as_json:
        return show.as_json(found | {"changed": changed})
    if file is not None:
        show.say(f"{show.counted(changed, 'gold question')} {'dropped' if drop else 'set'} from {file}")
    share_now = found["share"]
    show.say(f"{show.counted(len(found['questions']), 'gold question')}, {share_now:.0%} of what people are asked")
    if found["people"]:
        show.table("", ("who", "right", "of", "95 % interval"), [row(w, m) for w, m in found["people"].items()])
    return None


def told(campaign: "Campaign") -> dict[str, Any]:
    """As data: the share, every question, and {person: share right, its interval, of how many}."""
    people = {who: {"right": m.value, "low": m.low, "high": m.high, "n": m.n} for who, m in campaign.skill().items()}
    asked = [
        {"id": g.sample, "item": g.name, "value": g.value, "asked": g.asked, "right": g.right} for g in campaign.gold()
    ]
    config = campaign.config
    return {"share": config.gold, "feedback": config.gold_feedback, "questions": asked, "people": people}


def row(who: str, m: dict[str, Any]) -> tuple[str, str, str, str]:
    return who, f"{m['right']:.3f}", str(m["n"]), f"{m['low']:.3f} to {m['high']:.3f}"
