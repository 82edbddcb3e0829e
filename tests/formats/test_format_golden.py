"""The files of labelling.md read as what they mean, and what they mean is written as those files."""

import json
from typing import Any

import numpy as np
import pytest
from format_documents import sources
from format_samples import (
    BRUSH,
    COCO,
    CONLL,
    CONLL_TWO,
    CSV,
    DOCCANO,
    DOCCANO_BOX,
    DOCCANO_INTENT,
    DOCCANO_OUTLINE,
    IMAGE_FOLDER,
    LABEL_STUDIO,
    LABEL_STUDIO_MIN,
    PRODIGY,
    PRODIGY_BINARY,
    PRODIGY_CHOICE,
    VOC,
    YOLO,
    YOLO_CONFIG,
)

from askance.formats import FORMATS, Annotation, Document, Item, Report, derived, read_source, written
from askance.formats import Tally as Nothing
from askance.formats.brush import decoded, encoded
from askance.formats.runs import from_pixels, from_text, to_pixels, to_text
from askance.formats.source import Source, in_memory
from extras import extra

COUNTS = [9, 2, 2, 2, 2, 2, 5]  # 4 x 6, rows 1 and 2 of columns 2 to 4
BOX = '[{"h":40,"label":"cat","w":60,"x":20,"y":20}]'


def file(text: str, name: str = "a.json") -> Source:
    return in_memory(text.encode(), name)


def folder(**files: str) -> Source:
    return sources({name.replace("__", "/").replace("_dot_", "."): text.encode() for name, text in files.items()}, True)


def read(text: str, name: str = "a.json", format: str = "") -> tuple[Document, Report]:
    return read_source(file(text, name), format)


def told(document: Document) -> list[tuple[str, str, str]]:
    return [(a.item, a.kind, a.value) for a in document.annotations]


def reasons(report: Report) -> dict[str, int]:
    return {loss.reason: loss.count for loss in report.losses}


def test_label_studio_counts_in_percent_and_has_several_questions() -> None:
    document, report = read(LABEL_STUDIO)
    assert (report.format, report.items, report.answers, report.losses) == ("labelstudio", 2, 6, ())
    assert told(document) == [
        ("a.jpg", "boxes", BOX),
        ("a.jpg", "polygons", '[{"label":"dog","rings":[[[20,10],[120,10],[120,60]]]}]'),
        ("7", "spans", '[{"end":2,"label":"ORG","start":0}]'),
        ("7", "class", "Politics"),
        ("7", "rating", "4"),
        ("7", "number", "1.5"),
    ]
    first, *_ = document.annotations
    assert (first.key, first.who, first.ms, first.question) == ("11", "1", 4200, "box")
    (guess,) = document.predictions
    assert (guess.value, guess.score, guess.model) == ('[{"h":41,"label":"cat","w":58,"x":22,"y":19}]', 0.61, "m1")
    files, _ = written(document, FORMATS["labelstudio"])
    task = json.loads(files[""])[0]
    assert len(task["annotations"]) == 1  # both questions were answered at once, and still are
    value = task["annotations"][0]["result"][0]["value"]
    assert value == {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["cat"]}
    assert read_source(sources(files, False))[0].annotations == document.annotations


def test_label_studio_turns_a_box_about_its_corner_and_we_about_its_centre() -> None:
    """A box of 40 x 20 at (100, 50), turned by 90 degrees about that corner, lies at x 80 to 100, y 50 to 90."""
    value = {"x": 50, "y": 50, "width": 20, "height": 20, "rotation": 90, "rectanglelabels": ["cat"]}
    size = {"original_width": 200, "original_height": 100}
    result = {"from_name": "b", "to_name": "image", "type": "rectanglelabels", "value": value, **size}
    document, _ = read(json.dumps([{"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": [result]}]}]))
    assert json.loads(document.annotations[0].value) == [
        {"x": 70, "y": 60, "w": 40, "h": 20, "rotation": 90, "label": "cat"}
    ]
    upright = derived(document, "boxes", Nothing()).annotations[0].value
    assert json.loads(upright) == [{"x": 80, "y": 50, "w": 20, "h": 40, "label": "cat"}]
    files, _ = written(document, FORMATS["labelstudio"])
    back = json.loads(files[""])[0]["annotations"][0]["result"][0]["value"]
    assert {k: round(v, 9) for k, v in back.items() if k != "rectanglelabels"} == {
        k: v for k, v in value.items() if k != "rectanglelabels"
    }


