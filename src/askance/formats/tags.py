"""Words with tags (B-ORG, I-ORG, O; also IOB1 and BIOES) to and from spans of a text.  Floor 4."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

OUTSIDE = "O"
Place = tuple[int, int]  # start and end of a word, in code points


def rebuilt(words: Sequence[str]) -> tuple[str, list[Place]]:
    """The text of words with one blank between them, and where they are."""
    places, at = [], 0
    for word in words:
        places.append((at, at + len(word)))
        at += len(word) + 1
    return " ".join(words), places


def decoded(tags: Sequence[str], places: Sequence[Place]) -> list[dict[str, Any]]:
    """Spans, each from the first of its words to the last.

    B, S and U begin one; I, M, E and L go on with one of the same class, and begin one where there is none (IOB1).
    """
    spans: list[dict[str, Any]] = []
    open_ = False
    for tag, (start, end) in zip(tags, places, strict=True):
        mark, _, label = tag.partition("-")
        if not label:
            open_ = False
            continue
        if open_ and mark in "IMEL" and spans[-1]["label"] == label:
            spans[-1]["end"] = end
        else:
            spans.append({"start": start, "end": end, "label": label})
        open_ = mark not in "ESLU"
    return spans


def words_of(text: str, spans: Iterable[dict[str, Any]]) -> list[Place]:
    """The words between blanks, cut also where a span begins or ends."""
    cuts = sorted({edge for span in spans for edge in (span["start"], span["end"])})
    places: list[Place] = []
    n = 0
    for word in re.finditer(r"\S+", text):
        start, end = word.span()
        while n < len(cuts) and cuts[n] <= start:
            n += 1
        m = n
        while m < len(cuts) and cuts[m] < end:
            places.append((start, cuts[m]))
            start = cuts[m]
            m += 1
        places.append((start, end))
    return places


def encoded(places: Sequence[Place], spans: Sequence[dict[str, Any]], ends: bool) -> list[str]:
    """A tag a word, for spans in order that do not overlap.  ends: BIOES instead of BIO."""
    tags = [OUTSIDE] * len(places)
    n = 0
    for span in spans:
        while n < len(places) and places[n][0] < span["start"]:
            n += 1
        first = n
        while n < len(places) and places[n][1] <= span["end"]:
            n += 1
        for at in range(first, n):
            tags[at] = f"{_mark(at == first, at == n - 1, ends)}-{span['label']}"
    return tags


def _mark(first: bool, last: bool, ends: bool) -> str:
    if ends and last:
        return "S" if first else "E"
    return "B" if first else "I"
