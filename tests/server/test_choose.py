"""One-shot selection over HTTP: the same picks as here, from JSON, arrays, texts and pictures; and what is refused."""

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from served import API, Served, fault

from askance.cli import opening, picking
from askance.ops import hex_id
from askance.select import select
from askance.server.bench import Bench
from askance.server.refused import Refused
from askance.signals import Signals


@pytest.fixture
def signals() -> Signals:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(300, 8))
    e = np.exp(x[:, :3])
    return Signals(np.arange(300) * 7919 + 5, {"probs": e / e.sum(1, keepdims=True), "embeddings": x})


def sent(client: TestClient, name: str, data: bytes, **query: Any) -> Any:
    return client.post(f"{API}/select/file", params={"name": name, **query}, content=data)


def npz(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def tables(signals: Signals) -> dict[str, bytes]:
    """The same signals as every sort of file that holds arrays; ids are keys in the tables."""
    probs, x = signals["probs"], signals["embeddings"]
    table = pa.table({"key": signals.ids, "probs": list(probs), "embeddings": list(x)})
    found = {"a.npz": npz(ids=signals.ids, probs=probs, embeddings=x)}
    out = io.BytesIO()
    pq.write_table(table, out)
    found["a.parquet"] = out.getvalue()
    for name, make in (("a.arrow", pa.ipc.new_file), ("b.arrow", pa.ipc.new_stream)):
        out = io.BytesIO()
        with make(out, table.schema) as stream:
            stream.write_table(table)
        found[name] = out.getvalue()
    return found


STRATEGIES = ("margin", "auto", "margin | top(x=10) | kmeans(weighted=True)", "kcenter", "badge")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_json_picks_what_select_picks(me: TestClient, signals: Signals, strategy: str) -> None:
    items = [f"photo {i}" for i in range(300)]
    body = {"k": 9, "strategy": strategy, "seed": 3, "items": items}
    body |= {"probs": signals["probs"].tolist(), "embeddings": signals["embeddings"].tolist()}
    picks = me.post(f"{API}/select", json=body).json()["picks"]
    from askance.server.routes.choose import _ids

    batch = select(strategy, Signals(_ids(items), signals.columns), 9, 3)
    assert [_ids([p["item"]])[0] for p in picks] == batch.ids.tolist()
    assert [p["utility"] for p in picks] == pytest.approx(batch.utility.tolist())
    assert [p["why"] for p in picks] == list(batch.why)


def test_arrays_pick_what_select_picks(me: TestClient, signals: Signals) -> None:
    strategy = "margin | top(x=10) | kmeans(weighted=True)"
    batch = select(strategy, signals, 9, 3)
    for name, data in tables(signals).items():
        more = {} if name == "a.npz" else {"id": "key"}
        told = sent(me, name, data, k=9, strategy=strategy, seed=3, **more)
        assert told.status_code == 200, (name, told.text)
        if name == "a.npz":
            assert [p["id"] for p in told.json()["picks"]] == [hex_id(i) for i in batch.ids], name
        else:  # a key is the text of the number, so the ids and with them the noise are others
            assert len({p["item"] for p in told.json()["picks"]}) == 9, name
        assert told.json()["pool"] == 300


def test_a_file_over_http_is_as_askance_select_on_it(me: TestClient, signals: Signals, tmp_path: Path) -> None:
    for name, data in tables(signals).items():
        path = tmp_path / name.replace("arrow", "parquet")
        path.write_bytes(tables(signals)["a.parquet"] if "arrow" in name else data)
        key = "" if name == "a.npz" else "key"
        pool = opening.pool(str(path), "", "", "", key, "", "", False, None)
        here = picking.pick(pool, 7, "badge", None, "", {}, 1).rows()
        there = sent(me, name, data, k=7, strategy="badge", seed=1, **({"id": key} if key else {})).json()
        assert [(p["id"], p["item"], p["why"]) for p in there["picks"]] == [
            (p["id"], p["item"], p["why"]) for p in here
        ]


TEXTS = [f"the {a} {b} number {n}" for n in range(12) for a, b in (("red", "ball"), ("cold", "rain"), ("new", "law"))]


def test_texts_with_a_learner_of_ours(me: TestClient) -> None:
    labels = {"0": "sport", "1": "weather", "2": "politics", "3": "sport"}
    body = {"k": 5, "texts": TEXTS, "labels": labels, "strategy": "margin"}
    picks = me.post(f"{API}/select", json=body).json()["picks"]
    assert len({p["item"] for p in picks}) == 5
    assert not {p["item"] for p in picks} & labels.keys()
    assert all(p["why"].startswith("margin") for p in picks)
    named = {**body, "items": [f"t{n}" for n in range(36)], "labels": {f"t{n}": v for n, v in labels.items()}}
    again = me.post(f"{API}/select", json=named).json()["picks"]
    assert [(p["item"], p["row"]) for p in again] == [(f"t{p['row']}", p["row"]) for p in picks]
    cold = me.post(f"{API}/select", json={"k": 5, "texts": TEXTS}).json()
    assert cold["strategy"].startswith("typiclust")
    table = "body,y\n" + "".join(f"{t},{labels.get(str(n), '')}\n" for n, t in enumerate(TEXTS))
    file = sent(me, "t.csv", table.encode(), k=5, strategy="margin", text="body", label="y").json()
    assert [int(p["item"]) for p in file["picks"]] == [p["row"] for p in picks]
    assert (file["labeled"], file["learner"]) == (4, "tfidf")


@pytest.mark.data
def test_pictures_run_through_a_network_once(alone: Served, me: TestClient, shared_data: Any) -> None:
    """The second query of the same pictures runs no network: features are kept by content."""
    network = shared_data("pretrained") / "mobilenet_v1_0.25_128.onnx"
    packed, draw = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(40):
            photo = io.BytesIO()
            Image.fromarray(draw.integers(0, 255, (32, 32, 3)).astype(np.uint8)).save(photo, "JPEG")
            archive.writestr(f"photos/{n:02}.jpg", photo.getvalue())
    for strategy in ("kcenter", "typiclust"):
        told = sent(me, "p.zip", packed.getvalue(), k=6, strategy=strategy, learner=f"onnx:{network}")
        assert told.status_code == 200, told.text
        assert len({p["item"] for p in told.json()["picks"]}) == 6
        kept = list((alone.root / "select-cache").rglob("*.ids.npy"))
        assert sum(len(np.load(p)) for p in kept) == 40, "once each, however often they are chosen from"
    labels = {f"photos/{n:02}.jpg": "cat" if n % 2 else "dog" for n in range(8)}
    told = sent(
        me, "p.zip", packed.getvalue(), k=6, strategy="badge", learner=f"onnx:{network}", labels=json.dumps(labels)
    ).json()
    assert told["labeled"] == 8
    assert not {p["item"] for p in told["picks"]} & labels.keys()


def test_what_names_files_or_packages_is_for_the_administrator(team: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"k": 1, "texts": TEXTS, "learner": "transformers:some/thing"}
    said = fault(team.of("ann").post(f"{API}/select", json=body), 422, "BadLearner")
    assert "is for the administrator" in said
    for learner in ("onnx:/etc/passwd", "torch:os:system", "sklearn:SVC", "pseudo:onnx:x", "tfidf:x", "onnx"):
        fault(sent(team.of("ann"), "a.csv", b"x\n1\n", k=1, learner=learner), 422)
    monkeypatch.setenv("ASKANCE_SELECT_LEARNERS", "sklearn:LogisticRegression(); sklearn:GaussianNB")
    table = b"a,b,y\n" + b"".join(b"%d,%d,%s\n" % (n, n % 7, b"xy"[n % 2 : n % 2 + 1] * (n < 6)) for n in range(40))
    query = {"k": 3, "features": "a,b", "label": "y", "strategy": "margin"}
    assert sent(team.of("ann"), "a.csv", table, learner="sklearn:GaussianNB", **query).json()["labeled"] == 6
    fault(sent(team.of("ann"), "a.csv", table, learner="sklearn:SVC", **query), 422, "BadLearner")


def test_bad_files_are_refused_with_what_would_be_right(me: TestClient) -> None:
    fault(sent(me, "a.npz", b"PK nonsense", k=1), 422, "FormatError")
    fault(sent(me, "a.arrow", b"ARROW1 nonsense", k=1), 422, "FormatError")
    fault(sent(me, "a.parquet", b"PAR1", k=1), 422)
    assert "must end in one of .npz" in fault(sent(me, "a.pkl", b"\x80\x04", k=1), 422, "FormatError")
    objects = npz(probs=np.array([{"a": 1}, None], dtype=object))
    fault(sent(me, "a.npz", objects, k=1), 422)
    assert "probs" in fault(sent(me, "a.npz", npz(probs=np.full((3, 2), np.nan)), k=1), 422, "BadSignal")
    fault(sent(me, "a.npz", npz(probs=np.full((3, 2), 0.5)), k=0), 422, "invalid")
    fault(sent(me, "a.npz", npz(probs=np.full((3, 2), 0.5)), k=1, labels="[1]"), 422, "BadSignal")
    fault(me.post(f"{API}/select", json={"k": 1, "texts": TEXTS, "labels": {"x": "y"}}), 422, "BadSignal")
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    assert "holds no picture" in fault(sent(me, "a.zip", empty.getvalue(), k=1), 422, "BadPool")


def test_what_unfolds_without_end_is_refused_before_it_is_unpacked(me: TestClient) -> None:
    bomb = bytearray(npz(probs=np.full((3, 2), 0.5)))
    at_size = bomb.rindex(b"PK\x01\x02") + 24
    bomb[at_size : at_size + 4] = b"\xff\xff\xff\xfe"
    assert "unpacks to" in fault(sent(me, "a.npz", bytes(bomb), k=1), 422, "FormatError")


def test_a_table_cannot_name_files_of_the_server(me: TestClient, tmp_path: Path) -> None:
    said = sent(me, "a.csv", b"file\n/etc/passwd\n", k=1, path="file")
    assert said.status_code == 422  # there is no such parameter, and a column of paths is nothing else


@pytest.mark.slow
def test_the_bench_has_an_end_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    from askance.server import bench

    made = Bench()
    try:
        monkeypatch.setattr(bench, "PATIENCE", 1.0)
        with pytest.raises(Refused, match="took more than 1 s"):
            made.do(time.sleep, 60)
        monkeypatch.setattr(bench, "PATIENCE", 60.0)
        with pytest.raises(Refused, match="ended without an answer"):
            made.do(_end, 9)
        assert made.do(abs, -3) == 3
        monkeypatch.setattr(bench, "WAITING", 0)
        with pytest.raises(Refused, match="waiting already"):
            made.do(abs, -3)
    finally:
        made.close()


def _end(code: int) -> None:
    import os

    os._exit(code)