@pytest.mark.parametrize(
    ("start", "end", "said", "found"),
    [(3, 5, "ab", (2, 4)), (3, 5, None, (2, 4)), (2, 4, "ab", (2, 4)), (0, 2, "😀", (0, 1))],
    ids=["UTF-16", "UTF-16, not said", "code points, as others write them", "the wide one"],
)
def test_label_studio_counts_units_of_utf_16(start: int, end: int, said: str | None, found: tuple[int, int]) -> None:
    value = {"start": start, "end": end, "text": said, "labels": ["X"]}
    result = {"from_name": "ner", "to_name": "text", "type": "labels", "value": value}
    document, report = read(json.dumps([{"id": 1, "data": {"text": "😀 ab"}, "annotations": [{"result": [result]}]}]))
    (span,) = json.loads(document.annotations[0].value)
    assert ((span["start"], span["end"]), report.losses) == (found, ())


def test_label_studio_skips_and_what_it_has_that_we_have_not() -> None:
    result = {"from_name": "t", "to_name": "text", "type": "taxonomy", "value": {"taxonomy": [["a"]]}}
    annotations = [{"was_cancelled": True, "result": []}, {"result": [result]}]
    document, report = read(json.dumps([{"id": 1, "data": {"text": "x"}, "annotations": annotations}]))
    assert [a.skipped for a in document.annotations] == [True]
    assert reasons(report) == {"results of the type taxonomy": 1}
    assert "annotations[1].result[0]" in report.losses[0].examples[0]


def test_the_brush_of_label_studio_is_read_and_written_bit_by_bit() -> None:
    mask = decoded(BRUSH, 4, 6, "here")
    assert mask.tolist() == to_pixels(COUNTS, 4, 6).tolist()
    assert from_pixels(mask) == COUNTS
    ours = encoded(mask)
    assert ours == BRUSH[: len(ours)]
    assert not any(BRUSH[len(ours) :])
    assert decoded(ours, 4, 6, "here").tolist() == mask.tolist()
    wide = np.zeros((300, 300), bool)
    wide[7:, 11:] = True  # runs longer than a count of 16 bits
    assert (decoded(encoded(wide), 300, 300, "here") == wide).all()


def test_json_min_and_csv_of_label_studio() -> None:
    document, report = read(LABEL_STUDIO_MIN)
    assert report.format == "labelstudio-min"
    assert told(document) == [("7", "spans", '[{"end":2,"label":"ORG","start":0}]'), ("7", "class", "Politics")]
    assert {(a.key, a.who, a.ms) for a in document.annotations} == {("71", "2", 3000)}
    text = 'text,id,ner,cls,annotator,annotation_id,lead_time\n"EU rejects",7,"[{""start"":0,""end"":2,""labels"":'
    text += '[""ORG""]}]",Politics,2,71,3.0\n'
    same, report = read(text, "a.csv")
    assert report.format == "labelstudio-csv"
    assert told(same) == told(document)


