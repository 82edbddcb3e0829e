"""Add-ons as text: 'learning_loss(weight=0.5)+fixmatch'.  Floor 4."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from askance.errors import BadLearner, nearest
from askance.learners.torch.addons.addon import ADDONS, AddOn, Maker
from askance.registry import Registry

CALL = re.compile(r"(\w+)(?:\(([^()]*)\))?")
WORDS = {"true": True, "yes": True, "false": False, "no": False}


def written(names: str, options: Mapping[str, str]) -> str:
    """'a+b' and {'a.weight': '0.5'}, as they stand in a learner's text -> 'a(weight=0.5)+b'."""
    there = [name.strip() for name in names.split("+") if name.strip()]
    said: dict[str, list[str]] = {name: [] for name in there}
    for option, value in options.items():
        name, _, key = option.partition(".")
        if name not in said:
            raise BadLearner(
                f"the option {option} belongs to an add-on {name!r} that is not added{nearest(name, said)}; "
                f"add it with add={name}"
            )
        said[name].append(f"{key}={value}")
    return "+".join(f"{name}({','.join(said[name])})" if said[name] else name for name in there)


def read_addons(text: str, makers: Registry[Maker] | Mapping[str, Maker] = ADDONS) -> tuple[AddOn, ...]:
    """'learning_loss(weight=0.5)+fixmatch' -> the add-ons, in this order; '' -> none."""
    found: list[AddOn] = []
    for call in filter(None, (part.strip() for part in text.split("+"))):
        match = CALL.fullmatch(call)
        if match is None:
            raise BadLearner(f"cannot read the add-on {call!r} in {text!r}; write name or name(option=value,...)")
        name, inside = match.groups()
        if name in (a.name for a in found):
            raise BadLearner(f"the add-on {name!r} is added twice in {text!r}")
        make = makers[name].make
        found.append(make(**_values(name, make, inside or "")))
        for other in found[:-1]:
            if both := other.provides & found[-1].provides:
                raise BadLearner(f"{other.name} and {name} both give {', '.join(sorted(both))}; add one of them")
    return tuple(found)


def _values(name: str, make: Callable[..., AddOn], inside: str) -> dict[str, Any]:
    """'weight=0.5,warm=yes' -> {"weight": 0.5, "warm": True}, each of the type of its default."""
    defaults = {p.name: p.default for p in inspect.signature(make).parameters.values()}
    values: dict[str, Any] = {}
    for part in filter(None, (p.strip() for p in inside.split(","))):
        key, equals, word = (w.strip() for w in part.partition("="))
        if not equals or key not in defaults:
            known = f"it has {', '.join(defaults)}" if defaults else "it has none"
            raise BadLearner(f"the add-on {name!r} has no option {key!r}{nearest(key, defaults)}; {known}")
        values[key] = _value(f"{name}.{key}", word, type(defaults[key]))
    return values


def _value(option: str, word: str, kind: type) -> Any:
    try:
        return WORDS[word.lower()] if kind is bool else kind(word)
    except (ValueError, KeyError):
        wanted = {bool: "yes or no", int: "a whole number", float: "a number"}.get(kind, "a word")
        raise BadLearner(f"{option} must be {wanted}, not {word!r}") from None
