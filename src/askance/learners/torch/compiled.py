"""torch.compile for the steps of training, where it works.  Floor 4."""

from typing import cast

import torch
from torch import nn

from askance.learners.torch import checkpoint
from askance.learners.torch.company import Company


def compiled(net: nn.Module, x: torch.Tensor, company: Company) -> tuple[nn.Module | None, str]:
    """(the compiled network, which shares the weights, "") or (None, why it runs as it is).  x: two samples.

    Add-ons need the network as it is: a compiled one does not call its layers, and names its weights otherwise.
    """
    if company.addons:
        return None, "compile=yes was left out: add-ons and posteriors look into the network"
    before = checkpoint.weights_of(net)
    try:
        made = cast(nn.Module, torch.compile(net, dynamic=True))
        with torch.random.fork_rng(devices=[]):
            made(x).sum().backward()
    except Exception as e:  # there are as many ways to fail as compilers
        return None, f"compile=yes was left out: {type(e).__name__}: {(str(e).splitlines() or [''])[0][:200]}"
    finally:
        net.zero_grad()
        checkpoint.restore(net, before, "memory")
    return made, ""
