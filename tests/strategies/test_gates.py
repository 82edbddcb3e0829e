"""Gates: planted strays are held back, nothing else is hidden, and errors spread as brute force says."""

import re
from pathlib import Path

import numpy as np
import pytest

from askance import contract, ops
from askance.errors import BadSignal, BadStrategy
from askance.select import select
from askance.signals import Signals
from askance.spec import parse
from askance.strategies.gates.gate import gate
from askance.strategies.gates.mahalanobis import shrunk
from askance.strategies.gates.typical import typical
from askance.strategies.uncertainty.near_errors import given, left_out, near_errors
from askance.view import View

EXPRESSIONS = (
    "typical | gate(share=0.2) | entropy",
    "entropy * typical",
    "crowded | gate(share=0.2) | margin",
    "familiar | gate(share=0.2) | margin",
    "mahalanobis | gate(share=0.2) | margin",
    "belongs | gate(share=0.2) | margin",
)


def planted(seed: int = 0, lone: bool = False) -> tuple[Signals, np.ndarray]:
    """300 samples of two classes, and 15 strays that lie together (or each alone) and in doubt.  -> (315,) bool."""
    rng = np.random.default_rng(seed)
    real = rng.normal(size=(300, 6)) + 3.0 * np.eye(6)[np.arange(300) % 2]
    away = rng.normal(size=(15, 6))
    away = 9.0 * away / np.linalg.norm(away, axis=1, keepdims=True) if lone else 0.3 * away + 4.0 * np.eye(6)[5]
    stray = np.arange(315) >= 300
    sure = np.where(stray, 0.5, rng.uniform(0.55, 1.0, 315))
    columns = {"embeddings": np.concatenate([real, away]), "probs": np.stack([sure, 1 - sure], 1)}
    return Signals(ops.key_ids(seed, 315), columns), stray


def strays(strategy: str, signals: Signals, stray: np.ndarray, k: int = 15, **known: object) -> int:
    return int(stray[np.isin(signals.ids, select(strategy, signals, k, **known).ids)].sum())  # type: ignore[arg-type]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_keeps_the_contract(text: str) -> None:
    """As any strategy; but margin and entropy leave no region that is known, with a gate or without."""
    case = contract.case_of(text)
    for check in contract.CHECKS.values():
        costly = check.slow or check.name == "other_process_same_picks"  # which the recipe is asked
        if not costly and not check.why_not(case) and check.name != "known_regions_are_left":
            check(case)


@pytest.mark.parametrize("seed", range(4))
def test_strays_that_lie_together_are_held_back(seed: int) -> None:
    signals, stray = planted(seed)
    assert strays("margin", signals, stray) == 15
    assert strays("typical | gate(share=0.06) | margin", signals, stray) == 0
    assert strays("margin * typical | top", signals, stray) == 0
    assert strays("crowded(neighbours=5) | gate(share=0.06) | margin", signals, stray) == 15  # as its page says


@pytest.mark.parametrize("gate", ["typical", "crowded", "mahalanobis"])
def test_strays_that_are_each_alone_are_held_back(gate: str) -> None:
    signals, stray = planted(lone=True)
    assert strays("margin", signals, stray) == 15
    assert strays(f"{gate} | gate(share=0.06) | margin", signals, stray) <= 1


@pytest.mark.parametrize("gate", ["familiar", "mahalanobis", "familiar(exclude='neither')"])
def test_labels_of_real_classes_tell_strays(gate: str) -> None:
    signals, stray = planted()
    rows = np.concatenate([np.arange(60), np.arange(300, 303) if "exclude" in gate else []]).astype(int)
    labels = np.array([f"{i % 2}" if i < 300 else "neither" for i in rows], dtype=object)
    known = {"labeled": signals.take(rows), "labels": labels}
    left = np.setdiff1d(np.arange(315), rows)
    assert strays(f"{gate} | gate(share=0.06) | margin", signals.take(left), stray[left], 15, **known) == 0


