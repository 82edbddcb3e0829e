"""Files that mean harm, and files that are broken: each is a FormatError with a sentence, or is made harmless."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from format_documents import documents, sources
from format_samples import (
    ARGILLA,
    AUDACITY,
    COCO,
    CONLL,
    CSV,
    CVAT,
    DOCCANO,
    FASTTEXT,
    IMAGE_FOLDER,
    LABEL_STUDIO,
    LABEL_STUDIO_MIN,
    LABELME,
    NEMO,
    PRODIGY,
    RTTM,
    SPACY,
    VOC,
    YOLO,
    YOLO_CONFIG,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from askance.errors import FormatError
from askance.formats import (
    FORMATS,
    Annotation,
    Document,
    Item,
    read_annotations,
    read_source,
    write_annotations,
    written,
)
from askance.formats.delimited import cell, uncell
from askance.formats.sink import safe_join
from askance.formats.source import Source, clean, from_zip, in_memory

SIZES = "file,width,height\na.jpg,200,100\n"
VALID: dict[str, dict[str, bytes]] = {
    "labelstudio": {"": LABEL_STUDIO.encode()},
    "labelstudio-min": {"": LABEL_STUDIO_MIN.encode()},
    "labelstudio-csv": {"": b"text,id,cls,annotator,annotation_id,lead_time\nEU,7,Politics,2,71,3.0\n"},
    "coco": {"": COCO.encode()},
    "voc": {"": VOC.encode()},
    "conll": {"": CONLL.encode()},
    "audacity": {"a.wav.txt": AUDACITY.encode()},
    "rttm": {"": RTTM.encode()},
    "nemo": {"": NEMO.encode()},
    "csv": {"": CSV.encode()},
    "jsonl": {"": b'{"name":"a.jpg","kind":"boxes","label":[{"x":1,"y":2,"w":3,"h":4,"label":"cat"}]}\n'},
    "prodigy": {"": PRODIGY.encode()},
    "doccano": {"": DOCCANO.encode()},
    "cvat": {"": CVAT.encode()},
    "labelme": {"": LABELME.encode()},
    "spacy": {"": SPACY.encode()},
    "fasttext": {"": FASTTEXT.encode()},
    "argilla": {"": ARGILLA.encode()},
    "imagefolder": {"metadata.jsonl": IMAGE_FOLDER.encode()},
    **{
        name: {
            "data.yaml": (YOLO_CONFIG + ("kpt_shape: [2, 3]\n" if name == "yolo-pose" else "")).encode(),
            "sizes.csv": SIZES.encode(),
            "labels/train/a.txt": text.encode(),
        }
        for name, text in YOLO.items()
    },
}
MASKS = Document(
    (Item("a.png", {}, 3, 2),), (Annotation("a.png", "mask", '{"counts":{"cat":[1,2,3]},"height":2,"width":3}'),)
)
VALID |= {
    "voc0": VALID["voc"],
    "tsv": {"": CSV.replace(",", "\t").encode()},
    "bioes": {"": b"EU S-ORG\nrejects O\nGerman B-MISC\ncall E-MISC\n"},
}
VALID["maskpng"] = dict(written(MASKS, FORMATS["maskpng"])[0])
NUMBERS = Document((Item("a"), Item("b")), (Annotation("a", "number", "0.5"), Annotation("b", "number", "2.5")))
VALID["npz"] = dict(written(NUMBERS, FORMATS["npz"])[0])
VALID["parquet"] = dict(written(MASKS, FORMATS["parquet"])[0])


def test_every_format_that_is_read_is_fuzzed() -> None:
    assert {name for name in FORMATS.names() if FORMATS[name].read is not None} <= set(VALID)


def refused(data: bytes | str, name: str, *words: str, where: str = "bad") -> str:
    data = data.encode() if isinstance(data, str) else data
    with pytest.raises(FormatError) as error:
        read_source(in_memory(data, where), name)
    assert all(word in str(error.value) for word in words), str(error.value)
    return str(error.value)


# ------------------------------------------------------------------------------------------------------ fuzz


@st.composite
def mutated(draw: Any, data: bytes) -> bytes:
    """Bytes cut, changed, doubled or put in."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(out) - 1, 0)))
        match draw(st.integers(0, 3)):
            case 0:
                out[at : at + 1] = draw(st.binary(max_size=2))
            case 1:
                del out[at : at + draw(st.integers(1, 9))]
            case 2:
                out[at:at] = draw(
                    st.sampled_from([b"[" * 50, b"9" * 400, b"-1", b"null", b"1e999", b"\x00", b"{}", b'"'])
                )
            case _:
                out += out[at : at + 20]
    return bytes(out)