def test_coco_reads_each_thing_as_what_says_most_and_reports_what_was_tied() -> None:
    document, report = read(COCO)
    assert told(document) == [
        ("a.jpg", "keypoints", '[{"label":"cat","points":[[2,1,2],[4,2,1]]}]'),
        ("a.jpg", "polygons", '[{"label":"cat","rings":[[[2,1],[5,1],[5,3],[2,3]]]}]'),
        ("a.jpg", "mask", json.dumps({"counts": {"cat": COUNTS}, "height": 4, "width": 6}, separators=(",", ":"))),
    ]
    assert (document.classes, document.points) == (("cat",), ("nose", "tail"))
    assert reasons(report) == {
        "skeletons (which keypoints are joined)": 1,
        "that the outline and the keypoints are of one thing": 1,
    }
    files, out = written(document, FORMATS["coco"])
    made, given = json.loads(files[""]), json.loads(COCO)
    assert made["images"] == given["images"]
    assert made["annotations"][-1] | {"id": 2} == given["annotations"][1]
    outline = made["annotations"][1]
    assert all(outline[k] == given["annotations"][0][k] for k in ("bbox", "area", "segmentation", "iscrowd"))
    assert made["annotations"][0]["keypoints"] == given["annotations"][0]["keypoints"]
    assert out.losses == ()


def test_runs_as_the_text_of_coco() -> None:
    assert to_text(COUNTS) == "9220003"
    assert from_text("9220003", "here") == COUNTS
    same = COCO.replace('"counts":[9,2,2,2,2,2,5]', '"counts":"9220003"')
    assert told(read(same)[0]) == told(read(COCO)[0])
    long = [0, 70_000, 3, 1, 99_999, 12, 5]
    assert from_text(to_text(long), "here") == long


def test_coco_as_pycocotools_has_it() -> None:
    mask = extra("pycocotools.mask")
    rng = np.random.default_rng(0)
    pixels = rng.random((17, 23)) < 0.3
    theirs = mask.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"].decode()
    assert to_text(from_pixels(pixels)) == theirs


def test_voc_counts_from_one_and_voc0_from_zero() -> None:
    document, report = read(VOC, "a.xml")
    assert (told(document), report.losses) == ([("a.jpg", "boxes", BOX)], ())
    files, _ = written(document, FORMATS["voc"])
    assert files == {"a.xml": VOC.encode() + b"\n"}
    other, _ = written(document, FORMATS["voc0"])
    assert b"<xmin>20</xmin><ymin>20</ymin><xmax>80</xmax><ymax>60</ymax>" in other["a.xml"]
    assert read_source(sources(other, True), "voc0")[0].annotations == document.annotations


YOLO_MEANS = {
    "yolo": ("boxes", BOX),
    "yolo-seg": ("polygons", '[{"label":"dog","rings":[[[20,10],[120,10],[120,60]]]}]'),
    "yolo-obb": ("boxes", BOX),
    "yolo-pose": ("keypoints", '[{"label":"cat","points":[[20,20,2],[60,50,1]]}]'),
}


@pytest.mark.parametrize("name", YOLO)
def test_yolo_in_shares_of_the_picture(name: str) -> None:
    config = YOLO_CONFIG + ("kpt_shape: [2, 3]\n" if name == "yolo-pose" else "")
    sizes = "file,width,height\na.jpg,200,100\n"
    source = folder(data_dot_yaml=config, labels__train__a_dot_txt=YOLO[name], sizes_dot_csv=sizes)
    document, report = read_source(source, name if name == "yolo-obb" else "")
    assert (report.format, told(document)) == (name, [("a.jpg", *YOLO_MEANS[name])])
    assert document.classes == ("cat", "dog")
    files, _ = written(document, FORMATS[name])
    if name == "yolo-pose":  # whose box is not the extent of its points; ours is
        assert "the box around keypoints, where it is not their extent" in reasons(report)
        assert files["labels/train/a.txt"] == b"0 0.2 0.35 0.2 0.3 0.1 0.2 2 0.3 0.5 1\n"
    else:
        assert files["labels/train/a.txt"].decode() == YOLO[name]


