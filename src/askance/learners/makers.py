"""A request to a learner: one function a scheme, which imports the learner's module when it is called.  Floor 4."""

from collections.abc import Mapping
from urllib.parse import quote

from askance.learners.request import Request
from askance.protocols import Learner


def backbone(request: Request) -> Learner:
    from askance.learners.backbones import open_backbone
    from askance.learners.frozen import FrozenLearner

    options = "&".join(f"{name}={value}" for name, value in request.options.items() if name != "members")
    text = f"{request.plain()}?{options}" if options else request.plain()
    kind = request.pool_kind if request.pool_kind in ("image", "audio", "text") else None
    network = open_backbone(text, kind)
    return FrozenLearner(network, request.cache, request.whole("members", 0), request.strict)


def torch(request: Request) -> Learner:
    from askance.learners.torch import make_torch_learner

    options = dict(request.options)
    return make_torch_learner(request.plain(), options, request.cache, request.strict, request.pool_kind)


def ssl(request: Request) -> Learner:
    from askance.learners.selfsup import make_ssl_learner

    return make_ssl_learner(request.plain(), request.target, dict(request.options), request.cache, request.strict)


def others(request: Request) -> Learner:
    from askance.learners.others import make_other_learner

    return make_other_learner(request.scheme, request.target, dict(request.options), request.cache, request.strict)


def sklearn(request: Request) -> Learner:
    from askance.learners.estimators import parse_estimator
    from askance.learners.sk import SklearnLearner

    estimator = parse_estimator(request.target)
    return SklearnLearner(estimator, request.whole("members", 0), request.options.get("calibrate"))


def linear(request: Request) -> Learner:
    from askance.learners.linear import LinearLearner

    return LinearLearner(request.whole("members", 0))


def tfidf(request: Request) -> Learner:
    from askance.learners.tfidf import TfidfLearner

    return TfidfLearner(request.whole("members", 0), request.whole("dims", 128))


def precomputed(request: Request) -> Learner:
    from askance.learners.precomputed import PrecomputedLearner

    return PrecomputedLearner(request.classes, request.whole("members", 0))


def none(request: Request) -> Learner:
    from askance.learners.nothing import NoLearner

    return NoLearner()


def asal(request: Request) -> Learner:
    from askance.learners.synthesis import make_asal_learner
    from askance.learners.synthesis.plan import OPTIONS

    own = {name: value for name, value in request.options.items() if name in OPTIONS}
    inside = {name: value for name, value in request.options.items() if name not in own}
    return make_asal_learner(request.text, _within(request, inside), own, request.cache, request.strict)


def pseudo(request: Request) -> Learner:
    from askance.learners.pseudo import PseudoLearner, read_options

    inside = dict(request.options)
    own = read_options(request.text, inside)
    return PseudoLearner(_within(request, inside), **own)


def ridge(request: Request) -> Learner:
    from askance.learners.numbers import NumberLearner
    from askance.learners.ridge import MEMBERS, Ridge

    return NumberLearner(Ridge(request.whole("members", MEMBERS)))


def gp(request: Request) -> Learner:
    from askance.learners.gp import GP
    from askance.learners.numbers import NumberLearner

    return NumberLearner(GP())


def mlp(request: Request) -> Learner:
    from askance.learners.mlp import MLP
    from askance.learners.numbers import NumberLearner

    whole = request.whole
    made = MLP(whole("members", 0), whole("width", 64), whole("depth", 2), request.number("decay", 0.3))
    return NumberLearner(made)


def regressor(request: Request) -> Learner:
    from askance.learners.estimators import parse_estimator
    from askance.learners.numbers import NumberLearner
    from askance.learners.regressor import Regressor

    return NumberLearner(Regressor(parse_estimator(request.target, "regressor"), request.whole("members", 0)))


def _within(request: Request, options: Mapping[str, str]) -> Learner:
    """The learner that is the target of another, with the options that are not the other's."""
    from askance.learners.spec import make_learner

    text = "&".join(f"{name}={quote(value)}" for name, value in options.items())
    return make_learner(
        f"{request.target}?{text}" if text else request.target,
        pool_kind=request.pool_kind,
        cache=request.cache,
        classes=request.classes,
        strict=request.strict,
    )
