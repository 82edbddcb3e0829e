"""What the numbers must mean: certainty, limits, precision, names of classes, turns of the space.  Floor 3."""

from importlib.util import find_spec
from typing import Any

import numpy as np

from askance.contract.case import PREDICTIONS, Case, frozen, sure
from askance.contract.checks import check, demand
from askance.signals import Signals


def not_a_scorer(case: Case) -> str:
    return "" if case.scores else "it is a selector, and gives no utilities"


def looks_beyond_predictions(case: Case) -> str:
    if not case.scores or not case.needs:
        return "it does not score predictions"
    return "" if case.needs <= PREDICTIONS else f"it also looks at {', '.join(sorted(case.needs - PREDICTIONS))}"


def no_predictions(case: Case) -> str:
    return "" if case.needs & PREDICTIONS else "it reads no predictions"


def no_embeddings(case: Case) -> str:
    return "" if "embeddings" in case.needs else "it reads no embeddings"


def no_torch(case: Case) -> str:
    return "" if find_spec("torch") else "PyTorch is not installed"


@check()
def utility_is_never_negative(case: Case) -> None:
    """Utilities are finite and 0 or more, one a pick, also where the model is sure."""
    from askance.select import select

    signals = case.example()
    for some in (signals, sure(signals)):
        u = select(case.strategy, some, 8, **case.labelled(some)).utility
        fine = u.shape == (8,) and bool(np.isfinite(u).all()) and bool((u >= 0).all())
        demand(fine, f"{case.name} reports utilities that are not finite numbers of 0 or more: {u}")


@check(looks_beyond_predictions)
def certain_is_worth_nothing(case: Case) -> None:
    """Where the model is sure, and all members agree, there is nothing to learn: utility 0, and above it elsewhere."""
    signals = case.example()
    certain, unsure = case.utility(sure(signals)), case.utility(signals)
    demand(
        bool(np.allclose(certain, 0.0)), f"{case.name} gives {certain.max():.3g} where the model is sure; 0 is right"
    )
    demand(bool((unsure > 1e-6).all()), f"{case.name} gives 0 where the model is in doubt")


@check(no_predictions)
def probabilities_of_zero_and_one(case: Case) -> None:
    """Probabilities of exactly 0 and 1, as a saturated softmax gives them, are no error."""
    got = case.picks(sure(case.example()))
    demand(len(got) == 8, f"{case.name} picked {len(got)} of 8 where probabilities are 0 and 1")


@check(looks_beyond_predictions)
def zero_is_the_limit(case: Case) -> None:
    """A class at exactly 0 scores as one at 1e-9: nothing is repaired, and no epsilon shows."""
    utilities = []
    for tiny in (0.0, 1e-9):
        p = np.full((60, 4), tiny)
        p[:, :2] = np.linspace(0.05, 0.5, 60)[:, None] * [1, -1] + [0, 1]
        members = np.stack([p, p[:, [1, 0, 2, 3]], p], 1)
        columns = {"probs": p, "members": members, "logits": np.log(np.maximum(p, 1e-12))}
        ids = np.arange(60, dtype=np.uint64)
        utilities.append(case.utility(Signals(ids, {n: a for n, a in columns.items() if n in case.needs})))
    gap = float(np.abs(utilities[0] - utilities[1]).max())
    demand(
        gap < 1e-5 * (1 + float(utilities[0].max())),
        f"{case.name} changes by {gap:.2g} when a class goes from 1e-9 to 0",
    )


@check()
def float32_agrees(case: Case) -> None:
    """Single precision gives the same answer at 100 classes, where rows no longer sum to exactly one."""
    double = case.example(classes=100)
    single = Signals(double.ids, {n: frozen(a.astype(np.float32)) for n, a in double.columns.items()})
    if case.scores:
        u, v = case.utility(double), case.utility(single)
        demand(
            bool(np.allclose(u, v, rtol=1e-3, atol=1e-4)), f"{case.name} is off by {np.abs(u - v).max():.2g} in float32"
        )
    same = set(case.picks(double)) & set(case.picks(single))
    demand(len(same) >= 7, f"{case.name} shares {len(same)} of 8 picks between float32 and float64")


@check(no_predictions)
def names_of_classes_are_irrelevant(case: Case) -> None:
    """Classes in another order give the same picks: no class is special."""
    signals = case.example()
    order = np.array([2, 0, 3, 1])

    def turned(s: Signals) -> Signals:
        columns = {n: frozen(a[..., order].copy()) if n in PREDICTIONS else a for n, a in s.columns.items()}
        if "answers" in columns:  # class numbers, -1 for none
            columns["answers"] = frozen(np.append(np.argsort(order), -1)[columns["answers"].astype(int)].astype(float))
        return Signals(s.ids, columns)

    known = case.labelled(signals)
    there: dict[str, Any] = {name: turned(a) if name == "labeled" else a for name, a in known.items()}
    got, wanted = case.picks(turned(signals), **there), case.picks(signals, **known)
    demand(set(got) == set(wanted), f"{case.name} picks otherwise when the classes are written in another order")


@check(no_embeddings)
def turned_and_scaled_space(case: Case) -> None:
    """Embeddings turned by a rotation and made four times as large give the same picks."""
    signals, labeled = case.example(), case.example(n=12, seed=9)
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(5, 5)))[0]

    def turned(s: Signals) -> Signals:
        return s.with_(embeddings=frozen(4.0 * s["embeddings"] @ rotation))

    context: dict[str, Any] = {"labels": np.arange(12) % 4}
    got = case.picks(turned(signals), labeled=turned(labeled), **context)
    wanted = case.picks(signals, labeled=labeled, **context)
    demand(set(got) == set(wanted), f"{case.name} picks otherwise when the space is turned or scaled")


@check(no_torch)
def tensors_give_the_same_picks(case: Case) -> None:
    """PyTorch tensors, in whatever order of memory, give NumPy's picks and are not changed."""
    import torch

    signals = case.example()
    columns: dict[str, Any] = {}
    for name, a in signals.columns.items():
        backwards = torch.tensor(np.ascontiguousarray(a.T))  # (..., N) in memory
        columns[name] = backwards.permute(*range(backwards.ndim - 1, -1, -1))
    before = {name: t.clone() for name, t in columns.items()}
    got = case.picks(Signals(signals.ids, columns))
    demand(set(got) == set(case.picks(signals)), f"{case.name} picks otherwise from tensors")
    for name, t in columns.items():
        demand(bool((t == before[name]).all()), f"{case.name} writes into the tensor {name}")
