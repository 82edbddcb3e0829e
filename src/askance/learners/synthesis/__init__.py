"""Samples that are made up where the classifier is most in doubt, and the real ones that lie nearest.  Floor 4.

    learner = make_asal_learner("asal:cnn", inner, {"queries": "50"}, cache)

People are asked about real samples.  What was made up can be had from `AsalLearner.synthesis`, by those who want it.
"""

from pathlib import Path

from askance.errors import MissingExtra
from askance.protocols import Learner


def make_asal_learner(
    text: str, inner: Learner, options: dict[str, str], cache: Path | None, strict: bool = False
) -> Learner:
    """options: asal's own, see `askance.learners.synthesis.plan.Plan`; inner: a PyTorch learner."""
    try:
        import torch  # noqa: F401
    except ImportError as e:
        raise MissingExtra(
            f"the learner {text!r} needs {e.name}; install it with: pip install askance[torch]"
        ) from None
    from askance.learners.synthesis.learner import AsalLearner
    from askance.learners.synthesis.plan import read_plan

    return AsalLearner(inner, read_plan(text, options), cache, strict)
