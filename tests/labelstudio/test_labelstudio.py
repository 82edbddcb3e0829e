"""Questions out, answers in, and the backend, against what Label Studio 1.23.2 really says."""

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from recorded import SAID, TEXTS, calls, replayed

from askance.campaign import Campaign, Config, PoolConfig
from askance.cli.exits import run
from askance.errors import BadConfig, Conflict, FormatError
from askance.labels import parse_kind
from askance.labelstudio.api import LabelStudio
from askance.labelstudio.backend import Backend, create_backend, secret_of
from askance.labelstudio.config import TAGS, Question, of_project, question, xml
from askance.labelstudio.pull import pulled
from askance.labelstudio.push import as_tasks, push
from askance.labelstudio.tags import parsed
from askance.ops import hex_id

ADDRESS, TOKEN = "http://ls.test", "x" * 40
PEOPLE = {1: "ls@example.com"}
KINDS = {name: "keypoints(points='nose,tail')" if name == "keypoints" else name for name in TAGS}


def at(answers: dict[str, Any]) -> tuple[LabelStudio, list[tuple[str, str, Any]]]:
    made, seen = LabelStudio(ADDRESS, TOKEN), []  # type: LabelStudio, list[tuple[str, str, Any]]
    made.http = httpx.Client(base_url=ADDRESS, auth=made.http.auth, transport=replayed(answers, seen))
    return made, seen


def told(campaign: Campaign) -> dict[str, str]:
    texts = dict(zip(campaign.pool.ids.tolist(), campaign.pool.take(campaign.pool.ids).data, strict=True))
    return {texts[i]: label for i, label in campaign.labels().items()}


# ---------------------------------------------------------------------------------------------- the question


@pytest.mark.parametrize("name", KINDS)
def test_our_configuration_asks_what_we_read_from_it(name: str) -> None:
    kind = parse_kind(KINDS[name], () if name in ("number", "rating", "text") else ('a "b" <c>&', "דג"))
    content = "text" if name in ("spans", "text") else "image"
    text = xml(kind, content)
    assert question(kind, content).name != question(kind, content).shows, "Label Studio wants distinct names"
    assert of_project({"parsed_label_config": parsed(text)}, kind) == question(kind, content)
    assert ("a &quot;b&quot; &lt;c&gt;&amp;" in text) == (name not in ("number", "rating", "text", "keypoints"))


def test_our_reading_of_a_configuration_is_its_own(news: Campaign) -> None:
    theirs = of_project(SAID["project"], news.label_kind)
    assert theirs == Question("class", "text", "text", "choices")
    assert of_project({"parsed_label_config": parsed(SAID["project"]["label_config"])}, news.label_kind) == theirs
    with pytest.raises(BadConfig, match=r"has class \(Choices\): none asks for RectangleLabels"):
        of_project(SAID["project"], parse_kind("boxes", ("a",)))
    two = dict.fromkeys(("a", "b"), SAID["project"]["parsed_label_config"]["class"])
    with pytest.raises(BadConfig, match="several fit; say which, with --question"):
        of_project({"title": "t", "parsed_label_config": two}, news.label_kind)
    assert of_project({"parsed_label_config": two}, news.label_kind, "b").name == "b"
    with pytest.raises(FormatError, match="document type"):
        parsed('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>')


# ------------------------------------------------------------------------------------------------------- push


def test_tasks_are_in_the_order_of_the_ranking_with_what_the_model_thinks(news: Campaign) -> None:
    for n, task in enumerate(news.ask("ann", 8)[:6]):
        news.tell("ann", task, ("World", "Sport")[n % 2])
    news.step(afresh=True, n=5)
    tasks, config = as_tasks(news)
    ranking = [(hex_id(p.id), p.why) for p in news.history().rounds[-1].picks]
    assert [(t["data"]["askance"], t["data"]["askance_why"]) for t in tasks[-5:]] == ranking
    assert [t["data"]["askance_rank"] for t in tasks] == list(range(1, len(tasks) + 1))
    (guess,) = tasks[-1]["predictions"]
    assert guess["model_version"] == "askance-1"
    assert 0.5 <= guess["score"] <= 1
    assert guess["result"][0]["value"]["choices"][0] in ("World", "Sport")
    assert of_project({"parsed_label_config": parsed(config)}, news.label_kind).type == "choices"


