"""What the campaign's newest model thinks of tasks of Label Studio.  Floor 6."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from askance.campaign import Campaign
from askance.campaign.matching import places
from askance.formats import Item, Tally
from askance.labelstudio.tasks import ID
from askance.ops import parse_id


class Guesser:
    """The model is loaded when it is first asked, and again whenever there is a newer one."""

    def __init__(self, campaign: Campaign):
        self.campaign = campaign
        self._lock, self._loaded = threading.Lock(), Path()
        self.ids = frozenset(campaign.pool.ids.tolist())

    @property
    def version(self) -> int:
        """The round that the newest model was fitted in; 0 where there is none yet."""
        saved = self.campaign.folder.model()
        return int(saved.name.removeprefix("round-")) if saved else 0

    def guesses(self, tasks: Sequence[Mapping[str, Any]]) -> list[tuple[str, float | None] | None]:
        """(label, probability) of each task; None where the pool has no such sample, or the model says nothing."""
        with self._lock:
            saved = self.campaign.folder.model()
            if saved is None or not self._gives():
                return [None] * len(tasks)
            if saved != self._loaded:
                self.campaign.model()
                self._loaded = saved
            samples = samples_of(self.campaign, tasks, self.ids)
            known = sorted({i for i in samples if i is not None})
            told = self._told(np.array(known, np.uint64)) if known else {}
        return [told.get(i) if i is not None else None for i in samples]

    def _gives(self) -> bool:
        return bool({"probs", "prediction"} & self.campaign.learner.provides)

    def _told(self, ids: np.ndarray) -> dict[int, tuple[str, float | None]]:
        learner, samples = self.campaign.learner, self.campaign.pool.take(ids)
        if "probs" in learner.provides:
            said = learner.signals(samples, frozenset({"probs"}))
            best = said["probs"].argmax(1)
            return {
                i: (learner.classes[c], round(float(p[c]), 6))
                for i, c, p in zip(said.ids.tolist(), best.tolist(), said["probs"], strict=True)
            }
        said = learner.signals(samples, frozenset({"prediction"}))
        return {i: (f"{y:.6g}", None) for i, y in zip(said.ids.tolist(), said["prediction"].tolist(), strict=True)}


def samples_of(campaign: Campaign, tasks: Sequence[Mapping[str, Any]], ids: frozenset[int]) -> list[int | None]:
    """By the id that we gave the task; else by what it shows."""
    found = [_own(task, ids) for task in tasks]
    items = [Item(str(n), _shown(t)) for n, (t, i) in enumerate(zip(tasks, found, strict=True)) if i is None]
    if items:
        shown = [item for item in items if item.data]
        place = places(campaign.pool, [Item(f"\0{item.name}", item.data) for item in shown], Tally())
        for item in shown:
            found[int(item.name)] = place.get(f"\0{item.name}")
    return found


def _own(task: Mapping[str, Any], ids: frozenset[int]) -> int | None:
    data = task.get("data")
    said = data.get(ID) if isinstance(data, dict) else None
    try:
        sample = parse_id(said) if isinstance(said, str) and len(said) == 16 else None
    except ValueError:
        return None
    return sample if sample in ids else None


def _shown(task: Mapping[str, Any]) -> dict[str, Any]:
    data = task.get("data")
    return {k: v for k, v in data.items() if isinstance(v, str)} if isinstance(data, dict) else {}
