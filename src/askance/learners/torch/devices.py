"""Where networks are trained.  Floor 4."""

import torch
from torch import nn

from askance.errors import BadLearner


def device_of(name: str) -> torch.device:
    """auto: CUDA where there is one, else the CPU.  A device that is not there is a BadLearner."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as e:
        raise BadLearner(f"there is no device {name!r}: {str(e).splitlines()[0]}") from None


def devices_of(names: str) -> tuple[torch.device, ...]:
    """'cuda:0,cuda:1' -> both; all: every CUDA card there is.  The first is where everything begins and ends."""
    if names.strip() == "all":
        return tuple(torch.device("cuda", n) for n in range(torch.cuda.device_count())) or (device_of("auto"),)
    return tuple(device_of(name.strip()) for name in names.split(","))


def placed(net: nn.Module, device: torch.device) -> nn.Module:
    # Channels last is the faster layout wherever it was measured; see docs/learners-torch.md.
    return net.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
