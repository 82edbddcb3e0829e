"""Every kind of label: what is right has one text, what is wrong has one sentence, and the text reads back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askance.errors import BadConfig, BadLabel
from askance.labels import parse_kind
from askance.labels.mask import runs, stretches
from askance.labels.text import MADE

CLASSES = ("cat", "dog")
KINDS = {
    "class": "cat",
    "number(low=0)": "12.50",
    "classes": '["dog", "cat", "dog"]',
    "rating(high=7)": 6,
    "text": " a\r\nb\u0065\u0301 ",
    "spans": '[{"start": 5, "end": 9, "label": "dog"}, {"start": 0, "end": 2, "label": "cat"}]',
    "segments": [{"start": 2.00049, "end": 3, "label": "dog"}, {"start": 0, "end": 2.5, "label": "cat"}],
    "boxes(turned=True)": [{"x": 1.00004, "y": 2, "w": 3.5, "h": 4, "label": "cat", "rotation": -90}],
    "polygons": [{"rings": [[[0, 0], [9, 0], [9, 9], [0, 0]]], "label": "dog"}],
    "mask": {"height": 4, "width": 6, "counts": {"cat": [9, 2, 2, 2, 9], "dog": [24]}},
    "keypoints(points='nose, tail')": [{"points": [[1, 2, 2], [7, 7, 0]], "label": "dog"}],
    "preference": "left",
}
WRITTEN = {
    "number(low=0)": "12.5",
    "classes": '["cat","dog"]',
    "rating(high=7)": "6",
    "text": "a\nb\u00e9",
    "spans": '[{"end":2,"label":"cat","start":0},{"end":9,"label":"dog","start":5}]',
    "segments": '[{"end":2.5,"label":"cat","start":0},{"end":3,"label":"dog","start":2}]',
    "boxes(turned=True)": '[{"h":4,"label":"cat","rotation":270,"w":3.5,"x":1,"y":2}]',
    "polygons": '[{"label":"dog","rings":[[[0,0],[9,0],[9,9]]]}]',
    "mask": '{"counts":{"cat":[9,2,2,2,9]},"height":4,"width":6}',
    "keypoints(points='nose, tail')": '[{"label":"dog","points":[[1,2,2],[0,0,0]]}]',
}
WRONG: list[tuple[str, Any, str]] = [
    ("classes", '["cta"]', "class 1: 'cta' is not one of the classes 'cat', 'dog'; did you mean 'cat'"),
    ("classes(most=1)", '["cat", "dog"]', "0 to 1 classes; this one has 2"),
    ("classes", "cat", "a list of classes in JSON, and 'cat' is no JSON"),
    ("classes", '"cat"', "a list of classes, not 'cat'"),
    ("rating", 6, "whole number from 1 to 5, not 6"),
    ("rating", "4.5", "whole number from 1 to 5"),
    ("rating", True, "whole number from 1 to 5"),
    ("text", "  ", "empty; skip the sample instead"),
    ("text", "a\x00", r"control characters, and this one has '\\x00' at 1"),
    ("text(longest=3)", "abcd", "at most 3 characters; this one has 4"),
    ("spans", [{"start": 3, "end": 3, "label": "cat"}], "span 1 ends at 3, which is not after its start, 3"),
    ("spans", [{"start": -1, "end": 3, "label": "cat"}], "span 1: start must be a whole number of 0 or more, not -1"),
    ("spans", [{"start": 0, "end": 3}], "span 1 has no 'label'"),
    ("spans", [{"start": 0, "end": 3, "label": "cat", "who": 1}], "span 1 has 'who', which is not one of"),
    (
        "spans",
        [{"start": 0, "end": 3, "label": "cat"}, {"start": 2, "end": 4, "label": "dog"}],
        "spans 0 to 3 and 2 to 4 overlap",
    ),
    ("segments", [{"start": 1.5, "end": 1.5, "label": "cat"}], "segment 1 ends at 1.5 s, which is not after its start"),
    ("segments", [{"start": -1, "end": 1, "label": "cat"}], "segment 1: start must be 0 or more, not -1"),
    ("segments", [{"start": 0, "end": 1, "label": "cow"}], "segment 1: 'cow' is not one of the classes"),
    (
        "segments(overlapping=False)",
        [{"start": 0, "end": 1.5, "label": "cat"}, {"start": 1, "end": 2, "label": "dog"}],
        "segments 0 to 1.5 s and 1 to 2 s overlap",
    ),
    ("boxes", [{"x": 1, "y": 2, "w": 0, "h": 4, "label": "cat"}], "box 1: w must be 0.001 or more, not 0"),
    ("boxes", [{"x": 1, "y": float("nan"), "w": 1, "h": 4, "label": "cat"}], "box 1: y must be a number"),
    ("boxes", [{"x": 1, "y": 1, "w": 1, "h": 4, "label": "cat", "rotation": 3}], "box 1 has 'rotation'"),
    ("boxes", "[" * 100_000, "no JSON"),
    ("polygons", [{"rings": [[[0, 0], [1, 1]]], "label": "cat"}], "polygon 1, ring 1 has 2 points"),
    ("polygons", [{"rings": [], "label": "cat"}], "a list with an outline in it"),
    ("mask", {"height": 2, "width": 2, "counts": {"cat": [1, 2]}}, "'cat' counts 3 pixels, and the mask has 4"),
    ("mask", {"height": 2, "width": 2, "counts": {"cat": [0, 2, 2], "dog": [1, 3]}}, "pixels of both 'cat' and 'dog'"),
    ("mask", {"height": 10**6, "width": 10**6, "counts": {}}, "at most 100,000,000 pixels"),
    ("keypoints(points='nose,tail')", [{"points": [[1, 2, 2]], "label": "dog"}], "points must be 2 of"),
    ("keypoints(points='nose')", [{"points": [[1, 2, 5]], "label": "dog"}], "thing 1, nose must be"),
    ("preference(ties=False)", "tie", "one of left, right, not 'tie'"),
    ("preference", "rigth", "did you mean 'right'"),
]


def kind(text: str):
    return parse_kind(text, CLASSES)


@pytest.mark.parametrize("text", KINDS)
def test_what_is_right_has_one_text_that_reads_back(text: str) -> None:
    written = kind(text).check(KINDS[text])
    assert written == WRITTEN.get(text, KINDS[text])
    assert kind(text).check(written) == written


def test_every_kind_is_here() -> None:
    assert {t.partition("(")[0] for t in KINDS} == {"class", *MADE}


@pytest.mark.parametrize(("text", "value", "why"), WRONG)
def test_what_is_wrong_gets_a_sentence(text: str, value: Any, why: str) -> None:
    with pytest.raises(BadLabel, match=why):
        kind(text).check(value)


@pytest.mark.parametrize("text", KINDS)
def test_the_form_is_plain_data_that_names_the_kind(text: str) -> None:
    form = json.loads(json.dumps(kind(text).form()))
    assert form["kind"] == text.partition("(")[0]
    assert kind(text).grown(["axolotl"]) == kind(text)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["x", "y", "w", "h", "label", "start", "end", "points", "rings", "counts", "height", "width"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(list(KINDS)), ANY)
def test_whatever_comes_is_a_label_or_a_bad_label(text: str, value: Any) -> None:
    try:
        written = kind(text).check(value)
    except BadLabel:
        return
    assert kind(text).check(written) == written


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_runs_cover_the_same_pixels(counts: list[int]) -> None:
    def pixels(c: list[int]) -> list[bool]:
        return [bool(n % 2) for n, count in enumerate(c) for _ in range(count)]

    tidy = runs(counts, sum(counts), "it")
    assert pixels(tidy) == pixels(counts)
    assert all(tidy[1:])
    assert sorted(p for a, b in stretches(tidy) for p in range(a, b)) == [
        p for p, on in enumerate(pixels(counts)) if on
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rating(low=5, high=1)", "rating: low and high must be whole numbers"),
        ("keypoints", r"keypoints needs points, as in keypoints\(points='nose,tail'\)"),
        ("keypoints(points='a,a')", "distinct names joined by commas"),
        ("text(longest=0)", "longest must be a whole number of 1 or more"),
        ("boxes(turned=1)", "boxes: turned must be True or False, not 1"),
        ("classes(most='2')", "classes: most must be a whole number, not '2'"),
        ("boxs", "did you mean 'boxes'"),
        ("spans(overlaping=True)", "did you mean 'overlapping'"),
    ],
)
def test_a_wrong_kind_gets_a_sentence(text: str, why: str) -> None:
    with pytest.raises(BadConfig, match=why):
        kind(text)


def test_a_turned_box_may_begin_outside_the_picture_and_a_huge_number_is_a_bad_label() -> None:
    turned = {"x": -45, "y": 45, "w": 100, "h": 10, "rotation": 90, "label": "cat"}  # x 0 to 10 as it lies
    assert json.loads(parse_kind("boxes(turned=True)", ["cat"]).check([turned])) == [turned]
    with pytest.raises(BadLabel, match="x must be a number of less than ten million"):
        parse_kind("boxes", ["cat"]).check([{"x": 10**400, "y": 0, "w": 1, "h": 1, "label": "cat"}])
