"""What trains with a network: modules, a loss, batches without labels, and the signal that comes of it.  Floor 4.

    @addon("Yoo & Kweon 2019, 1905.03677")
    def learning_loss(weight: float = 1.0) -> AddOn:
        return AddOn("learning_loss", provides=frozenset({"loss"}), maps=True, build=..., loss=..., says=...)

A file in this folder, and nothing else, makes `cnn?add=learning_loss&learning_loss.weight=0.5` work; another package
names its own under the entry point `askance.addons`.  A strategy then is a one-line scorer over the signal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.batches import Data
from askance.learners.torch.caught import Look, Pass
from askance.registry import Registry

Tensor = torch.Tensor


class Part(nn.Module):
    """What an add-on holds: `own` is trained with the network, `rival` against it.  Both are saved with it."""

    def __init__(self, own: nn.Module | None = None, rival: nn.Module | None = None):
        super().__init__()
        self.own, self.rival = own or nn.Identity(), rival or nn.Identity()


@dataclass(frozen=True)
class Place:
    """Where modules are to fit: the untrained network, the number of classes, and one pass of two samples.

    labelled  samples that are trained on
    """

    net: nn.Module
    classes: int
    x: Tensor
    seen: Pass
    labelled: int = 0


@dataclass(frozen=True)
class Free:
    """A batch without labels.

    x     as the network takes it, shifted and flipped like the labelled ones
    raw   the same rows as they were read: bytes of photos, numbers of arrays
    rows  their places among the samples that were offered
    feed  makes of raw what the network takes
    rng   for whoever augments raw: all draws depend on (seed, epoch)
    of    how many were offered: rows are below it
    """

    x: Tensor
    raw: Tensor
    rows: Tensor
    feed: Callable[[Tensor], Tensor]
    rng: np.random.Generator
    of: int = 0


@dataclass(frozen=True)
class Step:
    """One step of training as an add-on sees it.

    x, y    the labelled batch as the network took it, and its class numbers
    raw, rows  the same as it was read, and its places among the samples trained on
    seen    what the network made of it, with gradients
    losses  (B,) of the task
    free    None where there is no sample without a label left
    look    asks the network again, about anything, with gradients
    done    share of the fit that is over, 0 to 1, as if no epoch were saved by stopping early
    ids     (B,) uint64 of the samples: what depends on them alone is the same in every fit
    """

    x: Tensor
    y: Tensor
    raw: Tensor
    rows: Tensor
    seen: Pass
    losses: Tensor
    free: Free | None
    look: Look
    feed: Callable[[Tensor], Tensor]
    rng: np.random.Generator
    done: float
    ids: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))


@dataclass(frozen=True)
class Epoch:
    """The end of one pass over the labels.  free: all samples that were offered, or None."""

    number: int
    of: int
    look: Look
    feed: Callable[[Tensor], Tensor]
    train: Data
    free: Tensor | None


@dataclass(frozen=True)
class AddOn:
    """Functions of a Part and of what happens; each may be left out.

    provides   the signals that `says` gives
    maps       whether it needs the outputs of inner layers, embeddings likewise; a network without is refused
    free       samples without a label in a step, for each one with a label; 0: none are read
    build      -> the Part; without it there are no modules
    loss       -> () what is added to the mean loss of the task
    against    -> () what `rival` alone is trained on, after the network's own step
    stepped    after both
    epoched    after each pass over the labels
    finished   once, with the best weights in place; `epoch.look` asks the network that speaks
    speaks     -> the network that is judged and asked instead of the trained one: an average of its weights
    member     (part, net, t) -> member t of the network, one function for all samples; net is left as it is
    says       -> {signal: (B, ...)} for a batch as the network takes it; called without gradients
    tells      -> {name: what JSON can hold} for the report of the fit; with the ids (L,) of the rows trained on
    """

    name: str
    provides: frozenset[str] = frozenset()
    maps: bool = False
    embeddings: bool = False
    free: float = 0.0
    build: Callable[[Place], Part] | None = None
    loss: Callable[[Part, Step], Tensor] | None = None
    against: Callable[[Part, Step], Tensor] | None = None
    stepped: Callable[[Part, Step], None] | None = None
    epoched: Callable[[Part, Epoch], None] | None = None
    finished: Callable[[Part, Epoch], None] | None = None
    speaks: Callable[[Part, nn.Module], nn.Module] | None = None
    member: Callable[[Part, nn.Module, int], nn.Module] | None = None
    says: Callable[[Part, Look, Tensor], Mapping[str, Tensor]] | None = None
    tells: Callable[[Part, np.ndarray], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Maker:
    """make(**options) -> AddOn; paper: author, year, where; what: the first line of its docstring."""

    make: Callable[..., AddOn]
    paper: str
    what: str = field(default="")


ADDONS: Registry[Maker] = Registry("add-on", "askance.addons", BadLearner)


def addon(paper: str) -> Callable[[Callable[..., AddOn]], Callable[..., AddOn]]:
    """Registers a function whose parameters, all with defaults, are the options of the add-on."""

    def register(make: Callable[..., AddOn]) -> Callable[..., AddOn]:
        ADDONS.add(make.__name__, Maker(make, paper, (make.__doc__ or "").strip().split("\n")[0]))
        return make

    return register