def test_push_makes_a_project_and_then_sends_what_is_new(news: Campaign) -> None:
    page = {"GET /api/tasks": {"total": 0, "tasks": []}}
    project = {"POST /api/projects": SAID["project_made"], "GET /api/projects/4": SAID["project"]}
    there, seen = at({**page, **project, "POST /api/projects/4/import": {"task_count": 8}})
    done = push(news, there, title="news")
    assert (done.project, done.added, done.there, done.removed) == (4, 8, 0, 0)
    made = next(b for m, p, b in seen if (m, p) == ("POST", "/api/projects"))
    assert made == {"title": "news", "label_config": SAID["project"]["label_config"], "sampling": "Sequential sampling"}
    sent = next(b for _, p, b in seen if p.endswith("/import"))
    assert sent == as_tasks(news)[0]
    again = {**SAID["tasks"], "tasks": [{**SAID["tasks"]["tasks"][0], "data": t["data"]} for t in sent], "total": 8}
    again["tasks"] = [{**t, "id": n, "total_annotations": int(n == 5)} for n, t in enumerate(again["tasks"])]
    there, seen = at({**project, "GET /api/tasks": again})
    assert push(news, there, 4).added == 0
    assert not [p for _, p, _ in seen if p.endswith("/import")], "nothing is sent twice"
    gone = {f"DELETE /api/tasks/{n}": None for n in range(8) if n != 5}
    there, seen = at({**project, **gone, "GET /api/tasks": again, "POST /api/projects/4/import": {"task_count": 7}})
    done = push(news, there, 4, afresh=True)
    assert (done.added, done.there, done.removed) == (7, 1, 7)


def test_what_label_studio_refuses_is_said_in_its_words() -> None:
    there, _ = at({})
    with pytest.raises(BadConfig, match="GET /api/projects/9: 404: No Project matches the given query"):
        there.project(9)
    there, _ = at({"GET /api/users": lambda r: httpx.Response(503, text="<html>")})
    with pytest.raises(Conflict, match="503"):
        there.people()
    with pytest.raises(Conflict, match="cannot be reached"):
        LabelStudio("http://127.0.0.1:9", TOKEN).version()
    wrong = {
        "detail": "Validation error",
        "validation_errors": {"title": ["Ensure this field has at least 3 characters."]},
    }
    there, seen = at({"POST /api/projects": lambda r: httpx.Response(400, json=wrong)})
    with pytest.raises(BadConfig, match="at least 3 characters"):
        there.create("ab", "<View/>")
    assert seen[0][2]["title"] == "Askance ab", "so that a short name of ours is long enough"
    with pytest.raises(BadConfig, match="LABEL_STUDIO_TOKEN"):
        LabelStudio(ADDRESS, "")


def test_a_personal_access_token_buys_short_ones() -> None:
    sold: list[str] = []

    def refresh(request: httpx.Request) -> httpx.Response:
        sold.append(f"short-{len(sold)}")
        assert json.loads(request.content) == {"refresh": "a.b.c"}
        return httpx.Response(200, json={"access": sold[-1]})

    def users(request: httpx.Request) -> httpx.Response:
        good = sold and request.headers["authorization"] == f"Bearer {sold[-1]}" and len(sold) != 1
        return httpx.Response(200, json=SAID["users"]) if good else httpx.Response(401, json={"detail": "expired"})

    there = LabelStudio(ADDRESS, "a.b.c")
    answers = {"POST /api/token/refresh": refresh, "GET /api/users": users}
    there.http = httpx.Client(base_url=ADDRESS, auth=there.http.auth, transport=replayed(answers, []))
    with pytest.raises(BadConfig, match="401: expired"):
        there.people()
    assert there.people() == PEOPLE
    assert there.people() == PEOPLE
    assert sold == ["short-0", "short-1"]


# ------------------------------------------------------------------------------------------------------- pull


def test_annotations_are_answers_of_the_people_who_gave_them(news: Campaign) -> None:
    found = pulled(news, SAID["export"], PEOPLE)
    assert (found.told, found.known, found.losses) == (2, 0, ())
    assert told(news) == {TEXTS[0]: "World"}, "as it was edited"
    status = news.status()
    assert (status["people"], list(status["left_out"].values())) == ({"ls@example.com": 1}, ["skipped in Label Studio"])
    assert pulled(news, SAID["export"], PEOPLE).told == 0


