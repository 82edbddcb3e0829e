"""Shards against a single machine."""

from collections.abc import Callable

import numpy as np
import pytest

from askance import ops
from askance.errors import BadStrategy
from askance.select import select
from askance.shards import exact_prefix, select_lockstep, select_shards
from askance.signals import Signals
from askance.spec import parse

RNG = np.random.default_rng(0)
POOL = Signals(
    ops.key_ids(0, 3000),
    {"probs": RNG.dirichlet(np.ones(5), 3000), "embeddings": RNG.normal(size=(3000, 6))},
)


def shards(count: int, pool: Signals = POOL) -> list[Callable[[], Signals]]:
    return [lambda i=i: pool.take(np.arange(i, len(pool), count)) for i in range(count)]


@pytest.mark.parametrize("strategy", ["margin", "entropy * margin", "random", "margin | top(x=5) | kcenter"])
@pytest.mark.parametrize("count", [1, 2, 8, 100])
def test_a_local_head_is_exact_however_the_pool_is_cut(strategy: str, count: int) -> None:
    one = select(strategy, POOL, 12, seed=3)
    many = select_shards(strategy, shards(count), 12, seed=3)
    assert many.exact
    assert many.ids.tolist() == one.ids.tolist()
    assert many.utility.tolist() == one.utility.tolist()
    assert many.why == one.why


def test_labelled_and_pending_are_known_to_every_shard() -> None:
    labeled, pending = POOL.take(np.arange(500)), POOL.take(np.arange(500, 900))
    one = select("margin", POOL, 9, labeled=labeled, pending=pending)
    many = select_shards("margin", shards(7), 9, labeled=labeled, pending=pending)
    assert many.ids.tolist() == one.ids.tolist()


def test_without_a_local_head_it_says_that_it_is_not_exact() -> None:
    batch = select_shards("kcenter", shards(4), 10)
    assert not batch.exact
    assert len(set(batch.ids.tolist())) == 10


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("margin", "margin | top"),
        ("margin | top(x=10) | kmeanspp", "margin | top(x=10)"),
        ("(margin | rank) + entropy", None),
        ("kcenter", None),
        ("gradients | kmeanspp", None),
    ],
)
def test_exact_prefix(text: str, head: str | None) -> None:
    found = exact_prefix(parse(text))
    assert (None if found is None else str(found)) == head


@pytest.mark.parametrize("strategy", ["kcenter", "badge"])
@pytest.mark.parametrize("count", [1, 2, 8])
def test_lockstep_gives_the_picks_of_one_machine_in_order(strategy: str, count: int) -> None:
    labeled = POOL.take(np.arange(20))
    one = select(strategy, POOL, 25, seed=4, labeled=labeled)
    assert select_lockstep(strategy, shards(count), 25, seed=4, labeled=labeled).ids.tolist() == one.ids.tolist()


def test_lockstep_refuses_what_cannot_be_exact() -> None:
    with pytest.raises(BadStrategy, match="cannot run in lockstep"):
        select_lockstep("margin | top(x=3) | kcenter", shards(2), 3)


def test_no_shards_is_an_error() -> None:
    with pytest.raises(BadStrategy, match="no shards"):
        select_shards("margin", [], 3)
