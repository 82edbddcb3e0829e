"""askance convert: what goes through, what does not, and what is refused."""

import json
from pathlib import Path

import pytest

COCO = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 200, "height": 100}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [20, 20, 60, 40], "segmentation": []},
        {"id": 2, "image_id": 1, "category_id": 1, "segmentation": [[0, 0, 50, 0, 50, 50]]},
    ],
}


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))
    return tmp_path / "coco.json"


def test_it_says_what_went_through_and_what_did_not(askance, coco: Path, tmp_path: Path) -> None:
    ended = askance("convert", str(coco), str(tmp_path / "out"), "--to", "yolo")
    assert ended.code == 0
    assert f"read: {coco} (coco): 1 sample, 2 answers" in ended.out
    assert "(yolo): 1 sample, 1 answer" in ended.out
    assert "labels of the kind polygons" in ended.out
    assert (tmp_path / "out" / "labels" / "train" / "a.txt").read_text() == "0 0.25 0.4 0.3 0.4\n"


def test_the_suffix_says_the_format_and_everything_is_carried(askance, coco: Path, tmp_path: Path) -> None:
    ended = askance("convert", str(coco), str(tmp_path / "out.jsonl"), "--strict")
    assert ended.out.splitlines()[-1] == "everything was carried"
    back = askance("convert", str(tmp_path / "out.jsonl"), str(tmp_path / "back.json"), "--to", "coco", "--json")
    assert back.data["losses"] == []
    assert (back.data["read"]["format"], back.data["written"]["answers"]) == ("jsonl", 2)


def test_outlines_as_boxes(askance, coco: Path, tmp_path: Path) -> None:
    ended = askance("convert", str(coco), str(tmp_path / "out.jsonl"), "--as", "boxes", "--json")
    labels = [json.loads(line)["label"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (ended.code, len(labels)) == (0, 2)
    assert '[{"h":50,"label":"cat","w":50,"x":0,"y":0}]' in labels


def test_strict_writes_nothing_and_wrong_input_is_one_sentence(askance, coco: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.zip")
    assert (
        "since --strict is given: 1 × labels of the kind polygons"
        in askance("convert", str(coco), out, "--to", "voc", "--strict").sentence
    )
    unclear = askance("convert", str(coco), str(tmp_path / "a.json")).sentence
    assert "does not tell which format to write; name one: " in unclear
    assert "did you mean 'coco'" in askance("convert", str(coco), out, "--to", "cocoo").sentence
    assert "made into boxes or polygons" in askance("convert", str(coco), out, "--to", "voc", "--as", "masks").sentence
    coco.write_text(coco.read_text().replace('"bbox": [20', '"bbox": ["'))
    assert "line 1, column" in askance("convert", str(coco), out, "--to", "voc").sentence
    assert sorted(p.name for p in tmp_path.iterdir()) == ["coco.json", "here"]  # the folder the commands are run in