@pytest.mark.parametrize("name", VALID)
@given(data=st.data())
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck), database=None)
def test_broken_bytes_are_read_or_are_a_format_error(name: str, data: Any) -> None:
    files = dict(VALID[name])
    broken = data.draw(st.sampled_from(sorted(files)))
    files[broken] = data.draw(mutated(files[broken]))
    try:
        document, _ = read_source(sources(files, FORMATS[name].folder or "" not in files), name)
    except FormatError:
        return
    assert {a.item for a in document.annotations} <= {item.name for item in document.items}


def is_json(files: dict[str, bytes]) -> bool:
    """Whether it is one file, and that one JSON document."""
    try:
        json.loads(files.get("", b"").decode())
    except ValueError:
        return False
    return True


JSONS = [name for name in VALID if is_json(VALID[name])]


def test_every_format_of_one_json_document_is_tried_with_others() -> None:
    assert {"labelstudio", "labelstudio-min", "coco", "jsonl", "prodigy", "doccano", "labelme"} <= set(JSONS)
    assert {"spacy", "argilla"} <= set(JSONS)


@pytest.mark.parametrize("name", JSONS)
@given(value=st.recursive(st.none() | st.integers() | st.floats() | st.text(max_size=3), lambda x: st.lists(x) | x))
@settings(deadline=None, max_examples=3, suppress_health_check=list(HealthCheck), database=None)
def test_json_of_another_shape_is_a_format_error(name: str, value: Any) -> None:
    """Each value of the valid file in turn is put where another one was."""
    tried = _replaced(json.loads(VALID[name][""]), value)
    assert len(tried) > 1
    for bad in tried:
        try:
            read_source(in_memory(json.dumps(bad).encode()), name)
        except FormatError:
            continue


def _replaced(whole: Any, value: Any) -> list[Any]:
    """Copies with one part changed each."""
    found = [value]
    keys = whole.keys() if isinstance(whole, dict) else range(len(whole)) if isinstance(whole, list) else ()
    for key in keys:
        for part in _replaced(whole[key], value):
            copy = dict(whole) if isinstance(whole, dict) else list(whole)
            copy[key] = part
            found.append(copy)
    return found


# --------------------------------------------------------------------------------------------------- attacks

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)).replace("lol0", "lol")
    + "]><annotation>&lol9;</annotation>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><filename>&x;</filename>'
    "</annotation>"
)


@pytest.mark.parametrize("text", [LAUGHS, OUTSIDE, '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><annotation/>'])
def test_xml_with_a_document_type_is_refused(text: str) -> None:
    refused(text, "voc", "line 1", "<!DOCTYPE")


def test_xml_that_is_deep_or_no_xml_names_the_line() -> None:
    refused("<annotation>\n" + "<a>" * 100, "voc", "line 2", "inside each other")
    refused("<annotation>\n<object></annotation>", "voc", "line 2, column")
    refused('<?xml version="1.0" encoding="utf-7"?><annotation/>', "voc", "bad")


@pytest.mark.parametrize("name", ["labelstudio", "coco", "jsonl"])
def test_deep_json_is_refused(name: str) -> None:
    refused("[" * 100_000, name, "nested deeper")
    refused('{"name":' + "[" * 500 + "]" * 500 + "}", name, "nested deeper")


def test_numbers_that_are_no_numbers() -> None:
    for bad in ("NaN", "Infinity", "9" * 5000):
        refused(COCO.replace("[2,1,3,2]", f"[2,1,3,{bad}]"), "coco", "bad")
    refused(COCO.replace('"width":6', '"width":' + "9" * 30), "coco", "images[0].width")
    huge, report = read_source(in_memory(DOCCANO.replace("[0,2", "[0,999999999999").encode()), "doccano")
    assert json.loads(huge.annotations[0].value)  # a span may be long; nothing is allocated for it
    assert report.whole


