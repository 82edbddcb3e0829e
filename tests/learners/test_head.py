"""The linear head: the numbers of scikit-learn, its own C, and no dependence on the order of the rows."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import LogisticRegression

from askance import ops
from askance.errors import BadLearner
from askance.learners.committee import bootstrap
from askance.learners.folds import folds
from askance.learners.head import LinearHead
from askance.learners.logistic import FIXED, GRID, fit_softmax, row_space


def blobs(n: int, d: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    x = rng.normal(size=(n, d)) + 1.5 * rng.normal(size=(classes, d))[y]
    return x, np.array([f"class {c}" for c in y]), ops.key_ids(0, n)


def test_it_is_scikit_learns_logistic_regression() -> None:
    x, y = load_iris(return_X_y=True)
    ours = fit_softmax(x, y, 0.3)
    theirs = LogisticRegression(C=0.3, tol=1e-10, max_iter=5000).fit(x, y)
    np.testing.assert_allclose(ours[:-1].T, theirs.coef_, atol=1e-4)
    two = y < 2  # two columns share the weight of one: C counts double
    ours = fit_softmax(x[two], y[two], 0.3)
    theirs = LogisticRegression(C=0.6, tol=1e-10, max_iter=5000).fit(x[two], y[two])
    np.testing.assert_allclose(ours[:-1, 1] - ours[:-1, 0], theirs.coef_[0], atol=1e-4)


def test_weights_count_a_row_so_often() -> None:
    x, y = load_iris(return_X_y=True)
    counts = np.arange(len(y)) % 3
    often = np.repeat(np.arange(len(y)), counts)
    np.testing.assert_allclose(fit_softmax(x, y, 1.0, counts), fit_softmax(x[often], y[often], 1.0), atol=1e-4)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_the_row_space_is_exact(make: type) -> None:
    x, y, _ = blobs(30, 200, 3)
    x[np.abs(x) < 0.5] = 0
    numbers = np.unique(y, return_inverse=True)[1]
    z, back = row_space(make(x))
    np.testing.assert_allclose(z @ z.T, x @ x.T, atol=1e-8)
    inside, outside = fit_softmax(z, numbers, 0.1, slope=1e-9), fit_softmax(make(x), numbers, 0.1, slope=1e-9)
    np.testing.assert_allclose(x.T @ (back @ inside[:-1]), outside[:-1], atol=1e-6)


def test_the_chosen_c_beats_the_ends_of_the_grid() -> None:
    x, y = load_digits(return_X_y=True)
    y = y.astype(str)
    head = LinearHead()
    chosen = head.fit(x[::9], y[::9], ops.key_ids(0, 200))
    assert GRID[0] < chosen["C"] < GRID[-1]
    assert 0 < chosen["log_loss"] < np.log(10)
    assert (np.array(head.classes)[head.probs(x).argmax(1)] == y).mean() > 0.92


def test_noise_is_regularised_away() -> None:
    x, y, ids = blobs(60, 20, 2)
    x = np.random.default_rng(1).normal(size=x.shape)
    head = LinearHead()
    assert head.fit(x, y, ids)["C"] <= GRID[2]
    assert np.abs(head.probs(x) - 0.5).max() < 0.15


@pytest.mark.parametrize("d", [5, 300])
def test_row_order_does_not_matter_to_the_last_bit(d: int) -> None:
    x, y, ids = blobs(60, d, 3)
    order = np.random.default_rng(0).permutation(60)
    one, two, other = LinearHead(members=3), LinearHead(members=3), LinearHead(members=3)
    assert one.fit(x, y, ids, seed=4) == two.fit(x[order], y[order], ids[order], seed=4)
    np.testing.assert_array_equal(one.probs(x), two.probs(x))
    np.testing.assert_array_equal(one.members(x), two.members(x))
    other.fit(x, y, ids, seed=5)
    assert np.abs(one.members(x) - other.members(x)).max() > 1e-7


def test_units_and_constant_columns_do_not_matter() -> None:
    x, y, ids = blobs(60, 5, 3)
    one, two, three = LinearHead(), LinearHead(), LinearHead()
    units = np.hstack([x * [1, 1000, 1e-3, 5, 1] + [0, 5e4, 0, -3, 1e3], np.full((60, 1), 7.3)])
    one.fit(units, y, ids)
    two.fit(units[:, :5] * [1, 1, 1e6, 1, 1], y, ids)
    np.testing.assert_allclose(one.probs(units), two.probs(units[:, :5] * [1, 1, 1e6, 1, 1]), atol=1e-5)
    two.fit(x, y, ids)
    three.fit(x * 1000 + 7, y, ids)
    np.testing.assert_allclose(two.probs(x), three.probs(x * 1000 + 7), atol=1e-5)


def test_columns_that_never_vary_teach_nothing() -> None:
    _, y, ids = blobs(12, 4, 2)
    head = LinearHead()
    head.fit(np.ones((12, 4)), y, ids)
    np.testing.assert_allclose(head.probs(np.full((1, 4), 9.0)), 0.5, atol=1e-6)


def test_few_labels_get_a_fixed_c() -> None:
    x, y, ids = blobs(5, 4, 2)
    chosen = LinearHead().fit(x[:4], y[:4], ids[:4])
    assert chosen["C"] == FIXED
    assert "fixed" in chosen["C_by"]


def test_a_class_with_one_label_is_learned_too() -> None:
    x, y, ids = blobs(41, 4, 2)
    y = y.astype("U9")
    y[40] = "lonely"
    head = LinearHead(members=5)
    assert "cross-validation" in head.fit(x, y, ids)["C_by"]
    assert head.classes == ("class 0", "class 1", "lonely")
    assert head.members(x).shape == (41, 5, 3)
    np.testing.assert_allclose(head.members(x).sum(-1), 1)


def test_bootstrap_members_see_every_class_and_differ() -> None:
    y = np.array([0] * 30 + [1, 2])
    counts = bootstrap(y, ops.key_ids(0, 32), seed=0, members=40)
    assert counts.shape == (40, 32)
    assert (counts[:, 30:] >= 1).all()
    assert 0.9 < counts[:, :30].mean() < 1.1
    assert 0.8 < counts[:, :30].var() < 1.2  # Poisson: variance = mean
    assert len({row.tobytes() for row in counts}) == 40
    half = bootstrap(y[:15], ops.key_ids(0, 15), seed=0, members=40)
    np.testing.assert_array_equal(half, counts[:, :15])  # a row's count does not depend on the other rows


def test_folds_are_stratified_and_leave_every_class_in_training() -> None:
    y = np.array([0] * 12 + [1] * 2 + [2])
    which = folds(y, ops.key_ids(0, 15), seed=0)
    assert which[14] == -1
    assert np.bincount(which[:14]).tolist() == [3, 3, 3, 3, 2]
    assert which[12] != which[13]


def test_errors_say_what_is_wrong() -> None:
    x, y, ids = blobs(10, 4, 2)
    with pytest.raises(BadLearner, match="all 10 labels are 'cat'"):
        LinearHead().fit(x, ["cat"] * 10, ids)
    with pytest.raises(BadLearner, match="no labels"):
        LinearHead().fit(x[:0], [], ids[:0])
    with pytest.raises(BadLearner, match="at least 2"):
        LinearHead(members=1)
    with pytest.raises(BadLearner, match="fit it first"):
        LinearHead().probs(x)
    head = LinearHead()
    head.fit(x, y, ids)
    with pytest.raises(BadLearner, match="members=10"):
        head.members(x)
    with pytest.raises(BadLearner, match="fitted on 4 features and is given 3"):
        head.probs(x[:, :3])


def test_it_comes_back_from_disk(tmp_path) -> None:
    x, y, ids = blobs(40, 60, 3)
    head, again = LinearHead(members=2), LinearHead()
    head.fit(x.astype(np.float32), y, ids)
    head.save(tmp_path)
    again.load(tmp_path)
    np.testing.assert_array_equal(head.probs(x), again.probs(x))
    np.testing.assert_array_equal(head.members(x), again.members(x))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["arrays.npz", "learner.json"]
    (tmp_path / "arrays.npz").write_bytes(b"half")
    with pytest.raises(BadLearner, match="cannot load"):
        again.load(tmp_path)
