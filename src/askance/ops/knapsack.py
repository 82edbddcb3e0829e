"""The most worth within a budget, at most k things: exact where the search ends, never under half.  Floor 0.

A price p on money turns the budget into part of the worth: v = worth - p cost.  The k largest v above 0 are the best at
that price, and the price at which they just cost the budget gives the bound that all below rests on.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

NODES = 100_000  # of the search, after which the best so far is taken: some tenths of a second
SWAPS = 200
SLACK = 1e-9  # a sum of costs may be off by rounding
Trail = tuple[Any, ...]


@dataclass(frozen=True)
class Filled:
    """rows (m,) taken; bound: no choice is worth more; exact: none is worth more than this one."""

    rows: np.ndarray
    bound: float
    exact: bool


def knapsack(worth: np.ndarray, cost: np.ndarray, budget: float, k: int, tie: np.ndarray, nodes: int = NODES) -> Filled:
    """worth (N,) >= 0, cost (N,) > 0, tie (N,): what goes first among equals, lowest first.

    First the bound: the best with fractions (Caprara et al. 2000).  It takes whole things but for at most one exchange.
    Either side of that is a whole answer, and the two together are worth the bound: the better is at least half of it.
    Then a search by depth over what the bound leaves open, which ends with the best, or after `nodes`.
    """
    open_ = np.flatnonzero(cost <= budget * (1 + SLACK))
    inside = _solved(worth[open_], cost[open_], budget * (1 + SLACK), min(k, len(open_)), tie[open_], nodes)
    rows = open_[inside.rows]
    return Filled(rows[np.lexsort((tie[rows], -worth[rows]))], inside.bound, inside.exact)


def _solved(worth: np.ndarray, cost: np.ndarray, budget: float, k: int, tie: np.ndarray, nodes: int) -> Filled:
    best = np.lexsort((tie, -worth))[:k]
    if cost[best].sum() <= budget:  # nothing to weigh; this is also the empty one
        return Filled(best, float(worth[best].sum()), True)
    price, over, under = _price(worth, cost, budget, k, tie)
    bound = price * budget + float(np.maximum(worth[under] - price * cost[under], 0.0).sum())
    whole, extra = _exchanged(cost, budget, over, under)
    tries = [_swapped(_topped(rows, worth, cost, budget, k, tie), worth, cost, budget) for rows in (whole, extra)]
    found = max(tries, key=lambda rows: float(worth[rows].sum()))
    better, exact = _searched(worth, cost, budget, k, tie, price, found, bound, nodes)
    return Filled(_topped(better, worth, cost, budget, k, tie), bound, exact)


def _at(price: float, worth: np.ndarray, cost: np.ndarray, k: int, tie: np.ndarray) -> np.ndarray:
    """The best at that price."""
    v = worth - price * cost
    rows = np.flatnonzero(v > 0)
    return rows[np.lexsort((tie[rows], -v[rows]))[:k]]


def _price(
    worth: np.ndarray, cost: np.ndarray, budget: float, k: int, tie: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """The price at which the best go from too dear to within the budget, and the best on either side of it."""
    low, high = 0.0, float((worth / cost).max()) * (1 + SLACK)
    over, under = _at(low, worth, cost, k, tie), np.zeros(0, np.int64)
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        rows = _at(middle, worth, cost, k, tie)
        if cost[rows].sum() > budget:
            low, over = middle, rows
        else:
            high, under = middle, rows
    return high, over, under


def _exchanged(cost: np.ndarray, budget: float, over: np.ndarray, under: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From `under` to `over` one exchange at a time, all worth the same at the price.  -> the last set within the
    budget, and the one row that would have come in next."""
    come = over[~np.isin(over, under)]
    go = list(under[~np.isin(under, over)])
    now = list(under)
    for row in come:
        then = [r for r in now if not go or r != go[0]] + [row]
        go = go[1:]
        if cost[then].sum() > budget:
            return np.array(now, np.int64), np.array([row])
        now = then
    return np.array(now, np.int64), np.zeros(0, np.int64)


