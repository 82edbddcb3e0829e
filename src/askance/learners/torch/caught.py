"""One pass of a network with what is caught on the way: embeddings and inner maps, gradients and all.  Floor 4.

`forward.embedding_of` is for scoring, where nothing is learned from what was caught; here it takes part in the loss.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import torch
from torch import nn

from askance.errors import BadLearner, nearest
from askance.learners.torch.forward import Tensor, forward, last_linear

MOST_MAPS = 4  # inner layers that are listened to where the user names none


@dataclass(frozen=True)
class Pass:
    """logits (B, C) float32; embeddings (B, D), or None where no layer has any; maps: inner outputs, (B, ...) each."""

    logits: Tensor
    embeddings: Tensor | None
    maps: tuple[Tensor, ...]


@dataclass(frozen=True)
class Layers:
    """Names of layers as `net.named_modules()` has them.

    features  its input is the embedding; "" where there is none
    maps      their outputs are the maps
    """

    features: str
    maps: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """A network, and the layers that are listened to while it is asked."""

    net: nn.Module
    layers: Layers
    precision: str = "f32"

    def __call__(self, x: Tensor) -> Pass:
        """x (B, ...) as the network takes it, on its device."""
        inputs, outputs = dict[str, Tensor](), dict[str, Tensor]()
        modules = dict(self.net.named_modules())
        with ExitStack() as undo:
            if self.layers.features:
                hook = modules[self.layers.features].register_forward_pre_hook(
                    lambda _, args: inputs.update(features=args[0])
                )
                undo.callback(hook.remove)
            for name in self.layers.maps:
                hook = modules[name].register_forward_hook(lambda _, args, out, name=name: outputs.update({name: out}))
                undo.callback(hook.remove)
            logits = forward(self.net, x, self.precision)
        found = inputs.get("features")
        embeddings = None if found is None else found.float().flatten(1)
        return Pass(logits, embeddings, tuple(outputs[name] for name in self.layers.maps))


def find_layers(net: nn.Module, x: Tensor, features: str = "", maps: Sequence[str] = ()) -> Layers:
    """The layers that were named, or else those that anybody would take.  x: a batch of two, to see what comes out.

    features  the last dense layer
    maps      of the layers inside, the last one of each shape of output, at most the last four: in a network that
              narrows by stages, the end of each stage
    """
    names = {name for name, _ in net.named_modules() if name}
    for name in (features, *maps):
        if name and name not in names:
            raise BadLearner(
                f"the network has no layer {name!r}{nearest(name, names)}; name one of `net.named_modules()`"
            )
    last = last_linear(net)
    found = next((name for name, m in net.named_modules() if m is last), "") if last is not None else ""
    return Layers(features or found, tuple(maps) or _stages(net, x, found))


def _stages(net: nn.Module, x: Tensor, last: str) -> tuple[str, ...]:
    """Inner layers without children, one a shape of output; what comes after the features layer is none."""
    shapes: dict[tuple[int, ...], str] = {}
    over = [False]

    def note(name: str, out: object) -> None:
        over[0] = over[0] or name == last
        if not over[0] and isinstance(out, Tensor) and out.is_floating_point() and out.ndim >= 2:
            shape = tuple(out.shape[1:])
            shapes.pop(shape, None)
            shapes[shape] = name

    with ExitStack() as undo:
        for name, module in net.named_modules():
            if name and not list(module.children()):
                hook = module.register_forward_hook(lambda _, args, out, name=name: note(name, out))
                undo.callback(hook.remove)
        training = net.training
        net.eval()
        with torch.no_grad():
            forward(net, x)
        net.train(training)
    return tuple(shapes.values())[-MOST_MAPS:]
