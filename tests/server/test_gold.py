"""Gold questions over HTTP: nobody who is asked can tell them from the others, and all they change is what is known of
people."""

from typing import Any

import pytest
from served import Served, answer, at, fault, tasks

from askance.annotators import against_truth, gather
from askance.campaign import golden, reading
from askance.ops import hex_id, parse_id
from askance.store.schema import slot


def some_gold(team: Served, n: int, share: float = 0.5, **more: Any) -> dict[str, str]:
    """Turns gold questions on, with n samples that nobody was asked about.  -> what is known of them."""
    desk, olga = team.desk(), team.of("olga")
    with desk.store.reading() as db:
        asked = {p.id for r in reading.rounds(db) for p in r.picks}
    truth = desk.campaign.pool.answers()
    known = {hex_id(i): truth[i] for i in sorted(truth) if i not in asked}
    known = dict(list(known.items())[:n])
    assert olga.put(at("one", "gold"), json={"answers": known}).json()["total"] == n
    assert olga.patch(at("one"), json={"gold": share, **more}).status_code == 200
    return known


def test_gold_comes_mixed_in_and_its_json_is_as_any_others(team: Served) -> None:
    known, ann = some_gold(team, 8), team.of("ann")
    held = tasks(ann, n=12)
    gold = [t for t in held if t["id"] in known]
    real = [t for t in held if t["id"] not in known]
    assert 2 <= len(gold) <= 8
    assert len(real) == 12 - len(gold)
    for key in ("round", "rank", "utility", "why", "model", "until", "guesses", "flagged", "note"):
        assert {repr(t[key]) for t in gold} == {repr(t[key]) for t in real}, key
    assert {tuple(t) for t in held} == {tuple(held[0])}
    assert {tuple(t["content"]) for t in held} == {tuple(held[0]["content"])}
    assert {t["id"] for t in tasks(ann, n=12)} == {t["id"] for t in held}, "they are hers now"


def test_what_is_told_of_labels_and_of_what_is_left_moves_as_with_any_other(team: Served) -> None:
    known, ann = some_gold(team, 8), team.of("ann")
    before = ann.get(at("one")).json()
    seen = []
    for turn in range(1, 13):
        said = ann.post(at("one", "queue"), json={"n": 1}).json()
        task = said["tasks"][0]
        receipt = ann.post(at("one", "answers"), json=answer(task)).json()
        now = ann.get(at("one")).json()
        seen.append(task["id"] in known)
        assert (receipt["labels"], said["labels"], said["left"]) == (turn, turn - 1, 24 - turn)
        assert receipt["kept"][0] | {"key": "", "id": ""} == {
            "key": "",
            "id": "",
            "counts": True,
            "value": "x",
            "feedback": None,
        }
        assert (now["labels"], now["mine"], now["pending"]) == (turn, turn, before["pending"] - turn)
        listed = next(c for c in ann.get("/api/v1/campaigns").json() if c["id"] == "one")
        assert (listed["labels"], listed["pending"]) == (turn, before["pending"] - turn)
    assert 2 <= sum(seen) <= 8
    assert now["gold"] is None, "how many there are is not for annotators to know"
    with team.desk().store.reading() as db:
        assert len(reading.labels(db)) == 12 - sum(seen), "none of them is a label of the campaign"
        assert not {hex_id(i) for i in reading.labels(db)} & known.keys()
    assert len(ann.get(at("one", "history")).json()["done"]) == 12, "and her history has them all"


def test_they_take_no_slot_and_nobody_is_handed_anothers(team: Served) -> None:
    known, clients = some_gold(team, 6), team.annotators(3)
    held = [tasks(c, n=8) for c in clients]
    real = [t["id"] for mine in held for t in mine if t["id"] not in known]
    assert len(real) == len(set(real)), "the others are handed out once"
    assert sum(t["id"] in known for mine in held for t in mine) >= 3
    clock = [10**7]
    team.desk().store.clock = lambda: clock[0]
    late = tasks(team.of("bob"), n=40)
    mine = {t["id"] for t in late if t["id"] in known}
    with team.desk().store.reading() as db:
        rows = [r for r in db.execute(slot.select()) if r.gold and r.who == "bob"]
    assert {r.sample for r in rows} == mine, "a lapsed gold question goes to nobody: each has a slot of its own"


def test_places_are_the_same_again_and_differ_between_people(team: Served, folder: Any) -> None:
    from askance.campaign.trials import Trials, due

    trials = Trials(0.1, seed=3)
    places = {who: [n for n in range(4000) if due(trials, who, n)] for who in ("ann", "bob")}
    assert places == {who: [n for n in range(4000) if due(trials, who, n)] for who in places}
    assert all(330 < len(p) < 470 for p in places.values()), "a tenth"
    assert len(set(places["ann"]) & set(places["bob"])) < 80, "a hundredth, as by chance"
    assert places["ann"] != [n for n in range(4000) if due(Trials(0.1, seed=4), "ann", n)]
    assert not any(due(Trials(0.0), "ann", n) for n in range(100))


