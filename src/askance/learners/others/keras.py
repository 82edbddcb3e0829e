"""Keras 3 models on any backend: `factory(classes)` gives one, compiled or not.  Floor 4."""

import os
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.learners.others.model import Arrays
from askance.learners.others.plan import Plan

BACKENDS = ("tensorflow", "jax", "torch")


def keras() -> Any:
    """The package, on the backend that KERAS_BACKEND names, or else on one that is installed."""
    there = [name for name in BACKENDS if find_spec(name) is not None]
    if "KERAS_BACKEND" not in os.environ and there and "tensorflow" not in there:
        os.environ["KERAS_BACKEND"] = there[0]  # Keras itself would take TensorFlow and fail
    import keras as package

    return package


PACKAGE = keras()


class KerasModel:
    """probs, from a softmax at the end or from logits, and embeddings: the input of the last layer."""

    provides = ("probs", "embeddings")

    def __init__(self, factory: Callable[[int], Any], plan: Plan):
        self.keras, self.factory, self.plan = PACKAGE, factory, plan
        self._asked: tuple[Arrays, Any] | None = None

    def fit(self, x: np.ndarray, y: np.ndarray, classes: int, seed: int) -> Arrays:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Keras and NumPy 2 do not quite agree
            model = self._made(classes, x, seed)
            model.fit(x, y, epochs=self.plan.epochs, batch_size=self.plan.batch, verbose=0)
            weights = {f"{n:04}": np.asarray(a) for n, a in enumerate(model.get_weights())}
        return {**weights, "classes": np.array(classes)}

    def says(self, weights: Arrays, x: np.ndarray) -> dict[str, np.ndarray]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            ask, soft = self._ready(weights, x)
            embeddings, said = ask.predict(x, batch_size=self.plan.batch, verbose=0)
        flat = np.asarray(embeddings).reshape(len(x), -1)
        return {"probs" if soft else "logits": np.asarray(said), "embeddings": flat}

    def _ready(self, weights: Arrays, x: np.ndarray) -> Any:
        """(a model with two outputs, whether the second is probabilities), kept from block to block."""
        if self._asked is None or self._asked[0] is not weights:
            model = self._made(int(weights["classes"]), x, 0)
            model.set_weights([weights[name] for name in sorted(set(weights) - {"classes"})])
            both = self.keras.Model(model.inputs, [model.layers[-1].input, model.outputs[0]])
            self._asked = weights, (both, self._soft(model))
        return self._asked[1]

    def _made(self, classes: int, x: np.ndarray, seed: int) -> Any:
        self.keras.utils.set_random_seed(seed % 2**32)
        model = self.factory(classes)
        if not isinstance(model, self.keras.Model):
            raise BadLearner(f"a factory of Keras must return a keras.Model, not {type(model).__name__}")
        if not model.built:
            model.build((None, *x.shape[1:]))
        if not model.compiled:
            loss = self.keras.losses.SparseCategoricalCrossentropy(from_logits=not self._soft(model))
            model.compile(optimizer="adam", loss=loss)
        return model

    def _soft(self, model: Any) -> bool:
        """Whether the last layer ends in a softmax."""
        last = model.layers[-1]
        return isinstance(last, self.keras.layers.Softmax) or (
            getattr(last, "activation", None) is self.keras.activations.softmax
        )
