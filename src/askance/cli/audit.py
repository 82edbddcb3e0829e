"""`askance audit NAME`: which labels look wrong.  Floor 6."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from askance.cli import campaigns, options, show

if TYPE_CHECKING:
    from askance.campaign.audited import Audited

Shown = Annotated[int, typer.Option("-n", "--shown", min=0, help="How many to show; --json has them all.")]
Method = Annotated[str, typer.Option("--method", metavar="WORD", help="class, rate, both or sure; see annotators.md.")]
Seed = Annotated[int, typer.Option("--seed", help="Same seed, same folds.")]


def command(
    name: options.Name, shown: Shown = 20, method: Method = "class", seed: Seed = 0, as_json: options.Json = False
) -> None:
    """Names the labels that a model of the other labels contradicts, the worst first; it changes none of them."""
    from askance.campaign.audited import audited
    from askance.ops import hex_id

    with campaigns.opened(name) as campaign:
        found = audited(campaign, method=method, seed=seed)
    if as_json:
        return show.as_json(plain(found))
    judged, issues = found.audit.samples, found.audit.issues
    show.say(f"{show.counted(judged, 'label')} judged; about {100 * found.audit.noise:.1f} % of them are wrong")
    if issues[:shown]:
        rows = [(found.names[i.id], i.given, i.suggested, i.why) for i in issues[:shown]]
        show.table("", ("sample", "given", "rather", "why"), rows)
    show.say(f"{show.counted(len(issues), 'label')} to look at" + (f", {shown} shown" if shown < len(issues) else ""))
    for i, why in list(found.left.items())[: options.SHOWN]:
        show.note(f"not judged: {hex_id(i)}: {why}")
    return None


def plain(found: "Audited") -> dict[str, object]:
    """For `--json`."""
    from askance.ops import hex_id

    return {
        "judged": found.audit.samples,
        "noise": found.audit.noise,
        "classes": found.audit.classes,
        "joint": found.audit.joint.shares,
        "issues": [{**asdict(i), "id": hex_id(i.id), "name": found.names[i.id]} for i in found.audit.issues],
        "left": {hex_id(i): why for i, why in found.left.items()},
    }
