"""Every number of the dashboard against brute force, on a small campaign."""

from collections import Counter
from statistics import median
from typing import Any

import pytest
from served import Served, answer, at, tasks

from askance.annotators import cohen_kappa, fleiss_kappa, gather, krippendorff_alpha
from askance.campaign import reading
from askance.metrics.outlook import outlook
from askance.ops import parse_id

SAID: dict[str, list[tuple[float, str, int]]] = {  # seconds since the last answer, what, ms it took
    "ann": [(0, "x", 900), (10, "y", 1100), (20, "x", 700), (1000, "x", 800), (30, "y", 950), (5, "y", 1000)],
    "bob": [(7, "x", 500), (40, "x", 2500), (13, "y", 400), (17, "x", 300), (600, "y", 3000), (60, "y", 100)],
}


@pytest.fixture
def worked(team: Served) -> tuple[Served, dict[str, dict[str, str]]]:
    """Ann and bob have answered six questions each, all the same ones."""
    desk, clock = team.desk("pair"), [1000.0]
    desk.store.clock = lambda: clock[0]
    said: dict[str, dict[str, str]] = {}
    for who, work in SAID.items():
        client = team.of(who)
        for task, (wait, value, ms) in zip(tasks(client, "pair", 6), work, strict=True):
            clock[0] += wait
            client.post(at("pair", "answers"), json=answer(task, value, ms=ms))
            said.setdefault(task["id"], {})[who] = value
    return team, said


def board(team: Served, who: str = "rita") -> dict[str, Any]:
    found: dict[str, Any] = team.of(who).get(at("pair", "dashboard")).json()
    return found


def test_people_and_their_pace(worked) -> None:
    people = {w["who"]: w for w in board(worked[0])["people"]}
    assert set(people) == {"ann", "bob"}
    for who, work in SAID.items():
        gaps = [wait for wait, _, _ in work[1:]]
        working = [g for g in gaps if g < 300]
        assert people[who]["answers"] == 6
        assert people[who]["per_hour"] == pytest.approx(3600 * len(working) / sum(working), abs=0.06)
        assert people[who]["median_ms"] == median(ms for _, _, ms in work)
        assert (people[who]["gold"], people[who]["gold_n"]) == (None, 0)


def test_agreement_and_its_table_of_pairs(worked) -> None:
    team, said = worked
    told = gather([(parse_id(s), who, v) for s, by in said.items() for who, v in by.items()])
    found = board(team)["agreement"]
    same = sum(by["ann"] == by["bob"] for by in said.values())
    assert (found["n"], found["of"], found["share"]) == (6, 6, pytest.approx(same / 6))
    assert found["alpha"] == pytest.approx(krippendorff_alpha(told))
    assert (found["fleiss"], found["fleiss_n"]) == (pytest.approx(fleiss_kappa(told)), 6)
    (pair,) = found["pairs"]
    assert pair == {
        "one": "ann",
        "other": "bob",
        "n": 6,
        "alike": pytest.approx(same / 6),
        "kappa": pytest.approx(cohen_kappa(told, "ann", "bob")),
    }


def test_classes_curve_calibration_forecast_and_verdicts(worked) -> None:
    team, _ = worked
    campaign = team.desk("pair").campaign
    campaign.step()
    found = board(team)
    assert found["balance"] == dict(Counter(campaign.labels().values()))
    last = campaign.history().rounds[-1]
    assert [(v["rule"], v["stop"], v["why"]) for v in found["verdicts"]] == [
        (v.rule, v.stop, v.why) for v in last.verdicts
    ]
    assert found["verdicts"]
    assert found["seconds"] == dict(last.seconds)
    assert found["curve"] is None, "nothing is measured: there is no validation share"
    assert found["random"] is None
    assert found["forecast"].startswith("nothing is measured yet")


