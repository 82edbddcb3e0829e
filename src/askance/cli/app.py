"""The commands, in the order in which people meet them.  Floor 6."""

from typing import Annotated

import typer

from askance import __version__
from askance.cli import doctor, select

app = typer.Typer(
    name="askance",
    help="Active learning: asks people about exactly the samples the model is in doubt about.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of whatever goes wrong.")] = False,
) -> None:
    if version:
        typer.echo(f"askance {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


START, LOOK = "Start here", "Look around"
app.command("select", rich_help_panel=START)(select.command)
app.command("doctor", rich_help_panel=LOOK)(doctor.command)
