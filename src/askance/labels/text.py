"""Text to label kind: `class`, `number`, `number(low=0, high=100, unit='MPa')`.  Floor 2.

The text is read by a whitelisted walk over Python's syntax tree: a name, or a call with keyword literals.  Nothing in
it is ever run.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from askance.errors import BadConfig, nearest
from askance.labels.number import Number
from askance.labels.single import OneClass
from askance.protocols import LabelKind

CLASS, NUMBER = "class", "number"
# What may be said in the brackets: {name of the kind: its parameters}.  The classes are a setting of their own.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    CLASS: (),
    NUMBER: tuple(f.name for f in fields(Number) if f.name != "classes"),
}


def parse_kind(text: str, classes: Sequence[str] = (), open_classes: bool = False) -> LabelKind:
    """The kind that a text means; a name that is close to a known one is suggested.

    classes, open_classes: for the kind `class`, which is one of a list of names.
    """
    name, said = _taken_apart(text)
    make: Mapping[str, Callable[..., LabelKind]] = {
        CLASS: lambda: OneClass(tuple(classes), open_classes),
        NUMBER: lambda **range: Number(**range),
    }
    return make[name](**said)


def kind_name(text: str) -> str:
    """'number(low=0)' -> 'number'."""
    return _taken_apart(text)[0]


def _taken_apart(text: str) -> tuple[str, dict[str, Any]]:
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
