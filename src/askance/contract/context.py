"""What is known besides the pool: labelled samples, pending ones, costs.  Floor 3."""

from typing import Any

import numpy as np

from askance.contract.case import Case, alike, frozen
from askance.contract.checks import check, demand
from askance.errors import BadLabel, BadStrategy
from askance.signals import Signals, concat

LABELS = np.arange(12) % 4


def no_reference(case: Case) -> str:
    if not any(a.asks("reference") for a in case.strategy.atoms()):
        return "it does not look at what is known"
    return "" if "embeddings" in case.needs else "it reads no embeddings"


def no_utility_to_divide(case: Case) -> str:
    return "" if case.scores and case.needs else "it gives no utilities that differ"


@check()
def labeled_never_come_back(case: Case) -> None:
    """Labelled samples that are still in the pool are never picked again, and k others are."""
    signals = case.example()
    labeled = signals.take(np.arange(12))
    for k, wanted in ((8, 8), (60, 48)):
        got = case.picks(signals, k, labeled=labeled, labels=LABELS)
        demand(not set(got) & set(labeled.ids.tolist()), f"{case.name} picks labelled samples again")
        demand(len(set(got)) == wanted, f"{case.name} picked {len(set(got))} of {wanted} beside 12 labelled samples")


def needs_labels(case: Case) -> str:
    return "it says that it cannot start without labelled samples" if case.needs_labels else ""


@check(needs_labels)
def nothing_labeled_yet(case: Case) -> None:
    """At the cold start an empty labelled set is the same as none."""
    signals = case.example()
    nothing = signals.take(np.arange(0))
    got = case.picks(signals, labeled=nothing, labels=np.array([]), pending=nothing)
    demand(got == case.picks(signals), f"{case.name} tells an empty labelled set from none")


def reads_no_labels(case: Case) -> str:
    return "" if any(a.asks("labels") for a in case.strategy.atoms()) else "it does not look at labels"


@check(reads_no_labels)
def labels_may_be_written_in_any_way(case: Case) -> None:
    """Labels as 0 to C - 1, with gaps, below zero or as words, in the same order, give the same picks."""
    signals, labeled = case.example(), case.example(n=12, seed=9)
    wanted = case.picks(signals, labeled=labeled, labels=LABELS)
    for codes in ([3, 20, 41, 78], [-1, 1, 5, 6], ["a", "b", "c", "d"]):
        try:
            got = case.picks(signals, labeled=labeled, labels=np.array(codes)[LABELS])
        except BadLabel as e:  # what takes numbers alone has to say so in its `fails`
            raise BadStrategy(f"{case.name} takes no labels such as {codes}: {e}") from None
        demand(got == wanted, f"{case.name} picks otherwise when the classes are called {codes}")


@check()
def pending_never_come_back(case: Case) -> None:
    """Samples that somebody is asked about already are never picked, with labelled ones beside them or not."""
    signals = case.example()
    pending, labeled = signals.take(np.arange(20, 32)), signals.take(np.arange(12))
    given: dict[str, Any] = {"labeled": labeled, "labels": LABELS}
    for known in ({}, given):
        got = case.picks(signals, 8, pending=pending, **known)
        demand(not set(got) & set(pending.ids.tolist()), f"{case.name} picks pending samples again")
        demand(len(set(got)) == 8, f"{case.name} picked {len(set(got))} of 8 beside 12 pending samples")


@check(no_reference)
def known_regions_are_left(case: Case) -> None:
    """Of ten groups, with five labelled or pending, the other five are picked from: pending counts as picked."""
    pool, group = groups(case)
    halves = [pool.take(np.flatnonzero((group < 5) & (np.arange(200) < 60) & (group % 2 == odd))) for odd in (0, 1)]
    known = (halves, (concat(halves), None), (None, concat(halves)))
    for labeled, pending in known[:2] if any(a.meta.labelled for a in case.strategy.atoms()) else known:
        labels = None if labeled is None else np.zeros(len(labeled), np.int64)
        got = case.picks(pool, 5, labeled=labeled, labels=labels, pending=pending)
        reached = set(group[np.isin(pool.ids, got)].tolist()) - set(range(5))
        demand(len(reached) >= 4, f"{case.name} reached {len(reached)} of the 5 groups that nothing is known of")


@check(no_utility_to_divide)
def cost_counts(case: Case) -> None:
    """Of samples that are alike, the cheap are picked before the dear."""
    signals = alike(case.example())
    costs = np.where(np.arange(len(signals)) % 3 == 0, 1.0, 1e9)
    got = case.picks(signals, 8, costs=costs)
    cheap = set(signals.ids[costs == 1.0].tolist())
    demand(len(set(got) & cheap) == 8, f"{case.name} picks dear samples where cheap ones are as useful")


def groups(case: Case) -> tuple[Signals, np.ndarray]:
    """Ten tight groups of twenty, far apart; predictions are all alike.  -> 200 rows, and the group of each."""
    rng = np.random.default_rng(0)
    group = np.arange(200) % 10
    embeddings = 100.0 * rng.normal(size=(10, 5))[group] + 0.01 * rng.normal(size=(200, 5))
    return alike(case.example(n=200)).with_(embeddings=frozen(embeddings)), group