def test_a_mask_of_a_billion_pixels_is_refused_before_it_is_made() -> None:
    big = COCO.replace('"size":[4,6]', '"size":[100000,100000]').replace("[9,2,2,2,2,2,5]", "[10000000000]")
    refused(big, "coco", "pixels")
    brush = {"format": "rle", "rle": [255] * 40, "brushlabels": ["cat"]}
    result = {"from_name": "m", "to_name": "i", "type": "brushlabels", "value": brush}
    result |= {"original_width": 10**6, "original_height": 10**6}
    refused(
        json.dumps([{"id": 1, "data": {"i": "a.png"}, "annotations": [{"result": [result]}]}]), "labelstudio", "rle"
    )


def test_yaml_that_unfolds_is_refused() -> None:
    bomb = "a: &a [x,x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    files = {"data.yaml": bomb.encode(), "labels/a.txt": b"0 .5 .5 .1 .1\n", "sizes.csv": SIZES.encode()}
    with pytest.raises(FormatError, match=r"data\.yaml is not plain YAML"):
        read_source(sources(files, True), "yolo")
    files["data.yaml"] = b"names: !!python/object/apply:os.system ['true']\n"
    with pytest.raises(FormatError, match=r"data\.yaml is not plain YAML"):
        read_source(sources(files, True), "yolo")


