"""Expected error: against brute force on tiny pools, and what the family promises."""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from askance import ops
from askance.errors import BadStrategy
from askance.select import select
from askance.signals import Signals
from askance.strategies.expected_error.mcpal import gain, labels_ahead, two_ahead
from askance.strategies.expected_error.setting import drawn, utilities

N, L, C, D = 24, 9, 3, 2
RNG = np.random.default_rng(1)
POOL = Signals(ops.key_ids(0, N), {"embeddings": RNG.normal(size=(N, D))})
KNOWN = Signals(ops.key_ids(100, L), {"embeddings": RNG.normal(size=(L, D))}).take(np.argsort(ops.key_ids(100, L)))
LABELS = np.array(["cat", "dog", "eel"], dtype=object)[np.append(np.arange(C), RNG.integers(0, C, L - C))]
ALL = "candidates=0, evaluate=0"
FAMILY = ["eer", "aer", "voi", "xpal", "mcpal", "batch_mcpal"]


def scores(text: str, pool: Signals = POOL, **context: Any) -> np.ndarray:
    """What a scorer says of every row of the pool."""
    given = {"labeled": KNOWN, "labels": LABELS, **context}
    batch = select(text, pool, len(pool), **given)
    place = {int(i): u for i, u in zip(batch.ids, batch.utility, strict=True)}
    return np.array([place[int(i)] for i in pool.ids])


def scaled() -> tuple[np.ndarray, np.ndarray]:
    """Pool and labelled rows as the family sees them: together, about their mean, a coordinate's mean square 1."""
    pool, known = POOL["embeddings"], KNOWN["embeddings"]
    both = np.concatenate([pool, known])
    scale = np.sqrt(((both - both.mean(0)) ** 2).mean())
    return (pool - both.mean(0)) / scale, (known - both.mean(0)) / scale


