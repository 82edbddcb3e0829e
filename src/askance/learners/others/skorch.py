"""skorch nets: `factory(classes)` gives a NeuralNetClassifier, its own optimiser and split.  Floor 4."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from skorch import NeuralNetClassifier

from askance.errors import BadLearner
from askance.learners.others.model import Arrays
from askance.learners.others.tensors import arrays_of, put_back, shaped
from askance.learners.torch.batches import in_order
from askance.learners.torch.forward import AT_ONCE, embedding_of, last_linear


def vectors(net: Any, x: torch.Tensor) -> np.ndarray:
    """(N, D) the input of the last dense layer."""
    found = []
    net.module_.eval()
    with torch.inference_mode(), embedding_of(net.module_) as caught:
        for part in in_order(x, AT_ONCE):
            net.module_(part.to(net.device))
            found += [t.cpu().numpy() for t in caught]
    return np.concatenate(found)


class SkorchModel:
    """probs as its predict_proba gives them, and embeddings: the input of the last dense layer, where there is one."""

    def __init__(self, factory: Callable[[int], Any]):
        self.factory = factory
        self.provides = ("probs", "embeddings") if last_linear(self._made(2).initialize().module_) else ("probs",)
        self._asked: tuple[Arrays, Any] | None = None

    def fit(self, x: np.ndarray, y: np.ndarray, classes: int, seed: int) -> Arrays:
        net = self._made(classes).fit(shaped(x).numpy(), y.astype(np.int64))
        return {**arrays_of(net.module_), "classes": np.array(classes)}

    def says(self, weights: Arrays, x: np.ndarray) -> dict[str, np.ndarray]:
        net = self._ready(weights)
        inputs = shaped(x)
        out = {"probs": net.predict_proba(inputs.numpy())}
        return out | ({"embeddings": vectors(net, inputs)} if "embeddings" in self.provides else {})

    def _ready(self, weights: Arrays) -> Any:
        if self._asked is None or self._asked[0] is not weights:
            net = self._made(int(weights["classes"])).initialize()
            put_back(net.module_, weights)
            self._asked = weights, net
        return self._asked[1]

    def _made(self, classes: int) -> Any:
        net = self.factory(classes)
        if not isinstance(net, NeuralNetClassifier):
            raise BadLearner(f"a factory of skorch must return a NeuralNetClassifier, not {type(net).__name__}")
        return net.set_params(verbose=0)
