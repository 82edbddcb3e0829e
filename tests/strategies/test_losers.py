"""Why some lose to random: what their `fails` say of them, measured on the data of the contract's trial."""

import numpy as np
import pytest

from askance import ops
from askance.contract.trial import halves
from askance.ops.vectors import gaps
from askance.select import select
from askance.signals import Signals


def asked(text: str, seed: int, turns: int = 5) -> np.ndarray:
    """Rows of the digits 0 to 4 that are asked about, five a turn from ten drawn at random."""
    data = halves("digits", seed)
    ids = ops.key_ids(0, len(data.x))
    pool = Signals(ids, {"embeddings": data.x})
    rows = np.argsort(ops.noise(seed, ids))[:10]
    for turn in range(turns):
        batch = select(text, pool, 5, seed + turn, labeled=pool.take(rows), labels=data.y[rows])
        rows = np.concatenate([rows, np.flatnonzero(np.isin(ids, batch.ids))])
    return rows[10:]


def outlying(seed: int) -> np.ndarray:
    """The rank of each row by its mean distance to ten neighbours, 0 in the middle of the crowd, 1 far from it."""
    x = halves("digits", seed).x
    vectors = ops.Dense(x)
    near = np.sqrt(np.sort(gaps(vectors, vectors), axis=1)[:, 1:11]).mean(1)
    return np.argsort(np.argsort(near)) / len(x)


def fewest_to_most(rows: np.ndarray, seed: int) -> float:
    counts = np.bincount(halves("digits", seed).y[rows], minlength=5)
    return float(counts.min() / counts.max())


@pytest.mark.parametrize("text", ["epistemic_nearby", "epistemic_nearby(width=2.0)", "epistemic_nearby(width=8.0)"])
def test_doubt_for_want_of_labels_asks_about_outliers_as_k_center_does(text: str) -> None:
    ranks = {t: np.mean([outlying(seed)[asked(t, seed)].mean() for seed in range(2)]) for t in (text, "kcenter")}
    drawn = np.mean([outlying(seed)[asked("random", seed)].mean() for seed in range(2)])
    assert ranks[text] > 0.8
    assert ranks["kcenter"] > 0.8
    assert drawn < 0.6


def test_doubt_in_spite_of_labels_asks_about_few_classes() -> None:
    ours = np.mean([fewest_to_most(asked("aleatoric_nearby", seed), seed) for seed in range(4)])
    drawn = np.mean([fewest_to_most(asked("random", seed), seed) for seed in range(4)])
    assert ours < 0.1 < drawn
