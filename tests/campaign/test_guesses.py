"""Strategies that look back on what past rounds predicted, in a campaign and in a simulation."""

from pathlib import Path

import numpy as np
import pytest

from askance import ops
from askance.campaign import Campaign
from askance.campaign.guesses import KEPT, Guesses, history, load, save
from askance.errors import BadCampaign, BadConfig, MissingSignal
from askance.oracles import AnswerKey
from askance.select import select
from askance.signals import Signals
from askance.simulate import simulate


def kept(c: Campaign) -> list[Guesses]:
    found = sorted((c.folder.root / "predictions").glob("*.npz"), key=lambda p: int(p.stem.removeprefix("round-")))
    return [load(p) for p in found]


def named(one: Guesses) -> dict[int, str]:
    return {int(i): one.classes[c] for i, c in zip(one.ids, one.codes, strict=True)}


def flips(said: list[dict[int, str]], sample: int) -> float:
    own = [one[sample] for one in said]
    return float(np.mean([a != b for a, b in zip(own[1:], own, strict=False)])) if len(own) > 1 else 0.0


def test_golden_with_a_class_that_comes_later_and_a_sample_that_was_not_there() -> None:
    first = Guesses(np.array([1, 2, 3], np.uint64), np.array([0, 1, 0]), ("cat", "dog"))
    now = Guesses(np.array([1, 2, 3, 4], np.uint64), np.array([0, 1, 2, 2]), ("ant", "cat", "dog"))
    seen = history([first], now, np.array([4, 3, 2, 1], np.uint64))
    assert [a == b for a, b in seen] == [True, False, False, False]  # 4: no change is made up
    assert len(set(seen[1:].ravel().tolist())) == 3
    assert seen[1, 0] == seen[3, 0] == seen[2, 1]  # 3 and 1 were cats, 2 is one now
    assert history([], now, now.ids).shape == (4, 1)
    assert history([now] * 99, now, now.ids).shape == (4, KEPT)


def test_a_campaign_asks_about_what_changed_most(campaign) -> None:
    c = campaign(strategy="prediction_flips", budget=64)
    rounds = c.run(AnswerKey(c.pool.answers())).rounds
    said = [named(g) for g in kept(c)]
    assert len(said) == len([r for r in rounds if r.fit and r.picks])
    asked = {p.id for p in rounds[0].picks}
    some = 0
    for turn, one in enumerate(rounds[1 : len(said) + 1]):
        free = set(said[turn]) - asked
        best = sorted((flips(said[: turn + 1], i) for i in free), reverse=True)[: len(one.picks)]
        assert [p.utility for p in one.picks] == pytest.approx(best)
        assert [flips(said[: turn + 1], p.id) for p in one.picks] == pytest.approx(best)
        asked |= {p.id for p in one.picks}
        some += best[0] > 0
    assert some >= 2


@pytest.mark.parametrize("text", ["prediction_flips", "label_dispersion", "forgetting * margin | top(x=2) | kcenter"])
def test_opened_anew_each_time_and_simulated_it_makes_the_same_rounds(campaign, text: str) -> None:
    c = campaign(strategy=text, budget=40, test=0.2)
    answers = c.pool.answers()
    straight = c.run(AnswerKey(answers)).rounds
    again = campaign(strategy=text, budget=40, test=0.2)
    root = again.folder.root
    for _ in straight:
        opened = Campaign.open(root)
        opened.step()
        for task in opened.ask("ann", 99):
            opened.tell("ann", task, answers[task.id])
        opened.close()
    assert [r.picks for r in Campaign.open(root).history().rounds] == [r.picks for r in straight]
    plan, learner = c.plan, lambda: c.learner
    simulated = simulate(
        c.pool,
        learner,
        text,
        answers,
        batch=plan.batch,
        warmup=plan.warmup,
        budget=40,
        seed=plan.seed,
        test=0.2,
        stop_set=0,
        warmup_strategy=plan.warmup_strategy,
    )
    assert [r.picks for r in simulated.rounds] == [r.picks for r in straight]


def test_a_step_that_was_not_written_is_done_again_alike(campaign) -> None:
    """Killed after its predictions were kept and before its event was: they are kept anew."""
    c = campaign(strategy="prediction_flips", budget=40)
    for _ in range(3):
        c.step()
        for task in c.ask("ann", 99):
            c.tell("ann", task, c.pool.answers()[task.id])
    left = c.folder.root / "predictions" / "round-3.npz"
    save(left, Guesses(np.array([1], np.uint64), np.array([0]), ("left over",)))
    round = c.step()
    assert round.number == 3
    assert load(left).classes != ("left over",)
    assert max(p.utility for p in round.picks) <= 1


def test_nothing_is_kept_where_nobody_looks_back(campaign) -> None:
    c = campaign(budget=24)
    c.run(AnswerKey(c.pool.answers()))
    assert not (c.folder.root / "predictions").exists()


def test_what_is_damaged_is_said(tmp_path: Path) -> None:
    (tmp_path / "round-1.npz").write_bytes(b"PK")
    with pytest.raises(BadCampaign, match=r"round-1\.npz is damaged .* delete it"):
        load(tmp_path / "round-1.npz")


def test_where_nothing_is_predicted_or_kept_it_is_said(config, tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="prediction_flips needs history, and before it has learned anything"):
        Campaign.create(tmp_path / "c.askance", config(warmup_strategy="prediction_flips"))
    pool = Signals(ops.key_ids(0, 5), {"probs": np.full((5, 2), 0.5)})
    with pytest.raises(MissingSignal, match="history comes from a campaign or a simulation, which keep what each"):
        select("prediction_flips", pool, 2)
