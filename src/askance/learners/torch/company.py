"""The add-ons of one network, with what they hold: asked together, saved together.  Floor 4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, Step
from askance.learners.torch.caught import Layers, Look, find_layers
from askance.learners.torch.forward import Tensor

NONE = Layers("", ())
MARK = "+"  # before the names of what add-ons hold, so that no layer of the network has them


@dataclass(frozen=True)
class Company:
    """addons and, by name, their parts; layers: the ones of the network that they listen to."""

    addons: tuple[AddOn, ...] = ()
    parts: nn.ModuleDict = field(default_factory=nn.ModuleDict)
    layers: Layers = NONE

    @property
    def provides(self) -> frozenset[str]:
        return frozenset().union(*(a.provides for a in self.addons))

    @property
    def free(self) -> float:
        """Samples without a label for each one with a label: as many as the hungriest add-on wants."""
        return max((a.free for a in self.addons), default=0.0)

    def own(self) -> list[nn.Parameter]:
        return [p for part in self._parts() for p in part.own.parameters() if p.requires_grad]

    def rivals(self) -> list[nn.Parameter]:
        return [p for part in self._parts() for p in part.rival.parameters() if p.requires_grad]

    def loss(self, step: Step) -> Tensor | None:
        """() the sum of what is added to the task's loss; None: nothing is."""
        found = [a.loss(self._part(a), step) for a in self.addons if a.loss is not None]
        return torch.stack(found).sum() if found else None

    def against(self, step: Step) -> Tensor | None:
        found = [a.against(self._part(a), step) for a in self.addons if a.against is not None]
        return torch.stack(found).sum() if found else None

    def stepped(self, step: Step) -> None:
        for a in self.addons:
            if a.stepped is not None:
                a.stepped(self._part(a), step)

    def epoched(self, epoch: Epoch) -> None:
        for a in self.addons:
            if a.epoched is not None:
                a.epoched(self._part(a), epoch)

    def finished(self, epoch: Epoch) -> None:
        for a in self.addons:
            if a.finished is not None:
                a.finished(self._part(a), epoch)

    def speaker(self, net: nn.Module) -> nn.Module:
        """The network that is asked: the trained one, or what the last add-on with an opinion puts in its place."""
        for a in self.addons:
            if a.speaks is not None:
                net = a.speaks(self._part(a), net)
        return net

    @property
    def spoken(self) -> frozenset[str]:
        """The signals that are said batch by batch; members that are networks each are not."""
        return frozenset().union(*(a.provides for a in self.addons if a.says is not None))

    def member(self, net: nn.Module, t: int) -> nn.Module | None:
        """Member t of the network; None where no add-on has any."""
        for a in self.addons:
            if a.member is not None:
                return a.member(self._part(a), net, t)
        return None

    def says(self, look: Look, x: Tensor, needs: frozenset[str]) -> dict[str, Tensor]:
        """{signal: (B, ...)} of those needed that add-ons give."""
        out: dict[str, Tensor] = {}
        for a in self.addons:
            if a.says is not None and needs & a.provides:
                said = a.says(self._part(a), look, x)
                out |= {name: t.detach().float() for name, t in said.items() if name in needs}
        return out

    def tells(self, ids: np.ndarray) -> dict[str, Any]:
        """What add-ons have to say of the fit that is over.  ids (L,) of the rows trained on."""
        out: dict[str, Any] = {}
        for a in self.addons:
            if a.tells is not None:
                out |= a.tells(self._part(a), ids)
        return out

    def _part(self, a: AddOn) -> Part:
        return self.parts[a.name]  # type: ignore[return-value]

    def _parts(self) -> list[Part]:
        return [self._part(a) for a in self.addons]


def gather(
    addons: Sequence[AddOn], net: nn.Module, classes: int, x: Tensor, seed: int, named: Layers = NONE, labelled: int = 0
) -> Company:
    """Add-ons with new modules, whose weights depend on the seed alone.

    x      (2, ...) as the network takes it, on its device, to see what comes out of which layer
    named  layers that the user named
    """
    if not addons:
        return Company()
    wanted = find_layers(net, x, named.features, named.maps)
    for a in addons:
        _refuse(a, wanted)
    maps = wanted.maps if any(a.maps for a in addons) else ()
    layers = Layers(wanted.features, maps)
    training = net.training
    net.eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        seen = Look(net, layers)(x)
        torch.default_generator.manual_seed(seed)
        place = Place(net, classes, x, seen, labelled)
        parts = {a.name: a.build(place) if a.build is not None else Part() for a in addons}
    net.train(training)
    return Company(tuple(addons), nn.ModuleDict(parts).to(x.device), layers)


def _refuse(a: AddOn, found: Layers) -> None:
    if a.maps and not found.maps:
        raise BadLearner(
            f"{a.name} looks at the output of inner layers, and none was found; name some: maps=layer1,layer2 "
            "(as in `net.named_modules()`)"
        )
    if a.embeddings and not found.features:
        raise BadLearner(
            f"{a.name} looks at embeddings, and the network has no dense layer whose input they would be; name the "
            "layer: features=NAME (as in `net.named_modules()`)"
        )


def state_of(net: nn.Module, company: Company) -> checkpoint.Tensors:
    """All weights and buffers of the network, and under marked names those of the add-ons."""
    held = checkpoint.weights_of(company.parts)
    return {**checkpoint.weights_of(net), **{MARK + name: t for name, t in held.items()}}


def put_back(net: nn.Module, company: Company, state: Mapping[str, Tensor], where: str) -> None:
    """The other way, in place; what does not fit is a BadLearner."""
    checkpoint.restore(net, {n: t for n, t in state.items() if not n.startswith(MARK)}, where)
    checkpoint.restore(company.parts, {n[len(MARK) :]: t for n, t in state.items() if n.startswith(MARK)}, where)
