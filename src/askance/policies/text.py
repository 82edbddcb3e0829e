"""Text to stream policy: `split(budget=0.1, share=0.2)`.  Floor 2.

The text is read by a whitelisted walk over Python's syntax tree: a name, or a call with keyword literals.  Nothing in
it is ever run.
"""

import ast
from typing import Any

from askance.errors import BadStrategy, nearest
from askance.kinds import check_parameter
from askance.policies.policy import POLICIES, Policy

LONGEST = 1000  # characters; more is an accident or an attack


def parse_policy(text: str | Policy) -> Policy:
    """The policy that a text means; a name that is close to a known one is suggested."""
    if isinstance(text, Policy):
        return text
    if len(text) > LONGEST:
        raise BadStrategy(f"a stream policy has at most {LONGEST} characters; this one has {len(text)}")
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as e:
        raise BadStrategy(f"cannot read the stream policy {text!r}: {e.msg} at character {e.offset}") from None
    except (ValueError, RecursionError, MemoryError) as e:
        raise BadStrategy(f"cannot read the stream policy {text!r}: {e}") from None
    match node:
        case ast.Name(id=name):
            return _named(name, {}, text)
        case ast.Call(ast.Name(name), [], keywords):
            return _named(name, _literals(keywords, text), text)
        case ast.Call(ast.Name(name), [_, *_], _):
            raise BadStrategy(f"{name} in {text!r} takes its parameters by name, as in variable(budget=0.1)")
    raise BadStrategy(f"cannot read the stream policy {text!r}; it is one name with parameters: variable(budget=0.1)")


def _named(name: str, params: dict[str, Any], text: str) -> Policy:
    if name not in POLICIES:
        known = POLICIES.names()
        hint = nearest(name, known) or f"; there is {', '.join(known)}"
        raise BadStrategy(f"no stream policy is named {name!r}{hint}" + (f" (in {text!r})" if text != name else ""))
    about = POLICIES[name]
    for word, value in params.items():
        check_parameter(name, word, value, about.defaults, about.bounds)
    return about.make(**params)


def _literals(keywords: list[ast.keyword], text: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for word in keywords:
        if word.arg is None:
            raise BadStrategy(f"** has no place in the stream policy {text!r}")
        if word.arg in out:
            raise BadStrategy(f"{word.arg} is given twice in {text!r}")
        try:
            out[word.arg] = ast.literal_eval(word.value)
        except (ValueError, TypeError):
            shown = ast.unparse(word.value)
            raise BadStrategy(f"{word.arg}={shown} in {text!r} must be a number or a word in quotes") from None
    return out
