"""Samples without a label are learned from as if the network's own guess were true.  Floor 4."""

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Step, addon
from askance.learners.torch.guesses import Tensor, linear_ramp, nothing, sure_loss


@addon("Lee 2013, Pseudo-Label, ICML workshop on challenges in representation learning")
def pseudo_label(
    weight: float = 1.0, threshold: float = 0.95, start: float = 0.1, full: float = 0.6, ratio: float = 1.0
) -> AddOn:
    """The likeliest class of each sample without a label as its label, where it is likely enough.

    weight     of that loss beside the labels', once it is whole; 3 in the paper
    threshold  probability from which a guess counts; the paper counts all, 0
    start, full  shares of the fit between which the weight grows from 0 (epochs 100 and 600 in the paper)
    ratio      samples without a label for each one with a label
    """
    if weight < 0 or not 0 <= threshold <= 1 or not 0 <= start <= full <= 1 or ratio <= 0:
        raise BadLearner(
            "pseudo_label wants weight of 0 or more, threshold from 0 to 1, 0 <= start <= full <= 1 and ratio above 0"
        )

    def loss(part: Part, step: Step) -> Tensor:
        now = weight * linear_ramp(step.done, start, full)
        if step.free is None or not now:
            return nothing(step)
        logits = step.look(step.free.x).logits
        return now * sure_loss(logits, logits.detach().softmax(1), threshold)

    return AddOn("pseudo_label", free=ratio, loss=loss)