def test_two_people_who_differ_are_both_kept_and_a_class_that_is_none_is_told(news: Campaign) -> None:
    first = SAID["export"][0]
    other = {**first["annotations"][0], "id": 99, "completed_by": 2}
    strange = {**other, "id": 100, "completed_by": 3}
    other["result"] = [{**other["result"][0], "value": {"choices": ["Sport"]}}]
    strange["result"] = [{**other["result"][0], "value": {"choices": ["Weather"]}}]
    found = pulled(news, [{**first, "annotations": [first["annotations"][0], other, strange]}], PEOPLE)
    assert found.told == 2
    assert [loss.reason for loss in found.losses] == ["answers that the campaign does not take"]
    assert "'Weather' is not one of the classes" in found.losses[0].examples[0]
    assert news.status()["people"] == {"annotator 2": 1, "ls@example.com": 1}
    assert told(news) == {TEXTS[0]: "World"}


def test_tasks_that_others_made_are_found_by_what_they_show(news: Campaign) -> None:
    task = {**SAID["export"][0], "data": {"text": TEXTS[0]}, "meta": {}}
    stranger = {**SAID["export"][0], "id": 77, "data": {"text": "nobody knows this"}, "meta": {}}
    found = pulled(news, [task, stranger], PEOPLE)
    assert told(news) == {TEXTS[0]: "World"}
    assert [(x.reason, x.examples) for x in found.losses] == [("answers for samples that the pool has not", ("77",))]


