"""small-text: its query strategies, with a classifier that says the probabilities given and rows for a data set."""

import warnings

import numpy as np
from small_text.query_strategies import BALD, BreakingTies, EmbeddingKMeans, GreedyCoreset, PredictionEntropy

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call

NOBODY = np.zeros(0, np.int64)


class Given:
    """A classifier whose data set is its probabilities, (N, C), or (N, T, C) of T passes with dropout."""

    def predict_proba(self, dataset: np.ndarray, dropout_sampling: int = 1) -> np.ndarray:
        return dataset


def asked(strategy: object, dataset: np.ndarray, k: int) -> Call:
    return lambda: strategy.query(Given(), dataset, np.arange(len(dataset)), NOBODY, NOBODY, n=k)


def margin(x: Inputs, case: Case) -> Call:
    return asked(BreakingTies(), x.probs, case.k)


def entropy(x: Inputs, case: Case) -> Call:
    return asked(PredictionEntropy(), x.probs, case.k)


def bald(x: Inputs, case: Case) -> Call:
    return asked(BALD(dropout_samples=x.members.shape[1]), x.members, case.k)


def kcenter(x: Inputs, case: Case) -> Call:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its default metric was another one once
        strategy = GreedyCoreset(normalize=False)
    both = np.concatenate([x.embeddings, x.known])
    pool, labeled = np.arange(len(x)), np.arange(len(x), len(both))
    y = np.zeros(len(labeled), np.int64)
    return lambda: strategy.query(None, both, pool, labeled, y, n=case.k, embeddings=both)


def kmeans(x: Inputs, case: Case) -> Call:
    strategy = EmbeddingKMeans(normalize=False)
    pool = np.arange(len(x))
    return lambda: strategy.query(None, x.embeddings, pool, NOBODY, NOBODY, n=case.k, embeddings=x.embeddings)
