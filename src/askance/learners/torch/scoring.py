"""What a trained network says of samples that have been read.  Floor 4."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.learners.torch.batches import Feeding, in_order
from askance.learners.torch.caught import Look
from askance.learners.torch.company import Company
from askance.learners.torch.forward import AT_ONCE, dropouts, embedding_of, forward, last_linear, member

PLAIN = frozenset({"probs", "logits"})


def provided(net: nn.Module) -> frozenset[str]:
    """probs and logits always; embeddings where there is a dense layer, members where there is dropout."""
    some = {"embeddings"} if last_linear(net) is not None else set()
    return frozenset(PLAIN | some | ({"members"} if dropouts(net) else set()))


@dataclass(frozen=True)
class Scorer:
    """net: in evaluation mode; classes: C; seed, passes: of the members; company: add-ons with signals of theirs."""

    net: nn.Module
    feed: Feeding
    precision: str
    classes: int
    seed: int
    passes: int
    company: Company = field(default_factory=Company)

    def __call__(self, x: torch.Tensor, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """x (m, ...) -> {signal: (m, ...)}."""
        out = self._said(x, needs & self.company.provides)
        needs = needs - out.keys()
        with torch.inference_mode():
            if needs - {"members"}:
                logits, embeddings = self._plain(x)
                found = {"logits": logits, "probs": ops.softmax(logits), "embeddings": embeddings}
                out |= {name: a for name, a in found.items() if name in needs}
            if "members" in needs:
                out["members"] = np.stack([self._member(x, t) for t in range(self.passes)], axis=1)
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
                logits.append(self._logits(part))
                vectors.extend(ops.as_numpy(v) for v in caught)
        return np.concatenate(logits), np.concatenate(vectors) if len(x) else vectors[0]

    def _member(self, x: torch.Tensor, number: int) -> np.ndarray:
        """(m, C): the softmax of each row, over the classes, in member `number`."""
        with member(self.net, self.seed, number):
            found = [ops.softmax(self._logits(part)) for part in in_order(x, AT_ONCE)]
        return np.concatenate([self._none(), *found])

    def _logits(self, x: torch.Tensor) -> np.ndarray:
        return ops.as_numpy(forward(self.net, self.feed(x), self.precision))

    def _none(self) -> np.ndarray:
        return np.zeros((0, self.classes), np.float32)
