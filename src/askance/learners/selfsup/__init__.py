"""Features that are learned from the pool itself, without any label: what reads `ssl:`.  Floor 4.

    learner = make_ssl_learner("ssl:simclr", "simclr", {"epochs": "50", "size": "32"}, cache)

PyTorch is imported when a learner is made, and not before.
"""

from pathlib import Path

from askance.errors import MissingExtra
from askance.protocols import Learner


def make_ssl_learner(
    text: str, method: str, options: dict[str, str], cache: Path | None, strict: bool = False
) -> Learner:
    """`ssl:simclr` or `ssl:vicreg` -> a learner that has seen nothing yet.

    options  settings by name, as text: see `askance.learners.selfsup.recipe.Recipe`; and members
    cache    a folder for weights, features and decoded photos; None is the user's cache
    strict   a photo that cannot be read stops everything, and is not left out
    """
    try:
        import torch  # noqa: F401
        import safetensors  # noqa: F401  # isort: skip
    except ImportError as e:
        raise MissingExtra(
            f"the learner {text!r} needs {e.name}; install it with: pip install askance[torch]"
        ) from None
    from askance.learners.selfsup.learner import SelfSupervisedLearner
    from askance.learners.selfsup.recipe import read_recipe

    recipe, members = read_recipe(text, method, options)
    return SelfSupervisedLearner(recipe, cache, members, strict)
