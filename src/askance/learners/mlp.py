"""A small network for numbers, quick to train on few labels, and open to be looked into.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.learners.committee import bootstrap, check_members

STEPS = 200  # of L-BFGS


@dataclass(frozen=True)
class Net:
    """A fitted network: weights, one (in, out) a layer; biases, one (out,) a layer; y = at + size * what it says."""

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    at: float
    size: float

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(N, D) -> (N,)."""
        return self.at + self.size * (self.layers(x)[-1] @ self.weights[-1] + self.biases[-1])[:, 0]

    def layers(self, x: np.ndarray) -> list[np.ndarray]:
        """What goes into each layer, x itself first.  -> one (N, width) a layer; the last is the last hidden layer."""
        into = [x]
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            into.append(np.maximum(into[-1] @ w + b, 0.0))
        return into

    def slopes(self, into: list[np.ndarray]) -> list[np.ndarray]:
        """By how much the standardised output grows with what each layer gives, before its ReLU.  -> (N, out) each.

        The gradient by the weights of layer l is the outer product of into[l] and slopes[l], by its biases slopes[l].
        """
        out = [np.ones((len(into[0]), 1))]
        for w, a in zip(reversed(self.weights[1:]), reversed(into[1:]), strict=True):
            out.insert(0, (out[0] @ w.T) * (a > 0))
        return out

    def factors(self, x: np.ndarray) -> np.ndarray:
        """What goes into each layer, with 1 for its bias, and its slopes; zeros fill up.  -> (N, layers, 2, W)."""
        into = self.layers(x)
        pairs = list(zip(into, self.slopes(into), strict=True))
        out = np.zeros((len(x), len(pairs), 2, 1 + max(a.shape[1] for a in into)))
        for layer, (given, slope) in enumerate(pairs):
            out[:, layer, 0, : given.shape[1]] = given
            out[:, layer, 0, given.shape[1]] = 1.0
            out[:, layer, 1, : slope.shape[1]] = slope
        return out


class MLP:
    """A network of `depth` ReLU layers of `width` units on standardised features and numbers, trained by L-BFGS.

    L-BFGS on all rows at once, as there are few: it takes a tenth of a second and no learning rate.
    hidden   (N, width) the last hidden layer
    layers   (N, depth + 1, 2, widest + 1) the two factors of the gradient in the weights of each layer
    outputs  with `members`: of S networks, each from a start of its own on a bootstrap sample; `member_layers` has the
             layers of all, one network after the other
    """

    name = "mlp"

    def __init__(self, members: int = 0, width: int = 64, depth: int = 2, decay: float = 0.3):
        if width < 1 or depth < 1 or not 0 <= decay < float("inf"):
            raise BadLearner(
                f"mlp needs width and depth of 1 or more and a decay of 0 or more, not {width}, {depth} and {decay:g}"
            )
        self.members = check_members(members, self.name)
        self.width, self.depth, self.decay = width, depth, decay
        self.net: Net | None = None
        self.others: tuple[Net, ...] = ()

    @property
    def gives(self) -> frozenset[str]:
        alone = frozenset({"prediction", "hidden", "layers"})
        return alone | {"outputs", "member_layers"} if self.members else alone

    @property
    def made_of(self) -> Mapping[str, Any]:
        return {"members": self.members, "width": self.width, "depth": self.depth, "decay": self.decay}

    def fit(self, x: np.ndarray, y: np.ndarray, ids: np.ndarray, seed: int) -> dict[str, Any]:
        self.net = self._trained(x, y, seed)
        counts = bootstrap(np.zeros(len(y), np.int64), ids, seed, self.members)
        drawn = [np.repeat(np.arange(len(y)), times) for times in counts]
        self.others = tuple(self._trained(x[r], y[r], seed + 1 + s) for s, r in enumerate(drawn))
        return {}

    def say(self, x: np.ndarray, needs: frozenset[str]) -> dict[str, np.ndarray]:
        net = self.net
        if net is None:
            raise BadLearner("mlp has learned nothing yet; fit it first")
        make = {
            "prediction": lambda: net(x),
            "hidden": lambda: net.layers(x)[-1],
            "layers": lambda: net.factors(x),
            "member_layers": lambda: np.concatenate([other.factors(x) for other in self.others], 1),
            "outputs": lambda: np.stack([other(x) for other in self.others], 1),
        }
        return {name: make[name]() for name in sorted(needs)}

    def _trained(self, x: np.ndarray, y: np.ndarray, seed: int) -> Net:
        import warnings

        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        at, size = float(y.mean()), float(y.std()) or 1.0
        model = MLPRegressor(
            hidden_layer_sizes=(self.width,) * self.depth,
            solver="lbfgs",
            alpha=self.decay,
            max_iter=STEPS,
            random_state=seed % 2**32,
        )
        with warnings.catch_warnings():  # that it stops after STEPS is what is meant
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, (y - at) / size)
        return Net(tuple(model.coefs_), tuple(model.intercepts_), at, size)
