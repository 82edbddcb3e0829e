"""Labels in and out over HTTP, in every format, with what was lost on the way."""

import io
import json
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient
from served import API, Served, answer, at, fault, tasks

from askance.formats import FORMATS, read_source
from askance.formats.source import from_bytes

WRITTEN = [name for name in FORMATS.names() if FORMATS[name].write]


def labelled(client: TestClient, n: int = 4) -> dict[str, str]:
    """{name: label} of n answers."""
    held = tasks(client, n=n)
    for m, task in enumerate(held):
        assert client.post(at("one", "answers"), json=answer(task, "xy"[m % 2])).status_code == 200
    return {task["content"]["name"]: "xy"[m % 2] for m, task in enumerate(held)}


def brought(client: TestClient, name: str, data: bytes, **query: Any) -> Any:
    return client.post(at("one", "import"), params={"name": name, **query}, content=data)


def test_what_there_is_to_read_and_write(me: TestClient) -> None:
    found = {f["name"]: f for f in me.get(f"{API}/formats").json()}
    assert set(found) == set(FORMATS.names())
    assert found["coco"]["kinds"] == ["boxes", "keypoints", "mask", "polygons"]
    assert (found["yolo"]["folder"], found["labelstudio-min"]["written"]) == (True, False)


def test_every_format_goes_out_and_is_read_back_with_what_was_lost(me: TestClient) -> None:
    said = labelled(me)
    for name in WRITTEN:
        out = me.get(at("one", "export"), params={"format": name})
        assert out.status_code == 200, (name, out.text)
        losses = json.loads(out.headers["askance-losses"])
        if "class" not in FORMATS[name].kinds:
            assert {"labels of the kind class": 4}.items() <= {x["reason"]: x["count"] for x in losses}.items(), name
            continue
        if "samples without a text" in {x["reason"] for x in losses}:
            continue  # rows of a table have none, and the format is of texts
        where = out.headers["content-disposition"].split('"')[1]
        document, report = read_source(from_bytes(out.content, where), name)
        found = {a.item: a.value for a in document.annotations}
        if "name" in FORMATS[name].keeps:
            assert found == said, name
        else:
            assert sorted(found.values()) == sorted(said.values()), name
        assert report.answers == 4


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "labelstudio", "prodigy", "imagefolder"])
def test_what_goes_out_comes_back(me: TestClient, alone: Served, format: str) -> None:
    said = labelled(me)
    out = me.get(at("one", "export"), params={"format": format})
    name = out.headers["content-disposition"].split('"')[1]
    other = me.post(at("other", "import"), params={"name": name, "format": format}, content=out.content)
    assert other.status_code == 200, other.text
    assert (other.json()["new"], other.json()["labels"]) == (4, 4)
    ids = {
        str(n): i for n, i in zip(alone.desk("other").campaign.pool.names, alone.desk().campaign.pool.ids, strict=True)
    }
    assert alone.desk("other").campaign.labels() == {int(ids[n]): label for n, label in said.items()}


def test_an_import_says_what_it_left_behind(me: TestClient) -> None:
    lines = [{"name": f"flower-{n}", "text": "-", "label": "x", "answer": "accept"} for n in (1, 2, 777)]
    lines.append({"name": "flower-3", "text": "-", "label": "x", "answer": "ignore"})
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    told = brought(me, "p.jsonl", data).json()
    assert (told["new"], told["labels"], told["format"]) == (2, 2, "prodigy")
    assert {x["reason"]: (x["count"], x["examples"]) for x in told["losses"]} == {
        "answers for samples that the pool has not": (1, ["flower-777"]),
        "samples that were skipped": (1, ["flower-3"]),
    }
    assert brought(me, "p.jsonl", data).json()["new"] == 0


def test_bad_files_are_refused_with_their_names_and_nothing_is_kept(me: TestClient) -> None:
    fault(brought(me, "x.json", b"[1, 2"), 422, "FormatError")
    said = fault(brought(me, "../../etc/labels.csv", b"name,label\nflower-1,z\n"), 422, "BadLabel")
    assert said.startswith("labels.csv: flower-1: 'z' is not one of")
    assert "tmp" not in fault(brought(me, "a.zip", b"PK nonsense"), 422, "FormatError")
    assert "no format is named 'cocoa'" in fault(me.get(at("one", "export"), params={"format": "cocoa"}), 422)
    assert "did you mean 'coco'" in fault(brought(me, "a.json", b"[]", format="cocoa"), 422)
    fault(me.get(at("one", "export"), params={"format": "labelstudio-min"}), 422, "FormatError")
    assert me.get(at("one")).json()["labels"] == 0


def test_a_zip_may_not_lead_outside_nor_unfold_without_end(me: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../tmp/evil/metadata.jsonl", '{"file_name":"flower-1","label":"x"}\n')
    said = brought(me, "a.zip", packed.getvalue(), format="imagefolder")
    assert said.status_code in (200, 422), said.text  # read by its clean name, or refused; nothing is unpacked
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("metadata.jsonl")
        archive.writestr(info, b"\0" * 1000)
    bomb = bytearray(packed.getvalue())
    at_size = bomb.rindex(b"PK\x01\x02") + 24
    bomb[at_size : at_size + 4] = b"\xff\xff\xff\xff"  # it says that it unfolds to 4 GiB
    fault(brought(me, "b.zip", bytes(bomb), format="imagefolder"), 422, "FormatError")
