"""Text to learner: 'onnx:model.onnx?size=96&members=10', 'sklearn:SVC(C=2)?calibrate=sigmoid', 'tfidf'.  Floor 4.

SCHEME, then a colon and what it names where it names something, then options after a question mark.  Each learner's
module is imported when its text is read, and no sooner.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from askance.errors import BadLearner, nearest
from askance.protocols import Learner
from askance.samples import Kind


@dataclass(frozen=True)
class Request:
    """One learner that was asked for, read but not made."""

    text: str
    scheme: str
    target: str  # after the colon; "" where there is none
    options: Mapping[str, str]
    pool_kind: Kind
    cache: Path | None = None
    classes: Sequence[str] = ()
    strict: bool = False

    def plain(self) -> str:
        """The text without its options."""
        return f"{self.scheme}:{self.target}" if self.target else self.scheme

    def whole(self, name: str, default: int) -> int:
        """An option that is a whole number."""
        value = self.options.get(name, str(default))
        try:
            return int(value)
        except ValueError:
            raise BadLearner(f"{name}={value} in {self.text!r} must be a whole number") from None

    def number(self, name: str, default: float) -> float:
        """An option that is a number."""
        value = self.options.get(name, str(default))
        try:
            return float(value)
        except ValueError:
            raise BadLearner(f"{name}={value} in {self.text!r} must be a number") from None


@dataclass(frozen=True)
class Scheme:
    """One sort of learner, as `make_learner` reads it and as the documentation lists it.

    options  the ones that it takes here; None where the learner itself knows them and checks them
    """

    form: str
    what: str
    gives: str
    reads: tuple[Kind, ...]
    make: Callable[[Request], Learner]
    options: tuple[str, ...] | None = ("members",)


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


def _backbone(request: Request) -> Learner:
    from askance.learners.backbones import open_backbone
    from askance.learners.frozen import FrozenLearner

    options = "&".join(f"{name}={value}" for name, value in request.options.items() if name != "members")
    text = f"{request.plain()}?{options}" if options else request.plain()
    kind = request.pool_kind if request.pool_kind in ("image", "audio", "text") else None
    backbone = open_backbone(text, kind)
    return FrozenLearner(backbone, request.cache, request.whole("members", 0), request.strict)


def _torch(request: Request) -> Learner:
    from askance.learners.torch import make_torch_learner

    options = dict(request.options)
    return make_torch_learner(request.plain(), options, request.cache, request.strict, request.pool_kind)


def _ssl(request: Request) -> Learner:
    from askance.learners.selfsup import make_ssl_learner

    return make_ssl_learner(request.plain(), request.target, dict(request.options), request.cache, request.strict)


def _others(request: Request) -> Learner:
    from askance.learners.others import make_other_learner

    return make_other_learner(request.scheme, request.target, dict(request.options), request.cache, request.strict)


def _sklearn(request: Request) -> Learner:
    from askance.learners.estimators import parse_estimator
    from askance.learners.sk import SklearnLearner

    estimator = parse_estimator(request.target)
    return SklearnLearner(estimator, request.whole("members", 0), request.options.get("calibrate"))


def _linear(request: Request) -> Learner:
    from askance.learners.linear import LinearLearner

    return LinearLearner(request.whole("members", 0))


def _tfidf(request: Request) -> Learner:
    from askance.learners.tfidf import TfidfLearner

    return TfidfLearner(request.whole("members", 0), request.whole("dims", 128))


def _precomputed(request: Request) -> Learner:
    from askance.learners.precomputed import PrecomputedLearner

    return PrecomputedLearner(request.classes, request.whole("members", 0))


def _none(request: Request) -> Learner:
    from askance.learners.nothing import NoLearner

    return NoLearner()


def _asal(request: Request) -> Learner:
    from askance.learners.synthesis import make_asal_learner
    from askance.learners.synthesis.plan import OPTIONS

    own = {name: value for name, value in request.options.items() if name in OPTIONS}
    options = "&".join(f"{name}={quote(value)}" for name, value in request.options.items() if name not in own)
    inner = make_learner(
        f"{request.target}?{options}" if options else request.target,
        pool_kind=request.pool_kind,
        cache=request.cache,
        classes=request.classes,
        strict=request.strict,
    )
    return make_asal_learner(request.text, inner, own, request.cache, request.strict)


def _pseudo(request: Request) -> Learner:
    from askance.learners.pseudo import PseudoLearner, read_options

    inside = dict(request.options)
    own = read_options(request.text, inside)
    options = "&".join(f"{name}={quote(value)}" for name, value in inside.items())
    inner = make_learner(
        f"{request.target}?{options}" if options else request.target,
        pool_kind=request.pool_kind,
        cache=request.cache,
        classes=request.classes,
        strict=request.strict,
    )
    return PseudoLearner(inner, **own)


def _ridge(request: Request) -> Learner:
    from askance.learners.numbers import NumberLearner
    from askance.learners.ridge import MEMBERS, Ridge

    return NumberLearner(Ridge(request.whole("members", MEMBERS)))


def _gp(request: Request) -> Learner:
    from askance.learners.gp import GP
    from askance.learners.numbers import NumberLearner

    return NumberLearner(GP())


def _mlp(request: Request) -> Learner:
    from askance.learners.mlp import MLP
    from askance.learners.numbers import NumberLearner

    whole = request.whole
    made = MLP(whole("members", 0), whole("width", 64), whole("depth", 2), request.number("decay", 0.3))
    return NumberLearner(made)


def _regressor(request: Request) -> Learner:
    from askance.learners.estimators import parse_estimator
    from askance.learners.numbers import NumberLearner
    from askance.learners.regressor import Regressor

    return NumberLearner(Regressor(parse_estimator(request.target, "regressor"), request.whole("members", 0)))


OTHERS: tuple[Kind, ...] = ("image", "array")
NUMBERS: tuple[Kind, ...] = ("table", "array", "signals")
SCHEMES: Mapping[str, Scheme] = {
    "onnx": Scheme(
        "onnx:FILE", "an ONNX network, frozen, with a linear head", "probs, embeddings", ("image",), _backbone, None
    ),
    "transformers": Scheme(
        "transformers:NAME",
        "a network of the Hugging Face hub, frozen, with a linear head",
        "probs, embeddings",
        ("image", "text"),
        _backbone,
        None,
    ),
    "timm": Scheme(
        "timm:NAME", "a network of timm, frozen, with a linear head", "probs, embeddings", ("image",), _backbone, None
    ),
    "torchvision": Scheme(
        "torchvision:NAME",
        "a network of torchvision, frozen, with a linear head",
        "probs, embeddings",
        ("image",),
        _backbone,
        None,
    ),
    "torch": Scheme(
        "torch:module:factory",
        "your own PyTorch network, trained on the labels",
        "probs, logits, embeddings; members by dropout",
        ("image", "array", "text"),
        _torch,
        None,
    ),
    "keras": Scheme(
        "keras:module:factory", "your own Keras 3 model, on any backend", "probs, embeddings", OTHERS, _others, None
    ),
    "lightning": Scheme(
        "lightning:module:factory",
        "your own Lightning module, trained by Lightning",
        "probs, logits, embeddings; members by dropout",
        OTHERS,
        _others,
        None,
    ),
    "skorch": Scheme("skorch:module:factory", "your own skorch net", "probs, embeddings", OTHERS, _others, None),
    "call": Scheme(
        "call:module:factory",
        "two functions of yours, fit and says: JAX or anything else",
        "what they give",
        (*OTHERS, "text"),
        _others,
        None,
    ),
    "cnn": Scheme(
        "cnn",
        "a small convolutional network, trained from scratch",
        "probs, logits, embeddings, members by dropout",
        ("image",),
        _torch,
        None,
    ),
    "ssl": Scheme(
        "ssl:METHOD",
        "features learned from the pool itself, by simclr or vicreg, with a linear head",
        "probs, embeddings",
        ("image",),
        _ssl,
        None,
    ),
    "asal": Scheme(
        "asal:LEARNER",
        "a network, and real samples nearest to what a generator makes up where it is most in doubt",
        "synthetic, and what that learner gives",
        ("image", "array"),
        _asal,
        None,
    ),
    "mel": Scheme(
        "mel",
        "log-mel energies of recordings with a linear head",
        "probs, embeddings",
        ("audio",),
        _backbone,
        ("members", "bands", "parts"),
    ),
    "tfidf": Scheme(
        "tfidf",
        "words and word pairs with a linear head",
        "probs, embeddings",
        ("text",),
        _tfidf,
        ("members", "dims"),
    ),
    "linear": Scheme("linear", "the features with a linear head", "probs, embeddings", NUMBERS, _linear),
    "sklearn": Scheme(
        "sklearn:Name(...)",
        "any classifier of scikit-learn, or steps joined by |",
        "embeddings; probs and decision where it has them",
        NUMBERS,
        _sklearn,
        ("members", "calibrate"),
    ),
    "ridge": Scheme(
        "ridge",
        "for numbers: linear regression in closed form",
        "prediction, variance, outputs, embeddings",
        NUMBERS,
        _ridge,
    ),
    "gp": Scheme("gp", "for numbers: a Gaussian process", "prediction, variance, embeddings", NUMBERS, _gp, ()),
    "mlp": Scheme(
        "mlp",
        "for numbers: a small network",
        "prediction, hidden, layers, embeddings; outputs and member_layers with members",
        NUMBERS,
        _mlp,
        ("members", "width", "depth", "decay"),
    ),
    "regressor": Scheme(
        "regressor:Name(...)",
        "for numbers: any regressor of scikit-learn, or steps joined by |",
        "prediction, embeddings; outputs, variance and hidden where it has them",
        NUMBERS,
        _regressor,
    ),
    "precomputed": Scheme(
        "precomputed", "your own matrix, as it is", "what the matrix holds", ("signals",), _precomputed
    ),
    "none": Scheme(
        "none",
        "nothing: for labels that no model here learns from",
        "nothing",
        ("image", "audio", "text", *NUMBERS),
        _none,
        (),
    ),
    "pseudo": Scheme(
        "pseudo:LEARNER",
        "any of these, trained also on what it is sure of",
        "what that learner gives",
        ("image", "audio", "text", *NUMBERS),
        _pseudo,
        None,
    ),
}