def test_yolo_takes_sizes_from_pictures_and_an_empty_file_for_a_picture_without_things(tmp_path: Any) -> None:
    from PIL import Image

    from askance.formats import read_annotations

    for name in ("images/val/b.png", "labels/val/b.txt", "data.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (200, 100)).save(tmp_path / "images/val/b.png")
    (tmp_path / "labels/val/b.txt").write_text("")
    (tmp_path / "data.yaml").write_text(YOLO_CONFIG)
    document, report = read_annotations(tmp_path)
    assert document.items == (Item("b.png", {}, 200, 100),)
    assert told(document) == [("b.png", "boxes", "[]")]
    assert reasons(report) == {"which part of the data a sample is of (train, val, test)": 1}


def test_nine_numbers_may_be_two_things_and_nobody_guesses() -> None:
    from askance.errors import FormatError

    sizes = "file,width,height\na.jpg,200,100\n"
    source = folder(data_dot_yaml=YOLO_CONFIG, labels__a_dot_txt=YOLO["yolo-obb"], sizes_dot_csv=sizes)
    with pytest.raises(FormatError, match="may be yolo-obb or yolo-seg; say which"):
        read_source(source)


def test_conll_in_four_columns_and_two() -> None:
    document, report = read(CONLL, "a.conll")
    spans = '[{"end":2,"label":"ORG","start":0},{"end":17,"label":"MISC","start":11}]'
    assert (told(document), report.losses) == ([("1", "spans", spans)], ())
    assert document.items[0].data == {"text": "EU rejects German call"}
    assert written(document, FORMATS["conll"])[0] == {"": CONLL.encode()}
    two, _ = read(CONLL_TWO, "b.txt")
    assert [item.data["text"] for item in two.items] == ["EU rejects", "Brussels"]
    assert told(two)[1] == ("2", "spans", '[{"end":8,"label":"LOC","start":0}]')


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-A I-A O B-A", [(0, 3), (6, 7)]),
        ("B-A B-A I-B O", [(0, 1), (2, 3), (4, 5)]),
        ("I-A I-A O I-B", [(0, 3), (6, 7)]),
        ("S-A B-A E-A S-A", [(0, 1), (2, 5), (6, 7)]),
        ("B-A M-A L-A U-A", [(0, 5), (6, 7)]),
    ],
    ids=["BIO", "apart", "IOB1", "BIOES", "BILOU"],
)
def test_tags_of_every_scheme(tags: str, spans: list[tuple[int, int]]) -> None:
    text = "".join(f"{word} {tag}\n" for word, tag in zip("wxyz", tags.split(), strict=True))
    document, _ = read(text, "a.conll", "conll")
    assert [(s["start"], s["end"]) for s in json.loads(document.annotations[0].value)] == spans


def test_a_span_that_ends_inside_a_word_cuts_it_and_the_report_says_so() -> None:
    item = Item("1", {"text": "preGerman, call"})
    document = Document((item,), (Annotation("1", "spans", '[{"end":9,"label":"MISC","start":3}]'),))
    files, report = written(document, FORMATS["bioes"])
    assert files[""].decode() == "pre O\nGerman S-MISC\n, O\ncall O\n"
    assert reasons(report) == {"blanks of a text (words are joined by one)": 1}


def test_csv_of_anybody() -> None:
    document, report = read(CSV, "a.csv")
    assert (told(document), report.losses) == ([("7", "class", "Politics")], ())
    assert (document.annotations[0].who, document.annotations[0].at) == ("ann", "2026-01-01T00:00:00+00:00")
    assert document.items[0].data == {"text": "EU rejects German call"}
    several, _ = read('\ufefffile;labels\na.jpg;"dog|cat"\nb.jpg;"[""cat""]"\n', "a.csv")
    assert told(several) == [("a.jpg", "classes", '["cat","dog"]'), ("b.jpg", "classes", '["cat"]')]


def test_prodigy_accepts_rejects_and_ignores() -> None:
    assert told(read(PRODIGY, "a.jsonl")[0]) == [("1", "spans", '[{"end":4,"label":"ORG","start":0}]')]
    choice, _ = read(PRODIGY_CHOICE, "a.jsonl")
    assert (told(choice), choice.classes) == ([("1", "class", "A")], ("A", "B"))
    assert told(read(PRODIGY_BINARY, "a.jsonl")[0]) == [("1", "classes", "[]"), ("2", "classes", '["INSULT"]')]
    refused, report = read(PRODIGY_CHOICE.replace('"accept"}', '"reject"}'), "a.jsonl")
    assert refused.annotations == ()
    assert reasons(report) == {"tasks that were rejected (they say what is wrong, not what is right)": 1}
    ignored, _ = read(PRODIGY.replace('"accept"}', '"ignore"}'), "a.jsonl")
    assert [a.skipped for a in ignored.annotations] == [True]


