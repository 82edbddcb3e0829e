"""Text to label kind: `class`, `number(low=0, high=100, unit='MPa')`, `boxes`, `spans(overlapping=True)`.  Floor 2.

The text is read by a whitelisted walk over Python's syntax tree: a name, or a call with keyword literals.  Nothing in
it is ever run.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from askance.errors import BadConfig, nearest
from askance.kinds import WORDS
from askance.labels.boxes import Boxes
from askance.labels.free import FreeText
from askance.labels.keypoints import Keypoints
from askance.labels.mask import Mask
from askance.labels.number import Number
from askance.labels.polygons import Polygons
from askance.labels.preference import Preference
from askance.labels.rating import Rating
from askance.labels.segments import Segments
from askance.labels.several import SeveralClasses
from askance.labels.single import OneClass
from askance.labels.spans import Spans
from askance.protocols import LabelKind

CLASS, NUMBER = "class", "number"
KINDS = (Number, SeveralClasses, Rating, FreeText, Spans, Segments, Boxes, Polygons, Mask, Keypoints, Preference)
MADE: Mapping[str, Any] = {kind.name: kind for kind in KINDS}
# Those whose answers name classes of the campaign's.
NAMED = {"classes", "spans", "segments", "boxes", "polygons", "mask", "keypoints"}
LEARNED = {CLASS, NUMBER, "rating", "preference"}  # the kinds that learners here learn from
OF_NUMBERS = {NUMBER, "rating"}
# What may be said in the brackets: {name of the kind: its parameters}.  The classes are a setting of their own.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    CLASS: (),
    **{name: tuple(f.name for f in fields(kind) if f.name != "classes") for name, kind in MADE.items()},
}


def parse_kind(text: str, classes: Sequence[str] = (), open_classes: bool = False) -> LabelKind:
    """The kind that a text means; a name that is close to a known one is suggested.

    classes: for the kinds whose answers name classes; open_classes: for `class` alone.
    """
    name, said = _taken_apart(text)
    if name == CLASS:
        return OneClass(tuple(classes), open_classes)
    needs = [f.name for f in fields(MADE[name]) if f.default is MISSING and f.name not in {"classes", *said}]
    if needs:
        raise BadConfig(f"labels: {name} needs {needs[0]}, as in {name}({needs[0]}='nose,tail')")
    for f in fields(MADE[name]):
        _check_type(name, f, said)
    made: LabelKind = MADE[name](**said, **({"classes": tuple(classes)} if name in NAMED else {}))
    return made


def _check_type(kind: str, f: Field[Any], said: Mapping[str, Any]) -> None:
    """A flag is a flag, and a count a count; what may be left open is checked by the kind itself."""
    wanted = type(f.default)
    if f.name in said and f.default is not None and f.default is not MISSING and type(said[f.name]) is not wanted:
        raise BadConfig(f"labels: {kind}: {f.name} must be {WORDS[wanted]}, not {said[f.name]!r}")


def kind_name(text: str) -> str:
    """'number(low=0)' -> 'number'."""
    return _taken_apart(text)[0]


def _taken_apart(text: str) -> tuple[str, dict[str, Any]]:
    if text.strip() == CLASS:  # a word that Python keeps for itself
        return CLASS, {}
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadConfig(f"cannot read labels = {text!r}; it is class, number, or number(low=0, high=100)") from None
    match node:
        case ast.Name(id=name):
            return _known(name, {}, text)
        case ast.Call(ast.Name(name), [], keywords):
            return _known(name, _literals(keywords, text), text)
    raise BadConfig(f"cannot read labels = {text!r}; it is class, number, or number(low=0, high=100)")


def _known(name: str, said: dict[str, Any], text: str) -> tuple[str, dict[str, Any]]:
    if name not in PARAMETERS:
        hint = nearest(name, PARAMETERS) or f"; there are {' and '.join(PARAMETERS)}"
        raise BadConfig(f"labels: no kind of label is called {name!r}{hint}")
    for word in said:
        if word not in PARAMETERS[name]:
            has = f"it has {', '.join(PARAMETERS[name])}" if PARAMETERS[name] else "it has none"
            raise BadConfig(f"labels: {name} has no parameter {word!r}{nearest(word, PARAMETERS[name])}; {has}")
    return name, said


def _literals(keywords: list[ast.keyword], text: str) -> dict[str, Any]:
    try:
        return {str(word.arg): ast.literal_eval(word.value) for word in keywords}
    except (ValueError, TypeError):
        raise BadConfig(f"labels: the parameters in {text!r} must be plain numbers or words in quotes") from None
