"""What the PyTorch backbones share: the embedding is what goes into the last layer of a classifier.  Floor 4."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from askance.errors import BadLearner, MissingExtra
from askance.learners.backbones.hashing import hash_buffers

# Torch is an extra: its types are Any here, and it is imported when a model is opened.
Module = Any
Tensor = Any


def need(package: str, install: str, what: str) -> Any:
    """The package, or a MissingExtra that says what to type: pip install `install`."""
    name = package.partition(".")[0]
    try:
        return import_module(package)
    except ModuleNotFoundError as e:
        if (e.name or "").partition(".")[0] != name:
            raise MissingExtra(f"{name} cannot be imported, as {e.name} is not installed; pip install {e.name}") from e
        raise MissingExtra(f"{what} needs the package {name}; pip install {install}") from None
    except (ImportError, RuntimeError) as e:  # torchvision beside a torch of another build says so with a RuntimeError
        raise MissingExtra(f"{what} needs the package {name}, which is installed and cannot be imported: {e}") from e


def hash_weights(model: Module, without: Sequence[str] = ()) -> str:
    """Every parameter and buffer, by name.  without: those that are made up at random, and not used."""
    return hash_buffers(_buffers(model, without))


def _buffers(model: Module, without: Sequence[str]) -> Iterator[tuple[str, memoryview]]:
    torch = import_module("torch")
    kept = {name: tensor for name, tensor in model.state_dict().items() if name not in without}
    for name, tensor in sorted(kept.items()):
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        yield f"{name} {tensor.dtype} {tuple(tensor.shape)}", memoryview(flat.view(torch.uint8).numpy())


def last_layer(model: Module, classes: int) -> Module | None:
    """The last linear layer, or 1 x 1 convolution, that gives `classes` numbers; None where there is none."""
    nn = import_module("torch.nn")
    found = None
    for module in model.modules():
        linear = isinstance(module, nn.Linear) and module.out_features == classes
        conv = isinstance(module, nn.Conv2d) and module.out_channels == classes and module.kernel_size == (1, 1)
        if linear or conv:
            found = module
    return found


def heard(layer: Module, call: Callable[[], Tensor]) -> tuple[Tensor, Tensor]:
    """(what went into the layer, what `call` gave), of one run of the model that holds the layer."""
    inputs: list[Tensor] = []
    hook = layer.register_forward_pre_hook(lambda module, args: inputs.append(args[0]))
    try:
        out = call()
    finally:
        hook.remove()
    return inputs[-1], out


def pooled(a: Tensor) -> np.ndarray:
    """(B, D), maps (B, D, H, W) or tokens (B, T, D) -> (B, D) float32; maps and tokens are averaged."""
    if a.ndim == 4:
        a = a.float().mean((2, 3))
    elif a.ndim == 3:
        a = a.float().mean(1)
    if a.ndim != 2:
        raise BadLearner(f"an output of shape {tuple(a.shape)} is no embedding")
    return np.ascontiguousarray(a.float().cpu().numpy(), np.float32)


def widths(found: Mapping[str, np.ndarray]) -> dict[str, int]:
    return {name: a.shape[1] for name, a in found.items()}


def device() -> str:
    """The first GPU where there is one."""
    torch = import_module("torch")
    return "cuda" if torch.cuda.is_available() else "cpu"


def on_device(batch: Sequence[np.ndarray]) -> Tensor:
    """B arrays of one shape -> one tensor (B, ...)."""
    torch = import_module("torch")
    return torch.from_numpy(np.stack(batch)).to(device())


def first_line(e: Exception) -> str:
    return str(e).strip().partition("\n")[0][:300]
