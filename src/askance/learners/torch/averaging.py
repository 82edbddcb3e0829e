"""Averages of a network's weights, and the statistics of batch normalisation that belong to them.  Floor 4."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from askance.learners.torch.forward import AT_ONCE, forward

Tensor = torch.Tensor


class Average(nn.Module):
    """A copy of a network that is not trained: its weights follow those of another.  count: how often they did."""

    count: Tensor

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = deepcopy(net).requires_grad_(False)
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def follow(self, net: nn.Module, keep: float) -> None:
        """average <- keep * average + (1 - keep) * net, of the weights; keep 0 is a copy, with all buffers.

        Else buffers stay: the batch statistics of one set of weights are not those of another.
        """
        if keep > 0:
            for mine, theirs in zip(self.net.parameters(), net.parameters(), strict=True):
                mine.mul_(keep).add_(theirs, alpha=1 - keep)
        else:
            self.net.load_state_dict(net.state_dict())
        self.count += 1

    def restart(self) -> None:
        self.count.zero_()


def warmed(decay: float, count: int) -> float:
    """min(decay, 1 - 1 / (count + 1)): at first the plain mean of all that was seen (Tarvainen & Valpola's code)."""
    return min(decay, 1.0 - 1.0 / (count + 1))


@torch.no_grad()
def re_estimate(net: nn.Module, x: Tensor, feed: Callable[[Tensor], Tensor], size: int = AT_ONCE) -> None:
    """Running means and variances of batch normalisation anew, the mean over batches of x.  In evaluation mode after.

    Averaged weights have other activations than those whose statistics were collected (Izmailov et al. 2018).
    """
    layers = [m for m in net.modules() if isinstance(m, _BatchNorm) and m.track_running_stats]
    if not layers or len(x) < 2:
        return
    momenta = [layer.momentum for layer in layers]
    net.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean over batches
        layer.train()
    for rows in np.array_split(np.arange(len(x)), max(1, min(-(-len(x) // size), len(x) // 2))):
        forward(net, feed(x[torch.from_numpy(rows)]))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()
