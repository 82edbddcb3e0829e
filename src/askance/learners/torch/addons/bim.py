"""How much of a sample must be changed, by small steps, until the network says another class.  Floor 4."""

import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, addon
from askance.learners.torch.addons.inward import numbers, one_hot, outputs
from askance.learners.torch.caught import Look

Tensor = torch.Tensor


@addon("Kurakin, Goodfellow & Bengio 2017, 1607.02533")
def bim(size: float = 0.05, steps: int = 20) -> AddOn:
    """Steps along the sign of the gradient until the class flips; gives the signal `flip`, needs no training.

    size   of a step, in every number that goes in
    steps  at most so many: what has not flipped by then counts as farther than any that has
    """
    if size <= 0 or steps < 1:
        raise BadLearner("bim wants size above 0 and steps of 1 or more")

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        numbers(x, "bim")
        return {"flip": flip(look, x, size, steps)}

    return AddOn("bim", frozenset({"flip"}), says=says)


def flip(look: Look, x: Tensor, size: float, steps: int) -> Tensor:
    """(B,) Euclidean length of the change at which the class flips; (steps + 1) size sqrt(D) where it does not."""
    own = look(x).logits.argmax(1)
    change = torch.zeros_like(x, dtype=torch.float32)
    far = (steps + 1) * size * change[:1].numel() ** 0.5
    length = torch.full((len(x),), far, device=x.device)
    rows = torch.arange(len(x), device=x.device)
    for _ in range(steps if len(x) else 0):
        change[rows] -= size * odds_slope(look, x[rows] + change[rows], own[rows]).sign()
        over = look(x[rows] + change[rows]).logits.argmax(1) != own[rows]
        length[rows[over]] = change[rows[over]].flatten(1).norm(dim=1)
        rows = rows[~over]
        if not len(rows):
            break
    return length


def odds_slope(look: Look, at: Tensor, own: Tensor) -> Tensor:
    """(B, ...) gradient of log p_y / (1 - p_y): the direction of that of the loss, and never lost to rounding."""
    with torch.enable_grad():
        x, logits = outputs(look, at)
        mine = one_hot(own, logits.shape[1]).bool()
        odds = logits[mine] - logits.masked_fill(mine, -torch.inf).logsumexp(1)
        (found,) = torch.autograd.grad(odds.sum(), x, allow_unused=True)
    return torch.zeros_like(at, dtype=torch.float32) if found is None else found.detach().float()
