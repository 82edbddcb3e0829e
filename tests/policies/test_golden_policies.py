"""Each policy against figures worked out by hand, against what it stands for, or by enumeration."""

from collections.abc import Callable

import numpy as np
import pytest
from policy_streams import UTILITIES, arrivals, ran

from askance import ops
from askance.policies import (
    Arrival,
    Ledger,
    Policy,
    density,
    drift,
    fixed,
    iwal,
    quantile,
    random,
    selective,
    split,
    variable,
)
from askance.policies import randomised_variable as randomised
from askance.policies.quantile import at_share

SPENT = "the budget is spent"


def said(policy: Policy, utilities: list[float]) -> list[str]:
    return [c.why for c in ran(policy, [Arrival(u) for u in utilities]).choices]


def test_balanced_quantile_by_hand() -> None:
    """window=4, tolerance=2, budget 1/2.

    arrival  quantile  range  left over  bar     asked
    .2       .2        0      .5         .2      yes
    .8       .5        .6     0          .5      spent
    .4       .4        .6     .5         .25     yes
    .6       .5        .6     0          .5      spent
    .1       .5        .7     .5         .325    no      (.8 .4 .6 .1)
    .3       .35       .5     1          .1      yes     (.4 .6 .1 .3)
    """
    found = said(quantile(budget=0.5, window=4, tolerance=2.0), [0.2, 0.8, 0.4, 0.6, 0.1, 0.3])
    yes = "clears the bar"
    assert found == [yes, SPENT, yes, SPENT, "below the bar", yes]


def test_the_balanced_bar_is_the_quantile_with_the_balance() -> None:
    """Against numpy.quantile, at every step of a drifting stream."""
    policy, utilities = quantile(window=30), UTILITIES["drifting"][600:900]
    done = ran(policy, arrivals(utilities))
    for n, u in enumerate(utilities):
        latest = utilities[max(0, n - 29) : n + 1]
        left = 0.1 * (n + 1) - done.states[n].asked
        bar = np.quantile(latest, 0.9) - np.ptp(latest) * left / 50
        assert done.asks[n] == (u >= bar and left > 0), n


def test_at_share_is_the_quantile() -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 10, 101):
        a = np.sort(rng.random(n))
        for share in (0.0, 0.1, 0.5, 0.9, 1.0):
            assert at_share(a.tolist(), share) == pytest.approx(np.quantile(a, share), abs=1e-15)


def test_fixed_and_variable_by_hand() -> None:
    yes = "clears the bar"
    assert said(fixed(budget=0.5, at=0.6), [0.6, 0.9, 0.59, 0.7]) == [yes, SPENT, "below the bar", yes]
    # the bar: .5, asked, .55; .52 is below, .495; .49 is below, .4455; .45 clears, .490
    found = ran(variable(budget=1.0, step=0.1), [Arrival(u) for u in (0.5, 0.52, 0.49, 0.45)])
    assert found.asks == [True, False, False, True]
    assert [s.own for s in found.states[1:]] == pytest.approx([0.55, 0.495, 0.4455, 0.49005])
    # while the budget is spent it stands still
    assert [s.own for s in ran(variable(budget=0.1), [Arrival(0.5)] * 5).states[1:]] == [0.505] * 5


def test_a_stream_that_begins_with_nothing_to_learn_is_not_stuck() -> None:
    found = ran(variable(budget=1.0), [Arrival(u) for u in (0.0, 0.0, 0.3, 0.1)])
    assert found.asks == [False, False, True, False]


