"""Weights and training state on disk: safetensors with JSON in its header, nothing pickled.  Floor 4."""

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from askance.errors import BadLearner
from askance.learners import saving

Tensors = dict[str, torch.Tensor]


def weights_of(net: nn.Module) -> Tensors:
    """A copy of all weights and buffers, by name, on the CPU and contiguous."""
    return {name: t.detach().cpu().clone(memory_format=torch.contiguous_format) for name, t in net.state_dict().items()}


def restore(net: nn.Module, weights: Mapping[str, torch.Tensor], where: str) -> None:
    """Puts the weights into the network in place; ones that do not fit are a BadLearner."""
    try:
        net.load_state_dict(dict(weights))
    except RuntimeError as e:
        raise BadLearner(f"the weights in {where} do not fit the network: {' '.join(str(e).split())[:300]}") from None


def moments_of(optimiser: torch.optim.Optimizer) -> Tensors:
    """What Adam remembers, {"0.exp_avg": tensor, ...} by the number of the parameter."""
    state = optimiser.state_dict()["state"]
    return {
        f"{n}.{key}": t.detach().cpu().clone(memory_format=torch.contiguous_format)
        for n, one in state.items()
        for key, t in one.items()
    }


def restore_moments(optimiser: torch.optim.Optimizer, moments: Mapping[str, torch.Tensor]) -> None:
    """The other way: each moment gets the memory layout of its parameter, on which the kernels' rounding depends."""
    params = [p for group in optimiser.param_groups for p in group["params"]]
    for name, saved in moments.items():
        number, key = name.split(".")
        param = params[int(number)]
        shaped = torch.empty_like(param).copy_(saved) if saved.shape == param.shape and saved.ndim else saved.clone()
        optimiser.state[param][key] = shaped


def fingerprint(plan: Any, tensors: Mapping[str, torch.Tensor]) -> str:
    """32 hexadecimal digits that depend on the plan, which must be JSON, and on the tensors to the last bit."""
    digest = blake2b(json.dumps(plan).encode(), digest_size=16)
    for name, t in tensors.items():
        digest.update(f"{name} {t.dtype} {tuple(t.shape)}".encode())
        digest.update(t.numpy().tobytes())
    return digest.hexdigest()


def write(path: Path, groups: Mapping[str, Tensors], facts: Mapping[str, Any]) -> None:
    """One file, whole or not at all: tensors named GROUP/NAME, and the facts in its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {f"{group}/{name}": t for group, members in groups.items() for name, t in members.items()}
    content = save(tensors, {"facts": json.dumps(facts, ensure_ascii=False)})
    saving.whole(path, lambda file: file.write(content))


def read(path: Path) -> tuple[dict[str, Tensors], dict[str, Any]]:
    """The groups and the facts; a file that is not one of ours, or is damaged, is a BadLearner."""
    groups: dict[str, Tensors] = {}
    try:
        with safe_open(os.fspath(path), "pt") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})["facts"])
            for key in file.keys():  # noqa: SIM118 — the file is no mapping
                group, _, name = key.partition("/")
                groups.setdefault(group, {})[name] = file.get_tensor(key)
    except (OSError, SafetensorError, KeyError, ValueError) as e:
        raise BadLearner(f"cannot read the saved network {path}: {e}") from None
    return groups, facts
