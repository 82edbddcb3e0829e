"""Passes over data that a killed run takes up where it was, to the same weights.  Floor 4."""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.forward import repeatable
from askance.progress import bar

Saved = tuple[dict[str, checkpoint.Tensors], dict[str, Any]]


def saved(path: Path) -> Saved:
    """Groups and facts of the file; a missing or damaged one only costs time: it is as good as empty."""
    if not path.is_file():
        return {}, {}
    try:
        return checkpoint.read(path)
    except BadLearner:
        return {}, {}


def passes(
    what: str,
    path: Path,
    nets: nn.Module,
    movers: Mapping[str, torch.optim.Optimizer],
    count: int,
    seconds: float,
    one: Callable[[int], None],
) -> None:
    """Calls one(1) ... one(count), with a checkpoint of nets and movers every so many seconds.

    All that is random in a pass must come from its number; global seeds may be set inside.
    """
    groups, facts = saved(path)
    done = 0
    if "now" in groups:
        checkpoint.restore(nets, groups["now"], str(path))
        for name, mover in movers.items():
            checkpoint.restore_moments(mover, groups[name])
        done = int(facts["passes"])
    written = monotonic()
    device = next(nets.parameters()).device
    with repeatable(device), bar(what, count) as told:
        for number in range(done + 1, count + 1):
            one(number)
            told(number)
            if number < count and monotonic() - written >= seconds:
                moments = {name: checkpoint.moments_of(mover) for name, mover in movers.items()}
                checkpoint.write(path, {"now": checkpoint.weights_of(nets), **moments}, {"passes": number})
                written = monotonic()
