"""Laplace's approximation of the last layer: a normal distribution around what was learned.  Floor 4."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from scipy import optimize

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place
from askance.learners.torch.batches import in_order
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import AT_ONCE
from askance.learners.torch.posteriors.posterior import (
    Filled,
    Making,
    check_last_layer,
    features_of,
    held_by,
    last_layer,
    softmax_of,
    with_one,
)

Tensor = torch.Tensor
FULL = 1024  # weights up to which the whole matrix is taken: its eigenvectors are found in a second or two
SHAPES = ("auto", "full", "kron", "diag")


def pieces(look: Look, epoch: Epoch) -> Iterator[tuple[Tensor, Tensor]]:
    """(phi (B, D + 1), probs (B, C)) float64 of what was trained on, in order and not augmented."""
    for part in in_order(epoch.train.x, AT_ONCE):
        seen = look(epoch.feed(part))
        assert seen.embeddings is not None
        yield with_one(seen.embeddings).double(), seen.logits.double().softmax(1)


def spread(probs: Tensor) -> Tensor:
    """(B, C) -> (B, C, C): diag(p) - p p^T, the curvature of the cross-entropy in the logits."""
    return torch.diag_embed(probs) - probs[:, :, None] * probs[:, None, :]


def full(found: Iterator[tuple[Tensor, Tensor]]) -> Tensor:
    """(P, P) the Gauss-Newton matrix, which for a last layer is the Hessian; P = C (D + 1), weights class by class."""
    total = torch.zeros(())
    for phi, probs in found:
        total = total + torch.einsum("nab,ni,nj->aibj", spread(probs), phi, phi)
    return total.flatten(2, 3).flatten(0, 1)


def kron(found: Iterator[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """(G (C, C), A (D + 1, D + 1)) whose Kronecker product stands for the matrix (Ritter et al. 2018)."""
    g, a, n = torch.zeros(()), torch.zeros(()), 0
    for phi, probs in found:
        g, a, n = g + spread(probs).sum(0), a + phi.T @ phi, n + len(phi)
    return g, a / n


def diag(found: Iterator[tuple[Tensor, Tensor]]) -> Tensor:
    """(C, D + 1) the diagonal alone."""
    total = torch.zeros(())
    for phi, probs in found:
        total = total + (probs * (1 - probs)).T @ phi.square()
    return total


def best_prior(eigen: np.ndarray, squares: float) -> float:
    """The precision t of the prior with the largest evidence: P log t - t |w|^2 - sum log(eigen + t), halved.

    eigen  (P,) curvatures of the likelihood; squares: the sum of the squared weights
    """

    def loss(log_t: float) -> float:
        t = math.exp(log_t)
        return float(np.log(eigen + t).sum() + t * squares - len(eigen) * log_t)

    found = optimize.minimize_scalar(loss, bounds=(math.log(1e-4), math.log(1e6)), method="bounded")
    return float(math.exp(found.x))


def laplace(making: Making, prior: float = 0.0, shape: str = "auto") -> AddOn:
    """MacKay 1992; Daxberger et al. 2021, 2106.14806: last-layer Laplace after the fit.

    prior  precision of the weights before any label; 0: the one with the largest evidence
    shape  full, kron or diag: which part of the curvature is kept; auto is full up to 1,024 weights, else kron
    """
    if prior < 0 or shape not in SHAPES:
        raise BadLearner(f"laplace wants a prior of 0 or more and shape {', '.join(SHAPES[:-1])} or {SHAPES[-1]}")

    def build(place: Place) -> Part:
        check_last_layer("laplace", place)
        return Part(Filled(("left", "right", "scale")))

    def finished(part: Part, epoch: Epoch) -> None:
        mean = last_layer(epoch.look.net).double()
        chosen = shape if shape != "auto" else "full" if mean.numel() <= FULL else "kron"
        with torch.no_grad():
            left, right, eigen = eigen_of(chosen, pieces(epoch.look, epoch), mean.shape)
            t = prior or best_prior(eigen.cpu().numpy().ravel(), float(mean.square().sum()))
            scale = (eigen.clamp(min=0) + t).rsqrt()
        held_by(part).fill(left=left.float(), right=right.float(), scale=scale.float())

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        mean = last_layer(look.net)
        drawn = [mean + offset(held_by(part), t).view_as(mean) for t in range(making.passes)]
        return {"members": softmax_of(torch.stack(drawn), features_of(look, x))}

    return AddOn("laplace", embeddings=True, build=build, finished=finished, says=says)


def eigen_of(chosen: str, found: Iterator[tuple[Tensor, Tensor]], shape: torch.Size) -> tuple[Tensor, Tensor, Tensor]:
    """(left, right, eigen): a draw is left @ (noise / sqrt(eigen + prior)) @ right^T; one without elements is 1."""
    none = torch.zeros(0)
    if chosen == "full":
        values, vectors = torch.linalg.eigh(full(found))
        return vectors, none, values[:, None]
    if chosen == "kron":
        g, a = kron(found)
        (gv, gu), (av, au) = torch.linalg.eigh(g), torch.linalg.eigh(a)
        return gu, au, gv.clamp(min=0)[:, None] * av.clamp(min=0)[None, :]
    return none, none, diag(found)


def offset(held: Filled, t: int) -> Tensor:
    """(C, D + 1), or all of it in one column, by which member t differs from what was learned."""
    z = held.normal(tuple(held["scale"].shape), t) * held["scale"]
    z = held["left"] @ z if held["left"].numel() else z
    return z @ held["right"].T if held["right"].numel() else z
