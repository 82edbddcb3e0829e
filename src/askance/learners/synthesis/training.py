"""Learns a generator of samples like those of a pool, and finishes what a killed run had begun.  Floor 4."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.synthesis.canvas import Canvas, canvas_of
from askance.learners.synthesis.gan import Gan, critic_loss, gan
from askance.learners.synthesis.plan import Plan
from askance.learners.torch import checkpoint
from askance.learners.torch.averaging import warmed
from askance.learners.torch.resumable import passes, saved
from askance.learners.torch.training import move

Tensor = torch.Tensor
AVERAGE = 0.99  # of the generator's weights, what stays in a step
PASS = 25  # steps of the generator between two chances of a checkpoint
BETAS = (0.0, 0.9)  # of Adam, as in the paper of WGAN-GP
AFTER = ("queries", "seek", "reach", "space")  # settings that say what is done with it, and not how it is learned


def learned(plan: Plan, raw: Tensor, folder: Path, device: torch.device, seconds: float) -> tuple[Gan, Canvas]:
    """The networks in evaluation mode.  raw (N, ...) as read, in an order that does not depend on how they came.

    What was learned from these very samples by this plan before is taken from the folder.
    """
    if len(raw) < 2:
        raise BadLearner(f"a generator needs 2 samples or more to learn from, and there are {len(raw)}")
    canvas = canvas_of(raw)
    made = gan(plan, canvas)
    whole = made.all().to(device)
    told = {name: value for name, value in asdict(plan).items() if name not in AFTER}
    path = folder / f"{checkpoint.fingerprint(told, {'x': raw})}.safetensors"
    known = saved(path)[0]
    if "gan" in known:
        checkpoint.restore(whole, known["gan"], str(path))
    else:
        _train(plan, made, whole, canvas.drawn(raw), path, seconds)
        checkpoint.write(path, {"gan": checkpoint.weights_of(whole)}, {"plan": told, "samples": len(raw)})
    whole.eval().requires_grad_(False)
    return made, canvas


def _train(plan: Plan, made: Gan, whole: nn.ModuleDict, x: Tensor, path: Path, seconds: float) -> None:
    movers = {
        name: torch.optim.AdamW(whole[name].parameters(), plan.gan_rate, BETAS, weight_decay=0.0, fused=True)
        for name in ("generator", "critic")
    }

    def one(number: int) -> None:
        whole.train()
        rng = np.random.default_rng([plan.gan_seed, number, 7502])
        for _ in range(min(PASS, plan.gan - PASS * (number - 1))):
            _step(plan, made, movers, x, rng)

    passes("learning to make up samples", path, whole, movers, -(-plan.gan // PASS), seconds, one)


def _step(
    plan: Plan, made: Gan, movers: Mapping[str, torch.optim.Optimizer], x: Tensor, rng: np.random.Generator
) -> None:
    """`critics` steps of the critic and one of the generator."""
    device = made.critic.last.weight.device
    for _ in range(plan.critics):
        real = x[torch.from_numpy(rng.integers(0, len(x), plan.gan_batch))].to(device)
        with torch.no_grad():
            fake = made.generator(codes(rng, plan.gan_batch, plan.latent, device))
        share = torch.from_numpy(rng.random(plan.gan_batch, np.float32)).to(device)
        move(movers["critic"], critic_loss(made.critic, real, fake, share))
    loss = -made.critic(made.generator(codes(rng, plan.gan_batch, plan.latent, device))).mean()
    if not torch.isfinite(loss):
        raise BadLearner("the generator's loss is no longer finite; try another gan_seed, or gan_width below this")
    move(movers["generator"], loss)
    made.average.follow(made.generator, warmed(AVERAGE, int(made.average.count)))


def codes(rng: np.random.Generator, count: int, latent: int, device: torch.device) -> Tensor:
    """(count, latent) standard normal."""
    return torch.from_numpy(rng.standard_normal((count, latent), np.float32)).to(device)
