"""Where networks are trained.  Floor 4."""

import torch

from askance.errors import BadLearner


def device_of(name: str) -> torch.device:
    """auto: CUDA where there is one, else the CPU.  A device that is not there is a BadLearner."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as e:
        raise BadLearner(f"there is no device {name!r}: {str(e).splitlines()[0]}") from None
