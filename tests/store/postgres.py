"""A real PostgreSQL for the tests, in a folder of its own, gone when they are over."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from extras import extra

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")


def programs() -> Path | None:
    """The folder with initdb and pg_ctl: of the path, else the newest that Debian installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(p for place in PLACES for p in Path(place).glob("**/bin/initdb"))
    return found[-1].parent if found else None


def run(*words: str) -> None:
    """As `postgres` where we are root, which the server refuses to run as."""
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    subprocess.run(words, check=True, capture_output=True, timeout=120, cwd="/", **user)  # type: ignore[call-overload]


def let_through(folder: Path) -> None:
    """To what lies in a folder of root's."""
    for above in folder.parents:
        if os.geteuid() == 0 and above.stat().st_uid == 0 and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o011)


def server(folder: Path) -> Iterator[str]:
    """-> the URL of a server.  Its commits are not on the disk (fsync=off): only its locks and plans are looked at."""
    extra("psycopg")
    bin = programs()
    if bin is None:
        pytest.skip("PostgreSQL is not installed: no initdb on the path or in /usr/lib/postgresql")
    if os.geteuid() == 0:
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        let_through(folder)
    data = folder / "data"
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    run(str(bin / "initdb"), "-D", str(data), "-A", "trust", "-U", "askance", "-E", "UTF8", "--no-sync")
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "60",
        "fsync": "off",
    }
    options = " ".join([f"-p {port}", *(f"-c {name}={value}" for name, value in settings.items())])
    run(str(bin / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql+psycopg://askance@127.0.0.1:{port}/postgres"
    finally:
        let_through(folder)  # another run of pytest meanwhile has shut the way
        run(str(bin / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
