"""What gives a trained network its members, and what such a thing may build on.  Floor 4.

A posterior is an add-on of the network that gives the signal `members`, by `member` (another network each) or by
`says` (other last layers on the same features), so that it is saved, resumed and loaded like every add-on.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import Part, Place
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import last_linear

Tensor = torch.Tensor
MEMBERS = frozenset({"members"})
KEPT = 1 << 17  # numbers of one draw that are kept for the next batch


@dataclass(frozen=True)
class Making:
    """How the network itself is trained and asked.  passes: members; the rest as in Settings."""

    passes: int
    batch: int
    rate: float
    decay: float
    augment: bool
    precision: str


class Filled(nn.Module):
    """Buffers that have no size before the fit is over, and then any: they are loaded as large as they were saved.

    `key` is a number from the seed of the fit, on which all draws depend.
    """

    def __init__(self, names: tuple[str, ...]):
        super().__init__()
        self.names = names
        self.drawn: dict[tuple[int, ...], Tensor] = {}
        self.register_buffer("key", torch.randint(2**62, (1,)))
        for name in names:
            self.register_buffer(name, torch.zeros(0))

    def __getitem__(self, name: str) -> Tensor:
        return self.get_buffer(name)

    def fill(self, **tensors: Tensor) -> None:
        for name, t in tensors.items():
            setattr(self, name, t.detach().contiguous())

    def _load_from_state_dict(self, state_dict, prefix, *args):  # type: ignore[no-untyped-def]
        self.drawn.clear()
        for name in self.names:
            saved = state_dict.get(prefix + name)
            if saved is not None:
                setattr(self, name, torch.empty_like(saved, device=self["key"].device))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def normal(self, shape: tuple[int, ...], *place: int) -> Tensor:
        """Standard normal numbers that depend on (key, place) alone."""
        if (*shape, -1, *place) in self.drawn:
            return self.drawn[(*shape, -1, *place)]
        seed = np.random.SeedSequence([int(self["key"]), *place]).generate_state(1, np.uint64)[0]
        generator = torch.Generator().manual_seed(int(seed >> np.uint64(1)))
        found = torch.randn(shape, generator=generator).to(self["key"].device)
        if found.numel() <= KEPT:  # a last layer is asked for with every batch, a whole network seldom
            self.drawn[(*shape, -1, *place)] = found
        return found


def with_one(embeddings: Tensor) -> Tensor:
    """(B, D) -> (B, D + 1): a column of ones, whose weight is the bias."""
    return torch.cat([embeddings, torch.ones_like(embeddings[:, :1])], 1)


def last_layer(net: nn.Module) -> Tensor:
    """(C, D + 1): the weights of the last dense layer, and its bias as the last column."""
    layer = last_linear(net)
    assert layer is not None
    bias = layer.bias if layer.bias is not None else torch.zeros_like(layer.weight[:, 0])
    return torch.cat([layer.weight, bias[:, None]], 1)


def check_last_layer(name: str, place: Place) -> None:
    """A network whose probabilities are not those of its last dense layer is refused, with what to do instead."""
    layer, inside = last_linear(place.net), place.seen.embeddings
    fits = layer is not None and inside is not None and tuple(layer.weight.shape) == (place.classes, inside.shape[1])
    if fits and inside is not None:
        said = (with_one(inside) @ last_layer(place.net).T).softmax(1)
        if torch.allclose(said, place.seen.logits.softmax(1), atol=1e-3):
            return
    raise BadLearner(
        f"posterior={name} is one of the last dense layer, and this network has none whose output are its logits; end "
        "it in nn.Linear(features, classes), or take posterior=swag, snapshot or ensemble, which any network can have"
    )


def softmax_of(heads: Tensor, embeddings: Tensor) -> Tensor:
    """heads (T, C, D + 1), embeddings (B, D) -> (B, T, C)"""
    logits = torch.einsum("tcd,bd->btc", heads, with_one(embeddings.float()))
    return logits.softmax(2)


def features_of(look: Look, x: Tensor) -> Tensor:
    found = look(x).embeddings
    assert found is not None
    return found


def held_by(part: Part) -> Filled:
    """What a posterior keeps, where it keeps nothing but that."""
    assert isinstance(part.own, Filled)
    return part.own
