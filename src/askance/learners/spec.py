"""Text to learner: 'onnx:model.onnx?size=96&members=10', 'sklearn:SVC(C=2)?calibrate=sigmoid', 'tfidf'.  Floor 4.

SCHEME, then a colon and what it names where it names something, then options after a question mark.  Each learner's
module is imported when its text is read, and no sooner.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from askance.errors import BadLearner, nearest
from askance.learners.request import Request
from askance.learners.schemes import SCHEMES
from askance.protocols import Learner
from askance.samples import Kind


def make_learner(
    text: str,
    *,
    pool_kind: Kind,
    cache: Path | None = None,
    classes: Sequence[str] = (),
    strict: bool = False,
) -> Learner:
    """A learner that has learned nothing yet.

    pool_kind  what the pool holds; a learner that cannot read it is a BadLearner
    cache      folder for features and photos that are computed once
    classes    names for the columns of precomputed probabilities, sorted
    strict     a photo that cannot be read stops everything
    """
    request = read(text, pool_kind, cache, classes, strict)
    scheme = SCHEMES[request.scheme]
    if pool_kind not in scheme.reads:
        raise BadLearner(
            f"the learner {text!r} reads {' and '.join(scheme.reads)} pools, and this one holds {pool_kind}; "
            f"{_instead(pool_kind)}"
        )
    if scheme.options is not None:
        _check_options(request, scheme.options)
    return scheme.make(request)


def default_learner(pool_kind: Kind, numbers: bool = False) -> str:
    """The text of the learner for those who named none.  Photos have no default: which network is the user's to say.

    numbers: labels are numbers, and not classes
    """
    if numbers and pool_kind not in SCHEMES["regressor"].reads:
        raise BadLearner(
            f"no learner of numbers reads {pool_kind} pools; compute embeddings, and give those as the pool"
        )
    if numbers:
        return "regressor:RandomForestRegressor"
    if pool_kind == "image":
        raise BadLearner(f"a pool of photos needs a learner to be named: {_instead('image')}")
    return {"table": "linear", "array": "linear", "text": "tfidf", "audio": "mel", "signals": "precomputed"}[pool_kind]


def read(
    text: str,
    pool_kind: Kind,
    cache: Path | None = None,
    classes: Sequence[str] = (),
    strict: bool = False,
) -> Request:
    """The text taken apart; an unknown scheme, and a missing or superfluous target, are errors."""
    body, options = _split(text.strip())
    scheme, colon, target = body.partition(":")
    if scheme not in SCHEMES:
        raise BadLearner(f"no learner begins with {scheme!r}{_hint(body, scheme)}")
    wants = ":" in SCHEMES[scheme].form
    if wants and not target:
        raise BadLearner(f"the learner {text!r} is not complete; write it as {SCHEMES[scheme].form}")
    if colon and not wants:
        raise BadLearner(f"the learner {scheme!r} takes nothing after a colon, and {text!r} has {target!r} there")
    return Request(text, scheme, target, options, pool_kind, cache, classes, strict)


def _split(text: str) -> tuple[str, dict[str, str]]:
    """'a:b?c=1&d=2' -> ('a:b', {'c': '1', 'd': '2'}); a question mark that no option follows belongs to the name."""
    found = re.fullmatch(r"(.*?)(?:\?(\w+=[^?(){}'\"]*))?", text, re.DOTALL)
    body, tail = found.groups() if found else (text, None)
    options: dict[str, str] = {}
    for part in tail.split("&") if tail else ():
        name, equals, value = part.partition("=")
        if not equals or not name:
            raise BadLearner(f"cannot read the option {part!r} in {text!r}; options look like members=10&size=96")
        if name in options:
            raise BadLearner(f"the option {name!r} is given twice in {text!r}")
        options[name] = unquote(value)
    return body, options


def _check_options(request: Request, known: Sequence[str]) -> None:
    for name in request.options:
        if name not in known:
            there = f"it takes {', '.join(known)}" if known else "it takes none"
            raise BadLearner(f"the learner {request.plain()!r} has no option {name!r}{nearest(name, known)}; {there}")


def _hint(body: str, scheme: str) -> str:
    if scheme.endswith(".onnx"):
        return f"; did you mean 'onnx:{body}'?"
    if re.match(r"[A-Z]\w*(\(|$)", scheme):
        return f"; did you mean 'sklearn:{body}'?"
    return nearest(scheme, SCHEMES) or f"; there are {', '.join(s.form for s in SCHEMES.values())}"


def _instead(pool_kind: Kind) -> str:
    fitting = [s.form for s in SCHEMES.values() if pool_kind in s.reads]
    return f"for {pool_kind} pools there are {', '.join(fitting)}"
