"""How much a label would change the model: against brute force, numerical gradients and real retraining."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize

from askance import ops
from askance.errors import BadSignal, MissingSignal
from askance.ops import fisher
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategies.model_change.glister import moved
from askance.strategies.model_change.grad_match import mean_gradient
from askance.strategies.model_change.isal import influence
from askance.view import View


def signals(probs: np.ndarray, embeddings: np.ndarray, start: int = 0) -> Signals:
    return Signals(np.arange(start, start + len(probs)), {"probs": probs, "embeddings": embeddings})


def drawn(n: int, classes: int, dim: int, seed: int = 0, start: int = 0) -> Signals:
    rng = np.random.default_rng(seed)
    return signals(rng.dirichlet(np.ones(classes), n), rng.normal(size=(n, dim)), start)


def scores(text: str, pool: Signals, labeled: Signals | None = None, labels: object = None) -> np.ndarray:
    y = None if labels is None else np.asarray(labels)
    known = None if labeled is None else View(labeled, 0)
    view = View(pool, 1, known=known, labels=y, labeled_rows=0 if labeled is None else len(labeled))
    return np.asarray(parse(text)(view).get("utility"))


def log_loss(weights: np.ndarray, h: np.ndarray, y: int) -> float:
    z = weights @ h
    return float(np.log(np.exp(z).sum()) - z[y])


def slope_of(weights: np.ndarray, h: np.ndarray, y: int, step: float = 1e-6) -> np.ndarray:
    """The gradient of the log loss, number by number."""
    out = np.zeros_like(weights)
    for at in itertools.product(*map(range, weights.shape)):
        there = np.zeros_like(weights)
        there[at] = step
        out[at] = (log_loss(weights + there, h, y) - log_loss(weights - there, h, y)) / (2 * step)
    return out


@pytest.mark.parametrize("bias", [False, True])
def test_egl_is_the_expected_length_of_numerical_gradients(bias: bool) -> None:
    rng = np.random.default_rng(1)
    weights, h = rng.normal(size=(3, 4 + bias)), rng.normal(size=(5, 4))
    inputs = np.hstack([h, np.ones((5, 1))]) if bias else h
    probs = ops.softmax(inputs @ weights.T)
    wanted = [
        sum(p[c] * np.linalg.norm(slope_of(weights, x, c)) for c in range(3))
        for x, p in zip(inputs, probs, strict=True)
    ]
    np.testing.assert_allclose(scores(f"egl(bias={bias})", signals(probs, h)), wanted, rtol=1e-7)


def test_egl_golden() -> None:
    """p = (.7, .2, .1), h = (1, 2); the length is Euclidean, not the sum of absolute values that small-text takes."""
    p, h = np.array([[0.7, 0.2, 0.1]]), np.array([[1.0, 2.0]])
    lengths = [np.sqrt(0.3**2 + 0.2**2 + 0.1**2), np.sqrt(0.7**2 + 0.8**2 + 0.1**2), np.sqrt(0.7**2 + 0.2**2 + 0.9**2)]
    wanted = np.sqrt(5) * (p[0] @ lengths)
    assert wanted == pytest.approx(1.3219991, abs=1e-6)
    np.testing.assert_allclose(scores("egl", signals(p, h)), [wanted])
    assert scores("egl", signals(np.array([[1.0, 0.0]]), h))[0] == 0.0


def test_emoc_is_the_change_after_a_gradient_step() -> None:
    """A step at every label in turn, and the scores of the whole pool before and after it."""
    rng = np.random.default_rng(2)
    weights, h, rate = rng.normal(size=(3, 4)), rng.normal(size=(12, 4)), 0.37
    probs = ops.softmax(h @ weights.T)
    wanted = np.zeros(12)
    for i, c in itertools.product(range(12), range(3)):
        after = weights - rate * np.outer(probs[i] - np.eye(3)[c], h[i])
        wanted[i] += probs[i, c] * np.abs(h @ after.T - h @ weights.T).sum(1).mean() / rate
    np.testing.assert_allclose(scores("emoc", signals(probs, h)), wanted, rtol=1e-8)


def whole_fisher(probs: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The sum of (diag(p) - p p') (x) h h' over all weights, one row at a time."""
    return sum(np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x)) for p, x in zip(probs, h, strict=True))


