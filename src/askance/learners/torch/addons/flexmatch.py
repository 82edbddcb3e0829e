"""FixMatch, with a lower threshold for the classes that are learned more slowly.  Floor 4."""

import torch

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step, addon
from askance.learners.torch.augmenting import strong
from askance.learners.torch.guesses import Rows, Tensor, guessed, nothing, sure_loss


def progress(said: Tensor, classes: int) -> Tensor:
    """(C,) in 0..1: how far each class is learned, by how many samples it was said of with certainty.

    said (M,) the class that each sample was last said to be with certainty, -1 for never.  Divided by the largest
    class, or while they are more, by those never said: at first nothing counts as learned (equations 7 and 11).
    """
    counts = torch.bincount(said[said >= 0], minlength=classes).float()
    return counts / torch.maximum(counts.max(), (said < 0).sum()).clamp(min=1)


def thresholds(learned: Tensor, most: float) -> Tensor:
    """(C,) most * b / (2 - b): the convex map of the paper (equation 12)."""
    return most * learned / (2 - learned)


@addon("Zhang et al. 2021, FlexMatch, NeurIPS, 2110.08263")
def flexmatch(weight: float = 1.0, threshold: float = 0.95, ratio: float = 3.0) -> AddOn:
    """FixMatch with a threshold for each class, which rises as far as the class is learned.

    weight     of that loss beside the labels'
    threshold  of a class that is learned; also from which a guess is noted as certain
    ratio      samples without a label for each one with a label; 7 in the paper
    """
    if weight < 0 or not 0 <= threshold <= 1 or ratio <= 0:
        raise BadLearner("flexmatch wants weight of 0 or more, threshold from 0 to 1 and ratio above 0")

    def build(place: Place) -> Part:
        return Part(Rows())

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return nothing(step)
        notes: Rows = part.own  # type: ignore[assignment]
        if step.done == 0:
            notes.reset(step.free.of)
        probs = guessed(step.look, step.free.x)
        sure, said = probs.max(1)
        each = thresholds(progress(notes.number, probs.shape[1]), threshold)
        rows = step.free.rows.to(said.device)
        notes.number[rows[sure >= threshold]] = said[sure >= threshold]
        views = step.free.feed(strong(step.free.raw, step.free.rng))
        return weight * sure_loss(step.look(views).logits, probs, each[said])

    return AddOn("flexmatch", free=ratio, build=build, loss=loss)
