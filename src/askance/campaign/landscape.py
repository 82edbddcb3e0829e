"""The whole pool as the newest model sees it: a map, what each sample is taken for, and what is near what.  Floor 5.

Made after a round, in one file that is there whole or not at all; whoever shows it reads it when it changes.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askance.protocols import Learner, Pool

FILE = "landscape.npz"
DIRECTIONS = 32  # main ones, in which nearness is measured
MOST = 200_000  # samples that are shown; above that the pool's first
ROWS = 8192  # at a time


@dataclass(frozen=True)
class Landscape:
    """round: after which it was made; ids (N,); places (N, <= 32) float32, main directions first; guess (N,) class
    numbers, p (N,) how likely; classes: their names, none where the model gives no probabilities."""

    round: int
    ids: np.ndarray
    places: np.ndarray
    guess: np.ndarray
    p: np.ndarray
    classes: tuple[str, ...]

    def rows(self, ids: Sequence[int]) -> np.ndarray:
        """Where these are; those that are not there are left out."""
        order = np.argsort(self.ids)
        wanted = np.asarray(ids, np.uint64)
        at = np.minimum(np.searchsorted(self.ids, wanted, sorter=order), max(0, len(order) - 1))
        found = order[at] if len(order) else np.zeros(0, int)
        return found[self.ids[found] == wanted] if len(order) else found

    def nearest(self, id: int, among: Sequence[int], k: int) -> list[tuple[int, float]]:
        """[(sample, distance)] of the k nearest of those, nearest first."""
        here, there = self.rows([id]), self.rows(among)
        if not len(here) or not len(there) or not self.places.shape[1]:
            return []
        gaps = np.linalg.norm(self.places[there] - self.places[here[0]], axis=1)
        best = np.argsort(gaps, kind="stable")[:k]
        return [(int(self.ids[there[n]]), float(gaps[n])) for n in best]


def survey(learner: Learner, pool: Pool, round: int) -> Landscape:
    """Reads what the model says of the pool: features that are cached are not computed again."""
    ids = pool.ids[:MOST]
    has = learner.provides & {"probs", "embeddings"}
    said = [learner.signals(pool.take(ids[at : at + ROWS]), has) for at in range(0, len(ids), ROWS)] if has else []
    seen = np.concatenate([s.ids for s in said]) if said else ids
    x = np.concatenate([s["embeddings"] for s in said]) if "embeddings" in has and said else np.zeros((len(seen), 0))
    probs = np.concatenate([s["probs"] for s in said]) if "probs" in has and said else np.zeros((len(seen), 0))
    best = probs.argmax(1) if probs.shape[1] else np.zeros(len(seen), int)
    p = probs[np.arange(len(seen)), best] if probs.shape[1] else np.zeros(len(seen))
    classes = tuple(learner.classes) if probs.shape[1] else ()
    return Landscape(round, seen, main_directions(x), best.astype(np.int32), p.astype(np.float32), classes)


def main_directions(x: np.ndarray) -> np.ndarray:
    """(N, D) -> (N, <= 32) float32, the directions in which the rows differ most; the sign of each is fixed."""
    if not x.size:
        return np.zeros((len(x), 0), np.float32)
    x = np.asarray(x, np.float32) - x.mean(0, dtype=np.float64).astype(np.float32)
    _, axes = np.linalg.eigh((x.T @ x).astype(np.float64))
    axes = axes[:, ::-1][:, :DIRECTIONS]
    axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(x @ axes.astype(np.float32), np.float32)


def write(folder: Path, found: Landscape) -> None:
    part = folder / f".{FILE}.{os.getpid()}.part"
    try:
        with part.open("wb") as f:
            about = json.dumps({"round": found.round, "classes": found.classes})
            np.savez(f, about=about, ids=found.ids, places=found.places, guess=found.guess, p=found.p)
        part.replace(folder / FILE)
    finally:
        part.unlink(missing_ok=True)


def read(folder: Path) -> Landscape | None:
    """None where none was made yet."""
    path = folder / FILE
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as z:
        about = json.loads(str(z["about"]))
        return Landscape(about["round"], z["ids"], z["places"], z["guess"], z["p"], tuple(about["classes"]))
