"""Streams to try policies on, and what must hold of each, as plain functions: an AssertionError says what broke."""

import json
from dataclasses import dataclass, replace

import numpy as np

from askance import ops
from askance.policies import Arrival, Choice, Ledger, Policy, parse_policy, plain

N = 2000
RNG = np.random.default_rng(5)
NOISE = ops.noise(3, np.arange(10_000, dtype=np.uint64))
VECTORS = RNG.normal(size=(10_000, 2)).round(3)


def _utilities() -> dict[str, np.ndarray]:
    iid = RNG.random(N)
    drifting = np.concatenate([0.2 * RNG.random(700), 0.6 + 0.4 * RNG.random(700), 0.1 * RNG.random(600)])
    return {
        "iid": iid,
        "rising": np.sort(iid[:800]),
        "falling": np.sort(iid[:800])[::-1],
        "constant": np.full(800, 0.7),
        "zero": np.zeros(400),
        "drifting": drifting,
    }


UTILITIES = _utilities()


def two_classes(utility: float) -> np.ndarray:
    """Probabilities whose margin gives the utility: 1 - (p - q), cut off at 0 and 1."""
    return np.array([1 - min(max(utility, 0.0), 1.0) / 2, min(max(utility, 0.0), 1.0) / 2])


def arrivals(utilities: np.ndarray) -> list[Arrival]:
    return [
        Arrival(float(u), float(z), v, two_classes(u))
        for u, z, v in zip(utilities, NOISE[: len(utilities)], VECTORS[: len(utilities)], strict=True)
    ]


@dataclass(frozen=True)
class Ran:
    states: list[Ledger]  # before each arrival, and after the last
    choices: list[Choice]

    @property
    def asks(self) -> list[bool]:
        return [c.ask for c in self.choices]


def ran(policy: Policy, what: list[Arrival], state: Ledger | None = None) -> Ran:
    states, choices = [policy.init() if state is None else state], []
    for arrival in what:
        after, choice = policy(states[-1], arrival)
        states.append(after)
        choices.append(choice)
    return Ran(states, choices)


def keeps_the_budget(policy: Policy) -> None:
    """asked <= budget * seen + 1 after every arrival, whatever comes."""
    for name, utilities in UTILITIES.items():
        asked = np.cumsum(ran(policy, arrivals(utilities)).asks)
        over = asked - (policy.budget * np.arange(1, len(asked) + 1) + 1)
        assert over.max() <= 1e-9, f"{policy} is {over.max():.3g} over its budget when utilities are {name}"


def uses_the_budget(policy: Policy) -> None:
    """Where all is alike in time, at least a third of it."""
    asked = sum(ran(policy, arrivals(UTILITIES["iid"])).asks)
    assert asked >= policy.budget * N / 3, f"{policy} asked about {asked} of {N}"


def resumes_through_json(policy: Policy) -> None:
    """Stored as JSON in mid-stream and read back, it goes on as if nothing had been."""
    what = arrivals(UTILITIES["drifting"][600:900])
    whole = ran(policy, what)
    for cut in (0, 1, 99, 250):
        stored = json.loads(json.dumps(plain(whole.states[cut]), allow_nan=False))
        state = policy.restore(stored)
        assert state == whole.states[cut], f"{policy} comes back from JSON as something else after {cut}"
        assert ran(policy, what[cut:], state).asks == whole.asks[cut:], f"{policy} goes on otherwise after {cut}"


def remembers_only_in_its_state(policy: Policy) -> None:
    """The same again, from any state: nothing is kept on the policy, in a module, or written into the old state."""
    what = arrivals(UTILITIES["iid"][:300])
    once = ran(policy, what)
    stored = [json.dumps(plain(s), default=str) for s in once.states]
    assert ran(policy, what).asks == once.asks, f"{policy} decides otherwise the second time"
    assert ran(policy, what[40:], once.states[40]).asks == once.asks[40:], f"{policy} decides otherwise from a state"
    assert [json.dumps(plain(s), default=str) for s in once.states] == stored, f"{policy} changes an old state"


def chances_are_true(policy: Policy) -> None:
    """The chance does not look at the noise, lies in [0, 1], and is what decides."""
    what = arrivals(UTILITIES["drifting"][500:900])
    once = ran(policy, what)
    for state, choice, arrival in zip(once.states, once.choices, what, strict=False):
        p = choice.chance
        assert 0 <= p <= 1, f"{policy} gives a chance of {p}"
        for noise in (1e-9, p - 1e-7, p + 1e-7, 1 - 1e-9):
            if 0 < noise < 1:
                _, again = policy(state, replace(arrival, noise=noise))
                assert abs(again.chance - p) < 1e-12, f"the chance of {policy} looks at the noise"
                assert again.ask == (noise < p), f"{policy} says a chance of {p}, and decides by another"


def reads_back(policy: Policy) -> None:
    assert parse_policy(repr(policy)) == policy


CHECKS = (
    keeps_the_budget,
    uses_the_budget,
    resumes_through_json,
    remembers_only_in_its_state,
    chances_are_true,
    reads_back,
)
