"""Text to strategy.  Floor 1.

Python, the command line, the HTTP API, the database and the web form all use the same text.  It is read by a
whitelisted walk over Python's syntax tree: names, numbers, calls with keyword literals, `| + *`, and, for the forms of
among.py and `over`, strategies in the place of positional arguments.  Nothing in it is ever run.
"""

import ast
from typing import Any

from askance.among import FORMS, alone, among
from askance.errors import BadStrategy, nearest
from askance.strategy import ATOMS, RECIPES, Constant, Over, Recipe, Strategy, check_parameter

LONGEST = 4000  # characters; more is an accident or an attack


def parse(text: str | Strategy) -> Strategy:
    """'margin | top(x=10) | kmeans' -> Strategy.  A name that is close to a known one is suggested."""
    if isinstance(text, Strategy):
        return text
    if len(text) > LONGEST:
        raise BadStrategy(f"a strategy text has at most {LONGEST} characters; this one has {len(text)}")
    try:
        return alone(_walk(ast.parse(text.strip(), mode="eval").body, text, {}))
    except SyntaxError as e:
        raise BadStrategy(f"cannot read the strategy {text!r}: {e.msg} at character {e.offset}") from None
    except (RecursionError, MemoryError):
        raise BadStrategy("the strategy text is nested too deeply") from None


def _walk(node: ast.AST, text: str, bound: dict[str, Any]) -> Strategy:
    match node:
        case ast.Name(id=name):
            return _named(name, {}, text)
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as value):
            return Constant(float(value))
        case ast.BinOp(left, ast.BitOr(), right):
            return _walk(left, text, bound) | _walk(right, text, bound)
        case ast.BinOp(left, ast.Add(), right):
            return _walk(left, text, bound) + _walk(right, text, bound)
        case ast.BinOp(left, ast.Mult(), right):
            return _walk(left, text, bound) * _walk(right, text, bound)
        case ast.Call(ast.Name("over"), [scorer], keywords):
            params = _literals(keywords, text, bound)
            for name in params:
                if name != "how":
                    raise BadStrategy(f"over has no parameter {name!r}; it has how")
            return Over(_walk(scorer, text, bound), **params)
        case ast.Call(ast.Name(name), [], keywords):
            return _named(name, _literals(keywords, text, bound), text)
        case ast.Call(ast.Name(name), [_, *_] as given, keywords) if name in FORMS:
            arms = tuple(_walk(arm, text, bound) for arm in given)
            return among(FORMS[name], arms, _literals(keywords, text, bound))
        case ast.Call(ast.Name(name), [_, *_], _):
            _named(name, {}, text)  # an unknown name is told so
            raise BadStrategy(f"{name} in {text!r} takes its parameters by name, as in {name}(x=3)")
    raise BadStrategy(f"cannot read {ast.unparse(node)!r} in the strategy {text!r}")


def _named(name: str, params: dict[str, Any], text: str) -> Strategy:
    if name in RECIPES and (found := RECIPES[name]).text != name:
        return expand(found, params)
    if name in ATOMS:
        return ATOMS[name].with_(**params)
    if name in FORMS:
        return among(FORMS[name], (), params)
    known = [*RECIPES.names(), *ATOMS.names(), *FORMS.names(), "over"]
    hint = nearest(name, known) or "; `askance strategies` lists them"
    if name == "auto":
        hint = ": it stands alone where the signals are known, in `select`, `simulate` and a campaign"
    raise BadStrategy(f"no strategy is named {name!r}{hint}" + (f" (in {text!r})" if text.strip() != name else ""))


def expand(r: Recipe, params: dict[str, Any]) -> Strategy:
    for name, value in params.items():
        check_parameter(r.name, name, value, r.defaults, r.meta.bounds)
    return _walk(ast.parse(r.text, mode="eval").body, r.text, {**r.defaults, **params})


def _literals(keywords: list[ast.keyword], text: str, bound: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments: literals, or in a recipe's own text the names of its parameters."""
    out: dict[str, Any] = {}
    for word in keywords:
        if word.arg is None:
            raise BadStrategy(f"** has no place in the strategy {text!r}")
        if isinstance(word.value, ast.Name) and word.value.id in bound:
            out[word.arg] = bound[word.value.id]
            continue
        try:
            out[word.arg] = ast.literal_eval(word.value)
        except ValueError:
            what = f"{word.arg}={ast.unparse(word.value)} in {text!r}"
            raise BadStrategy(f"{what} must be a number, a word in quotes, True, False or None") from None
    return out