def test_labelled_strays_make_their_like_familiar_unless_they_are_excluded() -> None:
    signals, stray = planted()
    rows = np.r_[:60, 300:306]
    known = {"labeled": signals.take(rows), "labels": np.where(rows < 300, "real", "neither")}
    left = np.setdiff1d(np.arange(315), rows)
    free = signals.take(left)
    for text, found in (("familiar(neighbours=3)", 9), ("familiar(neighbours=3, exclude='neither')", 0)):
        assert strays(f"{text} | gate(share=0.06) | margin", free, stray[left], 15, **known) == found


def test_what_people_said_does_not_belong_is_held_back_by_what_the_model_learned_of_it() -> None:
    signals = Signals(np.arange(4), {"probs": np.array([[0.1, 0.8, 0.1], [0.5, 0.0, 0.5], [0.4, 0.3, 0.3], [1, 0, 0]])})
    labels = np.array(["cat", "other", "dog"])  # the columns are cat, dog, other
    known = {"labeled": Signals(ops.key_ids(9, 3), {"probs": np.eye(3)}), "labels": labels}
    asked = select("belongs(exclude='other') | gate(share=0.2) | margin", signals, 3, **known)  # type: ignore[arg-type]
    assert set(asked.ids.tolist()) == {0, 2, 3}
    assert asked.notes["belongs(exclude='other')"].tolist() == pytest.approx([0.7, 0.9, 1.0])
    nobody = select("belongs(exclude='cow') | gate(share=0.5) | margin", signals, 1, **known)  # type: ignore[arg-type]
    assert nobody.ids.tolist() == [1]


def test_a_class_that_the_columns_do_not_have_is_named() -> None:
    signals = Signals(np.arange(3), {"probs": np.full((3, 4), 0.25)})
    labeled = Signals(ops.key_ids(9, 2), {"probs": np.full((2, 4), 0.25)})
    with pytest.raises(BadSignal, match="4 columns is 'other'"):
        select("belongs(exclude='other') | gate | margin", signals, 1, labeled=labeled, labels=np.array(["a", "other"]))


def test_drops_exactly_the_declared_share() -> None:
    signals, _ = planted()
    for share, left in ((0.0, 315), (0.1, 284), (0.5, 158)):
        view = View(signals, 5, utility=ops.noise(0, signals.ids))
        kept = gate.with_(share=share)(view)
        assert len(kept) == left
        assert set(kept.signals.ids) == set(signals.ids[np.argsort(-view.get("utility"))[:left]])


def test_the_number_held_back_is_the_same_in_every_round() -> None:
    signals, _ = planted()
    labeled = signals.take(np.arange(100))
    view = View(signals.take(np.arange(100, 315)), 5, known=View(labeled, 0), labeled_rows=60)  # 40 are pending
    view = view.scored(ops.noise(0, view.signals.ids), "")
    assert len(gate(view)) == 215 - 31


def test_never_holds_back_what_must_be_asked_or_ties_with_what_is_kept() -> None:
    signals, _ = planted()
    assert len(select("typical | gate(share=0.9) | margin", signals, 315)) == 315
    tied = View(signals, 5, utility=np.r_[np.zeros(40), np.ones(275)])
    assert len(gate(tied)) == 315  # 31 of 40 alike would have to go
    assert len(gate.with_(share=0.2)(tied)) == 275


def test_a_gate_alone_is_an_error_and_a_pick_says_how_typical_it_is() -> None:
    signals, _ = planted()
    with pytest.raises(BadStrategy, match="gate"):
        select("typical | gate(share=0.1)", signals, 5)
    assert "typical 0." in select("gated_margin", signals, 5).why[0]


