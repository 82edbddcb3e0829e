"""SIMILAR's conditional measures and disparities, each equal to the greedy of its definition."""

from collections.abc import Callable

import numpy as np
import pytest

from askance import ops
from askance.errors import BadStrategy
from askance.select import select
from askance.signals import Signals

N = 30
RNG = np.random.default_rng(0)
POOL, KNOWN = RNG.normal(size=(N, 2)), RNG.normal(size=(9, 2))
LABELS = np.array(["out"] * 5 + ["in"] * 3 + ["rare"])  # "out" is the most frequent
SIGNALS = Signals(ops.key_ids(0, N), {"embeddings": POOL})
LABELED = Signals(ops.key_ids(900, 9), {"embeddings": KNOWN})
PRIVATE, QUERY = KNOWN[:5], KNOWN[5:]


def rows(text: str, k: int, signals: Signals = SIGNALS, **context: object) -> list[int]:
    given = {"labeled": LABELED, "labels": LABELS, **context}
    place = {int(i): row for row, i in enumerate(signals.ids)}
    return [place[i] for i in select(text, signals, k, **given).ids.tolist()]  # type: ignore[arg-type]


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-((x[:, None] - y[None]) ** 2).sum(2)))


def greedy(value: Callable[[list[int]], float], k: int) -> list[int]:
    picks: list[int] = []
    for _ in range(k):
        free = [i for i in range(N) if i not in picks]
        picks.append(max(free, key=lambda i: round(value([*picks, i]), 9)))
    return picks


def logdet(some: np.ndarray) -> float:
    return float(np.linalg.slogdet(kernel(some, some) + 1e-6 * np.eye(len(some)))[1])


def flcg(s: list[int]) -> float:
    shown, private = kernel(POOL, POOL[s]).max(1), kernel(POOL, PRIVATE).max(1)
    return float(np.maximum(shown - 0.7 * private, 0).sum())


def flcmi(s: list[int]) -> float:
    shown, private, query = kernel(POOL, POOL[s]).max(1), kernel(POOL, PRIVATE).max(1), kernel(POOL, QUERY).max(1)
    return float(np.maximum(np.minimum(shown, 1.2 * query) - 0.7 * private, 0).sum())


def gccg(s: list[int]) -> float:
    own = kernel(POOL[s], POOL[s]).sum()
    return float(8 * kernel(POOL, POOL[s]).mean(0).sum() - 0.5 * own - 2 * 0.7 * 0.5 * kernel(POOL[s], PRIVATE).sum())


def logdet_cg(s: list[int]) -> float:
    return logdet(np.concatenate([POOL[s], PRIVATE])) - logdet(PRIVATE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("flcg(private='out', nu=0.7, h=1.0)", flcg),
        ("flcmi(private='out', eta=1.2, nu=0.7, h=1.0)", flcmi),
        ("gccg(private='out', balance=0.5, nu=0.7, h=1.0)", gccg),
        ("logdet_cg(private='out', h=1.0)", logdet_cg),
    ],
)
def test_picks_are_the_greedy_of_the_definition(text: str, value: Callable[[list[int]], float]) -> None:
    assert rows(text, 8) == greedy(value, 8)
    assert rows(text.replace("private='out', ", ""), 8) == rows(text, 8)  # by default the most frequent class


def test_logdet_cmi_is_the_greedy_of_its_definition() -> None:
    def value(s: list[int]) -> float:
        p, q = PRIVATE, np.concatenate([PRIVATE, QUERY])
        own = logdet(np.concatenate([POOL[s], p])) - logdet(p)
        return own - (logdet(np.concatenate([POOL[s], q])) - logdet(q))

    picks = rows("logdet_cmi(private='out', h=1.0)", 5)
    for t in range(5):
        gain = {i: value([*picks[:t], i]) for i in range(N) if i not in picks[:t]}
        assert gain[picks[t]] == pytest.approx(max(gain.values()), abs=2e-3)


def test_without_a_private_set_that_is_near_they_are_the_plain_measures() -> None:
    far = Signals(LABELED.ids, {"embeddings": KNOWN + 1e3})
    assert rows("logdet_cg(h=1.0)", 8, labeled=far) == rows("log_det(h=1.0)", 8, labeled=None, labels=None)
    assert rows("flcg(h=1.0)", 8, labeled=far) == rows("max_herding(h=1.0)", 8, labeled=None, labels=None)
    assert rows("flcg(nu=0.0, h=1.0)", 8) == rows("max_herding(h=1.0)", 8, labeled=None, labels=None)


@pytest.mark.parametrize("text", ["flcmi(private='out')", "logdet_cmi(private='out')"])
def test_what_is_out_of_place_is_left_aside(text: str) -> None:
    """Half of the pool are strangers, of which some are labelled so: the batch is of the others."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(size=(20, 2)), rng.normal(size=(20, 2)) + 8])
    known = np.concatenate([rng.normal(size=(4, 2)), rng.normal(size=(4, 2)) + 8])
    signals, labeled = Signals(ops.key_ids(0, 40), {"embeddings": x}), Signals(LABELED.ids[:8], {"embeddings": known})
    picks = rows(text, 6, signals, labeled=labeled, labels=np.array(["a", "b"] * 2 + ["out"] * 4))
    assert max(picks) < 20


def test_a_private_class_that_nobody_has_labelled_is_named() -> None:
    with pytest.raises(
        BadStrategy, match="flcg: no sample is labelled 'uot' yet; there is in, out, rare; did you mean"
    ):
        rows("flcg(private='uot')", 3)
    with pytest.raises(BadStrategy, match="logdet_cmi keeps away from a class, so it needs the labels"):
        rows("logdet_cmi", 3, labels=None)


def test_disparities() -> None:
    away = np.linalg.norm(POOL[:, None] - POOL[None], axis=2)
    picks = rows("disparity_sum", 6, labeled=None, labels=None)
    for t in range(1, 6):
        total = away[picks[:t]].sum(0)
        total[picks[:t]] = -1
        assert picks[t] == total.argmax()
    far = np.linalg.norm(POOL[:, None] - KNOWN[None], axis=2).sum(1)
    assert rows("disparity_sum", 1)[0] == far.argmax()
    assert rows("disparity_min", 6) == rows("kcenter", 6)