def slopes_of_probs(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The gradient of each probability by the weights.  -> (C, C D)."""
    return np.stack([np.kron(p[c] * (np.eye(len(p))[c] - p), x) for c in range(len(p))])


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_designs_are_those_of_the_whole_inverse(classes: int) -> None:
    """Nothing sketched, nothing updated: the Fisher matrix of every candidate is built and inverted."""
    dim, ridge = 3, 0.5
    pool, labeled = drawn(15, classes, dim, 3), drawn(6, classes, dim, 4, start=100)
    p, h = pool["probs"], pool["embeddings"]
    scale = np.trace(whole_fisher(p, h)) / (15 * (classes - 1) * dim)
    before = whole_fisher(labeled["probs"], labeled["embeddings"]) + ridge * scale * np.eye(classes * dim)
    moves = [slopes_of_probs(a, b) for a, b in zip(p, h, strict=True)]
    spread, mean = sum(g.T @ g for g in moves) / 15, whole_fisher(p, h) / 15
    found: dict[str, list[float]] = {"variance_reduction": [], "fisher_ratio": [], "d_optimal": []}
    for i in range(15):
        after = before + whole_fisher(p[i : i + 1], h[i : i + 1])
        less = np.linalg.inv(before) - np.linalg.inv(after)
        found["variance_reduction"].append(np.trace(spread @ less))
        found["fisher_ratio"].append(np.trace(mean @ less))
        found["d_optimal"].append(np.linalg.slogdet(after)[1] - np.linalg.slogdet(before)[1])
    for name, wanted in found.items():
        text = f"{name}(ridge={ridge}, dims=64)"
        np.testing.assert_allclose(scores(text, pool, labeled), wanted, rtol=1e-6, err_msg=name)


def test_pending_samples_have_told_what_they_will_tell() -> None:
    """Their information does not depend on the label, so a sample asked about counts as one that was answered."""
    pool, known = drawn(20, 3, 4), drawn(5, 3, 4, 1, start=100)
    told = select("variance_reduction", pool, 20, labeled=known, labels=np.zeros(5))
    asked = select("variance_reduction", pool, 20, pending=known)
    assert told.ids.tolist() == asked.ids.tolist()
    assert told.ids.tolist() != select("variance_reduction", pool, 20).ids.tolist()


def test_a_sketch_keeps_what_matters() -> None:
    """Two classes and three of thirty features hold nearly all there is; so small a sketch ranks as the whole head."""
    rng = np.random.default_rng(0)
    h = rng.normal(size=(200, 30)) * np.where(np.arange(30) < 3, 1.0, 1e-3)
    p = np.hstack([rng.dirichlet([1, 1], 200) * 0.999, np.full((200, 4), 0.00025)])
    whole = scores("variance_reduction(dims=1000)", signals(p, h))
    small = scores("variance_reduction(dims=9)", signals(p, h))
    assert np.corrcoef(whole, small)[0, 1] > 0.99
    assert fisher.sketch(p, h, 9).size <= 9 < fisher.sketch(p, h, 1000).size


def quire_by_hand(kernel: np.ndarray, labelled: list[int], y: np.ndarray, s: int, ridge: float) -> float:
    """max over y_s of min over real y_u of y' (K + ridge I)^-1 y, the minimum searched for numerically."""
    inverse = np.linalg.inv(kernel + ridge * np.eye(len(kernel)))
    others = [i for i in range(len(kernel)) if i not in labelled and i != s]

    def value(free: np.ndarray, sign: float) -> float:
        full = np.zeros(len(kernel))
        full[labelled], full[s], full[others] = y, sign, free
        return float(full @ inverse @ full)

    return max(
        float(optimize.minimize(value, np.zeros(len(others)), args=(sign,), tol=1e-12).fun) for sign in (1.0, -1.0)
    )


def test_quire_is_the_min_max_of_the_paper() -> None:
    """Over the whole matrix of ten samples, by a numerical search; the utility is one over what a sample adds."""
    rng = np.random.default_rng(5)
    x, ridge, h = rng.normal(size=(10, 2)), 0.7, 1.3
    kernel = np.exp(-((x[:, None] - x[None]) ** 2).sum(2) / h**2)
    labelled, y = [0, 1, 2, 3], np.array([1.0, -1.0, -1.0, 1.0])
    alone = y @ np.linalg.solve(kernel[:4, :4] + ridge * np.eye(4), y)
    wanted = [1.0 / (quire_by_hand(kernel, labelled, y, s, ridge) - alone) for s in range(4, 10)]
    blank = np.full((10, 2), 0.5)
    pool, labeled = signals(blank[4:], x[4:], 4), signals(blank[:4], x[:4])
    found = scores(f"quire(ridge={ridge}, h={h})", pool, labeled, ["b", "a", "a", "b"])
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_quire_judges_a_candidate_by_itself() -> None:
    """In scikit-activeml a utility changes with who else is a candidate, as positions are mixed up."""
    pool, labeled = drawn(30, 3, 4), drawn(9, 3, 4, 1, start=100)
    whole = scores("quire(h=1.5)", pool, labeled, np.arange(9) % 3)
    part = scores("quire(h=1.5)", pool.take(np.array([4, 20, 7])), labeled, np.arange(9) % 3)
    np.testing.assert_allclose(part, whole[[4, 20, 7]], rtol=1e-8)


def test_quire_of_many_classes_is_the_mean_over_one_against_the_rest() -> None:
    rng = np.random.default_rng(6)
    x, y, ridge = rng.normal(size=(8, 2)), np.array([0, 1, 2, 0, 1, 2]), 1.0
    kernel = np.exp(-((x[:, None] - x[None]) ** 2).sum(2)) + ridge * np.eye(8)
    wanted = []
    for s in (6, 7):
        rows = [*range(6), s]
        inverse, base = np.linalg.inv(kernel[np.ix_(rows, rows)]), np.linalg.inv(kernel[:6, :6])
        added = []
        for guess in range(3):
            sign = np.where(np.append(y, guess)[:, None] == np.arange(3), 1.0, -1.0)
            added.append(np.mean([c @ inverse @ c - c[:6] @ base @ c[:6] for c in sign.T]))
        wanted.append(1.0 / max(added))
    blank = np.full((8, 3), 1 / 3)
    found = scores("quire(h=1.0)", signals(blank[6:], x[6:], 6), signals(blank[:6], x[:6]), y)
    np.testing.assert_allclose(found, wanted, rtol=1e-8)


def trained(h: np.ndarray, y: np.ndarray, share: np.ndarray, ridge: float, classes: int) -> np.ndarray:
    """The weights at the least of sum share * log loss + ridge / 2 |W|^2, to the last digits."""
    given = np.eye(classes)[y]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(classes, -1)
        p = ops.softmax(h @ w.T)
        value = -share @ np.log((p * given).sum(1)) + ridge / 2 * (w**2).sum()
        return float(value), (((p - given) * share[:, None]).T @ h + ridge * w).ravel()

    start = np.zeros(classes * h.shape[1])
    found = optimize.minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 2000}).x
    return found.reshape(classes, -1)


