"""What the model predicted in past rounds, kept for the strategies that look back (the signal `history`).  Floor 5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askance.errors import BadCampaign
from askance.signals import Signals

HISTORY = "history"
KEPT = 32  # rounds that are looked back on: memory must not grow with the campaign


@dataclass(frozen=True)
class Guesses:
    """One round's predictions: ids (n,) uint64, ascending; codes (n,) into classes (C,), names."""

    ids: np.ndarray
    codes: np.ndarray
    classes: tuple[str, ...]


def guesses(said: Signals, classes: Sequence[str]) -> Guesses:
    """The likeliest class of each sample.  said: ids and probs (n, C)."""
    order = np.argsort(said.ids)
    return Guesses(said.ids[order], said["probs"].argmax(1)[order].astype(np.int32), tuple(classes))


def history(past: Sequence[Guesses], now: Guesses, ids: np.ndarray) -> np.ndarray:
    """Numbers of the classes predicted for `ids` in each round, oldest first, this one last.  -> (N, R) int32.

    All of `ids` must be among `now`'s.  A class that came up later gets a number of its own; a sample that a round knew
    nothing of (it was not read then, or not in the pool) is taken to be what it was in the next round.
    """
    rounds = [*past, now][-KEPT:]
    numbers: dict[str, int] = {}
    out = np.empty((len(ids), len(rounds)), np.int32)
    for r in reversed(range(len(rounds))):
        one = rounds[r]
        own = np.array([numbers.setdefault(name, len(numbers)) for name in one.classes], np.int32)
        place = np.searchsorted(one.ids, ids).clip(max=max(len(one.ids) - 1, 0))
        there = one.ids[place] == ids if len(one.ids) else np.zeros(len(ids), bool)
        if r + 1 < len(rounds):
            out[:, r] = out[:, r + 1]
        out[there, r] = own[one.codes[place[there]]]
    return out


def save(path: Path, one: Guesses) -> None:
    """Written beside its place and then renamed, so that what has the name is whole."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as f:
        np.savez(f, ids=one.ids, codes=one.codes, classes=np.array(one.classes, dtype=str))
    part.replace(path)


def load(path: Path) -> Guesses:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Guesses(kept["ids"], kept["codes"], tuple(kept["classes"].tolist()))
    except (OSError, ValueError, KeyError) as e:
        raise BadCampaign(
            f"{path} is damaged ({e}); delete it, and its round is left out of what is looked back on"
        ) from None
