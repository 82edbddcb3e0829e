"""Several strategies in one batch: ranks added up, and REFINE's filter."""

import numpy as np
import pytest
from scipy.stats import rankdata

from askance.contract.case import example
from askance.select import select
from askance.spec import parse
from askance.strategy import ATOMS
from askance.view import View

SIGNALS = example({"probs", "embeddings"}, n=80)


def scored(text: str) -> np.ndarray:
    return np.asarray(parse(text)(View(SIGNALS, 5)).get("utility"))


def picked(text: str, k: int) -> set[int]:
    return set(select(text, SIGNALS, k).ids.tolist())


def test_reciprocal_ranks_by_hand() -> None:
    rrf = ATOMS["rrf"].fn
    assert rrf(np.array([0.1, 0.9, 0.5])) == pytest.approx([1 / 63, 1 / 61, 1 / 62])
    assert rrf(np.array([0.5, 0.9, 0.5]), c=0.0) == pytest.approx([1 / 2.5, 1.0, 1 / 2.5])
    assert len(rrf(np.zeros(0))) == 0


def test_fused_ranks_are_the_sums_of_the_papers() -> None:
    a, b = rankdata(-scored("margin")), rankdata(-scored("density"))
    assert scored("(margin | rrf) + (density | rrf)") == pytest.approx(1 / (60 + a) + 1 / (60 + b))
    borda = (len(a) - a) + (len(b) - b)  # points: how many are below
    assert scored("(margin | rank) + (density | rank)") * (len(a) - 1) == pytest.approx(borda)


def test_what_nobody_finds_worth_asking_is_filtered_out() -> None:
    kept = set(parse("progressive(margin, density, x=2, passes=1)")(View(SIGNALS, 5)).signals.ids.tolist())
    assert kept == picked("margin", 10) | picked("density", 10)
    assert 10 < len(kept) <= 20
    assert picked("progressive(margin, density, x=2, passes=1) | kcenter", 5) <= kept


def test_passes_narrow_what_the_first_has_left() -> None:
    view = View(SIGNALS, 4)
    one, two, three = (
        set(parse(f"progressive(margin, kcenter, x=1, passes={p})")(view).signals.ids.tolist()) for p in (1, 2, 3)
    )
    assert max(len(one), len(two), len(three)) <= 8
    assert two == by_hand(view, (8, 4))
    assert three == by_hand(view, (16, 8, 4))


def by_hand(view: View, sizes: tuple[int, ...]) -> set[int]:
    left = SIGNALS
    for size in sizes:
        found = {i for text in ("margin", "kcenter") for i in select(text, left, size).ids.tolist()}
        left = left.take(np.isin(left.ids, list(found)))
    return set(left.ids.tolist())


def test_a_pool_that_is_small_already_is_left_alone() -> None:
    assert len(parse("progressive(margin, density)")(View(SIGNALS, 30))) == 80