EVIL = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\x.jpg",
    "C:\\x.jpg",
    "a/../../b.jpg",
    "a\x00b.jpg",
    "...",
    "CON:",
    "~/x",
]


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("format", ["yolo", "voc", "imagefolder"])
def test_names_that_lead_elsewhere_are_written_below_the_folder(name: str, format: str, tmp_path: Path) -> None:
    box = Annotation(name, "boxes", '[{"h":4,"label":"cat","w":3,"x":1,"y":2}]')
    write_annotations(Document((Item(name, {}, 10, 10),), (box,)), tmp_path / "out", format)
    assert {p.name for p in tmp_path.iterdir()} == {"out"}
    assert all(p.resolve().is_relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*"))


@given(name=st.text(max_size=30) | st.lists(st.sampled_from(["..", ".", "a", "", "C:", "\\"])).map("/".join))
@settings(deadline=None, max_examples=200, database=None)
def test_a_cleaned_name_never_leaves(name: str) -> None:
    parts = clean(name).split("/")
    assert all(p and p.strip(".") and "\\" not in p and ":" not in p and p.isprintable() for p in parts)
    assert safe_join(Path("/nowhere"), name).is_relative_to("/nowhere")


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (tmp_path / "in" / "cat").mkdir(parents=True)
    (tmp_path / "in" / "cat" / "a.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "in" / "cat" / "b.jpg").write_bytes(b"y")
    document, _ = read_annotations(tmp_path / "in", "imagefolder")
    assert [item.name for item in document.items] == ["cat/b.jpg"]


def test_a_zip_is_read_by_clean_names_and_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../labels/train/a.txt", YOLO["yolo"])
        archive.writestr("x/data.yaml", YOLO_CONFIG)
    source = from_zip(out.getvalue(), "a.zip")
    assert set(source.members) == {"_/_/labels/train/a.txt", "x/data.yaml"}
    monkeypatch.setattr("askance.formats.source.MOST_UNPACKED", 10)
    with pytest.raises(FormatError, match="holds more than"):
        from_zip(out.getvalue(), "a.zip")
    with pytest.raises(FormatError, match="not a readable zip"):
        from_zip(out.getvalue()[:-30], "a.zip")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import gzip

    monkeypatch.setattr("askance.formats.source.MOST_BYTES", 1000)
    (tmp_path / "a.json").write_bytes(b" " * 2000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b" " * 100_000))
    for name in ("a.json", "a.jsonl.gz"):
        with pytest.raises(FormatError, match="the most that is read"):
            read_annotations(tmp_path / name, "jsonl")


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")
    assert uncell(cell(text)) == text
    item = Item("a.jpg", {text: text})
    document = Document((item,), (Annotation("a.jpg", "text", "x", note=text, who=text),))
    table = written(document, FORMATS["csv"])[0][""].decode()
    assert not any(part.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r")) for part in table.split(","))
    assert read_source(in_memory(table.encode()), "csv")[0].items == (item,)


@pytest.mark.parametrize("number", ["-5", "+1.5", "-1e-7"])
def test_a_number_is_no_formula(number: str) -> None:
    assert cell(number) == number


@given(text=st.text("=+-@\t\r'1ae", max_size=6))
@settings(max_examples=200, database=None)
def test_every_cell_comes_back(text: str) -> None:
    assert uncell(cell(text)) == text


# --------------------------------------------------------------------------------------- what a message says


def test_messages_name_the_place_and_what_is_right(tmp_path: Path) -> None:
    refused('[{"id": 1,\n "data": }]', "labelstudio", "line 2, column 10", "not JSON")
    refused('[{"id": 1, "data": []}]', "labelstudio", "[0].data is []; it must be an object")
    refused(COCO.replace('"bbox":[2,1,3,2]', '"bbox":[2,1,3]', 1), "coco", "annotations[0].bbox", "4 numbers")
    refused(COCO.replace('"category_id":1', '"category_id":9', 1), "coco", "annotations[0].category_id is 9")
    refused("EU B-ORG\nrejects\n", "conll", "line 2", "'rejects' has no tag")
    refused("name,label\na.jpg,cat,dog\n", "csv", "line 2", "3 cells")
    refused('name,label\n"a.jpg,cat\n', "csv", "line 2")
    refused("name,label,kind\na.jpg,cat,clas\n", "csv", "line 2", "did you mean 'class'?")
    refused("name,label,at\na.jpg,cat,yesterday\n", "csv", "line 2", "'yesterday'", "2026-01-01")
    refused(b"name,label\n\xe9.jpg,cat\n", "csv", "line 2", "0xe9")
    refused("name,label\n".encode("utf-16"), "csv", "UTF-16")
    refused('{"a": "\\ud83d"}\n', "jsonl", "half a character")
    with pytest.raises(FormatError, match="there is no file"):
        read_annotations(tmp_path / "nothing.json")
    with pytest.raises(FormatError, match="no format is named 'cocoa'; did you mean 'coco'"):
        read_source(in_memory(b"{}"), "cocoa")
    with pytest.raises(FormatError, match="looks like no format of annotations; say which with --from"):
        read_source(in_memory(b"\x00\x01"))
    with pytest.raises(FormatError, match="name does not tell which format to write; name one"):
        write_annotations(MASKS, tmp_path / "a.json")
    with pytest.raises(FormatError, match="is only read, not written"):
        write_annotations(MASKS, tmp_path / "a.json", "labelstudio-min")


def test_a_document_that_is_wrong_is_not_written(tmp_path: Path) -> None:
    item = Item("a.jpg", {}, 9, 9)
    for document, said in (
        (Document((item,), (Annotation("b.jpg", "class", "cat"),)), "no sample of that name"),
        (Document((item, item)), "two samples called 'a.jpg'"),
        (Document((item,), (Annotation("a.jpg", "boxes", "[ ]"),)), "is not how a label of the kind boxes is written"),
        (Document((item,), (Annotation("a.jpg", "boxes", "[3]"),)), "box 1 must be an object"),
        (Document((item,), (Annotation("a.jpg", "mask", '{"counts":{},"height":2,"width":3}'),)), "9 x 9 pixels"),
    ):
        with pytest.raises(FormatError, match=said):
            write_annotations(document, tmp_path / "out.json", "coco")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FormatError, match="not an empty folder"):
        write_annotations(MASKS, tmp_path, "maskpng")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    zipped = tmp_path / "out.zip"
    write_annotations(MASKS, zipped, "maskpng")
    assert read_annotations(zipped)[0].annotations == MASKS.annotations


@given(data=st.data())
@settings(deadline=None, max_examples=5, suppress_health_check=list(HealthCheck), database=None)
def test_writing_twice_gives_the_same_bytes(data: Any) -> None:
    document = data.draw(documents("boxes", False))
    for name in FORMATS.names():
        if FORMATS[name].write:
            assert written(document, FORMATS[name]) == written(document, FORMATS[name])


def test_a_source_of_several_files_is_no_single_one() -> None:
    with pytest.raises(FormatError, match="is a folder, and a single file is wanted"):
        read_source(Source("here", {"a": lambda: b""}, True), "coco")
