"""Files of other tools into a campaign: which answer is for which sample, and what is left behind."""

import json
from pathlib import Path

import pytest
from PIL import Image

from askance.campaign import Campaign, Config, PoolConfig
from askance.errors import BadLabel, FormatError

TEXTS = ("EU rejects German call", "Peter Blackburn", "the 😀 sun", "BRUSSELS 1996")


@pytest.fixture
def news(tmp_path: Path) -> Campaign:
    """Texts without names: their rows are called 0, 1, 2, 3."""
    (tmp_path / "news.csv").write_text("body\n" + "".join(f"{t}\n" for t in TEXTS), "utf-8")
    config = Config(PoolConfig(str(tmp_path / "news.csv"), text="body"), classes=("World", "Sport"), learner="tfidf")
    return Campaign.create(tmp_path / "news.askance", config)


@pytest.fixture
def photos(tmp_path: Path) -> Campaign:
    for n, name in enumerate(("x/a.png", "x/b.png", "y/b.png", "y/c.png")):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20), (50 * n, 0, 0)).save(path)
    config = Config(PoolConfig(str(tmp_path / "photos")), labels="boxes", classes=("cat", "dog"), learner="none")
    return Campaign.create(tmp_path / "photos.askance", config)


def told(campaign: Campaign) -> dict[str, str]:
    """{name: label}."""
    found = campaign.labels()
    return {
        str(n): found[i] for i, n in zip(campaign.pool.ids.tolist(), campaign.pool.names, strict=True) if i in found
    }


def test_lines_without_names_are_found_by_their_text_and_never_by_their_number(news: Campaign, tmp_path: Path) -> None:
    """doccano's second line would be called 2, and so is a row of the pool with another text."""
    lines = [{"text": TEXTS[3], "label": ["World"]}, {"text": "a stranger", "label": ["Sport"]}]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    found = news.import_annotations(tmp_path / "d.jsonl")
    assert (found.new, found.labels, found.format) == (1, 1, "doccano")
    assert told(news) == {"3": "World"}
    assert [str(loss) for loss in found.losses] == ["1 × answers for samples that the pool has not (2)"]


def test_label_studio_answers_of_one_question_and_what_is_left_behind(news: Campaign, tmp_path: Path) -> None:
    def said(name: str, label: str) -> dict[str, object]:
        return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [label]}}

    answers = [said("topic", "Sport"), said("tone", "World")]
    tasks = [{"id": 1, "data": {"text": TEXTS[2]}, "annotations": [{"completed_by": 3, "result": answers}]}]
    tasks.append({"id": 2, "data": {"text": TEXTS[0]}, "annotations": [{"was_cancelled": True, "result": []}]})
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), "utf-8")
    with pytest.raises(FormatError, match="several questions, 'tone', 'topic'; say which, with --question"):
        news.import_labels(path)
    with pytest.raises(FormatError, match="no question 'topics'"):
        news.import_labels(path, question="topics")
    found = news.import_annotations(path, question="topic")
    assert told(news) == {"2": "Sport"}
    assert {loss.reason for loss in found.losses} == {"who answered", "samples that were skipped"}


def test_a_class_outside_the_campaign_is_an_error_and_nothing_is_imported(news: Campaign, tmp_path: Path) -> None:
    lines = [{"text": TEXTS[0], "label": ["World"]}, {"text": TEXTS[1], "label": ["Sports"]}]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with pytest.raises(BadLabel, match=r"d\.jsonl: 1: 'Sports' is not one of .*'Sport'.*nothing was imported"):
        news.import_labels(tmp_path / "d.jsonl")
    assert news.labels() == {}


def test_boxes_of_coco_go_to_pictures_by_name_and_by_the_end_of_it(photos: Campaign, tmp_path: Path) -> None:
    names = ["a.png", "b.png", "y/b.png", "elsewhere/c.png", "gone.png"]  # b.png is the end of two
    coco = {
        "images": [{"id": n, "file_name": name, "width": 40, "height": 20} for n, name in enumerate(names)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": n, "image_id": n, "category_id": 1, "bbox": [n, 1, 5, 6]} for n in range(len(names))],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    found = photos.import_annotations(tmp_path / "coco.json")
    assert {name: json.loads(label)[0]["x"] for name, label in told(photos).items()} == {
        "x/a.png": 0,
        "y/b.png": 2,
        "y/c.png": 3,
    }
    assert [(loss.reason, loss.count) for loss in found.losses] == [("answers for samples that the pool has not", 2)]


def test_a_file_of_another_kind_of_label_is_refused_with_what_it_has(photos: Campaign, tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text(json.dumps({"filename": "a.png", "label": ["cat"]}) + "\n")
    with pytest.raises(BadLabel, match=r"no answer that is a boxes .*labels of the kind class"):
        photos.import_labels(tmp_path / "d.jsonl", "doccano")
    assert photos.labels() == {}


@pytest.mark.parametrize("format", ["coco", "voc", "yolo", "labelstudio", "jsonl"])
def test_what_a_campaign_exports_it_takes_back(photos: Campaign, tmp_path: Path, format: str) -> None:
    photos.step()
    for n, task in enumerate(photos.ask("ann", 3)):
        photos.tell("ann", task, [{"x": n, "y": 2, "w": 4, "h": 6, "label": "dog"}])  # type: ignore[arg-type]
    path = tmp_path / (
        "out.jsonl" if format == "jsonl" else "out.json" if format in ("coco", "labelstudio") else "out.zip"
    )
    photos.export(path, format)
    fresh = Campaign.create(tmp_path / "fresh.askance", photos.config)
    assert fresh.import_labels(path, format if format != "jsonl" else "") == 3
    assert fresh.labels() == photos.labels()
