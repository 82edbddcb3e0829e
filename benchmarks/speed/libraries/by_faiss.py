"""faiss: k-means alone, with a nearest row for each centre."""

import faiss
import numpy as np

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def kmeans(x: Inputs, case: Case) -> Call:
    def call() -> np.ndarray:
        model = faiss.Kmeans(x.embeddings.shape[1], case.k, niter=25, seed=1)
        model.train(x.embeddings)
        index = faiss.IndexFlatL2(x.embeddings.shape[1])
        index.add(x.embeddings)
        return index.search(model.centroids, 1)[1][:, 0]

    return call