def test_isal_is_what_retraining_with_a_little_weight_does() -> None:
    """The model is trained again with 1e-4 more or less of each sample at its likeliest class."""
    rng = np.random.default_rng(7)
    h, y, ridge, weight = rng.normal(size=(20, 3)), np.arange(20) % 3, 0.05, 1e-4
    even, pool = np.full(20, 1 / 20), rng.normal(size=(6, 3))
    start = trained(h, y, even, ridge, 3)
    p, said = ops.softmax(h @ start.T), ops.softmax(pool @ start.T)

    def reference(w: np.ndarray) -> float:
        return -float(np.log(ops.softmax(h @ w.T)[np.arange(20), y]).mean())

    def with_weight(i: int, amount: float) -> float:
        more = trained(np.vstack([h, pool[i]]), np.append(y, said[i].argmax()), np.append(even, amount), ridge, 3)
        return reference(more)

    wanted = [(with_weight(i, -weight) - with_weight(i, weight)) / (2 * weight) for i in range(6)]
    found = influence(said, pool, p, h, np.eye(3)[y], ridge)
    np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-6)
    assert (found > 0).any()


def test_isal_leaves_out_what_would_do_harm() -> None:
    pool, labeled = drawn(40, 3, 4), drawn(12, 3, 4, 1, start=100)
    found = scores("isal", pool, labeled, np.arange(12) % 3)
    p, h = labeled["probs"], labeled["embeddings"]
    signed = influence(
        pool["probs"], pool["embeddings"], p, h, np.eye(3)[np.arange(12) % 3], 0.01 * float((h * h).mean())
    )
    np.testing.assert_allclose(found, np.maximum(signed, 0.0), atol=1e-8)
    assert (signed < 0).any()
    assert (signed > 0).any()


