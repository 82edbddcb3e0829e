"""Several last layers on shared features, each trained on a bootstrap of its own.  Floor 4."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Part, Place, Step
from askance.learners.torch.caught import Look
from askance.learners.torch.posteriors.posterior import Making, features_of

Tensor = torch.Tensor
DRAW = 7401  # keeps these draws apart from those of strategies, splits and folds
MOST = 12  # of one sample in one bootstrap: beyond lies less than one in ten thousand million


class Heads(nn.Module):
    """T dense layers side by side."""

    def __init__(self, width: int, classes: int, count: int):
        super().__init__()
        self.shape = (count, classes)
        self.all = nn.Linear(width, count * classes)
        self.register_buffer("seed", torch.randint(2**62, (1,)))

    def forward(self, embeddings: Tensor) -> Tensor:
        """(B, D) -> logits (B, T, C)"""
        out: Tensor = self.all(embeddings.float())
        return out.view(len(out), *self.shape)


def poisson(seed: int, ids: np.ndarray, count: int) -> np.ndarray:
    """(B, T) float32: how often each sample is in each bootstrap, Poisson(1) by the noise of its id.

    So a sample that is drawn for head 3 is so in every epoch, every batch and every later fit of the same seed.
    """
    steps = np.cumsum(np.exp(-1) / np.cumprod(np.maximum(np.arange(MOST), 1)))
    u = np.stack([ops.noise(seed, ids, DRAW + t) for t in range(count)], axis=1)
    return np.searchsorted(steps, u).astype(np.float32)


def heads(making: Making, weight: float = 1.0) -> AddOn:
    """Osband et al. 2016, 1602.04621: bootstrapped heads; what they disagree about moves the features, too.

    weight  of the mean loss of the heads beside the task's own; 0 leaves them as they began
    """
    if weight < 0:
        raise BadLearner("heads wants a weight of 0 or more")

    def build(place: Place) -> Part:
        if place.seen.embeddings is None:
            raise BadLearner(
                "posterior=heads puts last layers on the embedding, and this network has no dense layer whose input "
                "that would be; name a layer: features=NAME (as in `net.named_modules()`), or take posterior=ensemble"
            )
        return Part(Heads(place.seen.embeddings.shape[1], place.classes, making.passes))

    def loss(part: Part, step: Step) -> Tensor:
        assert step.seen.embeddings is not None
        logits = part.own(step.seen.embeddings)
        counts = torch.from_numpy(poisson(int(part.own.seed), step.ids, making.passes)).to(logits.device)  # type: ignore[arg-type]
        every = step.y[:, None].expand(logits.shape[:2])
        losses = functional.cross_entropy(logits.flatten(0, 1), every.flatten(), reduction="none")
        return weight * (losses.view(counts.shape) * counts).mean()

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {"members": part.own(features_of(look, x)).softmax(2)}

    return AddOn("heads", embeddings=True, build=build, loss=loss, says=says)
