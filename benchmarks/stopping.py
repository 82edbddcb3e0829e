"""What each stopping rule is worth: labels spent and accuracy lost, the table of docs/stopping.md.

    python benchmarks/stopping.py [--work DIR] [--seeds 5]

Whole simulated campaigns, with a stop set and a validation share, are run to twice the budget of benchmarks/results.py;
then every rule is asked after each round whether it would have stopped.  The best stop is the first round whose
accuracy is within half a point of the mean of its own and all later ones: to stop there loses nothing that matters.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from study.learner import Logistic
from study.sets import SETS, opened

from askance import metrics
from askance.history import History
from askance.simulate import simulate
from askance.stopping import RULES, Rule, parse

SETS_RUN, STRATEGIES = ("digits", "segment", "ag_news"), ("random", "margin")
TEST, STOP_SET, VALIDATION = 0.25, 300, 0.1
SLACK = 0.005  # of accuracy: what matters
NOT_ASKED = ("budget", "exhausted")  # they end what is spent, and say nothing of the model
BESIDE = (
    "target(at=0.9)",
    "stabilizing(k=3, at=0.95)",
    "classification_change(at=0.02)",
    "entropy_mcs(at=0.5)",
    "expected_error(at=0.1)",
    "oracle_accuracy(at=0.9, k=3)",
    "delta_f(k=3, at=0.1)",
    "plateau(window=5, gain=0.01)",
    "batch_variance(k=2, by=0.0)",
)  # thresholds that campaigns of some hundred labels can reach


@dataclass(frozen=True)
class Stop:
    """One rule on one campaign.  spent: labels at its stop, as a share of the budget; 1 where it never fired.

    late  labels beyond the best stop, negative before it, as a share of the budget; lost: accuracy below the end's
    """

    fired: bool
    spent: float
    late: float
    lost: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default=tempfile.gettempdir())
    parser.add_argument("--seeds", type=int, default=5)
    said = parser.parse_args()
    began = process_time()
    runs = {
        (name, strategy, seed): campaign(name, strategy, seed, Path(said.work))
        for name in SETS_RUN
        for strategy in STRATEGIES
        for seed in range(said.seeds)
    }
    spent = process_time() - began
    best = {key: best_stop(h) for key, h in runs.items()}
    print(
        f"best stop at {np.mean([b / h.labels for b, h in zip(best.values(), runs.values(), strict=True)]):.0%}", end=""
    )
    print(
        f" of the labels on average, {sum(b < h.labels for b, h in zip(best.values(), runs.values(), strict=True))}",
        end="",
    )
    print(f" of {len(runs)} campaigns before their end")
    print("| rule | never fired | stopped at, of the labels | after the best stop | accuracy lost | at worst |")
    print("|---|---|---|---|---|---|")
    rules = [parse(n) for n in RULES.names() if n not in NOT_ASKED] + [parse(text) for text in BESIDE]
    for rule in sorted(rules, key=repr):
        print(line(rule, runs, best), flush=True)
    print(f"{len(runs)} campaigns, {spent:.0f} s of CPU; all rules {process_time() - began - spent:.0f} s")


def campaign(name: str, strategy: str, seed: int, work: Path) -> History:
    of = SETS[name]
    pool = opened(of, work)
    return simulate(
        pool,
        lambda: Logistic(of.c),
        strategy,
        pool.answers(),
        batch=of.batch,
        warmup=of.warmup,
        budget=2 * of.budget,
        seed=seed,
        test=TEST,
        validation=VALIDATION,
        stop="budget",  # all rules are asked afterwards, not in each round
        stop_set=STOP_SET,
        measure=accuracy,
    )


def accuracy(truth, probs, classes, share) -> Mapping[str, metrics.Metric]:
    return {f"accuracy@{share}": metrics.accuracy(truth, np.asarray(classes, str)[probs.argmax(1)])}


def best_stop(history: History) -> int:
    """Labels at the first round that is within SLACK of the mean of all that follow."""
    n, a = curve(history)
    later = np.cumsum(a[::-1])[::-1] / np.arange(len(a), 0, -1)
    return int(n[(a >= later - SLACK).argmax()])


def curve(history: History) -> tuple[np.ndarray, np.ndarray]:
    rounds = [r for r in history.rounds if "accuracy@test" in r.metrics]
    return np.array([r.labeled for r in rounds]), np.array([r.metrics["accuracy@test"].value for r in rounds])


def line(rule: Rule, runs: Mapping[tuple[str, str, int], History], best: Mapping[tuple[str, str, int], int]) -> str:
    stops = [stopped(rule, h, best[key]) for key, h in runs.items()]
    never = sum(not s.fired for s in stops)
    spent, late, lost = (np.mean([getattr(s, f) for s in stops]) for f in ("spent", "late", "lost"))
    worst = max(s.lost for s in stops)
    return f"| `{rule}` | {never} of {len(stops)} | {spent:.0%} | {late:+.0%} | {lost:+.3f} | {worst:+.3f} |"


def stopped(rule: Rule, history: History, best: int) -> Stop:
    """At the first round in which the rule says so; at the end where it never does.  The end: the mean of 3 rounds."""
    n, a = curve(history)
    at = first(rule, history)
    labels = int(n[-1]) if at is None else at
    here = a[np.searchsorted(n, labels).clip(max=len(a) - 1)]
    total = int(n[-1])
    return Stop(at is not None, labels / total, (labels - best) / total, float(a[-3:].mean() - here))


def first(rule: Rule, history: History) -> int | None:
    rounds = history.rounds
    for end in range(1, len(rounds) + 1):
        seen: Sequence = rounds[:end]
        if rule(replace(history, rounds=seen, labels=rounds[end - 1].labeled)).stop:
            return rounds[end - 1].labeled
    return None


if __name__ == "__main__":
    main()
