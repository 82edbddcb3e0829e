"""Labels spread over the neighbours in the network's own embeddings, and are learned from as such.  Floor 4."""

import numpy as np
import torch
from torch.nn import functional

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, Step, addon
from askance.learners.torch.batches import in_order
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import AT_ONCE
from askance.learners.torch.guesses import Rows, Tensor, nothing
from askance.learners.torch.propagating import balance, certainty, graph, spread


@addon("Iscen et al. 2019, Label Propagation for Deep Semi-supervised Learning, CVPR, 1904.04717")
def propagation(
    weight: float = 1.0, near: int = 20, alpha: float = 0.99, start: float = 0.1, times: int = 10, ratio: float = 2.0
) -> AddOn:
    """Samples without a label take the class that reaches them over the graph of nearest neighbours.

    weight  of that loss beside the labels'
    near    neighbours of each sample; 50 in the paper
    alpha   share that a sample takes from its neighbours, not from its own label
    start   share of the fit that is on the labels alone
    times   how often after that the graph is built anew; the paper does so every epoch
    ratio   samples without a label for each one with a label
    A sample counts by how sure it is, and a class by one over its size.
    """
    if weight < 0 or near < 1 or not 0 < alpha < 1 or not 0 <= start < 1 or times < 1 or ratio <= 0:
        raise BadLearner(
            "propagation wants weight of 0 or more, near and times of 1 or more, alpha above 0 and below 1, start from "
            "0 to below 1 and ratio above 0"
        )

    def build(place: Place) -> Part:
        return Part(Rows())

    def loss(part: Part, step: Step) -> Tensor:
        notes: Rows = part.own  # type: ignore[assignment]
        if step.done == 0:
            notes.reset(0)
        if step.free is None or not len(notes.number):
            return nothing(step)
        rows = step.free.rows.to(step.x.device)
        losses = functional.cross_entropy(step.look(step.free.x).logits, notes.number[rows], reduction="none")
        return weight * (notes.weight[rows] * losses).mean()

    def epoched(part: Part, epoch: Epoch) -> None:
        if epoch.free is None or not len(epoch.free) or not due(epoch.number, epoch.of, start, times):
            return
        notes: Rows = part.own  # type: ignore[assignment]
        x = np.concatenate([embedded(epoch, epoch.train.x), embedded(epoch, epoch.free)])
        known = epoch.train.y.numpy()
        number, sure = guesses(x, known, epoch.free.shape[0], near, alpha)
        notes.reset(len(number))
        notes.number.copy_(torch.from_numpy(number))
        notes.weight.copy_(torch.from_numpy(sure))

    return AddOn("propagation", embeddings=True, free=ratio, build=build, loss=loss, epoched=epoched)


def due(epoch: int, of: int, start: float, times: int) -> bool:
    """Whether the graph is built after this epoch: first when `start` is over, then `times` in all, evenly."""
    first = max(1, round(start * of))
    every = max(1, (of - first) // times)
    return epoch >= first and (epoch - first) % every == 0


def guesses(x: np.ndarray, y: np.ndarray, free: int, near: int, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """x (L + free, D), the labelled first; y (L,) -> (free,) class numbers and (free,) weights, float32."""
    classes = int(y.max()) + 1
    whole = np.concatenate([y, np.full(free, -1)])
    z = spread(graph(x, near), whole, classes, alpha)
    said = np.where(whole >= 0, whole, z.argmax(1))
    sure = certainty(z) * balance(said, classes)[said]
    return said[len(y) :], sure[len(y) :].astype(np.float32)


def embedded(epoch: Epoch, raw: Tensor) -> np.ndarray:
    """(N, D) float64"""
    look: Look = epoch.look
    found = [look(epoch.feed(part)).embeddings for part in in_order(raw, AT_ONCE)]
    return ops.as_numpy(torch.cat([f for f in found if f is not None])).astype(np.float64)
