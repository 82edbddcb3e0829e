"""A strategy and its controls over several seeds, in memory: what `run --control` and `demo` compare.  Floor 6."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from askance import metrics
from askance.among import choosing
from askance.campaign import Config, record
from askance.campaign.plan import predicts_numbers
from askance.campaign.shares import share_out
from askance.cli.files import write
from askance.errors import BadCampaign
from askance.history import History
from askance.learners import Prepared
from askance.metrics import Comparison
from askance.metrics.measure import Share
from askance.ops.numerals import as_numbers
from askance.progress import track
from askance.protocols import Learner, Pool
from askance.simulate import simulate
from askance.spec import parse
from askance.usual import named

ACCURACY, RMSE = "accuracy@test", "rmse@test"
ENOUGH = 0.95  # of the accuracy with all labels; of an RMSE, 1.05 of it


@dataclass(frozen=True)
class Trial:
    """One run of one strategy.  full: the accuracy (where labels are numbers, the RMSE) on the same test share with
    every other label of the pool."""

    strategy: str
    seed: int
    full: float
    history: History

    def curve(self) -> tuple[list[int], list[float]]:
        """(labels, accuracy or RMSE) of each round that was measured."""
        shown = [r for r in self.history.rounds if self.metric in r.metrics]
        return [r.labeled for r in shown], [r.metrics[self.metric].value for r in shown]

    @property
    def metric(self) -> str:
        """What it is about."""
        return RMSE if any(RMSE in r.metrics for r in self.history.rounds) else ACCURACY

    @property
    def falling(self) -> bool:
        """Less is better."""
        return self.metric == RMSE

    @property
    def reached(self) -> int | None:
        """Labels to ENOUGH of `full`; None where the run never came there."""
        return metrics.labels_to_reach(*self.curve(), self.full, ENOUGH, falling=self.falling)

    def at(self, labels: int) -> float | None:
        """What was measured with the most labels that are no more than these; None before the first."""
        found = [a for n, a in zip(*self.curve(), strict=True) if n <= labels]
        return found[-1] if found else None

    @property
    def aubc(self) -> float:
        return metrics.aubc(*self.curve())


def trials(
    pool: Pool,
    make: Callable[[], Learner],
    truth: Mapping[int, str],
    config: Config,
    controls: Sequence[str],
    seeds: int,
) -> list[Trial]:
    """The configuration's strategy and each control, over seeds config.seed, config.seed + 1, ..., in pairs.

    The same seed has the same test share for all.  A control that needs nothing learned chooses its own warm-up too,
    so that `random` is a run in which every label is drawn at random.
    """
    runs = [(text, seed) for seed in range(config.seed, config.seed + seeds) for text in (config.strategy, *controls)]
    full: dict[int, float] = {}
    done = []
    for text, seed in track(runs, "comparing", len(runs)):
        learner = make()
        if isinstance(learner, Prepared):
            learner.prepare(pool.take(pool.ids))
        if seed not in full:
            full[seed] = ceiling(pool, learner, truth, config, seed)
        text = named(text, learner.provides)
        cold = text in controls and parse(text).needs <= learner.cold and choosing(parse(text)) is None
        warmup = text if cold else config.warmup_strategy
        done.append(Trial(text, seed, full[seed], run_one(pool, make, truth, config, text, warmup, seed)))
    return done


def ceiling(pool: Pool, learner: Learner, truth: Mapping[int, str], config: Config, seed: int) -> float:
    """The accuracy, or the RMSE, on the test share when all the others are labelled."""
    shares = share_out(pool.ids, seed, config.validation, config.test, 0)
    known = np.array([i for i in shares.train.tolist() if i in truth], np.uint64)
    held = np.array([i for i in shares.test.tolist() if i in truth], np.uint64)
    if not len(known) or not len(held):
        raise BadCampaign(f"the answer key knows {len(known)} samples to learn from and {len(held)} to test on")
    learner.fit(pool.take(known), [truth[i] for i in known.tolist()], seed=seed)
    signal = "prediction" if predicts_numbers(learner) else "probs"
    said = learner.signals(pool.take(held), frozenset({signal}))
    found = accuracy_alone([truth[i] for i in said.ids.tolist()], said[signal], learner.classes, "test")
    return next(iter(found.values())).value


def run_one(
    pool: Pool,
    make: Callable[[], Learner],
    truth: Mapping[int, str],
    config: Config,
    strategy: str,
    warmup: str,
    seed: int,
) -> History:
    history = simulate(
        pool,
        make,
        strategy,
        truth,
        batch=config.batch,
        warmup=config.warmup,
        budget=config.budget,
        seed=seed,
        test=config.test,
        validation=config.validation,
        warmup_strategy=warmup,
        measure=accuracy_alone,
    )
    asked = replace(config, strategy=strategy, warmup_strategy=warmup, seed=seed)
    return replace(history, config=asked.plain())


def accuracy_alone(
    truth: Sequence[str], said: np.ndarray, classes: Sequence[str], share: Share
) -> Mapping[str, metrics.Metric]:
    """What a comparison is about; the other metrics' bootstrap intervals take most of the time of a round.

    said: probs (N, C), or the predicted numbers (N,), of which it is the RMSE.
    """
    if said.ndim == 1:
        return {f"rmse@{share}": metrics.rmse(as_numbers(truth), said)}
    guesses = np.asarray(classes, dtype=str)[said.argmax(1)]
    return {f"accuracy@{share}": metrics.accuracy(truth, guesses)}


def by_strategy(done: Sequence[Trial]) -> dict[str, list[Trial]]:
    """In the order in which they first come."""
    out: dict[str, list[Trial]] = {}
    for trial in done:
        out.setdefault(trial.strategy, []).append(trial)
    return out


def median(values: Sequence[int | None]) -> int | None:
    """The (lower) middle one, runs that never came there last; None where that is one of them."""
    order = sorted(values, key=lambda v: (v is None, v or 0))
    return order[(len(order) - 1) // 2] if order else None


def paired(ours: Sequence[Trial], theirs: Sequence[Trial]) -> Comparison:
    """Ours minus theirs in area under the curve, seed by seed; of an error, theirs minus ours."""
    sign = -1.0 if ours[0].falling else 1.0
    other = {t.seed: sign * t.aubc for t in theirs}
    return metrics.compare([sign * t.aubc for t in ours], [other[t.seed] for t in ours])


# ---------------------------------------------------------------- kept in the campaign's folder, for its report


def save(path: Path, done: Sequence[Trial]) -> None:
    """One JSON object a line; the picks are left out."""
    write(path, "".join(json.dumps(_plain(t)) + "\n" for t in done))


def load(path: Path) -> list[Trial]:
    """What `save` wrote; empty where nothing was compared."""
    if not path.is_file():
        return []
    try:
        return [_trial(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    except (ValueError, KeyError, TypeError) as e:
        raise BadCampaign(f"{path} is damaged ({e}); delete it, and compare again with run --control") from None


def _plain(trial: Trial) -> dict[str, Any]:
    history = trial.history
    return {
        "strategy": trial.strategy,
        "seed": trial.seed,
        "full": trial.full,
        "config": dict(history.config),
        "labels": history.labels,
        "budget": history.budget,
        "rounds": [record.to_text(r) for r in history.rounds],
    }


def _trial(data: Mapping[str, Any]) -> Trial:
    rounds = tuple(record.from_text(text, ()) for text in data["rounds"])
    history = History(data["config"], rounds, data["labels"], data["budget"])
    return Trial(data["strategy"], data["seed"], data["full"], history)
