"""Trains a policy on a labelled pool: reshuffled episodes, played several side by side.  Floor 1."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from askance.errors import BadConfig
from askance.pal.episodes import Episodes, Pool
from askance.pal.network import ASK, SKIP, Network, started
from askance.pal.qlearning import Learning
from askance.pal.replay import Replay, Transitions
from askance.pal.saving import Trained
from askance.pal.state import FEATURES
from askance.progress import bar

DIGITS = 5  # of a weight, after the point
POINTS = 100.0  # rewards are learned in percentage points


@dataclass(frozen=True)
class Plan:
    """How to train.

    episodes  streams in all; side: how many are played at once
    arrivals  of an episode, at most; a smaller pool gives shorter ones
    start     samples that are labelled before an episode begins, for each class
    held      share of the pool that scores are taken on
    explore   share of the training in which the share of random decisions falls from 1 to `least`
    gamma     discount an arrival; the budget is earned by arrivals, so that waiting costs as much as asking
    """

    episodes: int = 192
    side: int = 16
    arrivals: int = 1000
    start: int = 2
    held: float = 0.4
    hidden: int = 32
    gamma: float = 0.99
    rate: float = 1e-3
    size: int = 20_000
    batch: int = 64
    before: int = 500  # transitions before the first step
    renew: int = 200
    explore: float = 0.5
    least: float = 0.05


def train(
    x: np.ndarray, y: Sequence[object] | np.ndarray, budget: float, seed: int = 0, plan: Plan | None = None
) -> Trained:
    """A policy from rows x (N, D) and their labels y (N,), for streams of which the share `budget` is asked about."""
    plan = plan or Plan()
    if not 0 < budget <= 1:
        raise BadConfig(f"a policy is trained for a share of the arrivals, above 0 and up to 1, not {budget}")
    rng = np.random.default_rng(seed)
    pool = split(np.asarray(x), np.asarray(y), plan.held, rng)
    start = plan.start * pool.classes
    if len(pool.y) < start + 2 * max(1, 1 / budget):
        raise BadConfig(
            f"{len(pool.y)} samples beside those held out are too few for episodes: {start} are labelled at the start, "
            f"and at a budget of {budget:g} a stream needs {2 * max(1, 1 / budget):.0f} more"
        )
    network = _played(pool, start, budget, seed, plan, rng)
    return Trained(rounded(network), budget, plan.episodes, min(plan.arrivals, len(pool.y) - start), seed)


def rounded(network: Network) -> Network:
    """As it is written to a file: what was trained and what is read back decide alike."""
    return Network(*(np.round(part, DIGITS) for part in network.parts))


def split(x: np.ndarray, y: np.ndarray, held: float, rng: np.random.Generator) -> Pool:
    """A part to stream and a part to score on; columns centred, rows of about unit length."""
    names, numbers = np.unique(y, return_inverse=True)
    if len(names) < 2:
        raise BadConfig("a policy is trained on samples of at least two classes")
    rows = scaled(x)
    order = rng.permutation(len(rows))
    cut = round(held * len(rows))
    test, rest = order[:cut], order[cut:]
    return Pool(rows[rest], numbers[rest], rows[test], numbers[test], len(names))


def scaled(x: np.ndarray) -> np.ndarray:
    """(N, D) float64: columns standardised and clipped at 5 deviations, and divided by the root of D."""
    rows = np.asarray(x, np.float64)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise BadConfig("a policy is trained on a matrix of finite numbers, a row a sample")
    return np.clip((rows - rows.mean(0)) / (rows.std(0) + 1e-9), -5, 5) / np.sqrt(rows.shape[1])


@dataclass
class Pending:
    """The last decision of each stream, until it is seen where it led."""

    states: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    times: np.ndarray
    there: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    def led_to(self, which: np.ndarray, nexts: np.ndarray, time: int, ends: bool) -> Transitions:
        """Those of the streams `which` (bool), closed."""
        which = np.flatnonzero(which & self.there)
        self.there[which] = False
        return Transitions(
            self.states[which],
            self.actions[which],
            self.rewards[which],
            time - self.times[which],
            nexts[which],
            np.full(len(which), ends),
        )


def _played(pool: Pool, start: int, budget: float, seed: int, plan: Plan, rng: np.random.Generator) -> Network:
    learning = Learning(started(len(FEATURES), plan.hidden, seed), plan.rate, plan.gamma, plan.renew)
    replay = Replay(plan.size, len(FEATURES))
    rounds = -(-plan.episodes // plan.side)
    long = min(start + plan.arrivals, len(pool.y))
    with bar("training the policy", plan.episodes) as done:
        for turn in range(rounds):
            random = max(plan.least, 1 - turn / max(1, plan.explore * rounds))
            orders = np.array([rng.permutation(len(pool.y))[:long] for _ in range(plan.side)])
            episodes = Episodes(pool, orders, start, budget, rng.random(plan.side) < 0.5)
            _episode(episodes, learning, replay, plan, random, rng)
            done(min(plan.episodes, (turn + 1) * plan.side))
    return learning.mean


def _episode(
    play: Episodes, learning: Learning, replay: Replay, plan: Plan, random: float, rng: np.random.Generator
) -> None:
    """Plays them to their end, learning a step for each arrival."""
    streams = len(play.orders)
    eager = play.budget ** rng.random(streams)  # how likely a random decision is to ask: from the budget to 1
    empty = np.zeros(streams)
    last = Pending(play.step.states, empty.astype(int), empty, empty.copy(), empty.astype(bool))
    while not play.over.all():
        states, may, time = play.step.states, play.step.may, play.seen
        replay.add(last.led_to(may, states, time, False))
        asks = learned(learning.network, states)
        drawn = rng.random(streams) < random
        asks = np.where(drawn, rng.random(streams) < eager, asks) & may
        rewards = play.act(asks) * POINTS
        for kept, new in ((last.states, states), (last.actions, np.where(asks, ASK, SKIP)), (last.rewards, rewards)):
            kept[may] = new[may]
        last.times[may], last.there[may] = time, True
        replay.add(last.led_to(play.over, states, play.seen, True))
        if len(replay) >= plan.before:
            learning.step(replay.draw(plan.batch, rng))


def learned(network: Network, states: np.ndarray) -> np.ndarray:
    """(n, F) -> (n,) bool: whether asking is worth more than not asking."""
    worth = network(states)
    return worth[:, ASK] > worth[:, SKIP]