def test_conjugate_gradients_solve_the_whole_hessian() -> None:
    s = drawn(30, 4, 5)
    b = np.random.default_rng(1).normal(size=(4, 5))
    whole = whole_fisher(s["probs"], s["embeddings"]) / 30 + 0.02 * np.eye(20)
    found = fisher.hessian_solve(s["probs"], s["embeddings"], 0.02, b)
    np.testing.assert_allclose(found.ravel(), np.linalg.solve(whole, b.ravel()), rtol=1e-7)


def test_glister_takes_the_step_that_lowers_the_loss_most() -> None:
    """A tiny step along each sample's numerical gradient, and the loss on the labelled samples after it."""
    rng = np.random.default_rng(8)
    weights, h, known = rng.normal(size=(3, 4)), rng.normal(size=(25, 4)), rng.normal(size=(9, 4))
    y, probs = np.arange(9) % 3, ops.softmax(h @ weights.T)
    after = []
    for x, p in zip(h, probs, strict=True):
        there = weights - 1e-4 * slope_of(weights, x, int(p.argmax()))
        after.append(sum(log_loss(there, v, c) for v, c in zip(known, y, strict=True)))
    labeled = signals(ops.softmax(known @ weights.T), known, 100)
    got = select("glister", signals(probs, h), 1, labeled=labeled, labels=y).ids.tolist()
    assert got == [int(np.argmin(after))]


def test_glister_looks_again_after_each_pick() -> None:
    """The second pick is the best by the gradients at the weights that the first has moved."""
    rng = np.random.default_rng(9)
    weights, h, known = rng.normal(size=(3, 4)), rng.normal(size=(25, 4)), rng.normal(size=(9, 4))
    y, probs, labeled = np.arange(9) % 3, ops.softmax(h @ weights.T), ops.softmax(known @ weights.T)
    pushed = probs - np.eye(3)[probs.argmax(1)]
    size = 30.0 / (2 * (known**2).sum(1).mean())
    wanted: list[int] = []
    for _ in range(2):
        slope = (ops.softmax(known @ weights.T) - np.eye(3)[y]).T @ known
        gain = np.einsum("nc,cd,nd->n", pushed, slope, h)
        gain[wanted] = -np.inf
        wanted.append(int(gain.argmax()))
        weights = weights - size * np.outer(pushed[wanted[-1]], h[wanted[-1]])
    got = select("glister(rate=30.0)", signals(probs, h), 2, labeled=signals(labeled, known, 100), labels=y)
    assert got.ids.tolist() == wanted
    np.testing.assert_allclose(
        known @ (-size * np.outer(pushed[3], h[3])).T, -size * moved(probs[3:4], h[3:4], known), atol=1e-12
    )


def test_grad_match_comes_nearer_than_chance_and_first_as_by_hand() -> None:
    s = drawn(60, 3, 4)
    p, h = s["probs"], s["embeddings"]
    g = np.einsum("nc,nd->ncd", p - np.eye(3)[p.argmax(1)], h).reshape(60, -1)
    np.testing.assert_allclose(mean_gradient(p, h).ravel(), g.mean(0), atol=1e-12)
    picks = select("grad_match(ridge=1e-6)", s, 5).ids.astype(int)
    assert picks[0] == (g @ g.mean(0)).argmax()

    def missed(rows: np.ndarray) -> float:
        return float(np.linalg.lstsq(g[rows].T, g.mean(0))[1].sum())

    chance = [missed(np.random.default_rng(i).choice(60, 5, replace=False)) for i in range(50)]
    assert missed(picks) < np.quantile(chance, 0.1)


def test_craig_is_facility_location_on_the_gradients() -> None:
    s = drawn(80, 4, 5)
    g = np.einsum("nc,nd->ncd", s["probs"] - np.eye(4)[s["probs"].argmax(1)], s["embeddings"]).reshape(80, -1)
    flat = Signals(s.ids, {"embeddings": g})
    assert select("craig", s, 7).ids.tolist() == select("facility_location", flat, 7).ids.tolist()


@pytest.mark.parametrize("name", ["isal", "glister"])
def test_which_column_is_which_class_must_be_known(name: str) -> None:
    pool, labeled = drawn(10, 4, 3), drawn(4, 4, 3, 1, start=100)
    with pytest.raises(BadSignal, match=f"{name} cannot tell which of the 4 columns"):
        select(name, pool, 2, labeled=labeled, labels=np.array(["cat", "dog", "cat", "dog"]))
    with pytest.raises(MissingSignal, match="needs the labels"):
        select(name, pool, 2, labeled=labeled)


def test_the_example_of_the_page_runs() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "model-change.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(compile(block, "docs/model-change.md", "exec"), {})
