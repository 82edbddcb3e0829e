"""How good a batch is, by a figure that every library's batch can be held to, so that a fast wrong answer is seen."""

from collections.abc import Callable

import numpy as np

from speed.cases import Case
from speed.data import Inputs

SAMPLE = 20_000  # rows of the pool that a mean over it is taken over
WIDEST = 100_000  # and a maximum

Figure = Callable[[Inputs, np.ndarray], float]


def quality(case: Case, x: Inputs, rows: np.ndarray) -> float:
    return round(float(MEASURES[case.family][1](x, rows)), 4)


def margin(x: Inputs, rows: np.ndarray) -> float:
    two = np.partition(x.probs[rows], -2, axis=1)[:, -2:]
    return (two[:, 1] - two[:, 0]).mean()


def entropy(x: Inputs, rows: np.ndarray) -> float:
    return entropy_of(x.probs[rows].astype(float)).mean()


def bald(x: Inputs, rows: np.ndarray) -> float:
    members = x.members[rows].astype(float)
    return (entropy_of(members.mean(1)) - entropy_of(members).mean(1)).mean()


def together(x: Inputs, rows: np.ndarray, draws: int = 20_000) -> float:
    """Mutual information of the batch's labels and the member, in nats, by so many draws of all labels."""
    members = x.members[rows].astype(float)  # (k, T, C)
    rng = np.random.default_rng(0)
    who = rng.integers(0, members.shape[1], draws)
    joint = np.ones((draws, members.shape[1]))
    for one in members:
        label = (one[who].cumsum(1) < rng.random((draws, 1))).sum(1).clip(max=one.shape[1] - 1)
        joint *= one[:, label].T
    return -np.log(joint.mean(1)).mean() - entropy_of(members).mean(1).sum()


def density(x: Inputs, rows: np.ndarray) -> float:
    unit = x.embeddings / np.linalg.norm(x.embeddings, axis=1, keepdims=True)
    return (unit[rows] @ unit.mean(0)).mean()


def radius(x: Inputs, rows: np.ndarray) -> float:
    centres = x.embeddings[rows] if x.known is None else np.concatenate([x.known, x.embeddings[rows]])
    return np.sqrt(least(spread(x.embeddings, WIDEST), centres).max())


def mean_distance(x: Inputs, rows: np.ndarray) -> float:
    return np.sqrt(least(spread(x.embeddings, SAMPLE), x.embeddings[rows])).mean()


def covered(x: Inputs, rows: np.ndarray) -> float:
    return (least(x.embeddings, x.embeddings[rows]) <= x.delta[0] ** 2 * (1 + 1e-5)).mean()


def likeness(x: Inputs, rows: np.ndarray) -> float:
    return np.exp(-least(x.embeddings, x.embeddings[rows])).mean()


def gradient_cost(x: Inputs, rows: np.ndarray) -> float:
    """Mean squared distance to the nearest pick among gradients, (p - e_y) x h, never built."""
    some = spread(np.arange(len(x)), 5000)
    a, b = residual(x.probs[some]), residual(x.probs[rows])
    h, g = x.embeddings[some], x.embeddings[rows]
    out = np.full(len(some), np.inf)
    norms = square(a) * square(h)
    for start in range(0, len(rows), 1000):
        part = slice(start, start + 1000)
        gap = square(b[part]) * square(g[part]) - 2 * (a @ b[part].T) * (h @ g[part].T)
        np.minimum(out, gap.min(1) + norms, out=out)
    return np.maximum(out, 0).mean()


def entropy_of(p: np.ndarray) -> np.ndarray:
    return -(p * np.log(np.maximum(p, 1e-300))).sum(-1)


def residual(probs: np.ndarray) -> np.ndarray:
    out = probs.copy()
    out[np.arange(len(out)), out.argmax(1)] -= 1
    return out


def square(x: np.ndarray) -> np.ndarray:
    return np.einsum("nd,nd->n", x, x)


def spread(x: np.ndarray, most: int) -> np.ndarray:
    return x[:: -(-len(x) // most)]


def least(x: np.ndarray, centres: np.ndarray, tall: int = 2000) -> np.ndarray:
    """Squared distance to the nearest centre, in blocks.  -> (N,)"""
    norms, twice, out = square(centres), -2 * centres.T, np.empty(len(x))
    for start in range(0, len(x), tall):
        block = x[start : start + tall]
        out[start : start + tall] = (block @ twice + norms).min(1) + square(block)
    return np.maximum(out, 0)


# {family: (what the figure is, how it is found, which is better)}
MEASURES: dict[str, tuple[str, Figure, str]] = {
    "margin": ("mean margin of the picks", margin, "low"),
    "entropy": ("mean entropy of the picks, nats", entropy, "high"),
    "kcenter": ("covering radius", radius, "low"),
    "badge": ("mean squared distance to the nearest pick, of gradients", gradient_cost, "low"),
    "kmeans": ("mean distance to the nearest pick", mean_distance, "low"),
    "dbal": ("mean distance to the nearest pick", mean_distance, "low"),
    "typiclust": ("mean distance to the nearest pick", mean_distance, "low"),
    "prob_cover": ("share of the pool covered", covered, "high"),
    "bald": ("mean BALD of the picks, nats", bald, "high"),
    "batch_bald": ("what the picks' labels tell together, nats", together, "high"),
    "density": ("mean cosine with the pool, of the picks", density, "high"),
    "facility_location": ("mean distance to the nearest pick", mean_distance, "low"),
    "max_herding": ("mean likeness to the nearest pick", likeness, "high"),
}
