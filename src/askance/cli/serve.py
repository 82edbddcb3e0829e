"""`askance serve`, `askance worker`, `askance user`: the server for a team.  Floor 6."""

import os
from pathlib import Path
from typing import Annotated

import typer

from askance.cli import options, show

Root = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that the campaigns (*.askance) lie in.")]
Host = Annotated[str, typer.Option("--host", help="The address to listen on; 0.0.0.0 for all of this machine's.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 for any that is free.")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="A name that the server answers to, such as label.example.org."),
]
Database = Annotated[
    str, typer.Option("--database", metavar="URL", help="Where accounts are kept; left out, server.db in the folder.")
]
NoTrain = Annotated[bool, typer.Option("--no-worker", help="Start no worker: one runs elsewhere.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Write no line of JSON for each request.")]
Only = Annotated[str, typer.Option("--only", metavar="NAME", help="One campaign of the folder.")]
Parent = Annotated[int, typer.Option("--parent", hidden=True, help="End when this process has ended.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What they are called.")]
Where = Annotated[Path, typer.Option("--root", metavar="FOLDER", help="The folder that is served.")]
Admin = Annotated[bool, typer.Option("--admin", help="They may do everything on this server.")]
Password = Annotated[
    str, typer.Option("--password-file", metavar="FILE", help="A file with the password; left out, it is asked for.")
]


def serve(
    root: Root = Path(),
    host: Host = "127.0.0.1",
    port: Port = 8765,
    allow: Allow = None,
    database: Database = "",
    no_worker: NoTrain = False,
    quiet: Quiet = False,
) -> None:
    """The labelling server for a team: accounts, roles, many campaigns, and a worker that learns behind them."""
    from askance.server.hall import check_root
    from askance.server.serve import Serving, serve

    place, hosts = check_root(root), tuple(allow or ())
    serve(Serving(place, "", host, port, database, hosts, train=not no_worker, log=not quiet))


def worker(root: Root = Path(), only: Only = "", parent: Parent = 0) -> None:
    """Fits and chooses for the campaigns of a folder as answers come in; `askance serve` starts one by itself."""
    import logging

    from askance.server.hall import check_root
    from askance.server.serve import Going
    from askance.server.worker import forever

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if parent and hasattr(os, "nice"):  # beside a server people come first: a model may take a little longer
        os.nice(10)
    forever(check_root(root), only, Going(parent))


def user(
    name: Name,
    root: Where = Path(),
    database: Database = "",
    admin: Admin = False,
    file: Password = "",
    as_json: options.Json = False,
) -> None:
    """Makes an account on the server of a folder; people with an invitation make theirs in the page."""
    from askance.server.hall import check_root
    from askance.server.people import People

    if file:
        password = Path(file).read_text("utf-8").strip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    people = People(database or f"sqlite:///{check_root(root) / 'server.db'}")
    made = people.add(name, password, admin or not people.anybody())
    people.close()
    if as_json:
        return show.as_json({"name": made.name, "admin": made.admin})
    return show.say(f"{made.name} may sign in" + (", and do everything on this server" if made.admin else ""))
