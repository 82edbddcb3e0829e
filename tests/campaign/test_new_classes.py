"""Classes may appear later: one that nobody has seen until round 3, in the middle of the alphabet."""

import numpy as np
import pytest

from askance.campaign import Campaign
from askance.oracles import AnswerKey
from askance.protocols import Item

LATE, ROUND = "versicolor", 3  # setosa and virginica are known from the start


def answers_late(c: Campaign):
    """Nobody knows the class, and so declines, until that round is asked about."""
    key = AnswerKey(c.pool.answers())

    def answer(item: Item) -> str | None:
        label = key(item)
        return None if label == LATE and len(c.history().rounds) <= ROUND else label

    return answer


@pytest.mark.parametrize(
    "text",
    [
        "margin",
        "dbal",
        "badge",
        "batch_bald",
        "cal",
        "direct",
        "galaxy",
        "dcom",
        "prob_cover",
        "bait",
        "flmi",
        "label_dispersion",
        "zero_shot_centroids",
        "aleatoric_nearby",
    ],
)
def test_a_class_first_seen_in_round_3_is_learned_and_asked_about(campaign, text: str) -> None:
    c = campaign(
        strategy=text,
        learner="sklearn:LogisticRegression()?members=3",
        open_classes=True,
        classes=("setosa", "virginica"),
        warmup=6,
        batch=9,
        budget=45,
        seed=1,
    )
    rounds = c.run(answers_late(c)).rounds
    known = [sorted(r.class_counts) for r in rounds]
    when = next(i for i, names in enumerate(known) if LATE in names)
    assert when > ROUND
    assert all(set(names) <= {"setosa", "virginica"} for names in known[:when])
    assert known[-1] == ["setosa", LATE, "virginica"] == list(c.learner.classes)
    ids = np.array(list(c.labels()), np.uint64)
    said = c.learner.signals(c.pool.take(c.pool.ids), frozenset({"probs", "members"}))
    assert said["probs"].shape == (150, 3)
    assert said["members"].shape == (150, 3, 3)
    right = [c.learner.classes[k] for k in said.take(np.isin(said.ids, ids))["probs"].argmax(1)]
    told = [c.labels()[int(i)] for i in said.ids[np.isin(said.ids, ids)]]
    assert np.mean(np.array(right) == np.array(told)) > 0.8  # columns and names belong together
    assert all(len(r.picks) > 0 for r in rounds[:-1])


def test_it_is_measured_from_the_start(campaign) -> None:
    """A test share has samples of the class before the model knows it: they count as wrong, and nothing breaks."""
    c = campaign(open_classes=True, classes=("setosa", "virginica"), budget=40, test=0.3, seed=1)
    rounds = c.run(answers_late(c)).rounds
    early, *_, late = (r.metrics["accuracy@test"] for r in rounds if r.metrics)
    assert early.n == late.n
    assert early.value < 0.8 < late.value