def one_gold(client: Any, known: dict[str, str], most: int = 30) -> dict[str, Any]:
    """Answers until a gold question comes.  -> that one, which is leased."""
    for _ in range(most):
        task = tasks(client, n=1)[0]
        if task["id"] in known:
            return task
        client.post(at("one", "answers"), json=answer(task))
    raise AssertionError("no gold question came")


def test_undo_skip_release_and_edits_work_as_with_any_other(team: Served) -> None:
    known, ann = some_gold(team, 8, 0.6), team.of("ann")
    task = one_gold(ann, known)
    ann.post(at("one", "answers"), json=answer(task, "x"))
    undone = ann.post(at("one", "undo")).json()
    assert (undone["task"]["id"], undone["value"]) == (task["id"], "x")
    assert undone["task"] | {"until": 0} == task | {"until": 0}
    with team.desk().store.reading() as db:
        assert golden.skill(db, team.desk().kind) == {}
    ann.post(at("one", "answers"), json=answer(task, "x"))
    assert ann.post(at("one", "answers"), json=answer(task, "y")).json()["kept"][0]["counts"] is True
    with team.desk().store.reading() as db:
        assert golden.skill(db, team.desk().kind)["ann"].n == 1
        assert golden.skill(db, team.desk().kind)["ann"].value == float(known[task["id"]] == "y"), "the latest"
    other = one_gold(ann, known)
    assert ann.post(at("one", "release"), json={"ids": [other["id"]]}).status_code == 204
    assert tasks(ann, n=1)[0]["id"] == other["id"], "it is at her place again"
    skip = {"key": "skip-gold-1", "id": other["id"], "why": "dark"}
    assert ann.post(at("one", "skips"), json=skip).status_code == 204
    assert ann.get(at("one", "history")).json()["done"][0]["value"] is None
    assert ann.post(at("one", "undo")).json()["task"]["id"] == other["id"]
    assert team.desk().campaign.status()["skipped"] == 0


def test_the_log_alone_makes_it_all_again(team: Served) -> None:
    known, ann = some_gold(team, 8, 0.6), team.of("ann")
    for _ in range(3):
        ann.post(at("one", "answers"), json=answer(one_gold(ann, known), "x"))
    one_gold(ann, known)
    campaign = team.desk().campaign
    before = campaign.gold(), campaign.skill(), campaign.labels(), campaign.status()
    campaign.rebuild()
    assert (campaign.gold(), campaign.skill(), campaign.labels(), campaign.status()) == before


def test_how_people_do_with_an_interval_as_the_library_has_it(team: Served) -> None:
    known, olga = some_gold(team, 12, 0.7), team.of("olga")
    said = []
    for who in ("ann", "bob"):
        client = team.of(who)
        for n in range(6):
            task = one_gold(client, known)
            value = known[task["id"]] if who == "ann" or n % 2 else {"x": "y", "y": "x"}[known[task["id"]]]
            client.post(at("one", "answers"), json=answer(task, value))
            said.append((parse_id(task["id"]), who, value))
    truth = {parse_id(s): v for s, v in known.items()}
    wanted = against_truth(gather(said, classes=("x", "y")), truth)
    told = olga.get(at("one", "gold")).json()
    assert told["people"] == {who: m.__dict__ for who, m in wanted.items()}
    assert told["people"]["bob"]["value"] == 0.5
    assert sum(g["asked"] for g in told["items"]) == 12
    assert sum(g["right"] for g in told["items"]) == 9
    board = {w["who"]: w for w in olga.get(at("one", "dashboard")).json()["people"]}
    assert (board["ann"]["gold"], board["ann"]["gold_n"]) == (1.0, 6)
    assert (board["bob"]["gold_low"], board["bob"]["gold_high"]) == (wanted["bob"].low, wanted["bob"].high)


def test_annotators_see_nothing_of_it_elsewhere(team: Served) -> None:
    known, ann = some_gold(team, 8, 0.6), team.of("ann")
    task = one_gold(ann, known)
    ann.post(at("one", "answers"), json=answer(task, "x"))
    assert all(w["gold_n"] == 0 and w["gold"] is None for w in ann.get(at("one", "dashboard")).json()["people"])
    assert any(w["gold_n"] for w in team.of("rita").get(at("one", "dashboard")).json()["people"])
    for method, path in (("GET", "gold"), ("PUT", "gold"), ("GET", f"samples/{task['id']}"), ("GET", "log")):
        fault(ann.request(method, at("one", path), json={}), 403, "not_yours")
    assert ann.post(at("one", "wishes"), json={"ids": list(known)}).json() == {"queued": 0}


