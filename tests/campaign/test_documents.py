"""The labels of a campaign in other formats: with the texts, and with the sizes of pictures as they lie upright."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from askance.campaign.documents import document
from askance.formats import FORMATS, written
from askance.pools import open_pool
from waves import tone, write


def row(pool: object, at: int, label: str) -> dict[str, object]:
    ids, names = pool.ids, pool.names  # type: ignore[attr-defined]
    about = {"round": 1, "rank": 2, "utility": 0.5, "role": "pick", "why": "unsure"}
    return {"id": f"{int(ids[at]):016x}", "name": names[at], "label": label, "who": "ann", "at": "", **about}


def test_boxes_become_coco_with_sizes_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    noise = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg", exif=exif)
    Image.fromarray(noise[:, ::-1]).save(tmp_path / "b.png")
    pool = open_pool(tmp_path)
    label = '[{"h":4,"label":"cat","w":3,"x":1,"y":2}]'
    told = document([row(pool, n, label) for n in range(2)], "boxes", ("cat", "dog"), pool)
    assert {(i.name, i.width, i.height) for i in told.items} == {("a.jpg", 20, 30), ("b.png", 30, 20)}
    files, report = written(told, FORMATS["coco"])
    made = json.loads(files[""])
    assert [c["name"] for c in made["categories"]] == ["cat", "dog"]
    assert {tuple(a["bbox"]) for a in made["annotations"]} == {(1, 2, 3, 4)}
    assert {loss.reason for loss in report.losses} == {"who answered", "why the sample was asked"}


@pytest.mark.parametrize("format", ["conll", "labelstudio", "prodigy"])
def test_spans_go_with_their_texts(tmp_path: Path, format: str) -> None:
    (tmp_path / "t.csv").write_text("text\nEU rejects German call\nnone here\n")
    pool = open_pool(tmp_path / "t.csv", text="text")
    label = '[{"end":2,"label":"ORG","start":0}]'
    told = document([row(pool, 0, label)], "spans", ("ORG",), pool)
    files, _ = written(told, FORMATS[format])
    assert "EU" in files[""].decode()
    assert FORMATS[format].read is not None
    assert told.items[0].data == {"text": "EU rejects German call"}


def test_without_a_pool_it_is_labels_alone(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\nEU rejects German call\n")
    pool = open_pool(tmp_path / "t.csv", text="text")
    unnamed = row(pool, 0, "good") | {"name": ""}  # an imported label, of a sample that was never asked
    told = document([unnamed], "class", ("bad", "good"), None)
    assert (told.items[0].name, told.items[0].data) == (unnamed["id"], {})
    assert written(told, FORMATS["csv"])[1].losses == ()


def test_classes_that_a_parquet_file_numbers_are_imported_by_name(tmp_path: Path) -> None:
    from askance.formats import Annotation, Document, Item, write_annotations
    from askance.pools import read_answers

    (tmp_path / "t.csv").write_text("text\ngood film\nbad film\n")
    pool = open_pool(tmp_path / "t.csv", text="text")
    names = [str(n) for n in pool.names]
    answers = (Annotation(names[0], "class", "pos"), Annotation(names[1], "class", "neg"))
    write_annotations(Document(tuple(map(Item, names)), answers), tmp_path / "a.parquet")
    assert read_answers(tmp_path / "a.parquet", pool) == dict(zip(pool.ids.tolist(), ("pos", "neg"), strict=True))


def test_transcripts_become_a_manifest_with_lengths(tmp_path: Path) -> None:
    write(tmp_path / "calls/a.wav", tone(440, 0.5))
    pool = open_pool(tmp_path / "calls")
    told = document([row(pool, 0, "hoo hoo")], "text", (), pool)
    line = json.loads(written(told, FORMATS["nemo"])[0][""])
    assert line == {"audio_filepath": "a.wav", "duration": 0.5, "text": "hoo hoo"}
    (tmp_path / "calls/a.wav").unlink()
    gone = document([row(pool, 0, "hoo hoo")], "text", (), pool)
    files, report = written(gone, FORMATS["nemo"])
    assert json.loads(files[""]) == {"audio_filepath": "a.wav", "text": "hoo hoo"}
    assert "lengths of recordings, which nobody told (NeMo needs them)" in {loss.reason for loss in report.losses}


def test_segments_become_tracks(tmp_path: Path) -> None:
    write(tmp_path / "calls/a.wav", tone(440))
    pool = open_pool(tmp_path / "calls")
    told = document([row(pool, 0, '[{"end":0.2,"label":"owl","start":0}]')], "segments", ("owl",), pool)
    assert written(told, FORMATS["audacity"])[0] == {"a.wav.txt": b"0.000000\t0.200000\towl\n"}
