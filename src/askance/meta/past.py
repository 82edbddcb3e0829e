"""What a chooser looks at: the odds, draws and measurements of the rounds before.  Floor 2."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from askance.history import Round
from askance.ops import hex_id, parse_id

Point = tuple[int, float, float]  # labels, the metric measured with them, its standard error


@dataclass(frozen=True)
class Draw:
    """One draw of an arm, and the sample that it gave.

    advice  (K,) how likely each arm was to give this sample, had it been drawn: 1 where it came next, else 0; 1 / n
            for `random`, which draws from all n samples of the pool, also from those that have a label
    chance  how likely the sample was to be drawn: the sum of odds times advice
    A sample that had a label is free, and another draw takes its place in the batch.
    """

    id: int
    arm: int
    chance: float
    advice: tuple[float, ...]


@dataclass(frozen=True)
class Kept:
    """What one round leaves for those after it.

    odds      (K,) of the arms, which sum to 1; 0 for one that is out
    pool      samples that `random` drew from
    left      picks still to be made when it began, of the whole budget
    accuracy  of this round's model, weighted by importance over the draws before; None before there are any
    curves    {arm: Point}: a model fitted on the warm-up and what this arm asked, where the chooser measures
    """

    odds: tuple[float, ...]
    draws: tuple[Draw, ...] = ()
    pool: int = 0
    left: int = 0
    accuracy: float | None = None
    curves: Mapping[str, Point] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """All that a chooser may look at.

    rounds    those that chose among these arms, oldest first
    labels    {id: label}, in the order in which they were asked for where that is known
    foreseen  {id: label} what the model that chose a sample thought of it
    horizon   picks that a chooser is to make in all
    left      picks still to be made
    accuracy, curves: of the model of this round, as in Kept
    """

    arms: tuple[str, ...]
    rounds: tuple[Kept, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)
    foreseen: Mapping[int, str] = field(default_factory=dict)
    horizon: int = 1
    left: int = 1
    accuracy: float | None = None
    curves: Mapping[str, Point] = field(default_factory=dict)


def past(
    arms: Sequence[str],
    rounds: Sequence[Round],
    labels: Mapping[int, str],
    *,
    horizon: int,
    left: int,
    curves: Mapping[str, Point],
) -> Past:
    """From the rounds of a campaign; one that chose otherwise, as the warm-up did, is passed over."""
    mine = [r for r in rounds if r.arms.get("names") == list(arms)]
    seen = {p.id: guess for r in mine for p, guess in zip(r.picks, r.foreseen, strict=False) if guess}
    told = tuple(kept(r.arms) for r in mine)
    return Past(tuple(arms), told, labels, seen, max(1, horizon), max(0, left), None, curves)


def judged(one: Past, right: Mapping[int, bool], n: int) -> Past:
    """With the accuracy of the model that was just fitted, as the draws tell it.  right: {id: whether it knows it};
    n: samples in the pool."""
    told = [(right[d.id], d.chance) for _, d in answered(one) if d.id in right]
    return replace(one, accuracy=iw_accuracy([r for r, _ in told], [c for _, c in told], n)) if told else one


def iw_accuracy(right: Sequence[bool], chances: Sequence[float], n: int) -> float:
    """The accuracy on all n samples of a pool, from T that were drawn:  sum of right / chance, over n T.

    Unbiased for a model that does not depend on the draws, if every sample had a chance.  For one that was fitted on
    them, as it is used here and by Hsu & Lin, it is too high, and may be over 1.
    """
    return float(np.sum(np.asarray(right, float) / np.asarray(chances, float)) / (n * len(right)))


def plain(arms: Sequence[str], one: Kept) -> dict[str, Any]:
    """As JSON has it; `kept` reads it back."""
    found: dict[str, Any] = {
        "names": list(arms),
        "odds": list(one.odds),
        "draws": [[hex_id(d.id), d.arm, d.chance, list(d.advice)] for d in one.draws],
        "pool": one.pool,
        "left": one.left,
    }
    if one.accuracy is not None:
        found["accuracy"] = one.accuracy
    return found | ({"curves": {arm: list(p) for arm, p in one.curves.items()}} if one.curves else {})


def kept(said: Mapping[str, Any]) -> Kept:
    draws = tuple(Draw(parse_id(i), arm, chance, tuple(advice)) for i, arm, chance, advice in said["draws"])
    curves = {arm: (int(n), float(v), float(e)) for arm, (n, v, e) in said.get("curves", {}).items()}
    return Kept(tuple(said["odds"]), draws, said["pool"], said["left"], said.get("accuracy"), curves)


def answered(one: Past) -> list[tuple[int, Draw]]:
    """(round, draw) of every draw whose sample has a label by now, in order."""
    return [(r, d) for r, k in enumerate(one.rounds) for d in k.draws if d.id in one.labels]


def asked(one: Past) -> list[tuple[int, Draw]]:
    """The same without the draws that gave a sample a second time."""
    first: dict[int, tuple[int, Draw]] = {}
    for r, d in answered(one):
        first.setdefault(d.id, (r, d))
    return list(first.values())


def spoken(said: Mapping[str, Any]) -> str:
    """'margin 12, kcenter 8' of one round's record: the picks of each arm, the most first; "" where none was chosen."""
    if not said:
        return ""
    first: dict[str, int] = {}
    for i, arm, *_ in said["draws"]:
        first.setdefault(i, arm)  # drawn again, it counts for the arm that asked it
    counts = Counter(said["names"][arm] for arm in first.values())
    out = [name for name, p in zip(said["names"], said["odds"], strict=True) if p == 0]
    told = ", ".join(f"{name} {n}" for name, n in counts.most_common())
    return told + (f"; out: {', '.join(out)}" if out else "")


def log_odds(weights: np.ndarray) -> np.ndarray:
    """(K,) logs of weights -> shares that sum to 1."""
    w = np.exp(weights - weights.max())
    return np.asarray(w / w.sum())
