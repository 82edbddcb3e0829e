"""Comparing a strategy with its controls."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

from askance import metrics
from askance.campaign import Config
from askance.cli import comparing, trials
from askance.cli.trials import ACCURACY, Trial
from askance.errors import BadCampaign
from askance.history import History, Metric, Round
from askance.learners import make_learner
from askance.pools import open_pool


def trial(strategy: str, seed: int, curve: dict[int, float], full: float = 1.0) -> Trial:
    rounds = [Round(0, 0, 90)]
    for n, (labels, a) in enumerate(curve.items(), 1):
        rounds.append(Round(n, labels, 90 - labels, metrics={ACCURACY: Metric(a, a, a, 50)}))
    return Trial(strategy, seed, full, History({"seed": seed}, tuple(rounds), max(curve), 90))


OURS = [trial("margin", s, {10: 0.5, 20: 0.9 + s / 50, 30: 0.96}) for s in range(3)]
CONTROL = [trial("random", s, {10: 0.5, 20: 0.8, 30: 0.85 + s / 20}) for s in range(3)]


def test_labels_to_95_percent() -> None:
    assert [t.reached for t in OURS] == [30, 30, 30]
    assert [t.reached for t in CONTROL] == [None, None, 30]
    assert trial("margin", 0, {10: 0.95, 20: 0.9}).reached == 10
    assert trial("margin", 0, {10: 0.7, 20: 0.76}, full=0.8).reached == 20


def test_the_median_counts_what_never_came_there_as_late() -> None:
    assert trials.median([30, None, 20]) == 30
    assert trials.median([None, None, 20]) is None
    assert trials.median([10, 20]) == 10
    assert trials.median([]) is None


def test_the_accuracy_at_a_number_of_labels_is_one_that_was_measured() -> None:
    assert OURS[0].at(9) is None
    assert OURS[0].at(10) == OURS[0].at(19) == 0.5
    assert OURS[0].at(1000) == 0.96


def test_areas_are_compared_in_pairs() -> None:
    found = trials.paired(OURS, CONTROL)
    assert found.n == found.wins == 3
    own = [metrics.aubc([10, 20, 30], [0.5, 0.9 + s / 50, 0.96]) for s in range(3)]
    other = [metrics.aubc([10, 20, 30], [0.5, 0.8, 0.85 + s / 20]) for s in range(3)]
    assert found.difference == pytest.approx(np.mean(own) - np.mean(other))


def test_tables_say_who_never_came_there(capsys: pytest.CaptureFixture[str]) -> None:
    comparing.tables([*OURS, *CONTROL])
    out = capsys.readouterr().out
    assert "Labels to reach 95 % of the accuracy with all labels (1.000)" in out
    lines = [line.split() for line in out.splitlines()]
    assert ["margin", "30", "30", "30", "30"] in lines
    assert ["random", ">", "30", ">", "30", ">", "30", "30"] in lines
    assert "ahead in 3 of 3" in out


def test_what_is_kept_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "compared.jsonl"
    assert trials.load(path) == []
    trials.save(path, [*OURS, *CONTROL])
    assert trials.load(path) == [*OURS, *CONTROL]
    path.write_text(path.read_text()[:200])
    with pytest.raises(BadCampaign, match=r"is damaged .*; delete it, and compare again with run --control"):
        trials.load(path)


def test_runs_are_paired_by_the_seed_and_random_is_random_from_the_start() -> None:
    x, y = load_iris(return_X_y=True)
    pool = open_pool(x.astype(np.float32))
    truth = {i: f"kind {label}" for i, label in zip(pool.ids.tolist(), y.tolist(), strict=True)}
    config = Config(strategy="dbal", warmup_strategy="typiclust", warmup=6, batch=6, budget=18, test=0.3, seed=4)
    make = lambda: make_learner("sklearn:LogisticRegression(max_iter=500)", pool_kind="array")
    done = trials.trials(pool, make, truth, config, ["random"], 2)
    assert [(t.strategy, t.seed) for t in done] == [("dbal", 4), ("random", 4), ("dbal", 5), ("random", 5)]
    assert done[0].full == done[1].full
    assert done[0].full > 0.9
    assert [t.history.rounds[0].strategy for t in done] == ["typiclust", "random"] * 2
    assert [t.history.config["seed"] for t in done] == [4, 4, 5, 5]
    assert [t.curve()[0] for t in done] == [[6, 12, 18]] * 4
    asked = [{p.id for r in t.history.rounds for p in r.picks} for t in done]
    sizes = [len(a) for a in asked]
    assert sizes == [18] * 4
    again = trials.trials(pool, make, truth, config, ["random"], 2)
    assert [t.curve() for t in again] == [t.curve() for t in done]


def test_a_ceiling_needs_answers() -> None:
    pool = open_pool(np.arange(40.0).reshape(20, 2))
    learner = make_learner("linear", pool_kind="array")
    with pytest.raises(BadCampaign, match="knows 0 samples to learn from and 0 to test on"):
        trials.ceiling(pool, learner, {}, Config(test=0.5), 0)
