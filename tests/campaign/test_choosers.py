"""A campaign that chooses among strategies: what it remembers is in its log, and nothing else is needed."""

import numpy as np
import pytest

from askance.campaign import Campaign
from askance.errors import BadConfig, BadStrategy
from askance.history import Round
from askance.meta import spoken
from askance.oracles import AnswerKey

TEXTS = ["albl(margin, kcenter)", "thompson(margin, kcenter)"]


def told(rounds: tuple[Round, ...]) -> list[tuple[object, ...]]:
    return [(r.picks, r.arms) for r in rounds]


@pytest.mark.parametrize("text", TEXTS)
def test_broken_off_and_opened_again_it_goes_on_with_the_same_arms(campaign, text: str) -> None:
    straight = campaign(budget=40, strategy=text)
    answers = AnswerKey(straight.pool.answers())
    wanted = told(straight.run(answers).rounds)
    assert any(len({d[1] for d in arms["draws"]}) > 1 for _, arms in wanted if arms), "several arms are asked"

    folder = campaign(budget=40, strategy=text).folder.root
    for labels in (11, 30):  # in the middle of rounds, and each time from the disk
        c = Campaign.open(folder)
        c.run(answers, until=f"budget(labels={labels})")
        c.close()
    c = Campaign.open(folder)
    assert told(c.run(answers).rounds) == wanted
    c.rebuild()
    assert told(c.history().rounds) == wanted
    c.close()


def test_every_pick_has_its_arm_its_chance_and_its_reason(campaign) -> None:
    c = campaign(budget=32, strategy="albl(margin, kcenter)")
    first, *chosen, last = c.run(AnswerKey(c.pool.answers())).rounds
    assert (first.arms, last.arms, spoken(first.arms)) == ({}, {}, "")
    for r in chosen:
        names, odds = r.arms["names"], np.array(r.arms["odds"])
        assert names == ["margin", "kcenter", "random"]
        assert odds.sum() == pytest.approx(1)
        drawn = {int(i, 16): (arm, chance) for i, arm, chance, _ in reversed(r.arms["draws"])}
        for p in r.picks:
            arm, chance = drawn[p.id]
            assert p.why.startswith(f"{names[arm]}: ")
            assert 0 < chance <= 1
        assert sum(int(n.split()[-1]) for n in spoken(r.arms).split(", ")) == len(r.picks)
    assert 0 < chosen[-1].arms["accuracy"] < 3


def test_pshea_measures_each_strategy_by_what_it_asked_and_the_model_by_all(campaign) -> None:
    text = "pshea(margin, kcenter, chance=1)"
    c = campaign(budget=64, batch=4, warmup=8, validation=0.3, strategy=text)
    answers = AnswerKey(c.pool.answers())
    rounds = c.run(answers).rounds
    measured = [r for r in rounds if r.arms.get("curves")]
    for r in measured:
        for n, value, error in r.arms["curves"].values():
            assert n <= r.labeled
            assert 0 <= value <= 1 <= 1 + error
    assert [sum(o > 0 for o in r.arms["odds"]) for r in rounds if r.arms][-1] == 1, "one is left"
    assert "; out: " in spoken(rounds[-2].arms)
    everything = c.pool.take(c.pool.ids)
    said = c.model().signals(everything, frozenset({"probs"}))["probs"]
    validation = set(c.plan.shares.validation.tolist())
    asked = {i: label for i, label in sorted(c.labels().items()) if i not in validation}
    c.learner.fit(c.pool.take(np.array([*asked], np.uint64)), list(asked.values()))
    assert c.learner.signals(everything, frozenset({"probs"}))["probs"] == pytest.approx(said), "of all labels"


def test_what_cannot_be_chosen_among_is_said_before_any_work(campaign) -> None:
    with pytest.raises(BadConfig, match=r"pshea compares strategies on a share .* validation = 0.2"):
        campaign(strategy="pshea(margin, kcenter)")
    with pytest.raises(BadStrategy, match="albl chooses among strategies from what the rounds"):
        campaign(warmup_strategy="albl(random, kcenter)")
    with pytest.raises(BadStrategy, match="name `random` among the strategies"):
        campaign(strategy="exp3(margin, kcenter, reward='accuracy')")
    with pytest.raises(BadConfig, match=r"albl\(margin, bald, random\) needs members"):
        campaign(strategy="albl(margin, bald)")
