"""Learns an encoder from photos without labels, and finishes what a killed run had begun.  Floor 4."""

from collections.abc import Callable
from dataclasses import asdict
from math import cos, pi
from pathlib import Path

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.selfsup.encoder import pair
from askance.learners.selfsup.losses import nt_xent, vicreg
from askance.learners.selfsup.recipe import Recipe
from askance.learners.selfsup.views import view
from askance.learners.torch import checkpoint
from askance.learners.torch.batches import shuffled
from askance.learners.torch.devices import device_of
from askance.learners.torch.resumable import passes, saved
from askance.learners.torch.training import move

Tensor = torch.Tensor
RISING = 0.1  # share of the steps over which the step size rises
WITHOUT = ("device", "checkpoint")  # settings that change nothing of the outcome, but rounding


def learned(recipe: Recipe, photos: Tensor, folder: Path) -> checkpoint.Tensors:
    """Weights of the encoder.  photos (N, S, S, 3) uint8, in an order that does not depend on how they came.

    What was learned from these very photos by this recipe before is taken from the folder.
    """
    if len(photos) < 4:
        raise BadLearner(f"self-supervised learning needs 4 photos or more, and only {len(photos)} can be read")
    plan = {name: value for name, value in asdict(recipe).items() if name not in WITHOUT}
    path = folder / f"{checkpoint.fingerprint(plan, {'x': photos})}.safetensors"
    known = saved(path)[0]
    if "encoder" in known:
        return known["encoder"]
    device = device_of(recipe.device)
    both = pair(recipe).both().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    mover = torch.optim.AdamW(both.parameters(), recipe.rate, weight_decay=recipe.decay, fused=True)

    def epoch(number: int) -> None:
        _epoch(recipe, both, mover, photos, number, device)

    what = "learning features from the pool"
    passes(what, path, both, {"moments": mover}, recipe.epochs, recipe.checkpoint, epoch)
    weights = checkpoint.weights_of(both["encoder"])
    checkpoint.write(path, {"encoder": weights}, {"recipe": asdict(recipe), "photos": len(photos)})
    return weights


def _epoch(
    recipe: Recipe,
    both: nn.ModuleDict,
    mover: torch.optim.Optimizer,
    photos: Tensor,
    epoch: int,
    device: torch.device,
) -> None:
    """All that is random in it comes from (seed, epoch)."""
    both.train()
    compare = loss_of(recipe)
    rng = np.random.default_rng([recipe.seed, epoch, 7402])
    batches = list(shuffled(len(photos), recipe.batch, rng))
    for n, rows in enumerate(batches):
        for group in mover.param_groups:
            group["lr"] = recipe.rate * pace((epoch - 1 + n / len(batches)) / recipe.epochs)
        x = photos[torch.from_numpy(rows)].to(device)
        views = torch.cat([view(x, rng), view(x, rng)]).contiguous(memory_format=torch.channels_last)
        a, b = both["projector"](both["encoder"](views)).chunk(2)
        loss = compare(a, b)
        if not torch.isfinite(loss):
            raise BadLearner(
                f"the loss of {recipe.method} is no longer finite in epoch {epoch}; try a rate below {recipe.rate:g}"
            )
        move(mover, loss)


def loss_of(recipe: Recipe) -> Callable[[Tensor, Tensor], Tensor]:
    if recipe.method == "vicreg":
        return vicreg
    return lambda a, b: nt_xent(a, b, recipe.temperature)


def pace(done: float) -> float:
    """Share of the step size: a straight line up, then a cosine down to 0.  done 0..1"""
    if done < RISING:
        return (done + 1e-3) / (RISING + 1e-3)
    return 0.5 * (1 + cos(pi * (done - RISING) / (1 - RISING)))
