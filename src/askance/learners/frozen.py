"""A frozen network with a linear head: the default for photos and texts.  Floor 4.

Features are computed once and kept; a round refits the head alone, which takes about a second.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

import numpy as np

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners import saving
from askance.learners.backbones import Backbone
from askance.learners.cache import FeatureCache
from askance.learners.head import LinearHead
from askance.learners.pipeline import Features, features, own_ids, shared_keys
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals, listed

HEAD = "head"  # the folder of the head, in the learner's own


class FrozenLearner:
    """Provides probs, embeddings, and members of a bootstrap committee where `members` is 2 or more.

    Embeddings are the network's own, neither centred nor scaled to unit length: the head standardises them for itself,
    and in what space distances are measured is for the strategy to say.

    Before any fit there are the embeddings, and of a network that is itself a classifier also probs: over its own
    classes (the 1,000 of ImageNet, say) and not over the campaign's.  So `margin | top(x=10) | kmeans` can choose from
    a pool of which nothing is labelled yet; what it then asks about is what puzzles the network at its own task.  From
    the first fit on, probs are the head's, over `classes`.

    cache_folder   where features are kept.  In a folder of their own, a campaign's say, samples are known by their ids
                   alone; None is the user's cache, which pools share: there the path or text must be the same too
    strict         a photo that cannot be read stops everything; else it is left out and named in `Signals.skipped`
    """

    def __init__(self, backbone: Backbone, cache_folder: Path | None = None, members: int = 0, strict: bool = False):
        self.backbone, self.strict = backbone, strict
        self.cache = FeatureCache(cache_folder)
        self.keys = shared_keys if cache_folder is None else own_ids
        self.head = LinearHead(members)
        self.cold = frozenset({"embeddings", "probs"} if "logits" in backbone.outputs else {"embeddings"})
        self.provides = frozenset({"embeddings", "probs", "members"} if members else {"embeddings", "probs"})

    @property
    def classes(self) -> tuple[str, ...]:
        return self.head.classes

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Refits the head; `chosen` names its regularisation.  Samples that cannot be read are left out."""
        start = monotonic()
        x, y, ids = self._rows(samples, labels)
        chosen = self.head.fit(x, y, ids, seed)
        said = {} if validation is None else self._accuracy(*validation)
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - start)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        self._check_needs(needs)
        own = "probs" in needs and not self.classes
        found = self._features(samples, ("embedding", "logits") if own else ("embedding",))
        x = found.outputs["embedding"]
        make: dict[str, Callable[[], np.ndarray]] = {
            "embeddings": lambda: x,
            "probs": lambda: ops.softmax(found.outputs["logits"]) if own else self.head.probs(x),
            "members": lambda: self.head.members(x),
        }
        return Signals(found.ids, {name: make[name]() for name in sorted(needs)}, skipped=found.skipped)

    def save(self, folder: Path) -> None:
        if self.classes:
            self.head.save(folder / HEAD)
        facts = {"learner": "frozen", "backbone": self.backbone.text, "fingerprint": self.backbone.fingerprint}
        saving.write(folder, facts | {"fitted": bool(self.classes)}, {})

    def load(self, folder: Path) -> None:
        """Brings the head back.  A head that was fitted on another network's features is a BadLearner."""
        facts, _ = saving.read(folder, "frozen")
        if facts["fingerprint"] != self.backbone.fingerprint:
            raise BadLearner(
                f"{folder} was fitted on {facts['backbone']}, whose weights or preprocessing are not those of "
                f"{self.backbone.text} as it is now; fit it anew"
            )
        if facts["fitted"]:
            self.head.load(folder / HEAD)

    def _check_needs(self, needs: frozenset[str]) -> None:
        text = self.backbone.text
        if missing := needs - self.provides:
            raise MissingSignal(f"the learner {text} does not give {listed(missing)}; it gives {listed(self.provides)}")
        if not self.classes and (missing := needs - self.cold):
            raise MissingSignal(
                f"the learner {text} does not give {listed(missing)} before its first fit; it gives {listed(self.cold)}"
            )

    def _features(self, samples: Samples, names: Sequence[str]) -> Features:
        if samples.kind != self.backbone.kind:
            raise BadLearner(
                f"the learner {self.backbone.text} reads {self.backbone.kind} samples, and these are {samples.kind}"
            )
        return features(self.backbone, samples, names, self.cache, keys=self.keys, strict=self.strict)

    def _rows(self, samples: Samples, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(n, D) features, (n,) labels and (n,) ids of the samples that can be read."""
        if len(labels) != len(samples):
            raise BadLearner(f"there are {len(labels)} labels for {len(samples)} samples")
        found = self._features(samples, ("embedding",))
        return found.outputs["embedding"], np.array(labels, dtype=object)[np.isin(samples.ids, found.ids)], found.ids

    def _accuracy(self, samples: Samples, labels: Sequence[str]) -> dict[str, float]:
        x, y, _ = self._rows(samples, labels)
        if not len(y):
            return {"n": 0}
        guesses = np.array(self.classes, dtype=object)[self.head.probs(x).argmax(1)]
        return {"accuracy": float((guesses == y).mean()), "n": len(y)}
