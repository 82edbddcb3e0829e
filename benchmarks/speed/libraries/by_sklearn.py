"""scikit-learn as a reader of the papers would use it."""

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.metrics import pairwise_distances_argmin

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def kmeans(x: Inputs, case: Case) -> Call:
    def call() -> np.ndarray:
        model = MiniBatchKMeans(case.k, n_init=1, random_state=0).fit(x.embeddings)
        return pairwise_distances_argmin(model.cluster_centers_, x.embeddings)

    return call


def dbal(x: Inputs, case: Case) -> Call:
    """Zhdanov 2019: the 10 k of least margin, clustered into k with 1 - margin as weight."""

    def call() -> np.ndarray:
        two = np.partition(x.probs, -2, axis=1)[:, -2:]
        margin = two[:, 1] - two[:, 0]
        some = np.argpartition(margin, 10 * case.k)[: 10 * case.k]
        model = KMeans(case.k, n_init=1, random_state=0).fit(x.embeddings[some], sample_weight=1 - margin[some])
        return some[pairwise_distances_argmin(model.cluster_centers_, x.embeddings[some])]

    return call
