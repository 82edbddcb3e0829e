"""LAL: the fall of the error, as a forest learned to foresee it on made-up tasks."""

from functools import cache
from typing import Any

import numpy as np

from askance import ops
from askance.errors import MissingSignal
from askance.ops import coverage
from askance.ops.kernel import kernel_sums
from askance.ops.vectors import Dense
from askance.progress import track
from askance.signals import check_names, check_values
from askance.strategies.diversity.max_herding import bandwidth
from askance.strategies.model_change.lal_tasks import tasks as made_up
from askance.strategy import Utility, strategy

NEEDS = frozenset({"embeddings"})
TREES, LEAF = 50, 60
WITNESSES = 1000


@strategy(
    "Konyushkova et al. 2017, arXiv:1703.03365",
    local=False,
    labelled=True,
    bounds={"tasks": (9, 5000)},
    cost="O(N (L D + C + M D)) for M witnesses, and about two seconds once",
)
def lal(probs, embeddings, labeled, labels, ids, seed, *, tasks=180) -> Utility:
    """The fall of the error that a forest foresees with the label, above the worst it was ever shown.  -> (N,) >= 0.

    probs (N, C), embeddings (N, D), of the labelled too, with labels.  The forest is learned once a process, on `tasks`
    made-up tasks with softmax regression (lal_tasks.py), nothing is downloaded or stored, and it is the same
    everywhere.  What it looks at is not the paper's, which are a random forest's own, but what any model has: see
    `described`.
    """
    if not len(probs):
        return np.zeros(0)
    check_names(labeled, NEEDS, "lal", "the labelled samples have")
    check_values(labeled, NEEDS)
    if labels is None:
        raise MissingSignal("lal needs the labels of the labelled samples; pass labels=, one for each")
    forest, worst = meta_model(tasks)
    seen = described(probs, Dense(embeddings), Dense(labeled["embeddings"]), labels, ids, seed)
    return np.maximum(forest.predict(seen) - worst, 0.0)


def described(probs, vectors, near, labels, ids, seed) -> np.ndarray:
    """What is known of each row and of the model.  -> (N, 10).

    Of the row: 1 - largest probability, 1 - margin, entropy / ln C, log of the distance to the nearest labelled over
    the typical one, mean kernel to the pool.  Of the model: the mean of that entropy over the pool, log of how many are
    labelled, entropy of the shares of their classes / ln C, C, and the share of the pool that is predicted as the row.
    """
    p = probs.astype(np.float64)
    first, second = ops.top_two(p) if p.shape[1] > 1 else (p[:, 0], np.zeros(len(p)))
    ways = np.log(max(p.shape[1], 2))
    doubt, shares = ops.entropy_of(p) / ways, np.unique(labels, return_counts=True)[1] / len(labels)
    width = bandwidth(vectors, ids, seed)
    far = np.sqrt(vectors.nearest(near)) / width if width > 0 else np.zeros(len(p))
    at = coverage.witnesses(ids, seed, WITNESSES)
    guess = p.argmax(1)
    columns = [
        1.0 - first,
        1.0 - (first - second),
        doubt,
        np.log(np.maximum(far, 1e-3)),
        kernel_sums(vectors, vectors[at], coverage.rbf(width)) / len(at),
        np.full(len(p), doubt.mean()),
        np.full(len(p), np.log(len(labels))),
        np.full(len(p), float(ops.entropy_of(shares)) / ways),
        np.full(len(p), float(p.shape[1])),
        (np.bincount(guess, minlength=p.shape[1]) / len(p))[guess],
    ]
    return np.round(np.stack(columns, 1), 6)


@cache
def meta_model(count: int) -> tuple[Any, float]:
    """A forest from what is known of a row to the fall of the error, and the least fall it was shown."""
    from sklearn.ensemble import RandomForestRegressor

    seen, gain = examples(count, seed=0)
    forest = RandomForestRegressor(TREES, min_samples_leaf=LEAF, max_features=0.5, random_state=0)
    return forest.fit(seen, gain), float(gain.min())


def examples(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(M, 10) what was known of the rows tried on made-up tasks, and (M,) by how much the error fell with the label."""
    seen, gains = [], []
    for i, t in enumerate(track(made_up(count, seed), "learning to foresee errors", count)):
        vectors = Dense(t.x)
        known = described(t.probs, vectors, vectors[t.labelled], t.labels, ops.key_ids(0, len(t.x), i), seed)
        seen.append(known[t.tried])
        gains.append(t.gain)
    return np.concatenate(seen), np.concatenate(gains)
