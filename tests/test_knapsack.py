"""The most utility within a budget, against all choices one by one."""

from itertools import combinations

import numpy as np
import pytest

from askance.errors import BadStrategy
from askance.ops import key_ids
from askance.ops.knapsack import knapsack
from askance.select import select
from askance.signals import Signals


def brute(worth: np.ndarray, cost: np.ndarray, budget: float, k: int) -> float:
    sets = (s for m in range(k + 1) for s in combinations(range(len(worth)), m))
    return max(sum(worth[i] for i in s) for s in sets if sum(cost[i] for i in s) <= budget + 1e-9)


def case(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, float, int, np.ndarray]:
    """Real or whole worths and costs, apart or in step, of many sizes; equal ones; tight and loose budgets."""
    rng = np.random.default_rng(seed)
    cost = [rng.random(n) + 0.01, rng.integers(1, 6, n), np.ones(n), np.exp(3 * rng.normal(size=n))][seed % 4]
    worth = [rng.random(n), cost * (1 + 0.1 * rng.random(n)), rng.integers(0, 3, n), np.ones(n)][seed // 4 % 4]
    budget = float(cost.sum() * rng.choice([0.02, 0.2, 0.5, 0.9]))
    return worth.astype(float), cost.astype(float), budget, int(rng.integers(1, n + 1)), rng.random(n)


def test_against_all_choices() -> None:
    for seed in range(160):
        worth, cost, budget, k, tie = case(seed, 9)
        found, best = knapsack(worth, cost, budget, k, tie), brute(worth, cost, budget, k)
        assert found.exact
        assert worth[found.rows].sum() == pytest.approx(best, abs=1e-9), seed
        assert cost[found.rows].sum() <= budget * (1 + 1e-8)
        assert len(found.rows) <= k
        assert found.bound >= best - 1e-9


def test_without_a_search_it_is_at_least_half() -> None:
    """The case that the greedy ratio alone falls for is among them: a cheap trifle, and the one thing worth having."""
    for seed in range(160):
        worth, cost, budget, k, tie = case(seed, 9)
        found = knapsack(worth, cost, budget, k, tie, nodes=0)
        assert worth[found.rows].sum() >= brute(worth, cost, budget, k) / 2 - 1e-9, seed
        assert cost[found.rows].sum() <= budget * (1 + 1e-8)
    trap = knapsack(np.array([2.0, 100.0]), np.array([1.0, 100.0]), 100.0, 2, np.array([0.1, 0.2]), nodes=0)
    assert trap.rows.tolist() == [1]


def test_large_ones_come_within_one_sample_of_their_bound() -> None:
    """20,000 rows, of which a tenth of what the best 200 cost can be had; half of the searches end."""
    ended = 0
    for seed in range(16):
        worth, cost, _, _, tie = case(seed, 20_000)
        budget = 0.1 * float(cost[np.lexsort((cost, -worth))[:200]].sum())
        found = knapsack(worth, cost, budget, 200, tie, nodes=5000)
        assert found.bound - worth[found.rows].sum() <= worth.max() * (1 + 1e-6), seed
        assert worth[found.rows].sum() >= 0.96 * found.bound, seed
        assert cost[found.rows].sum() <= budget * (1 + 1e-8)
        ended += found.exact
    assert ended >= 8


def test_in_a_strategy() -> None:
    """The dear sample is left out where two cheap ones are worth more together, and taken where it is not."""
    signals = Signals(np.arange(4), {"probs": np.array([[0.5, 0.5], [0.6, 0.4], [0.65, 0.35], [1.0, 0.0]])})
    costs = np.array([2.0, 1.0, 1.0, 1.0])
    assert set(select("margin | knapsack(budget=2.0)", signals, 3, costs=costs).ids.tolist()) == {1, 2}
    assert set(select("margin | knapsack(budget=2.0)", signals, 1, costs=costs).ids.tolist()) == {0}
    assert set(select("margin | knapsack(budget=3.0)", signals, 3, costs=costs).ids.tolist()) == {0, 1}
    assert len(select("margin | knapsack(budget=0.5)", signals, 3, costs=costs)) == 0
    assert "margin" in select("margin | knapsack(budget=3.0)", signals, 3, costs=costs).why[0]


def test_it_spends_better_than_the_best_and_than_the_ratio() -> None:
    """The same money on the same pool: more utility than `top` and `per_cost | top` get before it runs out."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        ids = key_ids(0, 300, seed)
        signals = Signals(ids, {"probs": rng.dirichlet([1, 1, 1], 300)})
        costs = np.exp(rng.normal(size=300))
        place = {int(i): n for n, i in enumerate(ids)}
        u = dict(zip(select("margin", signals, 300).ids.tolist(), select("margin", signals, 300).utility, strict=True))

        def spent(order: np.ndarray, costs: np.ndarray = costs, place: dict[int, int] = place) -> list[int]:
            rows = [int(i) for i in order]
            return [i for i, c in zip(rows, np.cumsum(costs[[place[i] for i in rows]]), strict=True) if c <= 10.0]

        best = spent(select("margin", signals, 300).ids)
        ratio = spent(select("margin | per_cost", signals, 300, costs=costs).ids)
        ours = select("margin | knapsack(budget=10.0)", signals, 300, costs=costs).ids.tolist()
        totals = [sum(u[i] for i in picked) for picked in (best, ratio, ours)]
        assert totals[2] >= max(totals[:2]) - 1e-9
        assert sum(costs[place[i]] for i in ours) <= 10.0 + 1e-6


def test_without_a_budget_it_is_what_k_cost_on_average() -> None:
    rng = np.random.default_rng(0)
    signals = Signals(key_ids(0, 50), {"probs": rng.dirichlet([1, 1], 50)})
    assert select("margin | knapsack", signals, 7).ids.tolist() == select("margin", signals, 7).ids.tolist()
    costs = rng.random(50) + 0.5
    batch = select("margin | knapsack", signals, 7, costs=costs)
    assert costs[np.isin(signals.ids, batch.ids)].sum() <= 7 * costs.mean()


def test_a_budget_that_is_none() -> None:
    signals = Signals(np.arange(2), {"probs": np.array([[0.5, 0.5], [0.6, 0.4]])})
    for wrong in ("-1.0", "'much'", "True"):
        with pytest.raises(BadStrategy, match="knapsack: budget must be a number, 0 or more, or None, not"):
            select(f"margin | knapsack(budget={wrong})", signals, 1)