def test_typical_is_the_same_after_turning_and_scaling_and_from_round_to_round() -> None:
    signals, _ = planted()
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    turned = signals.with_(embeddings=7.0 * signals["embeddings"] @ turn - 3.0)
    plain = typical(View(signals, 5)).get("utility")
    assert np.allclose(typical(View(turned, 5)).get("utility"), plain, atol=2 / 315)
    rest, known = signals.take(np.arange(50, 315)), signals.take(np.arange(50))
    later = View(rest, 5, known=View(known, 0), labeled_rows=50)
    assert np.allclose(typical(later).get("utility"), plain[50:])


def test_typical_equals_brute_force() -> None:
    signals, _ = planted()
    x = signals["embeddings"]
    gap = np.linalg.norm(x[:, None] - x[None], axis=2)
    level = np.sort(gap, 1)[:, int(np.ceil(0.25 * 315)) - 1]
    near = np.argsort(gap, 1)[:, :10]
    once = (level + level[near].sum(1)) / 11
    strange = (level + once[near].sum(1)) / 11
    wanted = (strange[None] > strange[:, None]).sum(1) / 314
    assert np.allclose(typical(View(signals, 5)).get("utility"), wanted, atol=2 / 314)


def test_shrinkage_is_that_of_scikit_learn() -> None:
    from sklearn.covariance import ledoit_wolf

    x = np.random.default_rng(0).normal(size=(40, 7)) * np.arange(1, 8)
    x -= x.mean(0)
    assert np.allclose(shrunk(x), ledoit_wolf(x, assume_centered=True)[0])


def test_errors_of_those_left_out_are_those_of_fitting_without_them() -> None:
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(25, 4)), np.arange(25) % 3
    size = float(np.linalg.svd(x - x.mean(0))[1].max()) ** 2
    tries = []
    for ridge in 10.0 ** np.arange(-6, 1):
        errors = []
        for i in range(25):
            rest = np.arange(25) != i
            fitted = Ridge(ridge * size).fit(x[rest], np.eye(3)[y[rest]]).predict(x[i : i + 1])[0]
            errors.append(0.5 * ((np.eye(3)[y[i]] - fitted) ** 2).sum())
        tries.append(errors)
    assert np.allclose(left_out(x, y), min(tries, key=sum))


def test_near_errors_equals_brute_force_and_leads_to_where_labels_contradict() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3)) + np.outer(np.arange(80) >= 40, [6, 0, 0])
    y = np.r_[np.zeros(40, int), rng.integers(0, 2, 40)]  # the second group's labels are anybody's guess
    pool = Signals(
        ops.key_ids(1, 60), {"embeddings": rng.normal(size=(60, 3)) + np.outer(np.arange(60) % 2, [6, 0, 0])}
    )
    pool = pool.with_(probs=np.full((60, 2), 0.5))
    labeled = Signals(ops.key_ids(2, 80), {"embeddings": x, "probs": np.full((80, 2), 0.5)})
    view = View(pool, 5, known=View(labeled, 0), labels=y, labeled_rows=80)
    found, own = near_errors(view).get("utility"), left_out(x, y)
    for i in range(60):
        gap = ((x - pool["embeddings"][i]) ** 2).sum(1)
        near = np.argsort(gap)[:10]
        weight = np.exp(-gap[near] / gap[near[-1]])
        assert found[i] == pytest.approx((weight * own[near]).sum() / weight.sum())
    assert found[1::2].mean() > 3 * found[::2].mean()


def test_given_errors_are_of_the_probabilities_that_were_given() -> None:
    probs = np.array([[0.8, 0.2], [0.4, 0.6]])
    assert np.allclose(given(probs, np.array(["no", "yes"])), [0.04, 0.16])
    with pytest.raises(BadSignal, match="2 columns"):
        given(probs, np.array(["no", "no"]))


def test_every_expression_on_the_page_is_a_strategy() -> None:
    page = (Path(__file__).parents[2] / "docs" / "messy-data.md").read_text("utf-8")
    texts = re.findall(r'-strategy "([^"]+)"', page) + [t for t in re.findall(r"`([^`\n]+)`", page) if " | " in t]
    assert len(texts) > 5
    for text in texts:
        assert parse(str(parse(text))) == parse(text)