def test_the_trembling_bar_is_the_normal_distribution() -> None:
    at = Ledger(seen=3, own=0.4)
    made = randomised(budget=1.0)
    assert made.wants(at, Arrival(0.4))[0] == pytest.approx(0.5)
    assert made.wants(at, Arrival(0.8))[0] == pytest.approx(0.8413447460685429)  # Phi(1)
    assert made.wants(at, Arrival(0.0))[0] == pytest.approx(0.15865525393145707)  # Phi(-1)
    assert randomised(spread=0.5).wants(at, Arrival(0.8))[0] == pytest.approx(0.9772498680518208)  # Phi(2)
    eta = np.random.default_rng(0).normal(1, 0.5, 200_000)
    share = (0.4 * eta <= 0.5).mean()
    assert randomised(spread=0.5).wants(at, Arrival(0.5))[0] == pytest.approx(share, abs=0.005)


def test_selective_sampling_by_hand() -> None:
    made = selective(budget=1.0, b=0.1)
    chances = [made.wants(Ledger(), Arrival(u))[0] for u in (1.0, 0.9, 0.6, 0.0)]
    assert chances == pytest.approx([1.0, 0.5, 0.2, 1 / 11])


def test_random_asks_about_its_share_whatever_the_utility() -> None:
    asks = np.array(ran(random(budget=0.3), arrivals(UTILITIES["drifting"])).asks)
    for part in (asks[:700], asks[700:1400], asks[1400:]):
        assert part.mean() == pytest.approx(0.3, abs=0.05)


def test_the_blind_part_of_split_is_a_fair_sample() -> None:
    """A fifth of the budget, spread evenly over a stream whose uncertain part comes in the middle."""
    done = ran(split(budget=0.5, share=0.2), arrivals(UTILITIES["drifting"]))
    blind = np.array([c.ask and c.why == "drawn at random" for c in done.choices])
    assert blind.sum() == pytest.approx(0.2 * 0.5 * 2000, rel=0.15)
    assert np.array_split(blind, 4)[0].mean() == pytest.approx(np.array_split(blind, 4)[2].mean(), abs=0.04)
    by_bar = np.array(done.asks) & ~blind
    assert by_bar.sum() <= 0.8 * 0.5 * 2000 + 1
    assert by_bar.sum() > 0.5 * 0.8 * 0.5 * 2000


def test_local_density_by_hand() -> None:
    """Places on a line: 0, 1, .4, 10, 10.5; who has no neighbour as near as the arrival?"""
    places = [0.0, 1.0, 0.4, 10.0, 10.5, 0.2]
    done = ran(density(budget=1.0), [Arrival(0.5 + n / 10, vector=np.array([x])) for n, x in enumerate(places)])
    lone, yes = "like nothing that came lately", "clears the bar"
    assert [c.why for c in done.choices] == [lone, yes, yes, lone, yes, yes]
    # at the end 0.2 is nearest to 0, whose nearest was .4 away, and to .4, likewise; 1 had .6, 10 and 10.5 each other
    assert done.states[-1].own.nearest == pytest.approx([0.2, 0.6, 0.2, 0.5, 0.5, 0.2])
    assert done.states[-1].own.vectors == tuple((x,) for x in places)
    assert len(ran(density(window=3), [Arrival(0.5, vector=np.array([x])) for x in places]).states[-1].own.vectors) == 3


Way = tuple[float, list[float], list[float]]


def outcomes(policy: Policy, utility: Callable[[tuple[bool, ...]], float], n: int) -> list[Way]:
    """Every way that n arrivals can go: (its probability, the weights, the chances)."""
    ways = [(1.0, policy.init(), (), [], [])]
    for _ in range(n):
        grown = []
        for chance, state, asked, weights, chances in ways:
            u = utility(asked)
            for ask in (True, False):
                after, choice = policy(state, Arrival(u, 1e-12 if ask else 1 - 1e-12))
                p = choice.chance if ask else 1 - choice.chance
                if p > 0:
                    assert choice.ask == ask
                    weight = 1 / choice.chance if ask else 0.0
                    grown.append(
                        (chance * p, after, (*asked, choice.ask), [*weights, weight], [*chances, choice.chance])
                    )
        ways = grown
    return [(p, weights, chances) for p, _, _, weights, chances in ways]


