"""`askance new --from FILE`: a campaign out of somebody's annotations."""

import json
from pathlib import Path

import pytest
from PIL import Image

from askance.campaign import Campaign
from askance.cli.exits import run


def opened(name: str) -> Campaign:
    return Campaign.open(f"{name}.askance")


def test_texts_come_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [{"id": n, "text": f"text {n}", "label": [("good", "bad")[n % 2]]} for n in range(8)]
    lines += [{"id": n, "text": f"text {n}", "label": []} for n in (8, 9)]
    Path("d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(["new", "talk", "--from", "d.jsonl", "--format", "doccano", "--labels", "class"]) == 0
    campaign = opened("talk")
    assert (campaign.config.classes, len(campaign.pool), len(campaign.labels())) == (("bad", "good"), 10, 8)
    campaign.export("back.jsonl", "doccano")
    back = [json.loads(line) for line in Path("back.jsonl").read_text().splitlines()]
    assert sorted(back, key=lambda line: line["id"]) == [{**line, "id": str(line["id"])} for line in lines[:8]]
    campaign.close()
    assert run(["new", "talk", "--from", "d.jsonl", "--labels", "class"]) == 2


def test_boxes_of_voc_beside_their_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("set/JPEGImages").mkdir(parents=True)
    Path("set/Annotations").mkdir()
    for n in range(3):
        Image.new("RGB", (20, 10), (80 * n, 0, 0)).save(f"set/JPEGImages/{n}.png")
    box = "<object><name>cat</name><bndbox><xmin>3</xmin><ymin>2</ymin><xmax>9</xmax><ymax>8</ymax></bndbox></object>"
    size = "<size><width>20</width><height>10</height></size>"
    Path("set/Annotations/1.xml").write_text(f"<annotation><filename>1.png</filename>{size}{box}</annotation>")
    assert run(["new", "cats", "--from", "set/Annotations", "--learner", "none"]) == 0
    campaign = opened("cats")
    assert (campaign.config.labels, campaign.config.classes, len(campaign.pool)) == ("boxes", ("cat",), 3)
    assert list(campaign.labels().values()) == ['[{"h":7,"label":"cat","w":7,"x":2,"y":1}]']
    campaign.close()


def test_pictures_that_are_elsewhere_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    coco = {"images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4}], "annotations": [], "categories": []}
    Path("coco.json").write_text(json.dumps(coco | {"categories": [{"id": 1, "name": "cat"}]}))
    assert run(["new", "x", "--from", "coco.json"]) == 2
    assert "say where they lie, with --pool" in capsys.readouterr().err
    Path("elsewhere").mkdir()
    Image.new("RGB", (4, 4)).save("elsewhere/a.png")
    words = ["--pool", "elsewhere", "--labels", "boxes", "--learner", "none"]
    assert run(["new", "x", "--from", "coco.json", *words]) == 0
    campaign = opened("x")
    assert (campaign.config.classes, campaign.labels()) == (("cat",), {})
    campaign.close()
