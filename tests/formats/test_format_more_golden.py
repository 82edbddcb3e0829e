"""CVAT, LabelMe, spaCy, fastText, Argilla and NumPy: files of labelling.md as what they mean, and back."""

import io
import json
from typing import Any

import numpy as np
import pytest
from format_documents import sources
from format_samples import ARGILLA, CVAT, FASTTEXT, LABELME, SPACY

from askance.errors import FormatError
from askance.formats import FORMATS, Annotation, Document, Item, Report, read_source, written
from askance.formats.source import in_memory

BOX = '[{"h":40,"label":"cat","w":60,"x":20,"y":20}]'
OUTLINE = '[{"label":"%s","rings":[[[20,10],[120,10],[120,60]]]}]'


def read(data: str | bytes, name: str) -> tuple[Document, Report]:
    """The format is known by the content."""
    return read_source(in_memory(data.encode() if isinstance(data, str) else data, name))


def told(document: Document) -> list[tuple[str, str, str]]:
    return [(a.item, a.kind, a.value) for a in document.annotations]


def reasons(report: Report) -> dict[str, int]:
    return {loss.reason: loss.count for loss in report.losses}


def test_cvat_and_its_masks_by_rows() -> None:
    document, report = read(CVAT, "a.xml")
    assert (report.format, report.losses) == ("cvat", ())
    assert (document.items, document.classes) == ((Item("a.jpg", {}, 200, 100),), ("dog", "cat"))
    found = {a.kind: a.value for a in document.annotations}
    assert (found["class"], found["boxes"], found["polygons"]) == ("cat", BOX, OUTLINE % "cat")
    assert json.loads(found["keypoints"]) == [{"points": [[30, 30, 2]], "label": "cat"}]
    counts = json.loads(found["mask"])["counts"]["cat"]  # columns 3, 4 and 5 of row 1
    assert counts == [301, 1, 99, 1, 99, 1, 200 * 100 - 502]
    files, out = written(document, FORMATS["cvat"])
    assert out.losses == ()
    image = CVAT[CVAT.index("<image") : CVAT.index("</image>")]
    mask = (
        image[image.index("<mask") :]
        .replace('rle="1, 3, 1" left="2"', 'rle="0, 3" left="3"')
        .replace('width="5"', 'width="3"')
    )
    for part in (*image[: image.index("<mask")].split("<")[1:], mask[1:]):
        assert part in files[""].decode(), part
    assert read_source(sources(files, False))[0] == document


def test_cvat_turns_a_box_about_its_centre_and_tells_what_is_left() -> None:
    more = CVAT.replace('ybr="60.00"', 'ybr="60.00" rotation="30.00"', 1).replace('occluded="0"', 'occluded="1"', 1)
    more = more.replace("</image>", '<polyline label="x" points="1,1;2,2"/></image><track id="0" label="x"/>')
    document, report = read(more, "a.xml")
    box = next(json.loads(a.value)[0] for a in document.annotations if a.kind == "boxes")
    assert box == {"x": 20, "y": 20, "w": 60, "h": 40, "label": "cat", "rotation": 30}
    assert reasons(report) == {
        "that a thing is occluded": 1,
        "shapes of the type polyline": 1,
        "tracks of videos": 1,
    }


