"""`askance report NAME`: one page that stands alone, and its figures.  Floor 6."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.campaign import Campaign
    from askance.cli.trials import Trial

Into = Annotated[
    Path | None, typer.Option("--folder", metavar="DIR", help="Where to; NAME.askance/reports unless named.")
]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")]


def command(
    name: options.Name,
    folder: Into = None,
    open_it: Open = False,
    target: options.Target = None,
    as_json: options.Json = False,
) -> None:
    """Writes report.html: learning curve, rounds, calibration, and pictures of what each round chose and why."""
    with campaigns.opened(name) as campaign:
        page = write(campaign, folder, target)
    if open_it:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    if as_json:
        return show.as_json({"report": str(page), "figures": sorted(str(p) for p in page.parent.glob("*.png"))})
    return show.say(f"the report: {page}")


def write(campaign: "Campaign", folder: Path | None = None, target: float | None = None) -> Path:
    """The page, with the controls that `run --control` found."""
    from askance.cli import trials
    from askance.report.gallery import of_pool
    from askance.report.outlook import named_target
    from askance.report.write import write_report

    place = folder or campaign.folder.reports
    found = trials.load(campaign.folder.reports / campaigns.COMPARED)
    history = campaign.history()
    return write_report(
        history,
        place,
        title=campaign.folder.root.stem,
        shows=of_pool(campaign.pool),
        name=campaign.config.strategy,
        target=named_target(history) if target is None else target,
        **compared(found, campaign.config.seed),
    )


def compared(found: "Sequence[Trial]", seed: int) -> dict[str, Any]:
    """The other seeds of our own strategy, those of the controls, and the level with all labels."""
    from askance.cli.trials import by_strategy

    if not found:
        return {}
    (_, ours), *controls = by_strategy(found).items()
    return {
        "repeats": [t.history for t in ours if t.seed != seed],
        "controls": {name: [t.history for t in ts] for name, ts in controls},
        "full": sum(t.full for t in ours) / len(ours),
    }
