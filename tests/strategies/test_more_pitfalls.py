"""Mistakes of others that any of the coverage, design and query-set strategies could have made."""

import numpy as np
import pytest

from askance import ops
from askance.select import select
from askance.signals import Signals

SPREAD = ["max_herding", "prob_cover", "facility_location", "log_det", "kernel_herding", "graph_cut", "k_medoids"]
SPREAD += ["lightweight", "graph_density", "robust_kcenter", "discriminative", "hierarchical"]
MIXED = ["uherding", "bait", "falcun", "alfa_mix", "ranked_batch", "cluster_margin", "usdm", "dcom", "tcm"]
MIXED += ["stratified", "zero_shot_centroids"]
ASKING = ["flmi", "gcmi", "logdet_mi", "direct"]
EVERY = [*SPREAD, *MIXED, *ASKING]


def pool(e: np.ndarray, seed: int = 0) -> Signals:
    probs = np.random.default_rng(seed).dirichlet(np.ones(3), len(e))
    return Signals(ops.key_ids(1000 * seed, len(e)), {"embeddings": e, "probs": probs})


def spread(n: int = 100, dim: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim))


def known(e: np.ndarray) -> dict[str, object]:
    return {"labeled": pool(e, 1), "labels": np.array(["a", "b", "c"])[np.arange(len(e)) % 3]}


@pytest.mark.parametrize("text", EVERY)
def test_half_precision_does_not_overflow(text: str) -> None:
    """Squared distances in float16 are infinite at a feature scale of 60 (DeepAL+)."""
    e, l = (60 * spread()).astype(np.float16), (60 * spread(9, seed=1)).astype(np.float16)  # noqa: E741
    half = select(text, pool(e), 10, **known(l))  # type: ignore[arg-type]
    single = select(text, pool(e.astype(np.float32)), 10, **known(l.astype(np.float32)))  # type: ignore[arg-type]
    assert half.ids.tolist() == single.ids.tolist()


@pytest.mark.parametrize("text", EVERY)
def test_bytes_do_not_wrap_around(text: str) -> None:
    """Embeddings may be bytes, as pixels are: 200 + 100 is 300."""
    rng = np.random.default_rng(0)
    e, l = (rng.integers(0, 256, (n, 8)).astype(np.uint8) for n in (100, 9))  # noqa: E741
    small = select(text, pool(e), 10, **known(l))  # type: ignore[arg-type]
    wide = select(text, pool(e.astype(float)), 10, **known(l.astype(float)))  # type: ignore[arg-type]
    assert small.ids.tolist() == wide.ids.tolist()


@pytest.mark.parametrize("text", EVERY)
def test_copies_are_picked_once_each(text: str) -> None:
    """scikit-activeml's TypiClust and BatchBALD returned duplicates where rows were copies or tied."""
    e = np.repeat(spread(4), 25, 0)
    signals = Signals(ops.key_ids(0, 100), {"embeddings": e, "probs": np.full((100, 3), 1 / 3)})
    for seed in range(4):
        assert len(set(select(text, signals, 30, seed=seed, **known(spread(9, seed=1))).ids.tolist())) == 30  # type: ignore[arg-type]


def test_no_two_are_the_same_under_two_names() -> None:
    """BADGE as a copy of least confidence (ALaaS), MeanSTD under the name of BADGE (DeepAL+)."""
    signals = pool(spread(300, 4))
    picks = {name: tuple(select(name, signals, 40, **known(spread(9, 4, 1))).ids.tolist()) for name in EVERY}  # type: ignore[arg-type]
    margin = tuple(select("margin", signals, 40).ids.tolist())
    assert len(set(picks.values()) | {margin}) == len(EVERY) + 1
