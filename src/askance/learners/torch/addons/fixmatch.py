"""What the network is sure of in a weak view, it must say of a strong one.  Floor 4."""

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Step, addon
from askance.learners.torch.augmenting import strong
from askance.learners.torch.guesses import Tensor, guessed, nothing, sure_loss


@addon("Sohn et al. 2020, FixMatch, NeurIPS, 2001.07685")
def fixmatch(weight: float = 1.0, threshold: float = 0.95, ratio: float = 3.0) -> AddOn:
    """Guesses on shifted and flipped photos are the labels of the same photos strongly changed.

    weight     of that loss beside the labels'
    threshold  probability from which a guess counts
    ratio      samples without a label for each one with a label; 7 in the paper, of twice the cost
    The guess is made without dropout and without gradients, in a pass of its own; the paper's network has no dropout,
    and passes all views at once.
    """
    if weight < 0 or not 0 <= threshold <= 1 or ratio <= 0:
        raise BadLearner("fixmatch wants weight of 0 or more, threshold from 0 to 1 and ratio above 0")

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return nothing(step)
        probs = guessed(step.look, step.free.x)
        views = step.free.feed(strong(step.free.raw, step.free.rng))
        return weight * sure_loss(step.look(views).logits, probs, threshold)

    return AddOn("fixmatch", free=ratio, loss=loss)
