"""modAL: its query functions, with a classifier that says the probabilities given."""

import numpy as np
from modAL.density import information_density
from modAL.uncertainty import entropy_sampling, margin_sampling
from modAL.utils.selection import multi_argmax

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


class Given:
    """A classifier whose features are its probabilities."""

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return x


def margin(x: Inputs, case: Case) -> Call:
    return lambda: margin_sampling(Given(), x.probs, n_instances=case.k)[0]


def entropy(x: Inputs, case: Case) -> Call:
    return lambda: entropy_sampling(Given(), x.probs, n_instances=case.k)[0]


def density(x: Inputs, case: Case) -> Call:
    """1 / (1 + cosine distance), averaged: nearly, not exactly, the mean cosine similarity."""
    return lambda: multi_argmax(information_density(x.embeddings, "cosine"), case.k)[0]