def _topped(
    rows: np.ndarray, worth: np.ndarray, cost: np.ndarray, budget: float, k: int, tie: np.ndarray
) -> np.ndarray:
    """With whatever still fits, the most worth for its cost first."""
    left, spent = k - len(rows), float(cost[rows].sum())
    if left <= 0:
        return rows
    more: list[int] = []
    free = np.setdiff1d(np.flatnonzero(cost <= budget - spent), rows)
    for row in free[np.lexsort((tie[free], -worth[free] / cost[free]))]:
        if len(more) == left:
            break
        if spent + cost[row] <= budget:
            more.append(int(row))
            spent += float(cost[row])
    return np.concatenate([rows, np.array(more, np.int64)])


def _swapped(rows: np.ndarray, worth: np.ndarray, cost: np.ndarray, budget: float) -> np.ndarray:
    """One for another that is worth more and can be paid, the greatest gain first, while there is any."""
    order = np.argsort(cost, kind="stable")
    costs, rows = cost[order], rows.copy()
    for _ in range(SWAPS):
        free = np.where(np.isin(order, rows), -1.0, worth[order])
        best = np.maximum.accumulate(free)  # of all that cost no more
        reach = np.searchsorted(costs, cost[rows] + budget - cost[rows].sum(), side="right") - 1
        gain = np.where(reach >= 0, best[np.maximum(reach, 0)], -1.0) - worth[rows]
        out = int(gain.argmax())
        if gain[out] <= SLACK * (1.0 + worth[rows[out]]):
            break
        rows[out] = order[int(free[: reach[out] + 1].argmax())]
    return rows


def _searched(
    worth: np.ndarray,
    cost: np.ndarray,
    budget: float,
    k: int,
    tie: np.ndarray,
    price: float,
    found: np.ndarray,
    bound: float,
    nodes: int,
) -> tuple[np.ndarray, bool]:
    """The best there is, and whether the search came to its end.

    What would cost more of the bound than there is between it and what was found cannot change, and is settled.
    """
    v = worth - price * cost
    best = float(worth[found].sum())
    gap = bound - best + SLACK * (1.0 + bound)
    inside = _at(price, worth, cost, k, tie)
    edge = max(float(v[inside].min()), 0.0) if len(inside) == k else 0.0
    outside = np.setdiff1d(np.arange(len(v)), inside)
    after = max(float(v[outside].max(initial=0.0)), 0.0)
    taken = inside[v[inside] - after > gap]
    open_ = np.concatenate([inside[v[inside] - after <= gap], outside[edge - v[outside] <= gap]])
    open_ = open_[np.lexsort((tie[open_], -v[open_]))]
    left, spent, value = k - len(taken), float(cost[taken].sum()), float(worth[taken].sum())
    chosen, exact = _deeper(v[open_], worth[open_], cost[open_], budget - spent, left, price, best - value, nodes)
    return (found, exact) if chosen is None else (np.concatenate([taken, open_[chosen]]), exact)


def _deeper(
    v: np.ndarray, worth: np.ndarray, cost: np.ndarray, budget: float, k: int, price: float, best: float, nodes: int
) -> tuple[list[int] | None, bool]:
    """Depth first over rows of falling v, each taken before it is left out.  -> the rows, None where none are better
    than `best`, and whether it came to its end."""
    sums = np.concatenate([[0.0], np.cumsum(np.maximum(v, 0.0))]).tolist()
    worths, costs, n = worth.tolist(), cost.tolist(), len(v)
    chosen: list[int] | None = None
    stack: list[tuple[int, int, float, float, Trail]] = [(0, k, budget, 0.0, ())]  # the last: (row, those before it)
    for _ in range(nodes):
        if not stack:
            return chosen, True
        at, left, money, value, trail = stack.pop()
        if value > best + 4 * SLACK * (1.0 + abs(best)):
            best, chosen = value, _listed(trail)
        if at == n or not left:
            continue
        if value + price * money + sums[min(at + left, n)] - sums[at] <= best + 4 * SLACK * (1.0 + abs(best)):
            continue
        stack.append((at + 1, left, money, value, trail))
        if costs[at] <= money:
            stack.append((at + 1, left - 1, money - costs[at], value + worths[at], (at, trail)))
    return chosen, not stack


def _listed(trail: Trail) -> list[int]:
    rows = []
    while trail:
        row, trail = trail
        rows.append(int(row))
    return rows
