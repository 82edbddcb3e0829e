"""How far answers are apart, against values worked out by hand and brute force."""

import json
from itertools import permutations

import numpy as np
import pytest

from askance.labels import parse_kind
from askance.labels.distance import distance, right
from askance.labels.structured import write


def far(kind: str, a: object, b: object, classes: tuple[str, ...] = ()) -> float:
    found = distance(parse_kind(kind, classes))
    one, other = (v if isinstance(v, str) else write(v) for v in (a, b))
    assert found(one, other) == pytest.approx(found(other, one)), "the same from both sides"
    assert found(one, one) == 0.0
    return found(one, other)


def box(x: float, y: float, w: float, h: float, label: str = "cat", **more: float) -> dict[str, object]:
    return {"x": x, "y": y, "w": w, "h": h, "label": label, **more}


@pytest.mark.parametrize(
    ("kind", "a", "b", "wanted"),
    [
        ("class", "cat", "dog", 1.0),
        ("rating(low=1, high=5)", "2", "4", 0.5),
        ("number(low=0, high=10)", "2.0", "7.0", 0.5),
        ("number", "2.0", "6.0", 0.5),  # |2 - 6| / (2 + 6)
        ("number", "-1.0", "1.0", 1.0),
        ("text", "the cat sat", "the cat sat down", 0.25),
        ("text", "a b c d", "b c d e", 0.5),
        ("classes", ["a", "b", "c"], ["a", "b"], 1 - 2 / 3 * 2 / 3),  # the one in the other
        ("classes", ["a", "b"], ["b", "c"], 1 - 1 / 3 * 1 / 3),  # they cross
        ("classes", ["a"], ["b"], 1.0),
        ("classes", [], ["b"], 1.0),
        ("boxes", [box(0, 0, 10, 10)], [box(5, 0, 10, 10)], 2 / 3),  # 50 of 150
        ("boxes", [box(0, 0, 10, 10)], [box(0, 0, 10, 10, "dog")], 1.0),
        ("boxes", [box(0, 0, 10, 10)], [box(0, 0, 10, 10), box(50, 0, 9, 9)], 1 - 2 / 3),
        ("boxes", [], [box(0, 0, 1, 1)], 1.0),
        ("boxes", [], [], 0.0),
    ],
)
def test_distances_worked_out_by_hand(kind: str, a: object, b: object, wanted: float) -> None:
    assert far(kind, a, b, ("a", "b", "c", "cat", "dog") if kind in ("classes", "boxes") else ()) == pytest.approx(
        wanted
    )


def test_edits_of_texts_are_those_of_the_table() -> None:
    draw = np.random.default_rng(0)
    kind = parse_kind("text")
    for _ in range(60):
        a, b = (["xyz"[n] for n in draw.integers(0, 3, draw.integers(1, 9))] for _ in range(2))
        table = np.zeros((len(a) + 1, len(b) + 1))
        table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
        for i, one in enumerate(a, 1):
            for j, other in enumerate(b, 1):
                table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one != other))
        assert distance(kind)(" ".join(a), " ".join(b)) == pytest.approx(table[-1, -1] / max(len(a), len(b)))


def test_parts_are_matched_so_that_the_overlap_is_the_largest_there_is() -> None:
    draw = np.random.default_rng(1)
    kind = parse_kind("spans(overlapping=True)", ("a", "b"))
    for _ in range(40):
        a, b = (
            [
                {"start": int(s), "end": int(s + n), "label": "ab"[c]}
                for s, n, c in draw.integers((0, 1, 0), (20, 9, 2), (k, 3))
            ]
            for k in draw.integers(1, 5, 2)
        )
        few, many = sorted((a, b), key=len)
        best = max(sum(iou(p, q) for p, q in zip(few, order, strict=False)) for order in permutations(many, len(few)))
        assert distance(kind)(write(a), write(b)) == pytest.approx(1 - 2 * best / (len(a) + len(b)))


def span(start: int, length: int, label: int) -> dict[str, object]:
    return {"start": start, "end": start + length, "label": "ab"[label]}


def iou(p: dict[str, object], q: dict[str, object]) -> float:
    one, other = (set(range(s["start"], s["end"])) for s in (p, q))  # type: ignore[call-overload]
    return len(one & other) / len(one | other) if p["label"] == q["label"] else 0.0


def test_outlines_turned_boxes_and_masks_against_pixels() -> None:
    ring = [[0, 0], [40, 0], [40, 40], [0, 40]]
    hole = [[10, 10], [30, 10], [30, 30], [10, 30]]
    whole, holed = ([{"rings": r, "label": "cat"}] for r in ([ring], [ring, hole]))
    assert far("polygons", whole, holed, ("cat",)) == pytest.approx(0.25, abs=0.02)
    square, turned = [box(0, 0, 10, 10)], [box(0, 0, 10, 10, rotation=45)]
    octagon = (
        8 * (np.sqrt(2) - 1) / 4 * 100 * (2 - np.sqrt(2)) / (2 * (np.sqrt(2) - 1)) * 0 + 82.84
    )  # both, by geometry
    assert far("boxes(turned=True)", square, turned, ("cat",)) == pytest.approx(1 - octagon / (200 - octagon), abs=0.02)
    draw = np.random.default_rng(2)
    one, other = draw.integers(0, 3, (2, 6, 7))
    same = ((one == other) & (one > 0)).sum() / ((one > 0) | (other > 0)).sum()
    assert far("mask", mask(one), mask(other), ("a", "b")) == pytest.approx(1 - same)
    assert far("mask", mask(one), mask(other[:3]), ("a", "b")) == 1.0


def mask(pixels: np.ndarray) -> str:
    counts = {}
    for value, name in ((1, "a"), (2, "b")):
        flat = (pixels == value).ravel("F").astype(int)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [1 - flat[-1]]])))
        counts[name] = np.diff(np.concatenate([[0], edges])).tolist()
    height, width = pixels.shape
    return parse_kind("mask", ("a", "b")).check({"height": height, "width": width, "counts": counts})


def test_keypoints_as_coco_has_them() -> None:
    kind = "keypoints(points='nose,tail')"
    a = [{"points": [[0, 0, 2], [100, 100, 2]]}]
    b = [{"points": [[0, 0, 2], [100, 110, 2]]}]
    area = 100 * 110
    assert far(kind, a, b) == pytest.approx(1 - (1 + np.exp(-100 / (2 * area * 0.01))) / 2)
    hidden = [{"points": [[0, 0, 2], [0, 0, 0]]}]
    assert far(kind, a, hidden) == pytest.approx(0.5)


def test_what_is_right_enough() -> None:
    number, boxes = parse_kind("number(low=0, high=100)"), parse_kind("boxes", ("cat",))
    assert right(number, "54.0", "50.0")
    assert not right(number, "56.0", "50.0")
    one, near, off = (boxes.check(json.dumps([box(x, 0, 10, 10)])) for x in (0, 2, 5))
    assert right(boxes, near, one)
    assert not right(boxes, off, one)
    assert not right(parse_kind("class", ("a", "b")), "a", "b")
