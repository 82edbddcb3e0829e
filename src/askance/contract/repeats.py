"""The same question has the same answer: seeds, processes, order, ties, inputs.  Floor 3."""

import random

import numpy as np

from askance.contract.case import Case, alike
from askance.contract.checks import check, demand
from askance.contract.elsewhere import picked_elsewhere
from askance.signals import Signals


@check()
def same_seed_same_picks(case: Case) -> None:
    """Asked twice with one seed it picks the same, best first in the same order."""
    signals = case.example()
    first = case.picks(signals, seed=5)
    demand(case.picks(signals, seed=5) == first, f"{case.name} picks otherwise when asked again with the same seed")


@check()
def global_generators_are_left_alone(case: Case) -> None:
    """The global generators of Python and NumPy are neither read nor moved."""
    signals, answers = case.example(), []
    kept, kept_np = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is the legacy generator that is watched
    try:
        for seed in (1, 2):
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            before = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]  # type: ignore[index] # noqa: NPY002
            answers.append(case.picks(signals))
            after = random.getstate(), np.random.get_state()[1].tolist(), np.random.get_state()[2]  # type: ignore[index] # noqa: NPY002
            demand(before == after, f"{case.name} moves a global random generator; use noise(seed, ids)")
    finally:
        random.setstate(kept)
        np.random.set_state(kept_np)  # noqa: NPY002
    demand(answers[0] == answers[1], f"{case.name} depends on a global random generator; use noise(seed, ids)")


def not_importable(case: Case) -> str:
    outside = [a.name for a in case.strategy.atoms() if a.fn.__module__ == "__main__"]
    return f"{outside[0]} is defined in __main__, which another process cannot import" if outside else ""


@check(not_importable)
def other_process_same_picks(case: Case) -> None:
    """Another process, with another hash seed, picks the same."""
    said = picked_elsewhere(case)
    demand(said == case.picks(case.example()), f"{case.name} picks otherwise in another process: {said}")


@check()
def pool_order_is_irrelevant(case: Case) -> None:
    """Rows of the pool, and labelled samples, may come in any order."""
    signals, labeled = case.example(), case.example(n=12, seed=9)
    order = np.random.default_rng(1).permutation(len(signals))
    demand(case.picks(signals.take(order), seed=2) == case.picks(signals, seed=2), f"{case.name} depends on row order")
    y, turned = np.arange(12) % 4, np.arange(12)[::-1]
    one = case.picks(signals, labeled=labeled, labels=y)
    two = case.picks(signals, labeled=labeled.take(turned), labels=y[turned])
    demand(one == two, f"{case.name} depends on the order of the labelled samples")


@check()
def ties_are_fair(case: Case) -> None:
    """Where all rows are alike, who is picked depends on the seed, and not on where it stands or on its id."""
    signals = alike(case.example(n=20))
    signals = signals.take(np.argsort(signals.ids))  # position and id at once
    seeds, k = 40, 5
    counts = np.zeros(len(signals))
    for seed in range(seeds):
        counts += np.isin(signals.ids, case.picks(signals, k, seed))
    expected = seeds * k / len(signals)
    early = counts[: len(counts) // 2].mean()
    demand(abs(early - expected) < 0.35 * expected, f"{case.name} favours or shuns the first rows of a tie")
    demand(bool(counts.max() < 2.5 * expected), f"{case.name} picks one row of a tie far more often than the others")


@check()
def inputs_are_not_changed(case: Case) -> None:
    """The signals it is handed are as they were, and a read-only array is no error."""
    signals = case.example()
    case.picks(signals)
    mine = Signals(signals.ids.copy(), {name: a.copy() for name, a in signals.columns.items()})
    case.picks(mine, labeled=case.example(n=12, seed=9))
    for name, a in mine.columns.items():
        demand(bool((a == signals.columns[name]).all()), f"{case.name} writes into {name}")
    demand(bool((mine.ids == signals.ids).all()), f"{case.name} writes into the ids")
