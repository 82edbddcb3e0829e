"""`auto`: one word that means the same everywhere, and what it stands for where nothing was said."""

import numpy as np
import pytest

from askance.campaign.config import Config
from askance.errors import BadStrategy
from askance.learners import make_learner
from askance.pools import open_pool
from askance.select import select
from askance.signals import Signals
from askance.simulate import simulate
from askance.usual import named, usual_strategy

RNG = np.random.default_rng(3)
X = RNG.normal(size=(60, 4)).astype(np.float32)
P = RNG.dirichlet(np.ones(3), 60)
IDS = np.arange(60, dtype=np.uint64)


@pytest.mark.parametrize(
    ("columns", "stands_for"),
    [
        ({"probs": P, "embeddings": X}, "uherding"),
        ({"members": np.stack([P, P[::-1]], 1), "embeddings": X}, "uherding"),  # probs derive from members
        ({"probs": P}, "margin"),
        ({"embeddings": X}, "typiclust"),
        ({}, "random"),
    ],
)
def test_auto_is_the_usual_one_for_what_there_is(columns, stands_for: str) -> None:
    ours, theirs = (select(s, Signals(IDS, columns), 7, seed=1) for s in ("auto", stands_for))
    assert ours.ids.tolist() == theirs.ids.tolist()
    assert ours.strategy == theirs.strategy


def test_out_of_core_takes_the_one_that_gives_the_same_picks_there() -> None:
    assert usual_strategy({"probs", "embeddings"}, fits=False) == "dbal"


def test_a_simulation_takes_the_word_for_both_strategies() -> None:
    pool = open_pool(X)
    truth = {i: "ab"[int(v > 0)] for i, v in zip(pool.ids.tolist(), X[:, 0], strict=True)}

    def asked(strategy: str, warmup: str) -> list[list[int]]:
        made = simulate(
            pool,
            lambda: make_learner("linear", pool_kind="array"),
            strategy,
            truth,
            batch=4,
            warmup=6,
            budget=14,
            warmup_strategy=warmup,
        )
        return [[p.id for p in r.picks] for r in made.rounds]

    assert asked("auto", "auto") == asked("uherding", "typiclust")


def test_a_campaign_takes_the_word_and_anything_else_is_itself() -> None:
    assert Config(strategy="auto", warmup_strategy="auto").strategy == "auto"
    assert named("entropy", {"probs"}) == "entropy"
    assert named("", {"probs"}) == named("auto", {"probs"}) == "margin"
    assert named(" auto ", {"embeddings"}, cold=True) == "typiclust"


def test_it_stands_alone() -> None:
    with pytest.raises(BadStrategy, match=r"auto.*stands alone where the signals are known"):
        select("auto | top(x=10) | kmeans", Signals(IDS, {"probs": P}), 3)
