"""What a choice takes at 20,000 rows, 100 classes, 64 dimensions and 2,000 labelled: no N x N, N x L or N x C D.

The contract's own check, `memory_at_real_sizes`, has 500 labelled and allows for four times the input.  Here the limit
is the smallest of the arrays that must not be built, so whoever builds one in single precision is over it.
"""

import tracemalloc
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from askance.contract import case_of, example
from askance.describe import entries, usage
from askance.select import select
from askance.signals import Signals
from askance.strategy import Atom, Meta, Strategy, Utility

N, C, D, L, K = 20_000, 100, 64, 2_000, 10
LIMIT = 4 * min(N * N, N * L, N * C * D)
TEXTS = [usage(e) for e in entries()]


@lru_cache(maxsize=4)
def signals(needs: frozenset[str], rows: int, seed: int) -> Signals:
    double = example(needs, rows, C, D, 6, seed)
    return Signals(double.ids, {name: a.astype(np.float32) for name, a in double.columns.items()})


def peak(what: str | Strategy) -> int:
    """Bytes at most in use beside the signals themselves."""
    case = case_of(what)
    pool, labeled = signals(case.needs, N, 0), signals(case.needs, L, 1)
    known = {"labeled": labeled, "labels": np.arange(L) % C}
    select(case.strategy, pool.take(np.arange(50)), 5, **known)  # what is imported on first use is not counted
    tracemalloc.start()
    try:
        assert len(select(case.strategy, pool, K, **known)) == K
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_limit_is_what_comparing_all_with_the_labelled_takes() -> None:
    assert LIMIT == 4 * N * L == 160_000_000


def compares_all_with_the_labelled(embeddings, reference) -> Utility:
    return np.abs(embeddings @ reference.array().T).max(1)


def builds_every_gradient(probs, embeddings) -> Utility:
    return np.abs(probs[:, :, None] * embeddings[:, None]).max((1, 2))


@pytest.mark.parametrize("fn", [compares_all_with_the_labelled, builds_every_gradient])
def test_what_builds_one_is_over_it(fn: Callable[..., np.ndarray]) -> None:
    assert peak(Atom(fn, meta=Meta("-"))) > LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("text", sorted(TEXTS, key=lambda t: sorted(case_of(t).needs)))
def test_nothing_larger_than_it_need_be_is_built(text: str) -> None:
    most = peak(text)
    assert most < LIMIT, f"{text} took {most / 1e6:.0f} MB; all pairs of pool and labelled take {LIMIT / 1e6:.0f}"
