"""scikit-activeml: its query strategies, with a classifier that says the probabilities given."""

import numpy as np
from skactiveml.base import SkactivemlClassifier
from skactiveml.pool import (
    Badge,
    BatchBALD,
    Clue,
    CoreSet,
    GreedyBALD,
    MaxHerding,
    ProbCover,
    TypiClust,
    UncertaintySampling,
)

from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call

SAMPLES = 1000  # of BatchBALD's joint outcomes: its default, the number of members, keeps 20


class Given(SkactivemlClassifier):
    """A fitted classifier that says what it was told to say of the rows that it is asked about: all, in order."""

    def __init__(self, said=None, classes=None, missing_label=np.nan, cost_matrix=None, random_state=None):
        super().__init__(classes, missing_label, cost_matrix, random_state)
        self.said = said
        self.classes_ = np.arange(0 if said is None else said.shape[-1])

    def fit(self, X, y, sample_weight=None):
        return self

    def predict_proba(self, X):
        return self.said

    def members(self, X):
        return self.said


def unlabelled(n: int) -> np.ndarray:
    return np.full(n, np.nan)


def doubted(x: Inputs, case: Case, method: str) -> Call:
    strategy = UncertaintySampling(method=method, random_state=0)
    return lambda: strategy.query(x.probs, unlabelled(len(x)), clf=Given(x.probs), fit_clf=False, batch_size=case.k)


def margin(x: Inputs, case: Case) -> Call:
    return doubted(x, case, "margin_sampling")


def entropy(x: Inputs, case: Case) -> Call:
    return doubted(x, case, "entropy")


def kcenter(x: Inputs, case: Case) -> Call:
    both = np.concatenate([x.embeddings, x.known])
    y = np.concatenate([unlabelled(len(x)), np.zeros(len(x.known))])
    return lambda: CoreSet(random_state=0).query(both, y, batch_size=case.k)


def badge(x: Inputs, case: Case) -> Call:
    strategy = Badge(random_state=0)
    return lambda: strategy.query(
        x.embeddings, unlabelled(len(x)), clf=Given(x.probs), fit_clf=False, batch_size=case.k
    )


def dbal(x: Inputs, case: Case) -> Call:
    """CLUE: the whole pool in k clusters, weighted by doubt; there is no narrowing to 10 k first."""
    strategy = Clue(method="margin_sampling", cluster_algo_dict={"n_init": 1, "random_state": 0}, random_state=0)
    return lambda: strategy.query(
        x.embeddings, unlabelled(len(x)), estimator=Given(x.probs), fit_estimator=False, batch_size=case.k
    )


def typiclust(x: Inputs, case: Case) -> Call:
    return lambda: TypiClust(random_state=0).query(x.embeddings, unlabelled(len(x)), batch_size=case.k)


def prob_cover(x: Inputs, case: Case) -> Call:
    strategy = ProbCover(deltas=[float(x.delta[0])], random_state=0)
    return lambda: strategy.query(x.embeddings, unlabelled(len(x)), batch_size=case.k)


def max_herding(x: Inputs, case: Case) -> Call:
    """A loop: what one round picks is labelled in the next."""
    strategy = MaxHerding(metric_dict={"gamma": 1.0}, random_state=0)

    def call() -> np.ndarray:
        y = unlabelled(len(x))
        for _ in range(case.rounds):
            y[strategy.query(x.embeddings, y, batch_size=case.k)] = 0
        return np.flatnonzero(y == 0)

    return call


def bald(x: Inputs, case: Case) -> Call:
    return committee(x, case, GreedyBALD(sample_predictions_method_name="members", random_state=0))


def batch_bald(x: Inputs, case: Case) -> Call:
    strategy = BatchBALD(n_MC_samples=SAMPLES, sample_predictions_method_name="members", random_state=0)
    return committee(x, case, strategy)


def committee(x: Inputs, case: Case, strategy: object) -> Call:
    ensemble = Given(np.ascontiguousarray(x.members.swapaxes(0, 1)))  # (T, N, C), as its own ensembles have it
    rows = np.zeros((len(x), 1))
    return lambda: strategy.query(rows, unlabelled(len(x)), ensemble=ensemble, fit_ensemble=False, batch_size=case.k)
