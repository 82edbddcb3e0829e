"""scikit-learn's estimators by text: SVC(C=2), or StandardScaler | PCA(n_components=20) | SVC.  Floor 4.

The text is read by a whitelisted walk over Python's syntax tree: names, calls with keyword literals, and `|`.  Nothing
in it is ever run.
"""

import ast
from collections.abc import Iterable, Iterator
from importlib import import_module
from inspect import Parameter, isclass, signature
from typing import Any

from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.pipeline import make_pipeline

from askance.errors import BadLearner, nearest

# Where scikit-learn keeps classifiers and transformers; asking it for all its estimators imports the whole of it.
PLACES = (
    *("linear_model", "svm", "ensemble", "tree", "neighbors", "naive_bayes", "neural_network", "dummy"),
    *("discriminant_analysis", "gaussian_process", "semi_supervised", "multiclass", "multioutput", "calibration"),
    *("model_selection", "preprocessing", "decomposition", "feature_selection", "kernel_approximation", "manifold"),
    *("random_projection", "cluster", "impute", "compose", "cross_decomposition", "isotonic", "pipeline"),
    *("feature_extraction", "feature_extraction.text", "feature_extraction.image", "kernel_ridge"),
)
SORTS = {"classifier": is_classifier, "regressor": is_regressor}

Estimator = Any  # scikit-learn has no types


def parse_estimator(text: str, sort: str = "classifier") -> Estimator:
    """'SVC(C=2)' -> the classifier.  Steps before a `|` are transformers, and the whole is then a pipeline.

    sort: what the last step must be, "classifier" or "regressor".
    """
    try:
        steps = [_made(node, text) for node in _steps(ast.parse(text.strip(), mode="eval").body)]
    except SyntaxError as e:
        raise BadLearner(f"cannot read the estimator {text!r}: {e.msg} at character {e.offset}") from None
    except (RecursionError, MemoryError):
        raise BadLearner("the estimator's text is nested too deeply") from None
    for step in steps[:-1]:
        if not callable(getattr(step, "transform", None)):
            raise BadLearner(f"{type(step).__name__} in {text!r} is no transformer; the {sort} comes last")
    if not SORTS[sort](steps[-1]):
        raise BadLearner(f"{type(steps[-1]).__name__} is no {sort}, and the last step of {text!r} must be one")
    return steps[0] if len(steps) == 1 else make_pipeline(*steps)


def fresh(estimator: Estimator, seed: int) -> Estimator:
    """Not fitted; parameters named random_state that are None come from the seed."""
    model = clone(estimator)
    random = [n for n, v in model.get_params().items() if n.split("__")[-1] == "random_state" and v is None]
    return model.set_params(**dict.fromkeys(random, seed % 2**32))


def _steps(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _steps(node.left)
        yield from _steps(node.right)
    else:
        yield node


def _made(node: ast.AST, text: str) -> Estimator:
    match node:
        case ast.Name(id=name):
            return _built(_class(name), {})
        case ast.Call(ast.Name(name), [], keywords):
            return _built(_class(name), {k.arg: _literal(k, text) for k in keywords if k.arg or _no_stars(text)})
        case ast.Call(ast.Name(name), [_, *_], _):
            raise BadLearner(f"{name} in {text!r} takes its parameters by name, as in LogisticRegression(C=0.5)")
    raise BadLearner(
        f"cannot read {ast.unparse(node)!r} in the estimator {text!r}; write it as LogisticRegression(C=0.5)"
    )


def _no_stars(text: str) -> bool:
    raise BadLearner(f"** has no place in the estimator {text!r}")


def _literal(word: ast.keyword, text: str) -> Any:
    try:
        return ast.literal_eval(word.value)
    except ValueError:
        raise BadLearner(
            f"{word.arg}={ast.unparse(word.value)} in {text!r} must be a plain value: a number, a word in quotes, "
            "True, False, None, or a list, tuple or dict of these"
        ) from None


def _built(kind: type, parameters: dict[str | None, Any]) -> Estimator:
    known = {
        p.name: p.default
        for p in signature(kind).parameters.values()
        if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    }
    for name in parameters:
        if name not in known:
            there = f"it has {', '.join(known)}" if known else "it has none"
            raise BadLearner(f"{kind.__name__} has no parameter {name!r}{_hint(str(name), known)}; {there}")
    missing = [name for name, default in known.items() if default is Parameter.empty and name not in parameters]
    if missing:
        raise BadLearner(f"{kind.__name__} needs {', '.join(missing)}, which no text can say; build it in Python")
    estimator = kind(**{str(name): value for name, value in parameters.items()})
    _check_values(estimator)
    return estimator


def _check_values(estimator: Estimator) -> None:
    """Now, and not after the first labels have been paid for."""
    check = getattr(estimator, "_validate_params", None)
    try:
        if callable(check):
            check()
    except ValueError as e:
        raise BadLearner(f"{e}") from None


def _class(name: str) -> type:
    known: dict[str, type] = {}
    for place in PLACES:
        module = vars(import_module(f"sklearn.{place}"))
        known |= {n: v for n, v in module.items() if isclass(v) and issubclass(v, BaseEstimator) and n[0] != "_"}
        if name in known:
            return known[name]
    raise BadLearner(f"scikit-learn has no estimator {name!r}{_hint(name, known)}")


def _hint(word: str, known: Iterable[str]) -> str:
    """As `nearest`, but first of all blind to capitals: svc is SVC, and c is C."""
    same = [k for k in known if k.lower() == word.lower()]
    return f"; did you mean {same[0]!r}?" if same else nearest(word, known)