@pytest.mark.parametrize(
    ("change", "by", "said"),
    [
        ('rle="1, 3, 1"', 'rle="1, 3, 9"', "5 pixels in all"),
        ('left="2"', 'left="199"', "not inside its picture"),
        ('width="200"', 'width="2000000"', "pixels"),
        ('points="30.00,30.00"', 'points="30.00"', "x,y;x,y"),
        ('xtl="20.00"', 'xtl="nan"', "a number of pixels"),
        ('label="cat" source="manual" occluded="0" xtl', 'source="manual" xtl', "does not say its label"),
    ],
)
def test_cvat_that_is_wrong_names_the_line(change: str, by: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as error:
        read(CVAT.replace(change, by, 1), "a.xml")
    assert "line 1" in str(error.value)


def test_labelme() -> None:
    document, report = read(LABELME, "a.json")
    assert document.items == (Item("_/photos/a.jpg", {}, 200, 100),)
    assert [(k, v) for _, k, v in told(document)] == [("boxes", BOX), ("polygons", OUTLINE % "dog")]
    assert (report.format, reasons(report)) == ("labelme", {"shapes of the type circle": 1})
    files, out = written(document, FORMATS["labelme"])
    assert list(files) == ["_/photos/a.json"]
    made, given = json.loads(files["_/photos/a.json"]), json.loads(LABELME)
    assert made["shapes"][1] == given["shapes"][1]
    assert made["shapes"][0] == {**given["shapes"][0], "points": [[20, 20], [80, 60]]}
    assert read_source(sources(files, True))[0] == document
    assert out.losses == ()


def test_spacy() -> None:
    document, report = read(SPACY, "train.json")
    assert (report.format, report.losses) == ("spacy", ())
    assert told(document) == [("1", "spans", '[{"end":2,"label":"ORG","start":0}]'), ("1", "class", "Politics")]
    shares = SPACY.replace("0.0", "0.7")
    both, report = read(shares, "train.json")
    assert told(both)[1] == ("1", "classes", '["Politics","Sport"]')
    assert reasons(report) == {"shares of classes (one half and more is taken for yes)": 1}
    files, _ = written(document, FORMATS["spacy"])
    assert json.loads(files[""]) == [
        ["EU rejects German call", {"entities": [[0, 2, "ORG"]], "cats": {"ORG": 0.0, "Politics": 1.0}}]
    ]


def test_fasttext() -> None:
    document, report = read(FASTTEXT, "train.txt")
    assert (report.format, report.losses) == ("fasttext", ())
    assert [i.data["text"] for i in document.items] == ["Terrible customer service.", " two of them", "nobody said"]
    assert told(document) == [("1", "classes", '["negative"]'), ("2", "classes", '["a","b"]')]
    assert written(document, FORMATS["fasttext"])[0] == {"": FASTTEXT.encode()}
    item = Item("1", {"text": "a\nb"})
    files, out = written(Document((item,), (Annotation("1", "class", "New York"),)), FORMATS["fasttext"])
    assert files == {"": b"__label__New_York a b\n"}
    assert len(out.losses) == 2


def test_argilla() -> None:
    document, report = read(ARGILLA, "records.json")
    assert (report.format, report.losses) == ("argilla", ())
    said = [(a.question, a.kind, a.value, a.who) for a in document.annotations]
    assert said == [
        ("label", "class", "pos", "u1"),
        ("label", "class", "neg", "u2"),
        ("topics", "classes", '["a","b"]', "u1"),
        ("stars", "rating", "4", "u1"),
        ("ner", "spans", '[{"end":2,"label":"X","start":0}]', "u1"),
    ]
    (guess,) = document.predictions
    assert (guess.question, guess.value, guess.score, guess.model) == ("label", "pos", 0.8, "m1")
    files, out = written(document, FORMATS["argilla"])
    assert json.loads(files[""]) == json.loads(ARGILLA)
    assert out.losses == ()


def npz(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez(out, **{k: np.asarray(v) for k, v in arrays.items()})
    return out.getvalue()


def test_npz_of_whoever_works_in_arrays() -> None:
    probs = [[0.1, 0.9], [0.6, 0.4], [0.5, 0.5]]
    document, report = read(npz(ids=["a", "b", "c"], y=[1, -1, 0], classes=["cat", "dog"], probs=probs), "a.npz")
    assert told(document) == [("a", "class", "dog"), ("c", "class", "cat")]
    assert [(p.item, p.value, p.score) for p in document.predictions] == [
        ("a", "dog", 0.9),
        ("b", "cat", 0.6),
        ("c", "cat", 0.5),
    ]
    assert reasons(report) == {"probabilities of all but the likeliest class": 1}
    plain, _ = read(npz(y=[3, 1]), "b.npz")
    assert told(plain) == [("0", "class", "3"), ("1", "class", "1")]
    numbers, _ = read(npz(ids=[7, 9], y=[0.5, float("nan")]), "c.npz")
    assert told(numbers) == [("7", "number", "0.5")]
    files, _ = written(document, FORMATS["npz"])
    with np.load(io.BytesIO(files[""]), allow_pickle=False) as made:
        assert {k: made[k].tolist() for k in ("ids", "y", "classes")} == {
            "ids": ["a", "b", "c"],
            "y": ["dog", "", "cat"],
            "classes": ["cat", "dog"],
        }
    assert written(document, FORMATS["npz"])[0] == files, "the same bytes"


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"y": np.array([{"a": 1}], dtype=object)}, "no Python objects"),
        ({"y": [0, 5], "classes": ["a", "b"]}, "no number of a class; there are 0 to 1"),
        ({"y": [0, 1], "ids": ["a"]}, "rows of different numbers: 1 in ids, 2 in y"),
        ({"y": [[0, 1]]}, "y has 2 dimensions"),
        ({"y": ["a"], "kind": "boxes"}, "kind is 'boxes'"),
        ({"other": [1]}, "none of ids, y and probs"),
        ({"probs": [[np.nan, 1.0]]}, "finite floats"),
        ({"ids": ["a", "a"], "y": ["x", "y"]}, "two samples called 'a'"),
    ],
)
def test_npz_that_is_wrong(arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(npz(**arrays), "a.npz")


def test_npz_that_promises_more_than_there_is_makes_no_array() -> None:
    data = npz(y=np.zeros(3)).replace(b"(3,)", b"(9,)")
    with pytest.raises(FormatError):
        read(data, "a.npz")
    raw = io.BytesIO()
    np.lib.format.write_array_header_1_0(raw, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)})
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("y.npy", raw.getvalue())
    with pytest.raises(FormatError, match="has 0 bytes, and says that it is"):
        read(out.getvalue(), "a.npz")
