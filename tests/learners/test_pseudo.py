"""Pseudo-labels: which there are, that they are never answers, and that nothing of them is kept."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_digits

from askance import ops
from askance.campaign.shares import share_out
from askance.errors import BadLearner
from askance.learners import Prepared, SemiSupervised, make_learner
from askance.learners.pseudo import PseudoLearner
from askance.pools import open_pool
from askance.samples import Samples, objects
from askance.simulate import simulate

X, Y = load_digits(return_X_y=True)
IDS = ops.key_ids(0, 300)
DIGITS = Samples(IDS, "array", X[:300], objects([str(n) for n in range(300)]))
LABELS = [str(c) for c in Y[:300]]
TRUTH = dict(zip(IDS.tolist(), LABELS, strict=True))
HALF = np.arange(60)


def learner(text: str = "pseudo:linear") -> PseudoLearner:
    made = make_learner(text, pool_kind="array")
    assert isinstance(made, PseudoLearner)
    assert isinstance(made, SemiSupervised)
    assert isinstance(made, Prepared)
    made.prepare(DIGITS)
    return made


def probs(of: object, samples: Samples = DIGITS) -> np.ndarray:
    return of.signals(samples, frozenset({"probs"}))["probs"]  # type: ignore[attr-defined, no-any-return]


def test_the_thresholds_of_the_paper() -> None:
    made = learner()
    found = []
    for number in range(4):
        made.offer(DIGITS, number)
        found.append(made.threshold())
    np.testing.assert_allclose(found, [0.05, 0.0467, 0.0434, 0.0401])
    made.offer(DIGITS, 100)
    assert made.threshold() == 0


@pytest.fixture(scope="module")
def fitted() -> tuple[PseudoLearner, object]:
    """With half a nat, on 60 labels and the other 240."""
    made = learner("pseudo:linear?delta=0.5")
    made.offer(DIGITS.take(np.arange(60, 300)), 0)
    return made, made.fit(DIGITS.take(HALF), LABELS[:60])


def test_they_are_those_that_the_first_fit_is_sure_of(fitted: tuple[PseudoLearner, object]) -> None:
    made, report = fitted
    plain = make_learner("linear", pool_kind="array")
    assert isinstance(plain, Prepared)
    plain.prepare(DIGITS)
    plain.fit(DIGITS.take(HALF), LABELS[:60])
    p = probs(plain)
    entropy = -(p * np.log(np.maximum(p, 1e-300))).sum(1)
    sure = np.flatnonzero((entropy < 0.5) & (np.arange(300) >= 60))
    assert made.added == {int(IDS[n]): plain.classes[p[n].argmax()] for n in sure}
    assert report.chosen["pseudo_labels"] == len(sure) > 20  # type: ignore[attr-defined]
    assert report.chosen["pseudo_threshold"] == 0.5  # type: ignore[attr-defined]
    plain.fit(DIGITS.take(np.concatenate([HALF, sure])), LABELS[:60] + [made.added[int(IDS[n])] for n in sure])
    np.testing.assert_allclose(probs(made), probs(plain), atol=1e-9)


def test_what_has_a_label_or_is_measured_on_never_gets_one(fitted: tuple[PseudoLearner, object]) -> None:
    made = learner("pseudo:linear?delta=0.5")
    made.offer(DIGITS, 0)
    held = np.arange(200, 300)
    made.fit(DIGITS.take(HALF), LABELS[:60], validation=(DIGITS.take(held), LABELS[200:]))
    assert made.added
    assert not set(made.added) & set(IDS[HALF].tolist())
    assert not set(made.added) & set(IDS[held].tolist())


def test_a_fit_forgets_those_before(fitted: tuple[PseudoLearner, object]) -> None:
    made, wanted = fitted[0], probs(fitted[0])
    again = learner("pseudo:linear?delta=0.5")
    again.offer(DIGITS, 0)
    again.fit(DIGITS.take(np.arange(30)), LABELS[:30])
    first = dict(again.added)
    again.offer(DIGITS.take(np.arange(60, 300)), 0)
    again.fit(DIGITS.take(HALF), LABELS[:60])
    assert again.added == made.added != first
    np.testing.assert_allclose(probs(again), wanted, atol=1e-9)


@pytest.mark.parametrize("how", ["delta of 0", "nothing offered", "nothing left", "late"])
def test_without_any_it_is_the_learner_inside(how: str) -> None:
    made = learner("pseudo:linear?delta=0" if how == "delta of 0" else "pseudo:linear?delta=0.5")
    if how != "nothing offered":
        made.offer(DIGITS.take(HALF) if how == "nothing left" else DIGITS, 1000 if how == "late" else 0)
    report = made.fit(DIGITS.take(HALF), LABELS[:60])
    assert (made.added, report.chosen["pseudo_labels"]) == ({}, 0)
    plain = make_learner("linear", pool_kind="array")
    assert isinstance(plain, Prepared)
    plain.prepare(DIGITS)
    plain.fit(DIGITS.take(HALF), LABELS[:60])
    np.testing.assert_array_equal(probs(made), probs(plain))


@pytest.fixture
def told() -> Callable[..., object]:
    def run(text: str) -> object:
        pool = open_pool(X[:300])
        truth = dict(zip(pool.ids.tolist(), LABELS, strict=True))
        make = lambda: make_learner(text, pool_kind="array")
        return simulate(pool, make, "entropy", truth, batch=20, warmup=40, budget=100, seed=0)

    return run


def test_a_simulation_counts_answers_alone_and_audits_the_rest(told: Callable[..., object]) -> None:
    plain, with_them = told("linear"), told("pseudo:linear?delta=0.4&decay=0.1")
    assert [r.labeled for r in with_them.rounds] == [r.labeled for r in plain.rounds] == [0, 40, 60, 80, 100]  # type: ignore[attr-defined]
    assert with_them.labels == 100  # type: ignore[attr-defined]
    fits = [r.fit.chosen for r in with_them.rounds[1:]]  # type: ignore[attr-defined]
    np.testing.assert_allclose([f["pseudo_threshold"] for f in fits], [0.3, 0.2, 0.1, 0.0], atol=1e-12)
    assert fits[0]["pseudo_labels"] > 0
    assert 0.8 < fits[0]["pseudo_precision"] <= 1
    assert fits[-1]["pseudo_labels"] == 0
    assert "pseudo_precision" not in fits[-1]
    off = told("pseudo:linear?delta=0")
    picks = [[[p.id for p in r.picks] for r in h.rounds] for h in (off, plain)]  # type: ignore[attr-defined]
    assert picks[0] == picks[1]


def test_the_test_share_is_never_offered(told: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[set[int]] = []
    original = PseudoLearner.offer

    def heard(self: PseudoLearner, samples: Samples, number: int) -> None:
        offered.append(set(samples.ids.tolist()))
        original(self, samples, number)

    monkeypatch.setattr(PseudoLearner, "offer", heard)
    history = told("pseudo:linear")
    test = set(share_out(open_pool(X[:300]).ids, 0, 0.0, 0.2, 0).test.tolist())
    known: set[int] = set()
    assert len(offered) == 4
    for round_, samples in zip(history.rounds, offered, strict=False):  # type: ignore[attr-defined]
        known |= {p.id for p in round_.picks}
        assert not samples & (known | test)
        assert len(samples) == 300 - len(known) - len(test)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pseudo", "write it as pseudo:LEARNER"),
        ("pseudo:linaer", "no learner begins with 'linaer'; did you mean 'linear'"),
        ("pseudo:linear?delta=much", "delta=much in 'pseudo:linear?delta=much' must be a number"),
        ("pseudo:linear?delta=-1", "pseudo has delta=-1.0 and decay=0.0033; both must be 0 or more"),
        ("pseudo:linear?detla=1", "has no option 'detla'; did you mean 'delta'"),
        ("pseudo:linear?member=3", "the learner 'linear' has no option 'member'; did you mean 'members'"),
    ],
)
def test_wrong_texts(text: str, message: str) -> None:
    with pytest.raises(BadLearner, match=re.escape(message)):
        make_learner(text, pool_kind="array")


def test_options_go_to_the_learner_inside() -> None:
    assert "members" in make_learner("pseudo:linear?members=3&delta=0.1", pool_kind="array").provides
