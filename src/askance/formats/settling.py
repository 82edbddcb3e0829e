"""What one answer does not say and the others do: whether a question takes one class or several, what an empty one is.

A reader marks chosen classes with the kind CHOSEN, and an answer in which nothing is with no kind at all.  Floor 4.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from askance.formats.document import Annotation, Answer, Document, Item, Prediction
from askance.formats.report import Tally
from askance.formats.values import PIECES, canonical, single

CHOSEN = "chosen"  # its value is a JSON list of class names


def chosen(names: Iterable[Any]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def settled(document: Document, tally: Tally) -> Document:
    """With the kinds that the file as a whole tells."""
    answers = document.answers
    several = {a.question for a in answers if a.kind == CHOSEN and len(json.loads(a.value)) != 1}
    named = [_named(a, several, tally) for a in answers]
    kinds = {(a.kind, a.question) for a in named if a is not None and a.kind}
    only = kinds.pop() if len(kinds) == 1 else None
    items = {item.name: item for item in document.items}
    filled = [_filled(a, only, items, tally) for a in named if a is not None]
    annotations = tuple(a for a in filled if isinstance(a, Annotation))
    predictions = tuple(a for a in filled if isinstance(a, Prediction))
    return replace(document, annotations=annotations, predictions=predictions)


def _named(a: Answer, several: set[str], tally: Tally) -> Answer | None:
    if a.kind != CHOSEN:
        return a
    names = json.loads(a.value)
    kind = "classes" if a.question in several else "class"
    value = single(kind, names if kind == "classes" else names[0], a.item, tally)
    return None if value is None else replace(a, kind=kind, value=value)


def _filled(a: Answer, only: tuple[str, str] | None, items: dict[str, Item], tally: Tally) -> Answer | None:
    """A skip is of the only question there is; an answer in which nothing is says that there is nothing."""
    if a.kind:
        return a
    if isinstance(a, Annotation) and a.skipped:
        return replace(a, kind=only[0], question=only[1]) if only else a
    empty = _nothing(only[0], items[a.item]) if only else None
    if only is None or empty is None:
        tally.lost("answers in which nothing is, to a question that is not known", a.item)
        return None
    return replace(a, kind=only[0], question=only[1], value=empty)


def _nothing(kind: str, item: Item) -> str | None:
    """The label that says that there is nothing, where the kind has one."""
    if kind in PIECES | {"classes"}:
        return "[]"
    if kind == "mask" and item.width and item.height:
        return canonical("mask", {"height": item.height, "width": item.width, "counts": {}})
    return None


def is_empty(kind: str, value: str) -> bool:
    """Whether the label says that there is nothing."""
    return value == "[]" if kind in PIECES else kind == "mask" and not json.loads(value)["counts"]


def warned(answers: Sequence[Answer], tally: Tally) -> None:
    """Before writing what `settled` will read: what it will take for something else."""
    told = [a for a in answers if not (isinstance(a, Annotation) and a.skipped)]
    sizes: dict[str, set[int]] = {}
    for a in told:
        if a.kind == "classes":
            sizes.setdefault(a.question, set()).add(len(json.loads(a.value)))
    for question, found in sizes.items():
        if found == {1}:
            tally.lost("that a question takes several classes (every answer to it has one)", question)
    full = {(a.kind, a.question) for a in told if not is_empty(a.kind, a.value)}
    for a in told:
        if is_empty(a.kind, a.value) and full != {(a.kind, a.question)}:
            tally.lost("answers in which nothing is, where no other answer tells the question", a.item)
