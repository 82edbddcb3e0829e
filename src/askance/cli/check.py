"""`askance check NAME`: the contract that every strategy must keep, run on one, yours too.  Floor 6."""

from typing import Annotated

import typer

from askance.cli import options, show

What = Annotated[str, typer.Argument(metavar="NAME", help="A strategy by its name, or any strategy text.")]
Slow = Annotated[bool, typer.Option("--slow", help="Also the checks that take seconds to minutes.")]


def command(what: What, slow: Slow = False, as_json: options.Json = False) -> None:
    """Runs every contract check on a strategy; exit code 2 where one fails."""
    from askance import contract
    from askance.errors import BadStrategy
    from askance.progress import track

    left_out = contract.skipped(what, slow=slow)
    total = len(contract.CHECKS) - len(left_out)
    found = dict(track(contract.run(what, slow=slow), f"checking {what}", total))
    wrong = {name: error for name, error in found.items() if error is not None}
    if as_json:
        checks = {name: "ok" if error is None else str(error) for name, error in found.items()}
        show.as_json({"strategy": what, "passed": not wrong, "checks": checks, "left_out": left_out})
    else:
        cells = [(name.replace("_", " "), "ok" if e is None else str(e)) for name, e in found.items()]
        left = [(name.replace("_", " "), f"does not apply: {why}") for name, why in left_out.items()]
        show.table("", ("check", "result"), [*cells, *left])
    if wrong:
        raise BadStrategy(f"{what} fails {len(wrong)} of {len(found)} checks: {', '.join(wrong)}")
