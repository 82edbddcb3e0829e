"""Text to stopping rule: `stabilizing(k=3, at=0.99) | target(at=0.95)`.  Floor 2.

The text is read by a whitelisted walk over Python's syntax tree: names, calls with keyword literals, and `| &`.
Nothing in it is ever run.
"""

import ast
from typing import Any

from askance.errors import BadConfig, nearest
from askance.stopping.rule import RULES, Rule

LONGEST = 4000  # characters; more is an accident or an attack
MOST = 50  # rules in one text, so that what it prints as is never too long to be read again


def parse(text: str | Rule) -> Rule:
    """The rule that a text means; a name that is close to a known one is suggested."""
    if isinstance(text, Rule):
        return text
    if len(text) > LONGEST:
        raise BadConfig(f"a stopping rule has at most {LONGEST} characters; this one has {len(text)}")
    try:
        found = _walk(ast.parse(text.strip(), mode="eval").body, text)
    except SyntaxError as e:
        raise BadConfig(f"cannot read the stopping rule {text!r}: {e.msg} at character {e.offset}") from None
    except ValueError as e:
        if isinstance(e, BadConfig):
            raise
        raise BadConfig(f"cannot read the stopping rule {text!r}: {e}") from None
    except (RecursionError, MemoryError):
        raise BadConfig("the stopping rule is nested too deeply") from None
    if len(found.leaves()) > MOST:
        raise BadConfig(f"a stopping rule joins at most {MOST} rules; this one has {len(found.leaves())}")
    return found


def _walk(node: ast.AST, text: str) -> Rule:
    match node:
        case ast.Name(id=name):
            return _named(name, {}, text)
        case ast.BinOp(left, ast.BitOr(), right):
            return _walk(left, text) | _walk(right, text)
        case ast.BinOp(left, ast.BitAnd(), right):
            return _walk(left, text) & _walk(right, text)
        case ast.Call(ast.Name(name), [], keywords):
            return _named(name, _literals(keywords, text), text)
        case ast.Call(ast.Name(name), [_, *_], _):
            raise BadConfig(f"{name} in {text!r} takes its parameters by name, as in stabilizing(k=3)")
    raise BadConfig(f"cannot read {ast.unparse(node)!r} in the stopping rule {text!r}; rules join with | and &")


def _named(name: str, params: dict[str, Any], text: str) -> Rule:
    if name not in RULES:
        known = RULES.names()
        hint = nearest(name, known) or f"; there is {', '.join(known)}"
        raise BadConfig(
            f"no stopping rule is named {name!r}{hint}" + (f" (in {text!r})" if text.strip() != name else "")
        )
    about = RULES[name]
    for word in params:
        if word not in about.defaults:
            has = f"it has {', '.join(about.defaults)}" if about.defaults else "it has none"
            raise BadConfig(f"{name} has no parameter {word!r}; {has}{nearest(word, about.defaults)}")
    return about.make(**params)


def _literals(keywords: list[ast.keyword], text: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for word in keywords:
        if word.arg is None:
            raise BadConfig(f"** has no place in the stopping rule {text!r}")
        if word.arg in out:
            raise BadConfig(f"{word.arg} is given twice in {text!r}")
        try:
            out[word.arg] = ast.literal_eval(word.value)
        except (ValueError, TypeError):
            shown = ast.unparse(word.value)
            raise BadConfig(f"{word.arg}={shown} in {text!r} must be a number or a word in quotes") from None
    return out
