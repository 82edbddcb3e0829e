"""Factories of tiny models in other frameworks; found as keras:other_models:NAME and so on.

Each framework is imported inside its factory: a test skips where it is not installed.
"""

import numpy as np
from tiny_nets import convolved, dense


def keras_dense(classes):
    import keras

    layers = keras.layers
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(16, "relu"), layers.Dropout(0.1), layers.Dense(classes, "softmax")]
    )


def keras_logits(classes):
    import keras

    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(classes)])


def lit(classes):
    import torch
    from lightning.pytorch import LightningModule

    class Lit(LightningModule):
        def __init__(self):
            super().__init__()
            self.net = dense(classes)

        def forward(self, x):
            return self.net(x)

        def training_step(self, batch, number):
            x, y = batch
            return torch.nn.functional.cross_entropy(self(x), y)

        def configure_optimizers(self):
            mover = torch.optim.SGD(self.parameters(), 0.1, momentum=0.9)
            return [mover], [torch.optim.lr_scheduler.StepLR(mover, 5)]

    return Lit()


def skorched(classes):
    import torch
    from skorch import NeuralNetClassifier

    return NeuralNetClassifier(
        dense(classes),
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        lr=0.02,
        max_epochs=15,
        train_split=None,
    )


def skorched_photos(classes):
    import torch
    from skorch import NeuralNetClassifier

    return NeuralNetClassifier(
        convolved(classes), criterion=torch.nn.CrossEntropyLoss, lr=0.1, max_epochs=6, train_split=None
    )


class Centroids:
    """NumPy alone: nearest centroid with a temperature; members are centroids of halves."""

    provides = ("logits", "embeddings")

    def fit(self, x, y, classes, seed):
        return {"centres": np.stack([x[y == c].mean(0) for c in range(classes)])}

    def says(self, weights, x):
        gaps = ((x[:, None] - weights["centres"][None]) ** 2).sum(2)
        return {"logits": -gaps, "embeddings": x}


class Words:
    """Of texts: how often each letter of the classes' first words is there."""

    provides = ("probs",)

    def fit(self, x, y, classes, seed):
        return {"letters": np.stack([counts(x[y == c]).mean(0) for c in range(classes)])}

    def says(self, weights, x):
        closeness = counts(x) @ weights["letters"].T + 1e-6
        return {"probs": closeness / closeness.sum(1, keepdims=True)}


def counts(texts):
    return np.array([[t.count(chr(97 + n)) for n in range(26)] for t in texts], float)


class Silent:
    provides = ("embeddings",)


class Jax:
    """Logistic regression by gradient descent, as JAX functions."""

    provides = ("logits",)

    def fit(self, x, y, classes, seed):
        import jax
        import jax.numpy as jnp

        def loss(params):
            logits = jnp.asarray(x) @ params["w"] + params["b"]
            return -jax.nn.log_softmax(logits)[jnp.arange(len(y)), y].mean()

        params = {"w": 0.01 * jax.random.normal(jax.random.key(seed), (x.shape[1], classes)), "b": jnp.zeros(classes)}
        step = jax.jit(lambda p: jax.tree.map(lambda w, g: w - 0.5 * g, p, jax.grad(loss)(p)))
        for _ in range(60):
            params = step(params)
        return params

    def says(self, weights, x):
        return {"logits": x @ weights["w"] + weights["b"]}
