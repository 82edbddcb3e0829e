"""Starts it all: the server in this process, a worker in another.  Floor 6."""

import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from askance.errors import AskanceError, BadConfig
from askance.server.hall import Hall
from askance.server.people import People, Person

LOOPBACK = ("127.0.0.1", "localhost", "::1")
AGAIN = 2.0  # seconds before a worker that died is started again


@dataclass(frozen=True)
class Serving:
    """What to serve, to whom, and where.

    local     who the one person is, where there are no accounts; browse: whether to open a browser for them
    only      one campaign of the folder, for one person on this machine; "" for all of them, with accounts
    database  of the accounts; "" for a file in the folder
    hosts     further names that the server answers to
    log       whether a line of JSON is written to stderr for each request
    """

    root: Path
    only: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    database: str = ""
    hosts: tuple[str, ...] = ()
    local: str = ""
    browse: bool = False
    train: bool = True
    log: bool = False


def serve(wanted: Serving) -> None:
    """Until it is stopped.  Says the address on stderr; local: with the token that lets one in."""
    import uvicorn

    from askance.server.access import House
    from askance.server.app import create_app

    if wanted.local and wanted.host not in LOOPBACK:
        raise BadConfig(f"one person's page is for this machine alone, not for {wanted.host}; see `askance serve`")
    people = None if wanted.local else accounts(wanted)
    token = secrets.token_urlsafe(24) if wanted.local else ""
    house = House(Hall(wanted.root, wanted.only), people, Person(wanted.local, True) if wanted.local else None, token)
    hosts = frozenset({*LOOPBACK, wanted.host, *wanted.hosts} - {"0.0.0.0", "::"})
    config = configured(create_app(house, hosts), wanted.host, usual_port(wanted))
    if wanted.log:
        log_lines()
    with bound(config.host, config.port) as listening, working(wanted):
        listening.listen(128)  # who comes at once waits, and is not turned away
        port = listening.getsockname()[1]
        name = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
        said = f"http://{name}:{port}/" + (f"?token={token}" if token else "")
        print(said, file=sys.stderr, flush=True)
        if wanted.browse:
            threading.Thread(target=webbrowser.open, args=(said,), daemon=True).start()
        threading.Thread(target=opened, args=(house.hall,), daemon=True).start()
        uvicorn.Server(config).run(sockets=[listening])


def opened(hall: Hall) -> None:
    """A pool takes its seconds to be read: where there is one campaign it is read before anybody asks.

    What is wrong with it is said to whoever asks.
    """
    names = hall.names()
    if len(names) == 1:
        with suppress(AskanceError, OSError, KeyError):
            _ = hall.desk(names[0]).contents.kind


def usual_port(wanted: Serving) -> int:
    """The same for one campaign every time, where it is free and none is named.

    What a browser keeps, unsent answers above all, belongs to an address: another port would not see it.
    """
    if wanted.port or not wanted.local:
        return wanted.port
    port = 20_000 + zlib.crc32(os.fsencode((wanted.root / wanted.only).resolve())) % 10_000
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wanted.host, port))
        except OSError:
            return 0
    return port


class Lines(logging.Formatter):
    """One line of JSON a record; what the guard says of a request is JSON already."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if said.startswith("{"):
            return said
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "message": said}
        trace = {"trace": self.formatException(record.exc_info)} if record.exc_info else {}
        return json.dumps({**line, **trace})


def log_lines() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    log = logging.getLogger("askance.server")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def bound(host: str, port: int) -> socket.socket:
    """A socket at this address; one that is taken, or not this machine's, is a BadConfig.

    asyncio sends small answers at once only where the protocol of a socket is said to be TCP, which uvicorn's own
    sockets do not say: each answer would wait 40 ms for the browser's acknowledgement of its head.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as e:
        made.close()
        raise BadConfig(f"cannot listen on {host}, port {port}: {e.strerror or e}") from None
    return made


def configured(app: Any, host: str, port: int) -> Any:
    """uvicorn's, with the limits that it does not have of itself."""
    import uvicorn

    from askance.server.patience import LARGEST_HEAD, Patient

    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Patient,
        ws="none",
        h11_max_incomplete_event_size=LARGEST_HEAD,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


def accounts(wanted: Serving) -> People:
    people = People(wanted.database or f"sqlite:///{wanted.root / 'server.db'}")
    if not people.anybody():
        raise BadConfig(f"nobody could sign in yet: `askance user NAME --root {wanted.root}` makes an account")
    return people


@contextmanager
def working(wanted: Serving) -> Iterator[None]:
    """A worker beside it, started again where it dies, and gone when this is."""
    if not wanted.train:
        yield
        return
    over = threading.Event()
    watch = threading.Thread(target=_keep_going, args=(wanted, over), name="askance-worker", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join(10)


def _keep_going(wanted: Serving, over: threading.Event) -> None:
    words = [sys.executable, "-m", "askance", "worker", str(wanted.root), "--parent", str(os.getpid())]
    words += ["--only", wanted.only] if wanted.only else []
    while not over.is_set():
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL)
        while child.poll() is None and not over.wait(0.2):
            pass
        if child.poll() is None:
            child.terminate()
            child.wait(10)
            return
        if not over.wait(AGAIN):
            logging.getLogger("askance.server").warning("the worker ended with %s; starting it again", child.returncode)


class Going:
    """Whether to go on: until a signal, or until the process that started this one is gone."""

    def __init__(self, parent: int = 0):
        self.parent, self._over = parent, False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)

    def _stop(self, *_: object) -> None:
        self._over = True

    def __call__(self) -> bool:
        if self._over:
            return False
        return not self.parent or os.getppid() == self.parent
