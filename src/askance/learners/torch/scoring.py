"""What a trained network says of samples that have been read.  Floor 4."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch.batches import Feeding, in_order
from askance.learners.torch.caught import Look
from askance.learners.torch.company import Company
from askance.learners.torch.devices import placed
from askance.learners.torch.forward import AT_ONCE, embedding_of, forward, last_linear, member, out_of_memory

PLAIN = frozenset({"probs", "logits"})


def provided(net: nn.Module) -> frozenset[str]:
    """probs and logits always; embeddings where there is a dense layer."""
    return PLAIN | ({"embeddings"} if last_linear(net) is not None else set())


@dataclass(frozen=True)
class Scorer:
    """net: in evaluation mode; classes: C; seed, passes: of the members; company: add-ons with signals of theirs.

    others       members 1, 2, ... of an ensemble, whose first is `net`: then probabilities are the mean of all
    temperature  by which logits are divided; members are as they are
    """

    net: nn.Module
    feed: Feeding
    precision: str
    classes: int
    seed: int
    passes: int
    company: Company = field(default_factory=Company)
    others: Sequence[nn.Module] = ()
    temperature: float = 1.0

    def __call__(self, x: torch.Tensor, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """x (m, ...) -> {signal: (m, ...)}."""
        try:
            return self._all(x, needs)
        except RuntimeError as e:
            if not out_of_memory(e):
                raise
        raise BadLearner(
            f"memory does not suffice to ask the network about {AT_ONCE} samples at once; set a smaller size= for "
            "photos, precision=bf16, or device=cpu"
        )

    def on(self, device: torch.device) -> "Scorer":
        """The same on another device: copies of the networks.  Not where add-ons speak, who have one network."""
        net, *others = (placed(deepcopy(one), device) for one in (self.net, *self.others))
        return replace(self, net=net, others=others, feed=replace(self.feed, device=device))

    def _all(self, x: torch.Tensor, needs: frozenset[str]) -> dict[str, np.ndarray]:
        out = self._said(x, needs & self.company.spoken)
        needs = needs - out.keys()
        with torch.inference_mode():
            if "members" in needs or (self.others and needs & PLAIN):
                members = np.stack([self._member(x, t) for t in range(self.passes)], axis=1)
                out |= {"members": members} if "members" in needs else {}
            if needs - {"members"}:
                logits, embeddings = self._plain(x)
                if self.others:
                    logits = np.log(np.maximum(members.mean(1), 1e-30))
                logits = logits / np.float32(self.temperature)
                found = {"logits": logits, "probs": ops.softmax(logits), "embeddings": embeddings}
                out |= {name: a for name, a in found.items() if name in needs}
        return out

    def _said(self, x: torch.Tensor, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """What add-ons say.  Not in inference mode: some of them follow gradients to the input."""
        if not needs:
            return {}
        look, found = Look(self.net, self.company.layers, self.precision), dict[str, list[np.ndarray]]()
        with torch.no_grad():
            for part in in_order(x, AT_ONCE) if len(x) else (x,):
                for name, t in self.company.says(look, self.feed(part), needs).items():
                    found.setdefault(name, []).append(ops.as_numpy(t))
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _plain(self, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
        layer = last_linear(self.net)
        logits, vectors = [self._none()], [np.zeros((0, layer.in_features if layer else 0), np.float32)]
        with embedding_of(self.net) as caught:
            for part in in_order(x, AT_ONCE):
                logits.append(self._logits(self.net, part))
                vectors.extend(ops.as_numpy(v) for v in caught)
        return np.concatenate(logits), np.concatenate(vectors) if len(x) else vectors[0]

    def _member(self, x: torch.Tensor, number: int) -> np.ndarray:
        """(m, C): the softmax of each row, over the classes, in member `number`."""
        if self.others:
            return self._softmax((self.net, *self.others)[number], x)
        with torch.inference_mode(False), torch.no_grad():  # what is made in it cannot be part of a network
            made = self.company.member(self.net, number)
        if made is not None:
            return self._softmax(made, x)
        with member(self.net, self.seed, number):
            return self._softmax(self.net, x)

    def _softmax(self, net: nn.Module, x: torch.Tensor) -> np.ndarray:
        found = [ops.softmax(self._logits(net, part)) for part in in_order(x, AT_ONCE)]
        return np.concatenate([self._none(), *found])

    def _logits(self, net: nn.Module, x: torch.Tensor) -> np.ndarray:
        return ops.as_numpy(forward(net, self.feed(x), self.precision))

    def _none(self) -> np.ndarray:
        return np.zeros((0, self.classes), np.float32)
