"""How far it is from a sample to the nearest boundary between two classes.  Floor 4."""

import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, addon
from askance.learners.torch.addons.inward import along, likeliest, numbers, one_hot, outputs
from askance.learners.torch.caught import Look

Tensor = torch.Tensor
NOWHERE = 1e30  # the distance where no input moves the outputs


@addon("Moosavi-Dezfooli et al. 2016, 1511.04599; Ducoffe & Precioso 2018, 1802.09841")
def deepfool(steps: int = 10, classes: int = 10, overshoot: float = 0.02) -> AddOn:
    """Steps to the nearest boundary of the network made linear; gives the signal `boundary`, needs no training.

    steps      at most so many; what has not crossed by then counts as far as it came
    classes    so many of the likeliest are looked at, each of which costs a pass backwards
    overshoot  by which share of the way it is gone beyond, so that a boundary is crossed and not only reached
    """
    if steps < 1 or classes < 2 or overshoot < 0:
        raise BadLearner("deepfool wants steps of 1 or more, classes of 2 or more and overshoot of 0 or more")

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        numbers(x, "deepfool")
        return {"boundary": boundary(look, x, steps, classes, overshoot)}

    return AddOn("deepfool", frozenset({"boundary"}), says=says)


def boundary(look: Look, x: Tensor, steps: int, classes: int, overshoot: float) -> Tensor:
    """(B,) Euclidean length of the way found, in the units of x: pixels less their mean, over their scale."""
    start = look(x).logits.detach()
    found = likeliest(start, classes)
    own, candidates = found[:, 0], found[:, 1:]
    gone = torch.zeros_like(x.flatten(1), dtype=torch.float32)
    stuck = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    rows = torch.arange(len(x), device=x.device)
    for _ in range(steps if len(x) and start.shape[1] > 1 else 0):
        at = x[rows].float() + (1 + overshoot) * gone[rows].view_as(x[rows])
        step, inside, moves = nearest(look, at, own[rows], candidates[rows])
        stuck[rows[inside & ~moves]] = True
        rows, step = rows[inside & moves], step[inside & moves]
        gone[rows] += step
        if not len(rows):
            break
    length = gone.norm(dim=1)
    return torch.where(stuck & (length == 0), torch.full_like(length, NOWHERE), length)


def nearest(look: Look, at: Tensor, own: Tensor, candidates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The step (B, D) to the nearest boundary of the network made linear here; still inside; whether a step exists.

    candidates (B, k) are the other classes.  The nearest over *all* of them: what the code that came with BADGE
    forgets, which always takes the last class.
    """
    with torch.enable_grad():
        x, logits = outputs(look, at)
        up = along(logits, x, one_hot(own, logits.shape[1]))
        best = torch.full((len(at),), torch.inf, device=at.device)
        step = torch.zeros_like(up)
        for column in candidates.unbind(1):
            slope = along(logits, x, one_hot(column, logits.shape[1])) - up
            norm = slope.norm(dim=1)
            gap = logits.detach().gather(1, own[:, None])[:, 0] - logits.detach().gather(1, column[:, None])[:, 0]
            far = torch.where(norm > 0, gap.abs() / norm, torch.inf)
            nearer = far < best
            best = torch.where(nearer, far, best)
            step = torch.where(nearer[:, None], (gap.abs() / norm.square().clamp_min(1e-30))[:, None] * slope, step)
    return step, logits.detach().argmax(1) == own, best.isfinite()
