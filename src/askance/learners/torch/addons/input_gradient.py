"""How much the loss would pull at the input, over the classes that a sample may have.  Floor 4."""

import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, addon
from askance.learners.torch.addons.inward import along, likeliest, numbers, one_hot, outputs
from askance.learners.torch.caught import Look

Tensor = torch.Tensor


@addon("Settles, Craven & Ray 2008 (NIPS); to the input: Zhang, Lease & Wallace 2017, 1606.04212")
def input_gradient(classes: int = 10) -> AddOn:
    """Expected length of the gradient of the loss to the input; gives the signal `pull`, needs no training.

    classes  so many of the likeliest are looked at, each of which costs a pass backwards; others add nothing
    """
    if classes < 1:
        raise BadLearner("input_gradient wants classes of 1 or more")

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        numbers(x, "input_gradient")
        return {"pull": pull(look, x, classes)}

    return AddOn("input_gradient", frozenset({"pull"}), says=says)


def pull(look: Look, x: Tensor, classes: int) -> Tensor:
    """(B,) sum_c p_c ||d CE_c / d x||, where d CE_c / d x = J'p - J_c, J the gradients of the logits."""
    with torch.enable_grad():
        own, logits = outputs(look, x)
        probs = logits.detach().softmax(1)
        mean = along(logits, own, probs)
        out = torch.zeros(len(x), device=x.device)
        for column in likeliest(logits, classes).unbind(1):
            slope = along(logits, own, one_hot(column, logits.shape[1]))
            out += probs.gather(1, column[:, None])[:, 0] * (mean - slope).norm(dim=1)
    return out