def least_squares(x: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """scikit-learn's ridge regression of one-hot targets, positive parts over their sum."""
    from sklearn.linear_model import Ridge

    names, y = np.unique(labels, return_inverse=True)
    model = Ridge(alpha=10.0).fit(x, np.eye(len(names))[y])

    def predict(at: np.ndarray) -> np.ndarray:
        p = np.maximum(model.predict(at), 0.0)
        return np.asarray(p / p.sum(1, keepdims=True))

    return predict


def window(x: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Kernel-weighted counts, half the median distance of the pool wide."""
    from scipy.spatial.distance import cdist, pdist

    h = np.sqrt(np.median(pdist(scaled()[0]) ** 2)) / 2
    names, y = np.unique(labels, return_inverse=True)

    def predict(at: np.ndarray) -> np.ndarray:
        k = np.exp(-((cdist(at, x) / h) ** 2)) @ np.eye(len(names))[y] + 0.001 / len(names)
        return np.asarray(k / k.sum(1, keepdims=True))

    return predict


LOSSES: dict[str, Callable[[np.ndarray], Any]] = {
    "zero_one": lambda p: (1 - p.max(1)).mean(),
    "log": lambda p: -(p * np.log(np.maximum(p, 1e-300))).sum(1).mean(),
}


def retrained(fit: Callable[..., Any], loss: str) -> np.ndarray:
    """Roy and McCallum's sum, each model fitted anew.  -> (N,), raised where one is below 0."""
    pool, known = scaled()
    names = np.unique(LABELS)
    first = fit(known, LABELS)
    now, belief = LOSSES[loss](first(pool)), first(pool)
    out = np.full(len(pool), now)
    for i, c in product(range(len(pool)), range(len(names))):
        model = fit(np.vstack([known, pool[i]]), np.append(LABELS, names[c]))
        out[i] -= belief[i, c] * LOSSES[loss](model(pool))
    return np.asarray(out - min(out.min(), 0.0))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("refit", "fit"), [("ridge", least_squares), ("parzen", window)])
def test_eer_is_brute_force_retraining(refit: str, fit: Callable[..., Any], loss: str) -> None:
    got = scores(f"eer(refit={refit!r}, loss={loss!r}, {ALL})")
    wanted = retrained(fit, loss)
    assert np.ptp(wanted) > 1e-3
    np.testing.assert_allclose(got, wanted, atol=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_eer_of_a_function_that_fits_is_that_of_the_closed_form(loss: str) -> None:
    """The function is handed the embeddings as they came: it must scale them itself to be the same model."""
    both = np.concatenate([POOL["embeddings"], KNOWN["embeddings"]])
    centre = both.mean(0)
    scale = np.sqrt(((both - centre) ** 2).mean())

    def fit(x: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        predict = least_squares((x - centre) / scale, labels)
        return lambda at: predict((at - centre) / scale)

    got = scores(f"eer(refit='learner', loss={loss!r}, {ALL})", learner=fit)
    np.testing.assert_allclose(got, scores(f"eer(loss={loss!r}, {ALL})"), atol=1e-9)


def test_eer_by_a_newton_step_agrees_with_logistic_regression_trained_anew() -> None:
    from sklearn.linear_model import LogisticRegression

    pool = POOL["embeddings"]
    both = np.concatenate([pool, KNOWN["embeddings"]])
    scale = np.sqrt(((both - both.mean(0)) ** 2).mean())

    def fit(x: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        wide = np.column_stack([(x - both.mean(0)) / scale, np.ones(len(x))])
        model = LogisticRegression(C=0.1, fit_intercept=False, tol=1e-8).fit(wide, labels.astype(str))
        return lambda at: model.predict_proba(np.column_stack([(at - both.mean(0)) / scale, np.ones(len(at))]))

    step = scores(f"eer(refit='newton', {ALL})")
    anew = scores(f"eer(refit='learner', {ALL})", learner=fit)
    assert np.corrcoef(step, anew)[0, 1] > 0.99


def test_eer_wants_a_function_to_retrain() -> None:
    with pytest.raises(BadStrategy, match=r"eer\(refit='learner'\) needs as its learner a function"):
        scores("eer(refit='learner')")


@pytest.mark.parametrize("refit", ["ridge", "parzen"])
@pytest.mark.parametrize("loss", LOSSES)
def test_aer_of_all_rows_is_eer(refit: str, loss: str) -> None:
    more = f"refit={refit!r}, loss={loss!r}, {ALL}"
    np.testing.assert_allclose(scores(f"aer(near=0, {more})"), scores(f"eer({more})"), atol=1e-9)
    assert np.abs(scores(f"aer(near=3, {more})") - scores(f"eer({more})")).max() > 1e-6


def test_aer_is_close_to_eer_where_it_looks_at_a_quarter_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    y = rng.integers(0, 3, 340)
    x = rng.normal(size=(3, 4))[y] * 1.5 + rng.normal(size=(340, 4))
    pool, known = (Signals(ops.key_ids(i, len(r)), {"embeddings": r}) for i, r in ((0, x[:300]), (900, x[300:])))
    one, two = (scores(t, pool, labeled=known, labels=y[300:]) for t in (f"eer({ALL})", f"aer(near=75, {ALL})"))
    ranks = [np.argsort(np.argsort(u)) for u in (one, two)]
    assert np.corrcoef(ranks)[0, 1] > 0.9


# ------------------------------------------------------------------------------------------------- VOI and xPAL


def by_hand(loss: Callable[[np.ndarray, np.ndarray], float]) -> np.ndarray:
    """loss(before, after) of the least-squares model, expected over the labels of each row.  -> (N,)."""
    pool, known = scaled()
    first, names = least_squares(known, LABELS), np.unique(LABELS)
    out = np.zeros(len(pool))
    for i, c in product(range(len(pool)), range(len(names))):
        after = least_squares(np.vstack([known, pool[i]]), np.append(LABELS, names[c]))(pool)
        out[i] += first(pool)[i, c] * loss(first(pool), after)
    return out


def test_voi_is_the_risk_saved_less_the_cost() -> None:
    table = np.array([[0, 1, 5], [2, 0, 1], [1, 1, 0]], float)
    costs = 0.01 + np.arange(N) % 4 / 50

    def risk(before: np.ndarray, after: np.ndarray) -> float:
        old, new = (np.einsum("nc,cd,nd->", p, table, p) for p in (before, after))
        return float(old - new)

    wanted = by_hand(risk) - 3.0 * costs
    got = scores(f"voi(risks='0 1 5; 2 0 1; 1 1 0', price=3.0, {ALL})", costs=costs)
    np.testing.assert_allclose(got, wanted - min(wanted.min(), 0.0), atol=1e-8)


def test_voi_names_a_wrong_matrix() -> None:
    with pytest.raises(BadStrategy, match=r"voi\(risks\).*must be 3 x 3"):
        scores("voi(risks='0 1; 1 0')")


def test_xpal_is_the_worth_of_the_new_answers_over_the_old() -> None:
    pool, known = scaled()
    first, names = window(known, LABELS), np.unique(LABELS)
    old, wanted = first(pool).argmax(1), np.zeros(N)
    for i, c in product(range(N), range(C)):
        after = window(np.vstack([known, pool[i]]), np.append(LABELS, names[c]))(pool)
        wanted[i] += first(pool)[i, c] * (after.max(1) - after[np.arange(N), old]).mean()
    np.testing.assert_allclose(scores(f"xpal({ALL})"), wanted, atol=1e-9)
    assert wanted.max() > 0


# ------------------------------------------------------------------------------------------------------- McPAL


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        ([0.0, 0.0], 1 / 6),  # one label: 2/3 right instead of 1/2; two: (2/3 - 1/2) / 2
        ([1.0, 0.0], 1 / 60),  # one label cannot change the answer; two can by 1/6, from 1/2 to 3/5 less to 2/5
        ([9.0, 0.0], 0.0),
    ],
)
def test_gain_of_two_classes_by_hand(counts: list[float], wanted: float) -> None:
    assert gain(np.array([counts]), 2) == pytest.approx([wanted])


@pytest.mark.parametrize("counts", [[0.0, 0.0], [1.3, 0.9], [2.5, 1.0], [0.2, 1.9]])
@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_gain_is_the_integral_over_what_may_be_true(counts: list[float], m: int) -> None:
    """The chance of being right after m labels less that before, over a Beta posterior, label by label."""
    from scipy.integrate import quad
    from scipy.stats import beta, binom

    k = np.array(counts)
    guess = int(k.argmax())

    def won(p: float) -> float:
        right = np.array([p, 1 - p])
        ahead = [k[0] + j - (k[1] + m - j) for j in range(m + 1)]
        after = [right[guess] if lead == 0 else right[int(lead < 0)] for lead in ahead]
        law = binom.pmf(np.arange(m + 1), m, p)
        return float(beta.pdf(p, k[0] + 1, k[1] + 1) * (law @ after - right[guess]))

    wanted = quad(won, 0, 1, epsabs=1e-12)[0]
    a = -np.sort(-k[:, None], axis=0) + 1.0
    np.testing.assert_allclose(labels_ahead(a, m), [wanted], atol=1e-9)


def test_gain_is_the_mean_over_draws_of_what_may_be_true() -> None:
    """Three classes, by 200,000 draws of a Dirichlet posterior and of two labels from each."""
    rng, k = np.random.default_rng(0), np.array([1.4, 1.0, 0.3])
    p = rng.dirichlet(k + 1, 200_000)
    labels = (rng.random((len(p), 2, 1)) > p.cumsum(1)[:, None]).sum(2)
    after = (k + np.eye(3)[labels].sum(1)).argmax(1)
    won = p[np.arange(len(p)), after] - p[:, 0]
    assert float(labels_ahead(k[:, None] + 1, 2)[0]) == pytest.approx(won.mean(), abs=4 * won.std() / len(p) ** 0.5)


def test_two_labels_ahead_need_no_pairs() -> None:
    a = 1.0 - np.sort(-RNG.exponential(1.0, (6, 50)), axis=0)
    np.testing.assert_allclose(two_ahead(a), labels_ahead(a, 2), atol=1e-14)


def test_too_many_ways_are_refused() -> None:
    with pytest.raises(BadStrategy, match=r"3 labels of 100 classes can fall in 171,700 ways.*smaller `ahead`"):
        gain(np.zeros((1, 100)), 3)


def test_mcpal_is_density_times_gain() -> None:
    from scipy.spatial.distance import cdist, pdist

    pool, known = scaled()
    h = np.sqrt(np.median(pdist(pool) ** 2)) / 2
    counts = np.exp(-((cdist(pool, known) / h) ** 2)) @ np.eye(C)[np.unique(LABELS, return_inverse=True)[1]]
    density = np.exp(-((cdist(pool, pool) / h) ** 2)).mean(1)
    np.testing.assert_allclose(scores(f"mcpal({ALL})"), density * gain(counts, 2), atol=1e-9)


def test_a_batch_begins_with_the_best_and_then_looks_elsewhere() -> None:
    """Two clumps of equal rows: the plain score takes all from one, the batch goes to the other."""
    rows = np.repeat([[0.0, 0.0], [3.0, 0.0]], [12, 10], axis=0) + 1e-3 * RNG.normal(size=(22, 2))
    pool = Signals(ops.key_ids(0, 22), {"embeddings": rows})
    known = Signals(ops.key_ids(50, 2), {"embeddings": np.array([[0.0, 9.0], [3.0, 9.0]])})
    context = {"labeled": known, "labels": np.array([0, 1])}

    def clumps(text: str, **more: Any) -> list[bool]:
        return [int(i) in set(pool.ids[:12].tolist()) for i in select(text, pool, 2, **context, **more).ids]

    assert clumps("mcpal") == [True, True]
    assert clumps("batch_mcpal") == [True, False]
    waiting = Signals(ops.key_ids(70, 1), {"embeddings": np.zeros((1, 2))})
    assert not clumps("batch_mcpal", pending=waiting)[0]


# ---------------------------------------------------------------------------------------------------- sampling


def test_candidates_and_rows_to_judge_at_are_those_declared() -> None:
    u = scores("eer(candidates=5, evaluate=7)", pool=POOL.take(np.arange(20)).with_(), seed=3)
    assert len(u) == 20
    few = select("eer(candidates=5, evaluate=7)", POOL, 3, labeled=KNOWN, labels=LABELS)
    assert set(few.ids.tolist()) <= set(POOL.ids[drawn(POOL.ids, 0, 5, 5300)].tolist())


def test_there_are_as_many_candidates_as_picks() -> None:
    """With one candidate and ten picks, nine would be drawn blindly."""
    ten = select("mcpal(candidates=1)", POOL, 10, labeled=KNOWN, labels=LABELS)
    assert set(ten.ids.tolist()) == set(POOL.ids[drawn(POOL.ids, 0, 10, 5300)].tolist())


@pytest.mark.parametrize("name", FAMILY)
def test_order_of_the_pool_is_nothing_to_a_sample_of_it(name: str) -> None:
    order = np.random.default_rng(5).permutation(N)
    one, two = (
        select(f"{name}(candidates=12, evaluate=8)", p, 6, seed=2, labeled=KNOWN, labels=LABELS)
        for p in (POOL, POOL.take(order))
    )
    assert one.ids.tolist() == two.ids.tolist()
    np.testing.assert_array_equal(one.utility, two.utility)


@pytest.mark.parametrize("name", FAMILY)
def test_labels_are_needed(name: str) -> None:
    with pytest.raises(BadStrategy, match=f"{name} asks what a label would change"):
        select(name, POOL, 2, labeled=KNOWN)


@pytest.mark.parametrize("name", FAMILY)
def test_one_class_alone_is_no_error(name: str) -> None:
    assert len(select(name, POOL, 3, labeled=KNOWN, labels=np.full(L, "cat"))) == 3


def test_where_a_label_makes_things_look_worse_all_are_raised() -> None:
    np.testing.assert_allclose(utilities(4, np.array([2, 0]), np.array([0.5, -0.25])), [0.0, 0.0, 0.75, 0.0])
    np.testing.assert_allclose(utilities(3, np.array([2, 0]), np.array([0.5, 0.25])), [0.25, 0.0, 0.5])


# ---------------------------------------------------------------------------------------------------- the page


def test_the_examples_of_the_page_run() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "expected-error.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, object] = {"__name__": "docs_expected_error"}
    for block in blocks:
        exec(compile(block, "docs/expected-error.md", "exec"), names)
