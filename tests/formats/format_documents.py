"""Documents at random, and what has to come back of one that was written and read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from askance.formats import Annotation, Document, Format, Item, Prediction, Suggestion, Tally
from askance.formats.reading import completed
from askance.formats.source import Source
from askance.formats.values import EVERY_KIND, IMAGE_KINDS, canonical, classes_seen
from askance.formats.writing import fitted
from askance.labels.structured import write

# letters beyond U+FFFF, from right to left, that combine; what tables, XML and spreadsheets trip over
LETTERS = "ab XY.,;\t'\"<&>|=-+@\\/#%:éß中😀𝔸אבגا\u0301\u200f0129"
CLASSES = ("cat", "dog", "כלב", "B-x y", "=SUM(A1)", "😀", "a|b", "<b>&", "Cat")
TEXTS = st.text(LETTERS, min_size=1, max_size=24).filter(str.strip)
WORDS = st.text("abXY😀אב=+'", min_size=1, max_size=8)
COORDINATE = st.integers(0, 60_000).map(lambda n: n / 1000)
SIDE = st.integers(1, 60_000).map(lambda n: n / 1000)
LABEL = st.sampled_from(CLASSES)


def sources(files: Mapping[str, bytes], folder: bool) -> Source:
    return Source("written", {name: lambda data=data: data for name, data in files.items()}, folder)


@st.composite
def counts(draw: Any, pixels: int) -> list[list[int]]:
    """Runs of one to three areas that do not meet."""
    owners = draw(st.lists(st.integers(0, 3), min_size=pixels, max_size=pixels))
    areas = []
    for owner in (1, 2, 3):
        runs, on = [0], False
        for o in owners:
            if (o == owner) != on:
                runs.append(0)
                on = not on
            runs[-1] += 1
        areas.append(runs)
    return areas


def boxes(turned: bool) -> st.SearchStrategy[Any]:
    turn = {"rotation": st.sampled_from([30, 90, 180.5, 359.999])} if turned else {}
    box = {"x": COORDINATE, "y": COORDINATE, "w": SIDE, "h": SIDE, "label": LABEL}
    return st.lists(st.fixed_dictionaries(box, optional=turn), max_size=3)


POINT = st.tuples(COORDINATE, COORDINATE).map(list)
RING = st.lists(POINT, min_size=3, max_size=5, unique_by=tuple)
JOINT = st.tuples(COORDINATE, COORDINATE, st.sampled_from([0, 1, 2])).map(list)


@st.composite
def masks(draw: Any, item: Item) -> Any:
    areas = draw(counts(item.width * item.height))
    names = draw(st.permutations(CLASSES))[:3]
    return {"height": item.height, "width": item.width, "counts": dict(zip(names, areas, strict=True))}


@st.composite
def spans(draw: Any, item: Item) -> Any:
    text = item.data["text"]
    out = []
    for label in draw(st.lists(LABEL, max_size=3)):
        start = draw(st.integers(0, len(text) - 1))
        out.append({"start": start, "end": draw(st.integers(start + 1, len(text))), "label": label})
    return out


@st.composite
def segments(draw: Any) -> Any:
    start = draw(st.integers(0, 60_000))
    return {"start": start / 1000, "end": (start + draw(st.integers(1, 9000))) / 1000, "label": draw(LABEL)}


def labels(kind: str, item: Item) -> st.SearchStrategy[Any]:
    match kind:
        case "class":
            return LABEL
        case "classes":
            return st.lists(LABEL, max_size=3)
        case "number":
            return st.floats(-1e12, 1e12)
        case "rating":
            return st.integers(-3, 9)
        case "text":
            return st.one_of(st.just(""), TEXTS)
        case "spans":
            return spans(item)
        case "segments":
            return st.lists(segments(), max_size=3)
        case "boxes":
            return boxes(turned=True)
        case "polygons":
            outline = {"rings": st.lists(RING, min_size=1, max_size=2), "label": LABEL}
            return st.lists(st.fixed_dictionaries(outline), max_size=3)
        case "mask":
            return masks(item)
        case "keypoints":
            thing = {"points": st.lists(JOINT, min_size=2, max_size=2), "label": LABEL}
            return st.lists(st.fixed_dictionaries(thing), max_size=2)
    return st.sampled_from(["left", "right", "tie"])


@st.composite
def items(draw: Any, kind: str) -> tuple[Item, ...]:
    names = draw(
        st.lists(
            st.sampled_from(["a.png", "b.png", "דג.png", "x/a.png", "../e.png", "=1.png"]),
            unique=True,
            min_size=1,
            max_size=3,
        )
    )
    sizes = st.integers(1, 4) if kind == "mask" else st.sampled_from([1, 7, 640])
    found = []
    for name in names:
        width, height = (draw(sizes), draw(sizes)) if kind in IMAGE_KINDS else (0, 0)
        data = {} if kind in IMAGE_KINDS else {"text": draw(TEXTS)}
        data |= draw(st.dictionaries(st.sampled_from(["label", "source", "data.x"]), WORDS, max_size=1))
        found.append(Item(name, data, width, height))
    return tuple(found)


AT = st.sampled_from(["", "2026-01-01T00:00:00+00:00", "2026-11-21T07:00:00.250000+00:00"])


@st.composite
def annotations(draw: Any, kind: str, item: Item, bare: bool) -> Annotation:
    skipped = draw(st.integers(0, 4)) == 0
    value = "" if skipped else canonical(kind, _json(kind, draw(labels(kind, item))))
    a = Annotation(item.name, kind, value, skipped=skipped)
    if bare:
        return a
    guess = st.builds(Suggestion, st.just(value), st.none() | st.floats(0, 1), WORDS, st.none() | st.booleans())
    return replace(
        a,
        key=draw(st.sampled_from(["", "7", "k1"])),
        who=draw(st.sampled_from(["", "3", "ann", "=cmd"])),
        at=draw(AT),
        ms=draw(st.none() | st.integers(0, 10**6)),
        ground_truth=draw(st.booleans()),
        note=draw(st.sampled_from(["", "@me: why?\nline"])),
        suggestion=draw(st.none() | guess) if value else None,
        selection=draw(st.sampled_from([{}, {"round": 2, "rank": 1, "utility": 0.5, "why": "-unsure"}])),
    )


def _json(kind: str, value: Any) -> Any:
    return write(value) if isinstance(value, list | dict) else value


@st.composite
def documents(draw: Any, kind: str, bare: bool) -> Document:
    """bare: answers alone, at most one for a sample, and no predictions."""
    found = draw(items(kind))
    answers, guesses = [], []
    for item in found:
        answers += [draw(annotations(kind, item, bare)) for _ in range(draw(st.integers(0, 1 if bare else 2)))]
        if not bare and draw(st.booleans()):
            value = canonical(kind, _json(kind, draw(labels(kind, item))))
            if value:
                guesses.append(Prediction(item.name, kind, value, "", draw(st.none() | st.floats(0, 1)), "m1"))
    more = draw(st.lists(LABEL, unique=True, max_size=2))
    points = ("nose", "tail") if kind == "keypoints" else ()
    return completed(Document(found, tuple(answers), tuple(guesses), tuple(more), points))


KINDS_ = sorted(EVERY_KIND)


def expected(document: Document, format: Format) -> tuple[Document, set[str]]:
    """What is left of it once the declared losses are taken away, and those losses."""
    tally = Tally()
    return fitted(completed(document), format, tally), set(tally.counts)


def normal(document: Document, format: Format) -> Document:
    """Without what the format does not keep, and what cannot be told: the kind of a skip, the order of answers."""
    names = {item.name: str(n) for n, item in enumerate(document.items, 1)} if "name" not in format.keeps else {}
    items = [replace(item, name=names.get(item.name, item.name)) for item in document.items]
    answers = [
        replace(a, item=names.get(a.item, a.item), kind="" if a.skipped else a.kind) for a in document.annotations
    ]
    said = [(a.kind, a.value) for a in document.answers if a.value]
    return Document(
        tuple(sorted(items, key=lambda i: i.name)),
        tuple(sorted(answers, key=repr)),
        tuple(sorted(document.predictions, key=repr)),
        document.classes if "classes" in format.keeps else classes_seen(said),
        document.points if "points" in format.keeps else (),
    )
