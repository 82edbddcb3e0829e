"""Doubt in money: where some mistakes are dearer than others."""

import numpy as np

from askance import ops
from askance.errors import BadStrategy
from askance.strategy import Utility, strategy


@strategy("Margineantu 2005; Elkan 2001", cost="O(N C^2)")
def expected_cost(probs, *, costs="") -> Utility:
    """What the cheapest answer is expected to cost.  probs (N, C) -> (N,) in [0, the highest cost].

    costs: a matrix as a word, a row for each true class and in it a column for each answer, classes in sorted order, as
    in '0 1; 10 0' (to take the second class for the first costs 1, the other way round 10).  '' is 1 for each mistake,
    which gives `least_confidence`.
    """
    return (probs @ matrix("expected_cost", costs, probs.shape[1])).min(1)


@strategy("Margineantu 2005; Scheffer, Decomain & Wrobel 2001", cost="O(N C^2)")
def cost_margin(probs, *, costs="") -> Utility:
    """How close in cost the two cheapest answers are: 1 - gap / the highest cost.  probs (N, C) -> (N,) in [0, 1].

    costs: as for `expected_cost`; '' gives `margin`.  Where an answer that is wrong is nearly free, even the sure have
    some.
    """
    if probs.shape[1] < 2:
        return np.zeros(len(probs))
    table = matrix("cost_margin", costs, probs.shape[1])
    first, second = ops.top_two(-(probs @ table))
    return 1.0 - (first - second) / table.max()


@strategy("Huang & Lin 2016, doi:10.1109/ICDM.2016.131", cost="O(N C^2)")
def alce(probs, *, costs="") -> Utility:
    """Distance to the nearest class where classes lie apart by the root of their cost.  probs (N, C) -> (N,) >= 0.

    costs: as for `expected_cost`.  The paper regresses the embedded label on the features; least squares aims at its
    mean, which the probabilities give at once.  Costs are averaged both ways and embedded by classical scaling, where
    the paper mirrors the classes and scales iteratively.
    """
    table = matrix("alce", costs, probs.shape[1])
    places = embedded((table + table.T) / 2)
    return np.sqrt(ops.Dense(probs.astype(np.float64) @ places).nearest(ops.Dense(places)))


def matrix(owner: str, costs: str, classes: int) -> np.ndarray:
    """(C, C) costs of what the text says, 0 where the answer is right; a BadStrategy says what is wrong with it."""
    if not costs.strip():
        return 1.0 - np.eye(classes)
    try:
        table = np.array([[float(x) for x in row.replace(",", " ").split()] for row in costs.split(";")])
    except ValueError:
        raise BadStrategy(
            f"{owner}: costs must be rows of numbers as long as each other, as in '0 1; 10 0', not {costs!r}"
        ) from None
    if table.shape != (classes, classes):
        raise BadStrategy(
            f"{owner}: costs must be {classes} x {classes}, a row and a column a class, "
            f"not {' x '.join(map(str, table.shape))}"
        )
    if not np.isfinite(table).all() or table.min() < 0 or np.diag(table).any() or not table.any():
        raise BadStrategy(
            f"{owner}: costs must be 0 or more, 0 where the answer is right, and not all 0; not {costs!r}"
        )
    return table


def embedded(costs: np.ndarray) -> np.ndarray:
    """Classical scaling (Torgerson 1952): points whose squared distances are the costs, as far as that can be."""
    middle = np.eye(len(costs)) - 1.0 / len(costs)
    values, axes = np.linalg.eigh(-0.5 * middle @ costs @ middle)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0.0)))
