"""Networks trained with PyTorch on the labels alone: what reads `cnn` and `torch:module:factory`.  Floor 4.

    learner = make_torch_learner("torch:my_nets:small", {"size": "96", "start": "warm"}, cache)

PyTorch is imported when a learner is made, and not before: the core runs without it.
"""

from pathlib import Path

from askance.errors import MissingExtra
from askance.protocols import Learner
from askance.samples import Kind


def make_torch_learner(
    text: str, options: dict[str, str], cache: Path | None, strict: bool = False, kind: Kind = "image"
) -> Learner:
    """`cnn`, `torch:module:factory` or `torch:transformers:NAME` -> a learner that has learned nothing yet.

    options  settings by name, as text: see `askance.learners.torch.settings.Settings`
    cache    a folder for decoded photos and for the checkpoints of fits that were cut short; None keeps neither
    strict   a photo that cannot be read stops everything, and is not left out
    kind     what is to be read
    """
    try:
        import torch  # noqa: F401
        import safetensors  # noqa: F401  # isort: skip
    except ImportError as e:
        raise MissingExtra(
            f"the learner {text!r} needs {e.name}; install it with: pip install askance[torch]"
        ) from None
    from askance.learners.torch.factories import open_factory
    from askance.learners.torch.learner import TorchLearner
    from askance.learners.torch.settings import read_settings

    factory = open_factory(text, kind)
    return TorchLearner(factory, read_settings(text, options, factory.size), cache, strict)
