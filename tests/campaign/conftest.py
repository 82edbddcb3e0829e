"""Small campaigns on real data: the irises of scikit-learn, as a table."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_iris

from askance.campaign import Campaign, Config, PoolConfig

MakeConfig = Callable[..., Config]
MakeCampaign = Callable[..., Campaign]


@pytest.fixture(scope="session")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV of 150 irises with a key, four features and the species."""
    path = tmp_path_factory.mktemp("flowers") / "iris.csv"
    data = load_iris()
    with path.open("w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["key", "a", "b", "c", "d", "species"])
        for i, (row, t) in enumerate(zip(data.data, data.target, strict=True)):
            out.writerow([f"flower-{i}", *row, data.target_names[t]])
    return path


@pytest.fixture(scope="session")
def config(flowers: Path) -> MakeConfig:
    """config(batch=5) -> a Config of the irises with that change."""

    def make(**changes: Any) -> Config:
        pool = PoolConfig(str(flowers), features=("a", "b", "c", "d"), id="key", label="species")
        usual = {"pool": pool, "learner": "sklearn:LogisticRegression()", "batch": 8, "warmup": 8, "stop_set": 0}
        return Config(**{**usual, "strategy": "margin", "warmup_strategy": "random", **changes})

    return make


@pytest.fixture
def campaign(config: MakeConfig, tmp_path: Path) -> MakeCampaign:
    """campaign(batch=5) -> a new one, in a folder of its own."""
    made: list[Campaign] = []

    def make(**changes: Any) -> Campaign:
        made.append(Campaign.create(tmp_path / f"c{len(made)}.askance", config(**changes)))
        return made[-1]

    yield make
    for c in made:
        c.close()


def truth(c: Campaign) -> Mapping[int, str]:
    return c.pool.answers()


@pytest.fixture
def tables() -> Callable[[Campaign], dict[str, list[Any]]]:
    """Every folded table of a campaign, sorted, to compare."""
    from sqlalchemy import select

    from askance.store.schema import FOLDED

    def read(c: Campaign) -> dict[str, list[Any]]:
        with c.store.reading() as db:
            return {t.name: sorted(map(repr, db.execute(select(t)).all())) for t in FOLDED}

    return read
