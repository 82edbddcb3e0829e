"""The arrays of a case: float32, the same for every library and in every run."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from speed.cases import Case

SEED = 7


@dataclass(frozen=True)
class Inputs:
    """embeddings (N, D); known (L, D) labelled; probs (N, C); members (N, T, C); delta: the radius of ProbCover."""

    embeddings: np.ndarray | None = None
    known: np.ndarray | None = None
    probs: np.ndarray | None = None
    members: np.ndarray | None = None
    delta: np.ndarray | None = None

    def __len__(self) -> int:
        return len(next(a for a in (self.embeddings, self.probs, self.members) if a is not None))

    @property
    def nbytes(self) -> int:
        return sum(a.nbytes for a in self._arrays().values())

    def head(self, rows: int) -> "Inputs":
        """The first rows of everything, to warm up with."""
        short = {name: a if name == "delta" else a[:rows].copy() for name, a in self._arrays().items()}
        return replace(self, **short)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, a in self._arrays().items():
            np.save(folder / f"{name}.npy", a)

    def _arrays(self) -> dict[str, np.ndarray]:
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: a for name, a in every.items() if a is not None}


def load(folder: Path) -> Inputs:
    return Inputs(**{file.stem: np.load(file) for file in folder.glob("*.npy")})


def make(case: Case, law: str) -> Inputs:
    rng = np.random.default_rng(SEED)
    if case.members:
        return Inputs(members=softmax(2 * normal(rng, case.rows, case.members, case.classes)))
    if not case.dim:
        return Inputs(probs=softmax(2 * normal(rng, case.rows, case.classes)))
    both = (clustered if law == "clustered" else uniform)(rng, case.rows + case.known, case.dim)
    if case.family == "max_herding":
        both /= np.linalg.norm(both, axis=1, keepdims=True)  # its kernel is for vectors of length 1
    x = both[: case.rows]
    known = both[case.rows :] if case.known else None
    probs = predicted(rng, x, case.classes) if case.classes else None
    delta = typical_radius(x) if case.family == "prob_cover" else None
    return Inputs(x, known, probs, None, delta)


def predicted(rng: np.random.Generator, x: np.ndarray, classes: int) -> np.ndarray:
    """What a linear classifier says of x, sure of some and not of others.  (N, D) -> (N, C)."""
    head = normal(rng, x.shape[1], classes)
    logits = (x - x.mean(0)) @ head
    logits *= np.float32(np.log(classes)) / logits.std()
    return softmax(logits)


def clustered(rng: np.random.Generator, n: int, dim: int) -> np.ndarray:
    """A mixture of 100 Gaussians, half as wide as their centres are."""
    centres, x = normal(rng, 100, dim), normal(rng, n, dim)
    x *= 0.5
    owner = rng.integers(0, 100, n)
    for start in range(0, n, 10_000):
        x[start : start + 10_000] += centres[owner[start : start + 10_000]]
    return x


def uniform(rng: np.random.Generator, n: int, dim: int) -> np.ndarray:
    return rng.random((n, dim), dtype=np.float32)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis, in place."""
    logits -= logits.max(-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(-1, keepdims=True)
    return logits


def typical_radius(x: np.ndarray, share: float = 0.005) -> np.ndarray:
    """The radius within which the median sample finds this share of the others.  -> (1,)"""
    some = x[:: max(1, len(x) // 200)].astype(float)
    gaps = ((some[:, None] - x[None, ::5].astype(float)) ** 2).sum(2)
    return np.array([np.sqrt(np.median(np.quantile(gaps, share, axis=1)))])