def test_doccano_in_each_of_its_forms() -> None:
    document, _ = read(DOCCANO, "a.jsonl")
    assert told(document) == [
        ("1", "spans", '[{"end":2,"label":"ORG","start":0},{"end":17,"label":"MISC","start":11}]')
    ]
    files, _ = written(document, FORMATS["doccano"])
    assert json.loads(files[""])["label"] == json.loads(DOCCANO)["label"]
    assert [kind for _, kind, _ in told(read(DOCCANO_INTENT, "a.jsonl")[0])] == ["class", "spans"]
    for text in (DOCCANO_BOX, DOCCANO_OUTLINE):
        files, _ = written(read(text, "a.jsonl")[0], FORMATS["doccano"])
        assert json.loads(files[""]) == json.loads(text)


def test_the_metadata_of_a_folder_of_pictures() -> None:
    document, _ = read_source(folder(metadata_dot_jsonl=IMAGE_FOLDER))
    assert told(document) == [("a.jpg", "class", "cat")]
    assert json.loads(written(document, FORMATS["imagefolder"])[0]["metadata.jsonl"]) == json.loads(IMAGE_FOLDER)
    by_name, _ = read_source(folder(train__cat__a_dot_jpg="", train__dog__b_dot_jpg=""))
    assert told(by_name) == [("train/cat/a.jpg", "class", "cat"), ("train/dog/b.jpg", "class", "dog")]


def test_parquet_as_hugging_face_has_it() -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {
        "text": {"dtype": "string", "_type": "Value"},
        "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
    }
    meta = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    table = pa.table({"text": ["bad", "good", "?"], "label": pa.array([0, 1, -1])}).replace_schema_metadata(meta)
    out = io.BytesIO()
    pq.write_table(table, out)
    document, report = read_source(in_memory(out.getvalue(), "a.parquet"))
    assert (told(document), report.losses) == ([("1", "class", "neg"), ("2", "class", "pos")], ())
    assert document.classes == ("neg", "pos")
    files, _ = written(document, FORMATS["parquet"])
    back = pq.read_table(io.BytesIO(files[""]))
    found = json.loads(back.schema.metadata[b"huggingface"])["info"]["features"]
    assert (found["label"], found["text"]) == (features["label"], features["text"])
    assert back["label"].to_pylist() == [0, 1, None]


def test_the_words_and_tags_of_a_data_set_are_a_text_with_spans() -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {"ner_tags": {"feature": {"names": ["O", "B-X", "I-X"], "_type": "ClassLabel"}, "_type": "Sequence"}}
    meta = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    table = pa.table({"tokens": [["a", "b", "c"]], "ner_tags": [[0, 1, 2]]}).replace_schema_metadata(meta)
    out = io.BytesIO()
    pq.write_table(table, out)
    document, _ = read_source(in_memory(out.getvalue(), "a.parquet"))
    assert told(document) == [("1", "spans", '[{"end":5,"label":"X","start":2}]')]
    assert document.items[0].data == {"text": "a b c"}


def test_a_mask_with_a_palette_and_255_for_nothing() -> None:
    import io

    from PIL import Image

    pixels = to_pixels(COUNTS, 4, 6).astype(np.uint8)
    pixels[0, 0] = 255
    image = Image.fromarray(pixels).convert("P")
    image.putdata(pixels.ravel().tolist())
    out = io.BytesIO()
    image.save(out, "PNG")
    document, report = read_source(
        sources({"a.png": out.getvalue(), "classes.txt": b"background\ncat\n"}, True), "maskpng"
    )
    assert json.loads(document.annotations[0].value) == {"height": 4, "width": 6, "counts": {"cat": COUNTS}}
    assert reasons(report) == {"pixels that say nothing (255; they are background now)": 1}
