"""The campaigns of one folder, each opened when it is first asked for.  Floor 6."""

import threading
from pathlib import Path

from askance.errors import BadCampaign
from askance.server.desk import Desk

ENDING = ".askance"


class Hall:
    """root: the folder; only: the one campaign that is served, where not all are."""

    def __init__(self, root: Path, only: str = ""):
        self.root, self.only = root, only.removesuffix(ENDING)
        self._desks: dict[str, Desk] = {}
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        found = sorted(p.name.removesuffix(ENDING) for p in self.root.glob(f"*{ENDING}") if p.is_dir())
        return [n for n in found if self.only in ("", n)]

    def is_open(self, name: str) -> bool:
        return name in self._desks

    def desk(self, name: str) -> Desk:
        """A campaign that is not there is a KeyError; its name is looked up, never joined to a path."""
        if (found := self._desks.get(name)) is not None:  # without waiting for one that is just being opened
            return found
        with self._lock:
            if name not in self._desks:
                if name not in self.names():
                    raise KeyError(name)
                self._desks[name] = Desk(self.root / f"{name}{ENDING}")
            return self._desks[name]

    def close(self) -> None:
        with self._lock:
            for desk in self._desks.values():
                desk.close()
            self._desks.clear()


def check_root(root: Path) -> Path:
    root = root.expanduser().resolve()
    if not root.is_dir():
        raise BadCampaign(f"{root} is not a folder; name the one that the campaigns (*.askance) lie in")
    return root
