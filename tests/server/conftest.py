"""Real servers on real SQLite: one person's and a team's, each on a copy of the same small campaigns."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from served import EVERYBODY, PASSWORD, QUESTIONS, ROLES, TOKEN, Served

from askance.campaign import Campaign, Config, PoolConfig
from askance.server.access import House
from askance.server.app import create_app
from askance.server.hall import Hall
from askance.server.people import People, Person


def _flowers(folder: Path) -> PoolConfig:
    path, draw = folder / "flowers.csv", np.random.default_rng(1)
    with path.open("w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["key", "a", "b", "kind"])
        for i in range(60):
            kind = i % 2
            out.writerow([f"flower-{i}", *(draw.normal(size=2) + 3 * kind).round(3), ("x", "y")[kind]])
    return PoolConfig(str(path), features=("a", "b"), id="key", label="kind")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the campaigns one, pair (two answers each) and other (nobody's but otto's)."""
    data, root = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("hall")
    usual = {"warmup": QUESTIONS, "batch": 8, "warmup_strategy": "random", "strategy": "margin", "stop_set": 0}
    rows = {"pool": _flowers(data), "learner": "sklearn:LogisticRegression()", **usual}
    made: dict[str, dict[str, Any]] = {"one": rows, "pair": {**rows, "overlap": 2}, "other": rows}
    for name, config in made.items():
        campaign = Campaign.create(root / f"{name}.askance", Config(**config))
        campaign.step()
        campaign.close()
    people = People(f"sqlite:///{root / 'server.db'}")
    for who in EVERYBODY:
        people.add(who, PASSWORD, admin=who == "root")
    for campaign_name in ("one", "pair"):
        for who, role in ROLES.items():
            people.let_in(campaign_name, who, role)
    people.let_in("other", "otto", "owner")
    people.close()
    return root


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "hall"))


@pytest.fixture
def team(folder: Path) -> Iterator[Served]:
    """With accounts."""
    house = House(Hall(folder), People(f"sqlite:///{folder / 'server.db'}"), None)
    served = Served(folder, house, create_app(house, frozenset({"localhost"})))
    yield served
    served.close()


@pytest.fixture
def alone(folder: Path) -> Iterator[Served]:
    """One person on this machine."""
    house = House(Hall(folder), None, Person("me", True), TOKEN)
    served = Served(folder, house, create_app(house, frozenset({"localhost", "127.0.0.1", "::1"})))
    served.tokens["me"] = TOKEN
    yield served
    served.close()


@pytest.fixture
def me(alone: Served) -> TestClient:
    """The one person's program."""
    return alone.of("me")
