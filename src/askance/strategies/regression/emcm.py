"""Expected model change maximisation: how far a label would move a model of numbers."""

import numpy as np

from askance.strategy import Utility, strategy

PAPER = "Cai, Zhang & Zhou 2013, ICDM"


@strategy(PAPER, cost="O(N (S + D))")
def emcm(prediction, outputs, embeddings) -> Utility:
    """Mean over a committee of |f(x) - f_z(x)| |x|: the gradient step of a linear model, were f_z(x) the label.

    prediction (N,), outputs (N, S), embeddings (N, D) -> (N,) >= 0, 0 where the committee says what the model says.
    """
    return change(prediction, outputs, embeddings)


@strategy(PAPER, cost="O(N (S + W))")
def emcm_super(prediction, outputs, hidden) -> Utility:
    """EMCM on super-features: what the last, linear step of a model adds up.  outputs (N, S), hidden (N, W) -> (N,).

    Those are the outputs of the trees of gradient boosting, as in the paper, or of a forest, or a network's last layer.
    """
    return change(prediction, outputs, hidden)


def change(prediction: np.ndarray, outputs: np.ndarray, features: np.ndarray) -> np.ndarray:
    away = np.abs(np.asarray(outputs, np.float64) - np.asarray(prediction, np.float64)[:, None]).mean(1)
    wide = np.asarray(features, np.float64)
    return away * np.sqrt(np.einsum("nd,nd->n", wide, wide))
