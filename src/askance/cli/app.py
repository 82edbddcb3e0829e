"""The commands, in the order in which people meet them.  Floor 6."""

from typing import Annotated

import typer

from askance import __version__
from askance.cli import (
    audit,
    check,
    convert,
    demo,
    doctor,
    gold,
    label,
    labelstudio,
    new,
    pal,
    report,
    run,
    select,
    serve,
    status,
    strategies,
    stream,
    transfer,
)

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


START, CAMPAIGN, LOOK = "Start here", "A campaign", "Look around"
app.command("demo", rich_help_panel=START)(demo.command)
app.command("select", rich_help_panel=START)(select.command)
app.command("stream", rich_help_panel=START)(stream.command)
app.command("pal", rich_help_panel=START)(pal.command)
app.command("new", rich_help_panel=CAMPAIGN)(new.command)
app.command("label", rich_help_panel=CAMPAIGN)(label.command)
app.command("serve", rich_help_panel=CAMPAIGN)(serve.serve)
app.command("user", rich_help_panel=CAMPAIGN)(serve.user)
app.command("worker", rich_help_panel=CAMPAIGN)(serve.worker)
app.command("run", rich_help_panel=CAMPAIGN)(run.command)
app.command("status", rich_help_panel=CAMPAIGN)(status.command)
app.command("report", rich_help_panel=CAMPAIGN)(report.command)
app.command("audit", rich_help_panel=CAMPAIGN)(audit.command)
app.command("gold", rich_help_panel=CAMPAIGN)(gold.command)
app.command("export", rich_help_panel=CAMPAIGN)(transfer.export)
app.command("import", rich_help_panel=CAMPAIGN)(transfer.import_)
app.command("convert", rich_help_panel=CAMPAIGN)(convert.command)
app.command("labelstudio", rich_help_panel=CAMPAIGN)(labelstudio.command)
app.command("undo", rich_help_panel=CAMPAIGN)(transfer.undo)
app.command("strategies", rich_help_panel=LOOK)(strategies.command)
app.command("check", rich_help_panel=LOOK)(check.command)
app.command("doctor", rich_help_panel=LOOK)(doctor.command)
