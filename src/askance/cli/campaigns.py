"""Finding a campaign by the name that the user typed, and saying where it stands.  Floor 6."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askance.campaign import Campaign

SUFFIX = ".askance"
COMPARED = "compared.jsonl"  # in the reports folder: what `run --control` found


def folder(name: Path) -> Path:
    """photos and photos.askance are the same campaign."""
    plain = name.expanduser()
    return plain if plain.suffix == SUFFIX else plain.with_name(plain.name + SUFFIX)


@contextmanager
def opened(name: Path) -> Iterator["Campaign"]:
    """The campaign; a folder that is no campaign says so."""
    from askance.campaign import Campaign
    from askance.campaign.folder import Folder

    place, plain = folder(name), name.expanduser()
    campaign = Campaign.open(plain if Folder(plain).is_campaign() else place)
    try:
        yield campaign
    finally:
        campaign.close()


def me() -> str:
    """Who answers where nobody is named: the user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container with no user of this number
        return "me"
