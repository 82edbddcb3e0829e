"""Q-learning: the target, the slope, and the known worth of a process small enough to enumerate."""

import numpy as np

from askance.pal import Learning, Network, Replay, targets
from askance.pal.network import ASK, SKIP, gradient, started
from askance.pal.replay import Transitions

RNG = np.random.default_rng(0)


def some(n: int, width: int = 4) -> Transitions:
    states, nexts = RNG.random((n, width)), RNG.random((n, width))
    return Transitions(states, RNG.integers(0, 2, n), RNG.normal(size=n), np.ones(n), nexts, np.zeros(n, bool))


def test_the_target_of_an_end_is_the_reward_alone() -> None:
    batch, network = some(3), started(4, 8, 0)
    batch.ends[:] = [True, False, False]
    batch.waits[:] = [1, 1, 10]
    best = network(batch.nexts).max(1)
    expected = [batch.rewards[0], batch.rewards[1] + 0.99 * best[1], batch.rewards[2] + 0.99**10 * best[2]]
    np.testing.assert_allclose(targets(batch, network, 0.99), expected)


def test_the_gradient_is_that_of_finite_differences() -> None:
    network, states, actions, wanted = started(4, 6, 1), RNG.normal(size=(9, 4)), np.array([0, 1, 1] * 3), RNG.random(9)

    def loss(parts: list[np.ndarray]) -> float:
        return float(((Network(*parts)(states)[np.arange(9), actions] - wanted) ** 2).mean() / 2)

    for n, slope in enumerate(gradient(network, states, actions, wanted)):
        for place in np.ndindex(slope.shape):
            up, down = ([p.copy() for p in network.parts] for _ in range(2))
            up[n][place] += 1e-6
            down[n][place] -= 1e-6
            assert abs((loss(up) - loss(down)) / 2e-6 - slope[place]) < 1e-7


def test_a_small_process_is_solved() -> None:
    """Three places: ASK pays 1, 0 and 3, and ends at the last one; SKIP pays nothing and leads to a neighbour.

    What all is worth at gamma .9 is enumerated, and the first of it worked out by hand.
    """
    gamma, states = 0.9, np.eye(3)
    rows = [  # place, action, reward, wait, next, ends
        (0, ASK, 1.0, 2, 2, False),
        (0, SKIP, 0.0, 1, 1, False),
        (1, ASK, 0.0, 1, 2, False),
        (1, SKIP, 0.0, 1, 0, False),
        (2, ASK, 3.0, 1, 2, True),
        (2, SKIP, 0.0, 1, 1, False),
    ]
    best = np.zeros((3, 2))
    for _ in range(500):
        for place, action, reward, wait, after, ends in rows:
            best[place, action] = reward + (0 if ends else gamma**wait * best[after].max())
    worth = 1 + 0.81 * 3  # from the first place: 1 at once, and 3 two arrivals later
    np.testing.assert_allclose(best, [[0.81 * worth, worth], [0.9 * worth, 2.7], [0.81 * worth, 3]])
    place, action, reward, wait, after, ends = (np.array(column) for column in zip(*rows, strict=True))
    whole = Transitions(states[place], action, reward, wait.astype(float), states[after], ends)
    learning = Learning(started(3, 16, 0), rate=0.01, gamma=gamma, renew=50)
    for _ in range(1500):
        learning.step(whole)
    np.testing.assert_allclose(learning.network(states), best, atol=0.02)


def test_the_mean_network_lies_among_those_that_were() -> None:
    learning = Learning(started(4, 8, 0), rate=0.01, gamma=0.9, renew=5)
    seen = []
    for _ in range(20):
        learning.step(some(16))
        seen.append(learning.network.w2)
    np.testing.assert_allclose(learning.mean.w2, np.mean(seen, 0))  # all weigh alike until there are thousands


def test_the_replay_keeps_the_last_and_draws_only_them() -> None:
    replay = Replay(50, 4)
    batches = [some(30) for _ in range(4)]
    for batch in batches:
        replay.add(batch)
    assert len(replay) == 50
    lately = np.concatenate([b.rewards for b in batches])[-50:]
    assert set(replay.draw(2000, np.random.default_rng(0)).rewards) == set(lately)
