"""A campaign's folder: `campaign.db`, or where else the books lie, features/, models/ and reports/.  Floor 5."""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from askance.campaign import guesses
from askance.errors import BadCampaign
from askance.protocols import Learner
from askance.store import places

PARTS = ("features", "models", "reports")


@dataclass(frozen=True)
class Folder:
    root: Path

    @property
    def database(self) -> Path:
        return self.root / "campaign.db"

    @property
    def features(self) -> Path:
        """What backbones computed: may be deleted, and is computed again."""
        return self.root / "features"

    @property
    def models(self) -> Path:
        """The last learner that was fitted, as round-N."""
        return self.root / "models"

    @property
    def predictions(self) -> Path:
        """What each round predicted, as round-N.npz; only there where the strategy looks back."""
        return self.root / "predictions"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def elsewhere(self) -> Path:
        """A file that only its owner can read, with the server and the schema, where the books are not in a file."""
        return self.root / "campaign.server"

    def url(self, name: str = "campaign.db") -> str:
        if name == "campaign.db" and self.elsewhere.is_file():
            said = json.loads(self.elsewhere.read_text("utf-8"))
            return places.in_schema(said["server"], said["schema"])
        return f"sqlite:///{self.root / name}"

    def keep_elsewhere(self, server: str, schema: str) -> None:
        """Written last, as `put_in_place` is: a folder that has it is complete."""
        part = self.elsewhere.with_suffix(".new")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"server": server, "schema": schema}, file)
        part.rename(self.elsewhere)

    def is_campaign(self) -> bool:
        return self.database.is_file() or self.elsewhere.is_file()

    def check(self) -> None:
        """That a campaign is here."""
        if not self.root.exists():
            raise BadCampaign(f"there is no campaign {self.root}; `askance new` makes one")
        if not self.is_campaign():
            raise BadCampaign(f"{self.root} is no campaign: it has no campaign.db in it")

    @contextmanager
    def made(self) -> Iterator[None]:
        """The folder, while a campaign is made in it; gone again when that fails, if it was not there before."""
        if self.is_campaign():
            raise BadCampaign(f"{self.root} is a campaign already; open it, or choose another name")
        if self.root.exists() and (not self.root.is_dir() or any(p.name not in PARTS for p in self._there())):
            raise BadCampaign(f"{self.root} exists and is not empty; choose another name for the campaign")
        new = not self.root.exists()
        try:
            with writing_to(self.root):
                for part in PARTS:
                    (self.root / part).mkdir(parents=True, exist_ok=True)
                yield
        except BaseException:
            if new:
                shutil.rmtree(self.root, ignore_errors=True)
            raise

    def _there(self) -> Iterator[Path]:
        return (p for p in self.root.iterdir() if not p.name.startswith("campaign.db.new"))

    def put_in_place(self, name: str) -> None:
        """The finished database gets its name last, so that a folder that has one is complete."""
        (self.root / name).rename(self.database)

    def save(self, learner: Learner, number: int) -> Path:
        """Writes the model beside the others; `keep` then gives it its name."""
        part = self.models / f"round-{number}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        with writing_to(self.root):
            learner.save(part)
        return part

    def keep(self, part: Path) -> None:
        """Only the newest model stays."""
        new = part.with_suffix("")
        shutil.rmtree(new, ignore_errors=True)
        part.rename(new)
        for old in self.models.iterdir():
            if old != new:
                shutil.rmtree(old, ignore_errors=True)

    def keep_guesses(self, number: int, said: guesses.Guesses) -> None:
        with writing_to(self.root):
            guesses.save(self.predictions / f"round-{number}.npz", said)

    def guesses(self, rounds: int) -> tuple[guesses.Guesses, ...]:
        """Those of rounds 0 to `rounds` - 1, oldest first, as many as are looked back on; a warm-up has none."""
        found = [self.predictions / f"round-{n}.npz" for n in range(max(0, rounds - guesses.KEPT), rounds)]
        return tuple(guesses.load(path) for path in found if path.is_file())

    def model(self) -> Path | None:
        """The newest model that is whole."""
        found = [p for p in self.models.glob("round-*") if p.suffix != ".part"]
        return max(found, key=lambda p: int(p.name.removeprefix("round-")), default=None)


@contextmanager
def writing_to(what: Path) -> Iterator[None]:
    """A full disk, or a folder that may not be written to, as one sentence."""
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BadCampaign(
                f"cannot write to {what}: the disk is full; free some space and go on, nothing is lost"
            ) from e
        if e.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
            raise BadCampaign(f"cannot write to {what}: {e.strerror}") from e
        raise
