"""The Python client against a real server on a real port: everything it offers, lost connections, errors."""

import ast
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import breaking, serving
from served import API, TOKEN, Served

import askance.client
from askance.client import LEFT_OUT, Client
from askance.client.wire import Wire
from askance.errors import BadCampaign, BadConfig, BadLabel, BadSignal, BadStrategy, Conflict, FormatError
from askance.server import shapes

Of = Callable[[str], Client]


@pytest.fixture
def of(team: Served) -> Iterator[Of]:
    """A client of whoever is named, over a real connection."""
    made: list[Client] = []
    with serving(team.app) as address:

        def client(who: str) -> Client:
            team.of(who)
            made.append(Client(address.replace("127.0.0.1", "localhost"), team.tokens[who], patience=2))
            return made[-1]

        yield client
        for client_ in made:
            client_.close()


def called() -> set[str]:
    """Operations that the client's code names: METHOD and path, wherever they stand in one call."""
    found = set()
    for path in Path(askance.client.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                words = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                method = next((w for w in words if w in ("POST", "PUT", "PATCH", "DELETE", "GET")), "GET")
                found |= {f"{method} {w}" for w in words if re.fullmatch(r"//?[a-z][\w/{}-]*", w)}
    return found


def test_every_operation_of_the_schema_is_here_or_left_out_with_a_reason(team: Served) -> None:
    there = set()
    for path, methods in team.app.openapi()["paths"].items():
        short = path.removeprefix(API) if path.startswith(API) else f"/{path}"
        there |= {f"{m.upper()} {short}" for m in methods}
    assert there - called() == set(LEFT_OUT), "give it a method, or a reason in LEFT_OUT"
    assert all(LEFT_OUT.values())


def test_questions_and_answers(of: Of) -> None:
    ann = of("ann").campaign("one")
    assert (ann.about().id, ann.about().role) == ("one", "annotator")
    held = ann.queue(3)
    assert (len(held.tasks), held.left) == (3, 21)
    first, second, third = held.tasks
    assert ann.answer(first, "x", ms=120).counts
    both = [shapes.Answer(key=f"program-{n}", id=t.id, value="y") for n, t in enumerate((second, third))]
    assert ann.answers(both).labels == 3
    assert ann.answers(both).labels == 3, "the same keys are the same answers"
    assert [p.value for p in ann.history()] == ["y", "y", "x"]
    again = ann.undo()
    assert (again.task.id, again.value) == (third.id, "y")
    ann.skip(again.task, "blurred")
    assert ann.heartbeat([t.id for t in ann.queue(2).tasks]).until > 0
    ann.release(ann.queue(2).tasks)
    ann.remark(first, flagged=True, note="look")
    assert ann.queue(4, have=ann.queue(2).tasks).tasks
    told = of("rita").campaign("one").sample(first)
    assert (told.label, told.remarks[0]["note"], [a.who for a in told.answers]) == ("x", "look", ["ann"])


def test_review_people_and_looking(of: Of, tmp_path: Path) -> None:
    pair = {who: of(who).campaign("pair") for who in ("ann", "bob", "rita", "olga")}
    task = pair["ann"].queue(1).tasks[0]
    assert pair["bob"].queue(1).tasks[0].id == task.id
    pair["ann"].answer(task, "x")
    pair["bob"].answer(task, "y")
    assert [d.id for d in pair["rita"].disagreements().items] == [task.id]
    assert pair["rita"].decide(task, "y").label == "y"
    assert pair["rita"].log()[0].kind in ("gold", "review")
    assert pair["ann"].map().total == 0
    assert pair["ann"].neighbours(task) == []
    assert pair["ann"].wish([task.id]) == 0
    with pytest.raises(Conflict, match="no guesses for 'x' yet"):
        pair["ann"].grid("x")
    assert pair["ann"].dashboard().people[0].answers == 1
    assert pair["olga"].train() in (True, False)
    assert pair["olga"].change(guide="Look twice").guide == "Look twice"
    assert {m.name for m in pair["olga"].members()} == {"olga", "rita", "ann", "bob"}
    assert pair["olga"].let_in("otto", "reviewer").role == "reviewer"
    pair["olga"].let_out("otto")
    assert pair["olga"].invite("reviewer").campaign == "pair"
    with pytest.raises(BadCampaign, match="is no picture"):
        pair["ann"].media(task)
    assert "askance_labels" in of("root").metrics()
    assert of("ann").health()


def test_who_and_tokens(of: Of) -> None:
    ann = of("ann")
    assert (ann.me().name, [c.id for c in ann.campaigns()]) == ("ann", ["one", "pair"])
    made = ann.new_token("a notebook")
    assert made.secret
    assert made.id in {t.id for t in ann.tokens()}
    ann.revoke(made.id)
    assert made.id not in {t.id for t in ann.tokens()}
    assert "coco" in {f.name for f in ann.formats()}


def test_files_out_and_in(of: Of, tmp_path: Path) -> None:
    ann, olga, otto = of("ann").campaign("one"), of("olga").campaign("one"), of("otto").campaign("other")
    for task in ann.queue(3).tasks:
        ann.answer(task, "x")
    assert olga.export(tmp_path / "out.csv") == []
    losses = olga.export(tmp_path / "out.jsonl", "doccano")
    assert {"who answered", "when it was answered", "why the sample was asked"} <= {loss.reason for loss in losses}
    assert otto.import_file(tmp_path / "out.csv").new == 3
    assert olga.export(tmp_path / "out.json", "labelstudio")
    again = otto.import_file(tmp_path / "out.json", question="")
    assert (again.new, again.labels, again.format) == (0, 3, "labelstudio")
    assert [p.name for p in sorted(tmp_path.glob("out*"))] == ["out.csv", "out.json", "out.jsonl"]


def test_gold_questions(of: Of, tmp_path: Path) -> None:
    olga, task = of("olga").campaign("one"), of("ann").campaign("one").queue(1).tasks[0]
    assert olga.put_gold({task.id: "x"}).total == 1
    (tmp_path / "gold.csv").write_text("name,label\nflower-1,y\nflower-2,x\n")
    olga.import_gold(tmp_path / "gold.csv")
    assert {"flower-1", "flower-2"} <= {g.name for g in olga.gold().items}
    assert olga.put_gold({task.id: None}).total == len(olga.gold().items)


def test_selections(of: Of, tmp_path: Path) -> None:
    ann, probs = of("ann"), np.random.default_rng(0).dirichlet([1, 1, 1], 50)
    picks = ann.select(5, "margin", probs=probs).picks
    assert [p.row for p in picks] == np.argsort(np.sort(probs)[:, -1] - np.sort(probs)[:, -2])[:5].tolist()
    np.savez(tmp_path / "a.npz", probs=probs)
    file = ann.select_file(tmp_path / "a.npz", 5, "margin")
    assert [int(p.item) for p in file.picks] == [p.row for p in picks]
    out = io.BytesIO()
    np.savez(out, embeddings=probs)
    assert ann.select_bytes(out.getvalue(), "b.npz", 2, "kcenter").pool == 50
    texts = ann.select(
        2, texts=["a b", "c d", "e f"], items=["p", "q", "r"], labels={"p": "x", "q": "y"}, strategy="margin"
    )
    assert [p.item for p in texts.picks] == ["r"]


def test_events_tell_of_every_change(of: Of) -> None:
    ann = of("ann").campaign("one")
    told = ann.events()
    assert next(told).labels == 0
    ann.answer(ann.queue(1).tasks[0], "x")
    assert next(told).labels == 1
    told.close()  # type: ignore[attr-defined]


def test_what_the_server_refuses_is_an_error_of_ours_with_its_sentence(of: Of) -> None:
    ann = of("ann")
    one = ann.campaign("one")
    task = one.queue(1).tasks[0]
    with pytest.raises(BadLabel, match=f"{task.id}: 'cat' is not one of the classes") as error:
        one.answer(task, "cat")
    assert re.search(
        r"POST /api/v1/campaigns/one/answers: 422 BadLabel, request [0-9a-f]{16}", error.value.__notes__[0]
    )
    with pytest.raises(Conflict, match="there is no answer by ann to take back"):
        one.undo()
    with pytest.raises(BadCampaign, match="no campaign 'other' for you here"):
        ann.campaign("other").about()
    with pytest.raises(BadCampaign, match="nothing at this address"):
        ann.campaign("a/../b?").about()
    with pytest.raises(BadConfig, match="takes the role owner, and yours is annotator"):
        one.members()
    with pytest.raises(BadStrategy, match="did you mean 'margin'"):
        ann.select(1, "margim", probs=[[0.5, 0.5]])
    with pytest.raises(BadSignal, match="distinct"):
        ann.select(1, probs=[[0.5, 0.5]] * 2, items=["a", "a"])
    with pytest.raises(FormatError, match="no format is named"):
        of("rita").campaign("one").export("nothing.csv", "cvs")
    with pytest.raises(BadCampaign):
        next(ann.campaign("other").events())


def test_a_token_that_is_none_and_an_address_that_is_none(of: Of) -> None:
    address = str(of("ann").wire.http.base_url)
    with Client(address, "wrong") as nobody, pytest.raises(BadConfig, match="sign in first, or send a token"):
        nobody.me()
    with pytest.raises(BadConfig, match="no address of a server"):
        Client("localhost:8765")
    with Client(address + "/?token=inside") as inside:
        assert inside.wire.http.headers["authorization"] == "Bearer inside"


def address_of(client: Client) -> str:
    return str(client.wire.http.base_url).replace("localhost", "127.0.0.1")


def far_away(address: str, team: Served) -> Client:
    return Client(address.replace("127.0.0.1", "localhost"), team.tokens["ann"], patience=20)


def unknown() -> Any:
    return pytest.raises(Conflict, match="whether it was done is not known")


def test_an_answer_whose_receipt_is_lost_is_sent_again_and_counts_once(of: Of, team: Served) -> None:
    plain = of("ann")
    task = plain.campaign("one").queue(1).tasks[0]
    with breaking(address_of(plain), 2) as (address, seen), far_away(address, team) as far:
        assert far.campaign("one").answer(task, "x").counts
    bodies = [json.loads(b)["answers"][0] for b in seen]
    assert len(bodies) == 3
    assert len({b["key"] for b in bodies}) == 1
    log = [e for e in of("rita").campaign("one").log() if e.kind == "label"]
    assert len(log) == 1, "it was kept once, though it arrived three times"


def test_what_may_not_be_done_twice_is_sent_once(of: Of, team: Served) -> None:
    plain = of("ann")
    one = plain.campaign("one")
    for task in one.queue(2).tasks:
        one.answer(task, "x")
    with breaking(address_of(plain), 1) as (address, seen), far_away(address, team) as far, unknown():
        far.campaign("one").undo()
    assert len(seen) == 1
    assert len(one.history()) == 1


def test_a_server_that_is_gone_is_waited_for_and_then_said() -> None:
    waits: list[float] = []
    with Client("http://127.0.0.1:9", TOKEN, patience=3) as client:
        gone = Client.__new__(Client)
        gone.wire = Wire(client.wire.http, 3, waits.append)
        clock = iter(range(100))
        import askance.client.wire as wire

        before, wire.time.monotonic = wire.time.monotonic, lambda: next(clock)  # type: ignore[method-assign]
        try:
            with pytest.raises(Conflict, match=r"127\.0\.0\.1:9 cannot be reached: .*; is the server running\?"):
                gone.me()
        finally:
            wire.time.monotonic = before  # type: ignore[method-assign]
    assert waits == [0.1, 0.2]


def test_importing_it_loads_no_server(tmp_path: Any) -> None:
    import subprocess
    import sys

    heavy = "('fastapi', 'sqlalchemy', 'sklearn', 'pyarrow')"
    code = f"import sys, askance.client; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
