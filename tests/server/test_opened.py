"""A server of one campaign has it open before anybody asks."""

from pathlib import Path

import pytest

from askance.server.hall import Hall
from askance.server.serve import opened


@pytest.mark.parametrize(("only", "open_"), [("one", True), ("", False), ("none", False)])
def test_the_only_campaign_is_opened_and_of_several_none(folder: Path, only: str, open_: bool) -> None:
    hall = Hall(folder, only)
    opened(hall)
    assert hall.is_open("one") is open_
    hall.close()


def test_one_that_is_damaged_is_left_to_whoever_asks(folder: Path) -> None:
    (folder / "one.askance" / "campaign.db").write_bytes(b"no database")
    hall = Hall(folder, "one")
    opened(hall)
    assert not hall.is_open("one")
    hall.close()