def test_a_campaign_that_measures_has_a_curve_and_a_control(team: Served, tmp_path) -> None:
    from askance.campaign import Campaign

    base = team.desk("one").campaign.config
    from dataclasses import replace

    c = Campaign.create(team.root / "curve.askance", replace(base, validation=0.5, control=3, batch=10, warmup=10))
    truth = c.pool.answers()
    for _ in range(4):
        c.step()
        for task in c.ask("ann", 99):
            c.tell("ann", task, truth[task.id])
    c.step()
    past = c.history()
    found = team.of("root").get(at("curve", "dashboard")).json()
    name = "accuracy@validation"
    curve = [(r.labeled, r.metrics[name]) for r in past.rounds if name in r.metrics]
    assert found["curve"]["metric"] == found["random"]["metric"] == name
    assert [(p["labels"], p["value"], p["low"], p["high"]) for p in found["curve"]["points"]] == [
        (n, m.value, m.low, m.high) for n, m in curve
    ]
    control = {r.control["labels"]: r.control["metrics"][name] for r in past.rounds if r.control}
    assert [(p["labels"], p["value"]) for p in found["random"]["points"]] == [(n, m.value) for n, m in control.items()]
    assert "labels drawn at random" in found["random"]["how"]
    model, known = c.model(), c.labels()
    assert model is not None
    judged = [i for i in c.plan.shares.validation.tolist() if i in known]
    said = model.signals(c.pool.take(c.plan.shares.validation), frozenset({"probs"}))
    guess = {int(i): model.classes[k] for i, k in zip(said.ids, said["probs"].argmax(1), strict=True)}
    assert curve[-1][1].value == sum(guess[i] == known[i] for i in judged) / len(judged)
    bins = found["calibration"]["bins"]
    assert sum(b[2] for b in bins) == len(judged)
    sure = sum(b[0] * b[2] for b in bins) / len(judged)
    assert sure == pytest.approx(said["probs"].max(1)[[said.ids.tolist().index(i) for i in judged]].mean(), abs=1e-3)
    assert found["forecast"] == outlook(past, name, 0.95).sentence
    c.close()


def test_it_is_made_again_when_there_is_more_and_not_before(worked, monkeypatch) -> None:
    from askance.server import dashboard as module

    team, _ = worked
    made: list[int] = []
    real = module.agreement
    monkeypatch.setattr(module, "agreement", lambda db, kind: made.append(1) or real(db, kind))
    first = board(team)
    assert board(team) == first
    assert len(made) == 1
    ann = team.of("ann")
    ann.post(at("pair", "answers"), json=answer(tasks(ann, "pair", 1)[0]))
    assert {w["who"]: w["answers"] for w in board(team)["people"]} == {"ann": 7, "bob": 6}
    assert len(made) == 2


def test_disagreements_come_by_closeness_in_pages_and_go_when_they_are_decided(worked) -> None:
    team, said = worked
    rita = team.of("rita")
    differing = {s for s, by in said.items() if by["ann"] != by["bob"]}
    found = rita.get(at("pair", "disagreements")).json()
    assert found["total"] == len(differing) >= 2
    assert {d["id"] for d in found["items"]} == differing
    pages = [
        rita.get(at("pair", "disagreements"), params={"n": 1, "skip": k}).json()["items"] for k in range(len(differing))
    ]
    assert [p[0]["id"] for p in pages] == [d["id"] for d in found["items"]]
    first = found["items"][0]
    assert first["lead"] == 0.0
    told = rita.put(at("pair", f"samples/{first['id']}/decision"), json={"value": "y"}).json()
    assert (told["label"], told["decided"], told["agreement"]) == ("y", True, 0.5)
    assert told["probs"] == {"x": 0.5, "y": 0.5}
    assert told["rule"] == "majority"
    assert rita.get(at("pair", "disagreements")).json()["total"] == len(differing) - 1
    rita.put(at("pair", f"samples/{first['id']}/decision"), json={"value": None})
    assert rita.get(at("pair", "disagreements")).json()["total"] == len(differing)


def test_weights_of_people_where_dawid_skene_counts(worked) -> None:
    team, said = worked
    team.of("olga").patch(at("pair"), json={"aggregate": "dawid_skene"})
    sample = next(iter(said))
    told = team.of("rita").get(at("pair", f"samples/{sample}")).json()
    assert set(told["weights"]) == {"ann", "bob"}
    assert sum(told["probs"].values()) == pytest.approx(1, abs=1e-3)
    assert told["agreement"] == pytest.approx(told["probs"][told["label"]], abs=1e-3)
    with team.desk("pair").store.reading() as db:
        assert reading.labels(db)[parse_id(sample)] == told["label"]
