"""USDM's quadratic programme and discriminative active learning."""

import numpy as np
import pytest

from askance import ops
from askance.ops.simplex import RIDGE, simplex_qp
from askance.select import select
from askance.signals import Signals


def pool(**columns: object) -> Signals:
    arrays = {name: np.asarray(a) for name, a in columns.items()}
    return Signals(ops.key_ids(0, len(next(iter(arrays.values())))), arrays)


def rows(signals: Signals, text: str, k: int, **context: object) -> list[int]:
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **context).ids.tolist()]  # type: ignore[arg-type]


def kernel(x: np.ndarray, h: float = 1.0) -> np.ndarray:
    return np.asarray(np.exp(-((x[:, None] - x[None]) ** 2).sum(2) / h**2))


def residual(f: np.ndarray, gain: np.ndarray, k: np.ndarray, r: float) -> float:
    """How far the conditions of Karush, Kuhn and Tucker are from holding."""
    slope = gain - r * (k @ f + RIDGE * f)
    level = slope[f > 0].mean()
    return float(max(abs(f.sum() - 1), -f.min(), np.abs(slope[f > 0] - level).max(), (slope - level).max()))


@pytest.mark.parametrize("r", [0.1, 1.0, 30.0, 1000.0])
@pytest.mark.parametrize("n", [2, 17, 120])
def test_conditions_hold_to_rounding(n: int, r: float) -> None:
    """papers.md 2.4: the residual is below 1e-8."""
    rng = np.random.default_rng(n)
    gain, k = rng.random(n), kernel(rng.normal(size=(n, 3)))
    assert residual(simplex_qp(gain, k, r), gain, k, r) < 1e-8


def test_no_other_mass_is_better() -> None:
    rng = np.random.default_rng(0)
    gain, k = rng.random(8), kernel(rng.normal(size=(8, 2)))

    def value(f: np.ndarray) -> float:
        return float(gain @ f - f @ k @ f)

    best = value(simplex_qp(gain, k, 2.0))
    assert all(value(f) <= best + 1e-6 for f in rng.dirichlet(np.full(8, 0.5), 20_000))


def test_without_diversity_all_is_on_the_largest() -> None:
    gain = np.array([0.1, 0.9, 0.5])
    assert simplex_qp(gain, np.eye(3), 0.0).tolist() == [0, 1, 0]


def test_with_nothing_alike_much_diversity_is_uniform() -> None:
    np.testing.assert_allclose(simplex_qp(np.random.default_rng(0).random(10), np.eye(10), 1e7), 0.1, atol=1e-6)


def test_copies_share_their_mass() -> None:
    k = kernel(np.array([[0.0], [0.0], [3.0]]))
    f = simplex_qp(np.ones(3), k, 1.0)
    np.testing.assert_allclose(f, [0.25, 0.25, 0.5], atol=1e-3)


def test_usdm_without_diversity_begins_with_the_most_entropy() -> None:
    signals = pool(
        probs=np.random.default_rng(0).dirichlet(np.ones(3), 60),
        embeddings=np.random.default_rng(1).normal(size=(60, 3)),
    )
    assert rows(signals, "usdm(r=0.0)", 6) == rows(signals, "entropy", 6)


def test_usdm_leaves_near_copies_of_the_least_sure_for_later() -> None:
    x = np.concatenate([np.zeros((10, 2)), 5 * np.random.default_rng(0).normal(size=(10, 2))])
    p = np.concatenate([np.full(10, 0.5), np.full(10, 0.6)])
    signals = pool(embeddings=x, probs=np.stack([p, 1 - p], 1))
    assert set(rows(signals, "entropy", 5)) <= set(range(10))
    assert sum(i < 10 for i in rows(signals, "usdm(r=10.0)", 8)) <= 3


# Discriminative active learning


def test_discriminative_goes_where_nothing_is_labelled() -> None:
    """Labelled and unlabelled are told apart, and the unlabelled-like are asked about: not the other way round."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(80, 2)), 8 + rng.normal(size=(20, 2))])
    labeled = Signals(ops.key_ids(999, 20), {"embeddings": rng.normal(size=(20, 2))})
    assert min(rows(pool(embeddings=x), "discriminative(batches=1)", 10, labeled=labeled)) >= 80


def test_parts_of_a_batch_see_the_parts_before() -> None:
    """Two places that nothing is known of: in one part all go to the likelier, in ten both are visited."""
    rng = np.random.default_rng(0)
    x = np.concatenate(
        [
            rng.normal(size=(60, 2)),
            np.array([8, 0]) + rng.normal(size=(25, 2)),
            np.array([0, 8]) + rng.normal(size=(15, 2)),
        ]
    )
    labeled = Signals(ops.key_ids(999, 20), {"embeddings": rng.normal(size=(20, 2))})
    which = np.repeat([0, 1, 2], (60, 25, 15))
    picks = which[rows(pool(embeddings=x), "discriminative(batches=10)", 10, labeled=labeled)]
    assert (picks == 1).sum() >= 2
    assert (picks == 2).sum() >= 2


def test_rows_are_those_of_the_pool_whatever_the_sample() -> None:
    """small-text learns from the first rows and applies positions in a sample to the whole."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(300, 2)), 9 + rng.normal(size=(30, 2))])
    signals = pool(embeddings=x)
    order = rng.permutation(330)
    labeled = Signals(ops.key_ids(999, 20), {"embeddings": rng.normal(size=(20, 2))})
    text = "discriminative(batches=1)"
    one = select(text, signals, 8, labeled=labeled).ids.tolist()
    assert one == select(text, signals.take(order), 8, labeled=labeled).ids.tolist()
    assert np.isin(signals.ids, one)[300:].sum() >= 4