def test_points_are_in_the_order_of_the_campaign_whatever_was_marked_first(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    config = Config(PoolConfig(str(tmp_path)), labels="keypoints(points='nose,tail')", classes=("cat",), learner="none")
    campaign = Campaign.create(tmp_path / "c.askance", config)
    size = {"original_width": 64, "original_height": 48, "to_name": "image", "from_name": "keypoints"}
    marks = [
        {**size, "type": "keypointlabels", "value": {"x": x, "y": 50, "width": 1, "keypointlabels": [name]}}
        for x, name in ((25, "tail"), (50, "nose"))
    ]
    task = {"id": 1, "data": {"image": "/data/upload/1/7e7cab64-a.png", "askance": hex_id(campaign.pool.ids[0])}}
    assert (
        pulled(campaign, [{**task, "annotations": [{"id": 1, "completed_by": 1, "result": marks}]}], PEOPLE).told == 1
    )
    (label,) = campaign.labels().values()
    assert json.loads(label) == [{"label": "cat", "points": [[32, 24, 2], [16, 24, 2]]}]
    campaign.close()


# ---------------------------------------------------------------------------------------------------- backend


def served(campaign: Campaign) -> TestClient:
    return TestClient(create_backend(Backend(campaign, PEOPLE), "s3cret"), raise_server_exceptions=False)


def test_the_backend_answers_what_label_studio_asked(news: Campaign) -> None:
    client = served(news)
    assert client.get("/s3cret/health").json()["status"] == "UP"
    asked = calls("predict")[0]
    cold = client.post("/s3cret/predict", json=asked).json()["results"]
    assert cold == [{"result": [], "score": 0.0, "model_version": "askance-0"}] * len(asked["tasks"])
    for n, task in enumerate(news.ask("ann", 8)):
        news.tell("ann", task, ("World", "Sport")[n % 2])
    news.step()
    assert client.post("/s3cret/setup", json=calls("setup")[0]).json() == {"model_version": "askance-1"}
    asked["tasks"].append({"id": 5, "data": {"text": "nobody knows this"}})
    told_, unknown = (warm := client.post("/s3cret/predict", json=asked).json()["results"])[0], warm[-1]
    assert (told_["model_version"], 0.5 <= told_["score"] <= 1) == ("askance-1", True)
    assert told_["result"][0] | {"value": 0} == {"from_name": "class", "to_name": "text", "type": "choices", "value": 0}
    assert unknown["result"] == []


def test_a_webhook_brings_an_answer_in_once_and_an_edit_in_its_place(news: Campaign) -> None:
    client, (created, skipped) = served(news), calls("ANNOTATION_CREATED")
    assert client.post("/s3cret/webhook", json=created).json() == {"told": 1, "known": 0}
    assert told(news) == {TEXTS[0]: "Sport"}
    assert client.post("/s3cret/webhook", json=created).json() == {"told": 0, "known": 1}
    assert client.post("/s3cret/webhook", json=skipped).json() == {"told": 1, "known": 0}
    assert client.post("/s3cret/webhook", json=calls("ANNOTATION_UPDATED")[0]).json() == {"told": 1, "known": 0}
    assert told(news) == {TEXTS[0]: "World"}
    assert pulled(news, SAID["export"], PEOPLE).told == 0, "what the webhook told is known"
    assert client.post("/s3cret/webhook", json=calls("ANNOTATIONS_DELETED")[0]).json() == {"told": 0, "known": 0}
    assert not (news.folder.root / "train.now").exists()
    client.post("/s3cret/webhook", json=calls("START_TRAINING")[0])
    assert (news.folder.root / "train.now").exists()


def test_whoever_does_not_know_the_address_is_told_nothing(news: Campaign) -> None:
    client = served(news)
    for method, path in (("GET", "/x/health"), ("POST", "/x/webhook"), ("POST", "/x/predict"), ("POST", "/x/setup")):
        said = client.request(method, path, json=calls("ANNOTATION_CREATED")[0] | {"tasks": []})
        assert (said.status_code, said.json()) == (404, {"error": "there is nothing at this address"})
    assert client.get("/openapi.json").status_code == 404
    assert news.labels() == {}
    secret = secret_of(news.folder.root)
    assert (secret_of(news.folder.root), len(secret)) == (secret, 32)
    assert (news.folder.root / "labelstudio.secret").stat().st_mode & 0o077 == 0


def test_the_backend_refuses_what_it_cannot_answer(news: Campaign) -> None:
    client = served(news)
    wrong = calls("setup")[0] | {
        "schema": '<View><Image name="i" value="$i"/><BrushLabels name="b" toName="i"/></View>'
    }
    said = client.post("/s3cret/setup", json=wrong)
    assert (said.status_code, "none asks for Choices" in said.json()["error"]) == (422, True)
    for bad in ({}, {"tasks": 3}, {"tasks": ["x"]}, {"tasks": [], "label_config": "<View>"}):
        said = client.post("/s3cret/predict", json=bad)
        assert said.status_code == 422, bad
    for bad in ({"action": "ANNOTATION_CREATED", "annotation": {"result": 3}, "task": {"data": {"text": "x"}}},):
        assert client.post("/s3cret/webhook", json=bad).status_code == 422
    assert client.post("/s3cret/webhook", json={"action": "PROJECT_UPDATED"}).json() == {"told": 0, "known": 0}


# ------------------------------------------------------------------------------------------------- the command


def test_the_command_writes_and_reads_files(
    news: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["labelstudio", "push", "news", "--file", "tasks.json", "--limit", "3"]) == 0
    assert len(json.loads((tmp_path / "tasks.json").read_text("utf-8"))) == 3
    (tmp_path / "export.json").write_text(json.dumps(SAID["export"]), "utf-8")
    assert run(["labelstudio", "pull", "news", "--file", "export.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["told"] == 2
    assert run(["labelstudio", "pull", "news"]) == 2
    assert "say --project N, or --file" in capsys.readouterr().err


# --------------------------------------------------------------------------------------------- the real thing


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("LABEL_STUDIO"), reason="LABEL_STUDIO names no running Label Studio")
def test_a_real_label_studio(news: Campaign) -> None:
    """LABEL_STUDIO=http://127.0.0.1:8190 LABEL_STUDIO_TOKEN=...; it must be allowed to call local addresses."""
    import threading

    import uvicorn

    there = LabelStudio(os.environ["LABEL_STUDIO"], os.environ["LABEL_STUDIO_TOKEN"])
    done = push(news, there, title="askance test")
    try:
        ranking = [t["data"]["askance"] for t in as_tasks(news)[0]]
        assert [t["data"]["askance"] for t in there.tasks(done.project)] == ranking
        server = uvicorn.Server(
            uvicorn.Config(create_backend(Backend(news, there.people()), "s3cret"), port=0, log_level="error")
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        there.connect(done.project, f"http://127.0.0.1:{port}/s3cret")
        for n, wanted in enumerate(ranking[:5]):
            task = there.call("GET", f"/api/projects/{done.project}/next")
            assert task["data"]["askance"] == wanted, "it serves the top of the ranking"
            value = {
                "from_name": "class",
                "to_name": "text",
                "type": "choices",
                "value": {"choices": [("World", "Sport")[n % 2]]},
            }
            there.call("POST", f"/api/tasks/{task['id']}/annotations", json={"result": [value], "lead_time": 1.0})
        ends = time.monotonic() + 20
        while len(news.labels()) < 5 and time.monotonic() < ends:
            time.sleep(0.1)
        assert len(news.labels()) == 5, "the webhook told"
        assert pulled(news, there.export(done.project), there.people()).told == 0
        news.step(afresh=True, n=4)
        again = push(news, there, done.project, afresh=True)
        assert (again.added, again.there) == (4, 5)
        server.should_exit = True
        thread.join(10)
    finally:
        there.call("DELETE", f"/api/projects/{done.project}")
        there.close()
