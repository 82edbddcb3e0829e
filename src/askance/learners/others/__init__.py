"""Models of other frameworks as learners: Keras 3, Lightning, skorch, transformers' Trainer, functions.  Floor 4.

    learner = make_other_learner("keras", "my_nets:small", {"epochs": "20"}, cache=None)

A framework is imported when a learner of it is made, and not before.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from askance.errors import MissingExtra
from askance.learners.named import found
from askance.protocols import Learner

if TYPE_CHECKING:
    from askance.learners.others.model import Model
    from askance.learners.others.plan import Plan


def make_other_learner(
    scheme: str, place: str, options: dict[str, str], cache: Path | None, strict: bool = False
) -> Learner:
    """scheme: keras, lightning, skorch, trainer or call; place: module:factory of the user's; options: see `Plan`."""
    from askance.learners.others.learner import OtherLearner
    from askance.learners.others.model import undisturbed
    from askance.learners.others.plan import read_plan

    text = f"{scheme}:{place}"
    plan = read_plan(text, options)
    try:
        with undisturbed(0):
            model = _model(scheme, text, place, plan)
    except ImportError as e:
        raise MissingExtra(
            f"the learner {text!r} needs {e.name}; install it with: pip install askance[{scheme}]"
        ) from None
    return OtherLearner(text, model, plan, cache, strict)


def _model(scheme: str, text: str, place: str, plan: "Plan") -> "Model":
    """The framework is imported before the user's module, so that it is known what is missing."""
    if scheme == "keras":
        from askance.learners.others.keras import KerasModel

        return KerasModel(found(text, place), plan)
    if scheme == "lightning":
        from askance.learners.others.lightning import LightningModel

        return LightningModel(found(text, place), plan)
    if scheme == "skorch":
        from askance.learners.others.skorch import SkorchModel

        return SkorchModel(found(text, place))
    if scheme == "trainer":
        from askance.learners.others.trainer import TrainerModel

        return TrainerModel(found(text, place))
    made: Model = found(text, place)()
    return made