def test_who_decides_what_is_gold_is_not_asked_and_nothing_chooses_it(team: Served) -> None:
    known, olga = some_gold(team, 8, 0.9), team.of("olga")
    assert not {t["id"] for t in tasks(olga, n=24)} & known.keys()
    desk = team.desk()
    for c, value in ((olga, "x"), (team.of("ann"), "y")):
        for task in tasks(c, n=4):
            c.post(at("one", "answers"), json=answer(task, value))
    picks = {hex_id(p.id) for p in desk.campaign.step(n=60).picks}
    assert picks
    assert not picks & known.keys()
    assert olga.put(at("one", "gold"), json={"answers": dict.fromkeys(known)}).json()["total"] == 0
    picks = {hex_id(p.id) for p in desk.campaign.step(n=60).picks}
    assert picks == known.keys(), "gold no longer: they may be asked about"


def test_a_decision_makes_gold_and_takes_it_back(team: Served) -> None:
    rita, ann = team.of("rita"), team.of("ann")
    task = tasks(ann, n=1)[0]
    ann.post(at("one", "answers"), json=answer(task, "x"))
    said = rita.put(at("one", f"samples/{task['id']}/decision"), json={"value": "y", "gold": True}).json()
    assert (said["label"], said["decided"], said["gold"]) == ("y", True, True)
    team.of("olga").patch(at("one"), json={"gold": 0.9})
    assert task["id"] not in {t["id"] for t in tasks(rita, n=8)}, "she knows"
    assert task["id"] in {t["id"] for t in tasks(team.of("bob"), n=12)}
    assert rita.put(at("one", f"samples/{task['id']}/decision"), json={"value": "y"}).json()["gold"] is False


def test_feedback_where_it_is_set_and_the_first_answer_is_the_one_that_is_judged(team: Served) -> None:
    known, ann = some_gold(team, 8, 0.6, gold_feedback=True), team.of("ann")
    task = one_gold(ann, known)
    right = known[task["id"]]
    wrong = {"x": "y", "y": "x"}[right]
    kept = ann.post(at("one", "answers"), json=answer(task, wrong)).json()["kept"][0]
    assert kept["feedback"] == {"right": False, "known": right}
    ann.post(at("one", "undo"))
    ann.post(at("one", "answers"), json=answer(task, right))
    mine = {w["who"]: w for w in ann.get(at("one", "dashboard")).json()["people"]}["ann"]
    assert (mine["gold"], mine["gold_n"]) == (0.0, 1), "told, and so the first answer stays"


def test_gold_from_a_file_all_of_it_or_none(team: Served) -> None:
    olga = team.of("olga")
    good, bad = b"id,label\nflower-3,y\nflower-4,x\n", b"id,label\nflower-5,y\nflower-6,zebra\n"
    head = {"content-type": "application/octet-stream"}
    told = olga.post(at("one", "gold/import"), params={"name": "known.csv"}, content=good, headers=head)
    assert told.status_code == 200, told.text
    assert [(g["name"], g["value"]) for g in told.json()["items"]] == [("flower-3", "y"), ("flower-4", "x")]
    said = fault(olga.post(at("one", "gold/import"), params={"name": "k.csv"}, content=bad, headers=head), 422)
    assert "flower-6" in said
    assert "/tmp" not in said
    assert olga.get(at("one", "gold")).json()["total"] == 2
    assert fault(olga.put(at("one", "gold"), json={"answers": {"0" * 16: "x"}}), 422)


@pytest.mark.parametrize("wrong", [{"gold": 1.0}, {"aggregate": "best"}, {"overlap": 0}, {"control": 1}])
def test_settings_that_cannot_be_are_refused(team: Served, wrong: dict[str, Any]) -> None:
    fault(team.of("olga").patch(at("one"), json=wrong), 422)


def test_settings_are_in_force_at_once_and_in_the_log(team: Served) -> None:
    olga = team.of("olga")
    told = olga.patch(at("one"), json={"overlap": 3, "aggregate": "dawid_skene", "gold": 0.05, "control": 5}).json()
    assert (told["overlap"], told["aggregate"], told["gold"], told["control"]) == (3, "dawid_skene", 0.05, 5)
    again = team.desk().campaign.open(team.root / "one.askance")
    assert (again.config.overlap, again.config.gold) == (3, 0.05)
    again.close()
    kinds = [e["kind"] for e in team.of("rita").get(at("one", "log")).json()["entries"]]
    assert kinds[0] == "configure"
