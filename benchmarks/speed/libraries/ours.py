"""askance: `select` as anybody calls it, with all its checks."""

import numpy as np

from askance import ops
from askance.select import select
from askance.signals import Signals
from speed.cases import Case
from speed.data import Inputs
from speed.libraries import Call


def chosen(x: Inputs, case: Case) -> Call:
    """One batch of any strategy."""
    text = case.strategy.format(delta=None if x.delta is None else float(x.delta[0]))
    ids = ops.key_ids(0, len(x))
    known_ids = None if x.known is None else ops.key_ids(len(x), len(x.known))
    order = np.argsort(ids)
    in_order = ids[order]

    def call() -> np.ndarray:
        names = {"embeddings": x.embeddings, "probs": x.probs, "members": x.members}
        pool = Signals(ids, {name: a for name, a in names.items() if a is not None})
        labeled = None if known_ids is None else Signals(known_ids, {"embeddings": x.known})
        batch = select(text, pool, case.k, labeled=labeled)
        return order[np.searchsorted(in_order, batch.ids)]

    return call


margin = entropy = kcenter = badge = kmeans = dbal = typiclust = prob_cover = bald = batch_bald = density = chosen
facility_location = chosen


def max_herding(x: Inputs, case: Case) -> Call:
    """A loop: what one round picks is labelled in the next."""
    pool = Signals(ops.key_ids(0, len(x)), {"embeddings": x.embeddings})
    rows = np.arange(len(x))

    def call() -> np.ndarray:
        done = np.zeros(0, np.int64)
        for _ in range(case.rounds):
            left = np.setdiff1d(rows, done)
            batch = select(case.strategy, pool.take(left), case.k, labeled=pool.take(done))
            done = np.concatenate([done, np.flatnonzero(np.isin(pool.ids, batch.ids))])
        return done

    return call
