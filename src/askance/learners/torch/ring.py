"""What the processes that train one network together say to each other.  Floor 4.

Each takes its share of every batch, and the gradients are summed over all: so all have the same weights after every
step, and those that one device would have, to rounding, where a sample's loss depends neither on the others of its
batch, as with batch normalisation, nor on chance.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

OWN = 7302  # keeps the draws of one process apart from those of the others


@dataclass(frozen=True)
class Ring:
    """rank: which process this is; world: how many there are.  With one, nothing is said and all is as it was."""

    rank: int = 0
    world: int = 1

    @property
    def alone(self) -> bool:
        return self.world == 1

    def mine(self, rows: np.ndarray) -> np.ndarray:
        """This process's share of a batch."""
        return rows[self.rank :: self.world]

    def own(self, rng: np.random.Generator, *key: int) -> np.random.Generator:
        """The draws of this process; the first goes on with those that are everybody's."""
        return rng if self.rank == 0 else np.random.default_rng([*key, OWN, self.rank])

    def sum_gradients(self, params: list[nn.Parameter]) -> None:
        """In place; one message for all of them."""
        found = [p.grad for p in params if p.grad is not None]
        if self.alone or not found:
            return
        flat = torch.cat([g.reshape(-1) for g in found])
        dist.all_reduce(flat)
        for g, part in zip(found, torch.split(flat, [g.numel() for g in found]), strict=True):
            g.copy_(part.view_as(g))

    def totals(self, device: torch.device, *numbers: float) -> list[float]:
        """Each summed over all processes."""
        if self.alone:
            return list(numbers)
        found = torch.tensor(numbers, dtype=torch.float64, device=device)
        dist.all_reduce(found)
        return [float(v) for v in found.cpu()]

    def whole(self, part: torch.Tensor, n: int, device: torch.device) -> torch.Tensor:
        """part: the rows rank, rank + world, ... of an (n, C) array -> all of it, to the last bit the same for all."""
        if self.alone:
            return part
        full = torch.zeros(n, *part.shape[1:], dtype=part.dtype, device=device)
        full[self.rank :: self.world] = part.to(device)
        dist.all_reduce(full)
        return full.cpu()

    def agree(self, net: nn.Module) -> None:
        """Buffers, as the running means of batch normalisation are, become the mean of all; counts, the first one's."""
        if self.alone:
            return
        for buffer in net.buffers():
            if buffer.is_floating_point():
                dist.all_reduce(buffer)
                buffer /= self.world
            else:
                dist.broadcast(buffer, 0)


ALONE = Ring()


@contextmanager
def joined(device: torch.device, rank: int, world: int, meeting: str) -> Iterator[Ring]:
    """meeting: a file, not yet there, by which the processes find each other."""
    name = "nccl" if device.type == "cuda" else "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group(name, init_method=f"file://{meeting}", rank=rank, world_size=world)
    try:
        yield Ring(rank, world)
    finally:
        dist.destroy_process_group()