def uncertain(asked: tuple[bool, ...]) -> float:
    """A learner that grows surer with every answer, and wavers: what comes next depends on what was asked."""
    return max(0.0, 0.9 - 0.15 * sum(asked) - 0.05 * len(asked))


LOSSES = np.array([1.0, 0.3, 0.0, 2.0, 0.7, 1.1])


@pytest.mark.parametrize(
    "policy", [iwal(budget=1.0), iwal(budget=1.0, least=0.5), selective(budget=1.0, b=0.3), randomised(budget=1.0)]
)
def test_weighted_sums_are_unbiased_by_enumeration(policy: Policy) -> None:
    """All 2^6 outcomes, where what is asked changes what comes: E[sum of loss / chance, if asked] = sum of losses."""
    ways = outcomes(policy, uncertain, 6)
    assert sum(p for p, _, _ in ways) == pytest.approx(1.0)
    assert len(ways) > 30
    assert sum(p * float(LOSSES @ w) for p, w, _ in ways) == pytest.approx(LOSSES.sum(), rel=1e-9)
    unweighted = sum(p * float(LOSSES @ (np.array(w) > 0)) for p, w, _ in ways)
    assert unweighted < 0.95 * LOSSES.sum()


@pytest.mark.parametrize("policy", [iwal(budget=0.4), random(budget=0.3), split(budget=0.5), selective(budget=0.5)])
def test_within_a_budget_they_are_unbiased_for_what_had_a_chance(policy: Policy) -> None:
    ways = outcomes(policy, uncertain, 6)
    had = sum(p * float(LOSSES @ (np.array(c) > 0)) for p, _, c in ways)
    assert sum(p * float(LOSSES @ w) for p, w, _ in ways) == pytest.approx(had, rel=1e-9)


def test_iwal_scales_its_chances_to_the_budget() -> None:
    done = ran(iwal(budget=0.2), arrivals(UTILITIES["iid"]))
    chances = np.array([c.chance for c in done.choices if not c.spent])
    assert chances[100:].mean() == pytest.approx(0.2, rel=0.05)
    assert chances.min() > 0.2 * 0.1  # least * scale
    assert iwal(budget=1.0, least=0.25).wants(Ledger(own=0.0), Arrival(0.6))[0] == pytest.approx(0.7)


def step(before: float, after: float, n: int = 1500) -> list[Arrival]:
    noise = ops.noise(1, np.arange(2 * n, dtype=np.uint64))
    means = np.repeat([before, after], n)
    return [Arrival(float(np.clip(m + 0.2 * (z - 0.5), 0, 1)), 0.5) for m, z in zip(means, noise, strict=True)]


def test_after_a_change_the_reserve_is_spent() -> None:
    made = drift(budget=0.1, reserve=0.5, span=400)
    done = ran(made, step(0.3, 0.7))
    changes = [s.own.changes for s in done.states]
    assert changes[1500] == 0
    assert changes[-1] == 1
    assert changes.index(1) - 1500 < 60
    assert sum(done.asks[:1500]) <= 0.5 * 0.1 * 1500 + 1
    assert sum(done.asks[1500:1950]) > 2 * 0.5 * 0.1 * 450
    quiet = ran(made, step(0.3, 0.3))
    assert quiet.states[-1].own.changes == 0
    assert sum(quiet.asks) <= 0.5 * 0.1 * 3000 + 1


def test_drift_may_watch_the_errors_that_it_is_told() -> None:
    made = drift(watch="error")
    state, errors = made.init(), ops.noise(2, np.arange(600, dtype=np.uint64))
    for n, noise in enumerate(errors):
        state, _ = made(state, Arrival(0.9 if n < 300 else 0.1))
        assert state.own.changes == 0 or n > 300
        state = made.told(state, float(noise < (0.1 if n < 300 else 0.6)))
    assert state.own.changes >= 1
    assert variable().told(Ledger(), 1.0) == Ledger()
