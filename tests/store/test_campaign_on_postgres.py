"""A campaign whose books lie on a PostgreSQL server: made, worked at, opened again, and refused in one sentence."""

import stat
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from sqlalchemy import create_engine, text

from askance.campaign import Campaign, Config, PoolConfig
from askance.errors import BadCampaign, BadConfig, BadLabel
from askance.server.desk import Desk


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    for found in postgres.server(tmp_path_factory.mktemp("books")):
        yield found.replace("postgresql+psycopg", "postgresql")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    rows = "\n".join(f"{n},{n % 2},{(n * 7) % 11}" for n in range(40))
    (tmp_path / "rows.csv").write_text(f"key,a,b\n{rows}\n")
    pool = PoolConfig(str(tmp_path / "rows.csv"), features=("a", "b"), id="key")
    return Config(pool=pool, classes=("odd", "even"), learner="linear", strategy="margin", batch=4, warmup=6)


def answered(c: Campaign) -> int:
    tasks = c.ask("ann", 6)
    for t in tasks:
        assert c.tell("ann", t, "odd" if int(t.name) % 2 else "even")
    return len(tasks)


def schemas(url: str) -> set[str]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as db:
        found = set(db.execute(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'askance%'")).scalars())
    engine.dispose()
    return found


def test_it_works_like_one_in_a_file_and_is_found_again(url: str, config: Config, tmp_path: Path) -> None:
    here, there = tmp_path / "here.askance", tmp_path / "Two words.askance"
    for folder, database in ((here, ""), (there, url)):
        c = Campaign.create(folder, config, database=database)
        c.step()
        assert answered(c) == 6
        assert c.step().fit is not None
        c.close()
    assert not (there / "campaign.db").exists()
    assert stat.S_IMODE((there / "campaign.server").stat().st_mode) == 0o600, "the password is in it"
    a, b = Campaign.open(here), Campaign.open(there)
    assert a.labels() == b.labels()
    assert [r.picks for r in a.history().rounds] == [r.picks for r in b.history().rounds]
    a.close()
    b.close()
    desk = Desk(there)
    assert desk.about("owner", "ann").labels == 6
    desk.close()


def test_two_campaigns_of_one_server_know_nothing_of_each_other(url: str, config: Config, tmp_path: Path) -> None:
    first, second = (Campaign.create(tmp_path / f"{n}.askance", config, database=url) for n in "ab")
    first.step()
    answered(first)
    assert second.labels() == {}
    first.close()
    second.close()


def test_the_address_may_come_from_the_environment(
    url: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadConfig, match="there is no environment variable ASKANCE_BOOKS"):
        Campaign.create(tmp_path / "c.askance", config, database="env:ASKANCE_BOOKS")
    monkeypatch.setenv("ASKANCE_BOOKS", url)
    Campaign.create(tmp_path / "c.askance", config, database="env:ASKANCE_BOOKS").close()
    assert url not in (tmp_path / "c.askance" / "campaign.server").read_text()
    Campaign.open(tmp_path / "c.askance").close()


@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        ("mysql://me@there/x", "of the kind mysql"),
        ("not an address", "must look like postgresql://user:password@host/name"),
        ("postgresql://me@127.0.0.1:1/x", "no campaign can be made on this PostgreSQL server"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left(
    database: str, sentence: str, config: Config, tmp_path: Path
) -> None:
    with pytest.raises(BadConfig, match=sentence):
        Campaign.create(tmp_path / "c.askance", config, database=database)
    assert not (tmp_path / "c.askance").exists()


def test_a_campaign_that_cannot_be_made_leaves_no_schema(
    url: str, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schemas(url)

    def fails(*_: object) -> None:
        raise BadLabel("half-way")

    monkeypatch.setattr("askance.campaign.campaign._first_event", fails)
    with pytest.raises(BadLabel, match="half-way"):
        Campaign.create(tmp_path / "c.askance", config, database=url)
    assert schemas(url) == before
    assert not (tmp_path / "c.askance").exists()


def test_a_server_that_is_gone_is_one_sentence(url: str, config: Config, tmp_path: Path) -> None:
    c = Campaign.create(tmp_path / "c.askance", config, database=url)
    c.close()
    said = (c.folder.elsewhere).read_text()
    c.folder.elsewhere.write_text(said.replace("127.0.0.1:", "127.0.0.1:1").replace(url.split(":")[-1], "1/postgres"))
    with pytest.raises(BadCampaign, match="cannot be reached"):
        Campaign.open(tmp_path / "c.askance")
