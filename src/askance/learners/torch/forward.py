"""One pass through a network, and what is caught on the way: logits, embeddings, dropout held still.  Floor 4."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner

Tensor = torch.Tensor
AT_ONCE = 64  # samples a pass where nothing is learned

# How many of an activation's dimensions, after the batch's, one draw of the layer spans: Dropout draws for each number,
# Dropout2d for each map of 2 dimensions.
SPANS: dict[type[nn.Module], int] = {nn.Dropout: 0, nn.Dropout1d: 1, nn.Dropout2d: 2, nn.Dropout3d: 3}


HALVES = {"bf16": torch.bfloat16, "f16": torch.float16}


def forward(net: nn.Module, x: Tensor, precision: str = "f32") -> Tensor:
    """(B, ...) -> logits (B, C) float32.  What memory does not suffice for is left to the caller: RuntimeError."""
    try:
        with torch.autocast(x.device.type, HALVES.get(precision, torch.bfloat16), enabled=precision in HALVES):
            logits = net(x)
    except RuntimeError as e:  # what PyTorch raises where shapes do not fit: size=96 for a network made for 64 pixels
        if out_of_memory(e):
            raise
        raise BadLearner(f"the network cannot take a batch of shape {tuple(x.shape)}: {str(e).splitlines()[0]}") from e
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(x):
        got = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise BadLearner(f"the network must map a batch of {len(x)} to logits ({len(x)}, C), and gives {got}")
    return logits.float()


def out_of_memory(e: RuntimeError) -> bool:
    """Whether an accelerator or PyTorch's allocator on the CPU had no more to give."""
    return isinstance(e, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(e)


@contextmanager
def repeatable(device: torch.device) -> Iterator[None]:
    """Inside, seeds may be set: the random state of all others is as before at the end.  CUDA repeats itself, too."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), torch.backends.cudnn.flags(enabled=True, deterministic=True):
        yield


def last_linear(net: nn.Module) -> nn.Linear | None:
    """The last dense layer, in the order in which the layers were made; its input is what we call the embedding."""
    found = [m for m in net.modules() if isinstance(m, nn.Linear)]
    return found[-1] if found else None


@contextmanager
def embedding_of(net: nn.Module) -> Iterator[list[Tensor]]:
    """Inside, the list holds the input of the last dense layer of the latest pass, flat: (B, D)."""
    layer, caught = last_linear(net), list[Tensor]()

    def catch(_: nn.Module, args: tuple[Any, ...]) -> None:
        caught[:] = [args[0].detach().float().flatten(1)]

    if layer is None:
        yield caught
        return
    handle = layer.register_forward_pre_hook(catch)
    try:
        yield caught
    finally:
        handle.remove()


def dropouts(net: nn.Module) -> list[nn.Module]:
    """The layers that draw at random, in order: nn.Dropout, 1d, 2d and 3d with p above 0."""
    return [m for m in net.modules() if type(m) in SPANS and m.p > 0]  # type: ignore[operator]


@contextmanager
def member(net: nn.Module, seed: int, number: int) -> Iterator[None]:
    """Inside, the network in evaluation mode is one thinned network: each dropout layer has one mask for all samples.

    The mask depends on (seed, number, layer) alone, and neither on the batch nor on the sample, so that member 3 is the
    same function wherever in the pool it is asked: what BatchBALD (Kirsch et al. 2019) and committees by dropout
    (Ducoffe & Precioso 2015) rest on.  Nothing is put into training mode: batch normalisation stays as it is.
    """
    with ExitStack() as undo:
        for layer, module in enumerate(dropouts(net)):
            hook = partial(_thin, calls=[0], key=(seed, number, layer))
            undo.callback(module.register_forward_hook(hook).remove)
            undo.callback(net.register_forward_pre_hook(partial(_restart, hook.keywords["calls"])).remove)
        yield


def _restart(calls: list[int], net: nn.Module, args: Any) -> None:
    calls[0] = 0


def _thin(module: nn.Module, args: tuple[Any, ...], out: Tensor, *, calls: list[int], key: tuple[int, ...]) -> Tensor:
    """A layer that is used twice in one pass has another mask each time."""
    mask = _mask(module, args[0].shape[1:], (*key, calls[0])).to(out)
    calls[0] += 1
    return out * mask


def _mask(module: nn.Module, shape: torch.Size, key: tuple[int, ...]) -> Tensor:
    """(1, ...) of 0 and 1 / (1 - p)."""
    p, span = float(module.p), SPANS[type(module)]  # type: ignore[arg-type]
    drawn = (1, *shape[: len(shape) - span], *(1 for _ in range(span)))
    seed = int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> np.uint64(1))
    kept = torch.rand(drawn, generator=torch.Generator().manual_seed(seed)) >= p
    return kept.float() / max(1 - p, 1e-12)
