"""Between arrays and PyTorch's modules, for the frameworks that are built on it.  Floor 4."""

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.learners.others.model import Arrays


def shaped(x: np.ndarray) -> torch.Tensor:
    """Photos (N, S, S, 3) with their channels first, as PyTorch has them; other arrays as they are."""
    t = torch.from_numpy(np.ascontiguousarray(x))
    return t.permute(0, 3, 1, 2).contiguous() if t.ndim == 4 and t.shape[3] == 3 else t


def arrays_of(net: nn.Module) -> dict[str, np.ndarray]:
    """By copy; bfloat16, which NumPy has not, as float32."""
    return {f"net.{name}": ops.as_numpy(t).copy() for name, t in net.state_dict().items()}


def put_back(net: nn.Module, weights: Arrays) -> None:
    net.load_state_dict({n[4:]: torch.from_numpy(a.copy()) for n, a in weights.items() if n.startswith("net.")})
