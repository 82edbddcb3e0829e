"""What PAL sees of an arrival means the same whatever the set's unit, width and classes."""

import numpy as np
import pytest

from askance.pal import FEATURES, confidence
from askance.pal.state import Now, features, nearest, rank

RNG = np.random.default_rng(0)


def now(probs: np.ndarray, **other: object) -> Now:
    e = len(probs)
    usual = {
        "probs": probs,
        "utility": RNG.random(e),
        "far": RNG.random(e),
        "novel": RNG.random(e),
        "past_utility": RNG.random((e, 50)),
        "past_far": RNG.random((e, 50)),
        "past_novel": np.full((e, 50), np.nan),
        "counts": RNG.integers(0, 5, probs.shape),
        "seen": 100,
        "asked": np.full(e, 8),
        "budget": 0.1,
        "length": np.full(e, 400),
    }
    return Now(**(usual | other))


def seen(n: Now) -> dict[str, np.ndarray]:
    return dict(zip(FEATURES, features(n).T, strict=True))


def test_the_confidence_of_a_sequence_is_that_of_one_part() -> None:
    assert confidence(0.0081, 4) == pytest.approx(0.3)
    assert confidence(0.7, 1) == 0.7


def test_known_numbers() -> None:
    probs = np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    counts = np.array([[3, 0, 0], [0, 4, 2], [0, 0, 0]])
    got = seen(now(probs, counts=counts, past_utility=np.tile([0.1, 0.2, 0.2, 0.4], (3, 1)), utility=np.full(3, 0.2)))
    np.testing.assert_allclose(got["utility"], 0.5)  # one below, two level: (1 + 1) / 4
    np.testing.assert_allclose(got["novel"], 0.5)  # nothing came before
    np.testing.assert_allclose(got["common"], [0.75, 0, 0.5])  # 3 / (3 + 1), 0 / (0 + 2), nothing asked
    np.testing.assert_allclose(got["credit"], 2.1 / 3.1)  # .1 * 101 - 8
    np.testing.assert_allclose(got["left"], 0.75)
    np.testing.assert_allclose(got["unspent"], 0.8)  # 32 of 40


def test_an_unknown_length_says_nothing() -> None:
    got = seen(now(RNG.dirichlet(np.ones(3), 2), length=np.array([0, 400])))
    assert [got[name][0] for name in ("known", "left", "unspent")] == [0, 0, 0]
    assert got["known"][1] == 1


@pytest.mark.parametrize("classes", [1, 2, 10, 100])
def test_they_lie_from_0_to_1(classes: int) -> None:
    probs = RNG.dirichlet(np.full(classes, 0.3), 200)
    got = features(now(probs, far=np.full(200, np.inf), asked=RNG.integers(0, 12, 200), seen=500))
    assert got.shape == (200, len(FEATURES))
    assert (got >= 0).all()
    assert (got <= 1).all()


def test_names_of_classes_and_units_do_not_matter() -> None:
    probs, counts = RNG.dirichlet(np.ones(4), 30), RNG.integers(0, 9, (30, 4))
    far, past, utility = RNG.random(30), RNG.random((30, 50)), RNG.random(30)
    fixed = {"novel": far, "past_novel": past, "past_utility": past, "utility": utility}
    one = features(now(probs, counts=counts, far=far, past_far=past, **fixed))
    turned = features(now(probs[:, ::-1], counts=counts[:, ::-1], far=9 * far, past_far=9 * past, **fixed))
    np.testing.assert_allclose(one, turned, atol=1e-12)


def test_ranks_are_shares_below_with_ties_half_way() -> None:
    past = np.array([[1.0, 2.0, np.nan, np.inf], [np.nan] * 4, [np.inf] * 4])
    np.testing.assert_allclose(rank(np.array([2.0, 0.0, np.inf]), past), [0.5, 0.5, 0.5])


def test_the_nearest_is_the_nearest() -> None:
    kept = RNG.random((3, 7, 5))
    kept[1, 3:] = np.inf
    at = RNG.random((3, 5))
    by_hand = [
        min(np.linalg.norm(v - a) for v in some if np.isfinite(v).all()) for some, a in zip(kept, at, strict=True)
    ]
    np.testing.assert_allclose(nearest(kept, at), by_hand)
    assert np.isinf(nearest(np.full((1, 4, 2), np.inf), np.zeros((1, 2)))).all()
    assert np.isinf(nearest(np.zeros((1, 0, 2)), np.zeros((1, 2)))).all()
