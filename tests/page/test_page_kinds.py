"""Fifty questions of seven kinds of label and fifteen of the others by keys alone, and what the store has of them."""

import json
import re
from collections.abc import Callable

import pytest
from page_server import TOPICS
from visits import Visit

pytestmark = pytest.mark.browser
N = 50
FEWER = 15  # of the kinds beyond the first seven
ENTITIES = ("PER", "ORG", "LOC")
THINGS = ("cell", "dust")


def answered(visit: Callable[..., Visit], name: str, keys: Callable[[int], list[str]], n: int = N) -> list[str]:
    """-> what the store has of the n answers, in their order."""
    v = visit(name, spec=name, viewport={"width": 1280, "height": 900})
    before = set(v.site.kept(name))
    done = v.label(n, lambda i, _: keys(i))
    v.saved()
    kept = v.site.kept(name)
    assert set(kept) - before == set(done)
    assert len(set(done)) == n
    return [kept[id] for id in done]


def test_one_class_of_a_text(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "news", lambda i: [str(1 + i % 4)])
    assert kept == [TOPICS[i % 4] for i in range(N)]


def test_one_class_of_an_array_by_its_digit(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "digits", lambda i: [str(i % 10)], FEWER)
    assert kept == [str(i % 10) for i in range(FEWER)]


def test_several_classes_of_a_text(visit: Callable[..., Visit]) -> None:
    on = [[c for c in range(4) if i >> c & 1] for i in range(N)]
    kept = answered(visit, "topics", lambda i: [*(str(c + 1) for c in on[i]), "Enter"])
    assert [set(json.loads(k)) for k in kept] == [{TOPICS[c] for c in chosen} for chosen in on]


def test_a_number_for_a_row(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "strength", lambda i: [*f"{i}.5", "Enter"])
    assert [float(k) for k in kept] == [i + 0.5 for i in range(N)]


def test_a_grade_for_a_row(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "stars", lambda i: [str(1 + i % 5)], FEWER)
    assert [int(k) for k in kept] == [1 + i % 5 for i in range(FEWER)]


def test_words_of_ones_own(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "summaries", lambda i: [*f"no {i}", "Shift+Enter", *"Zü ok", "Enter"])
    assert kept == [f"no {i}\nZü ok" for i in range(N)]


def test_parts_of_a_text_counted_in_code_points(visit: Callable[..., Visit]) -> None:
    """The i-th word or so, with what comes after it."""
    texts: list[str] = []
    v = visit("names")

    def keys(i: int, _: str) -> list[str]:
        texts.append(v.page.locator(".words").inner_text())
        return [*["ArrowRight"] * (i % 5), "Shift+ArrowRight", "Shift+ArrowRight", str(1 + i % 3), "Enter"]

    done = v.label(N, keys)
    v.saved()
    kept = v.site.kept("names")
    for i, (id, text) in enumerate(zip(done, texts, strict=True)):
        words = [m.span() for m in re.finditer(r"\w+", text)]
        (span,) = json.loads(kept[id])
        assert span["label"] == ENTITIES[i % 3]
        assert (span["start"], text[span["start"] :].split()[0][:1]) == (words[i % 5][0], text[words[i % 5][0]])
        assert span["end"] in {w[1] for w in words}
        assert span["end"] > words[i % 5][1]


def test_a_span_behind_a_character_of_two_units(visit: Callable[..., Visit]) -> None:
    v = visit("names")
    text, now = "", v.item
    while "🙂" not in text:
        text = v.page.locator(".words").inner_text()
        if "🙂" not in text:
            v.press("Enter")
            now = v.after(now)
    v.page.get_by_text("prices", exact=True).click()
    v.press("3", "Enter")
    v.after(now)
    v.saved()
    (span,) = json.loads(v.site.kept("names")[now])
    assert text[span["start"] : span["end"]] == "prices"
    assert span["label"] == "LOC"


def test_boxes_on_a_picture(visit: Callable[..., Visit]) -> None:
    """Two corners by arrows and p; the second box of every other picture is of the other class."""

    def keys(i: int) -> list[str]:
        first = ["Shift+ArrowLeft"] * (1 + i % 3) + ["p"] + ["Shift+ArrowRight"] * 3 + ["Shift+ArrowDown"] * 2 + ["p"]
        second = ["2", "p", "Shift+ArrowDown", "ArrowRight", "ArrowRight", "p"] if i % 2 else []
        return [*first, *second, "Enter"]

    kept = answered(visit, "boxes", keys)
    for i, boxes in enumerate(map(json.loads, kept)):
        left = 320 - 10 * (1 + i % 3)
        want = [{"x": left, "y": 210, "w": 30, "h": 20, "label": "cell"}]
        want += [{"x": left + 30, "y": 230, "w": 2, "h": 10, "label": "dust"}] if i % 2 else []
        assert boxes == want


def test_outlines_on_a_picture(visit: Callable[..., Visit]) -> None:
    corners = ["p", *["Shift+ArrowRight"] * 2, "p", *["Shift+ArrowDown"] * 2, "p"]
    kept = answered(visit, "outlines", lambda i: [str(1 + i % 2), *corners, "Enter", "Enter"], FEWER)
    rings = [[[320, 210], [340, 210], [340, 230]]]
    assert [json.loads(k) for k in kept] == [[{"rings": rings, "label": THINGS[i % 2]}] for i in range(FEWER)]


def test_points_on_a_picture(visit: Callable[..., Visit]) -> None:
    """A nucleus that is hidden now and then, and an edge that is not there now and then."""

    def keys(i: int) -> list[str]:
        nucleus = ["p", "v"] if i % 2 else ["p"]
        edge = ["o"] if i % 3 == 0 else ["ArrowRight", "p"]
        return [*nucleus, *edge, "Enter"]

    kept = answered(visit, "points", keys, FEWER)
    for i, (thing,) in enumerate(map(json.loads, kept)):
        nucleus, edge = [320, 210, 1 if i % 2 else 2], [0, 0, 0] if i % 3 == 0 else [321, 210, 2]
        assert thing == {"points": [nucleus, edge], "label": "cell"}


def test_masks_on_a_picture(visit: Callable[..., Visit]) -> None:
    kept = answered(visit, "masks", lambda i: [str(1 + i % 2), "p", "Enter"], FEWER)
    for i, mask in enumerate(map(json.loads, kept)):
        assert (mask["width"], mask["height"]) == (640, 420)
        assert list(mask["counts"]) == [THINGS[i % 2]]
        runs = mask["counts"][THINGS[i % 2]]
        assert sum(runs) == 640 * 420
        assert 600 < sum(runs[1::2]) < 1000  # a brush of radius 16


def test_which_of_two_is_better(visit: Callable[..., Visit]) -> None:
    press, said = ("ArrowLeft", "ArrowRight", "="), ("left", "right", "tie")
    kept = answered(visit, "better", lambda i: [press[i % 3]])
    assert kept == [said[i % 3] for i in range(N)]
