"""A model of another framework as a learner: ids, classes, photos, blocks, files.  Floor 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from askance import ops
from askance.errors import BadLearner, BadPool
from askance.learners import saving
from askance.learners.others.model import Arrays, Model, undisturbed
from askance.learners.others.plan import Plan
from askance.learners.torch.decoded import Decoded
from askance.learners.training import agreement, check_needs, labelled
from askance.progress import bar
from askance.protocols import FitReport
from askance.samples import Samples, objects
from askance.signals import Signals, concat

BLOCK = 512  # samples that the model is asked about at once
READS = ("image", "array", "text")
OF_TEXTS = ("call:", "trainer:")  # what knows how texts are cut into tokens


class OtherLearner:
    """Photos, arrays or texts in; what the model says out, with `probs` from `logits` where it gives only those.

    cache   a folder for decoded photos; strict: a photo that cannot be read stops everything
    """

    cold: frozenset[str] = frozenset()

    def __init__(self, text: str, model: Model, plan: Plan, cache: Path | None = None, strict: bool = False):
        self.text, self.model, self.plan, self.strict = text, model, plan, strict
        said = frozenset(getattr(model, "provides", ("probs",)))
        if not said & {"probs", "logits"}:
            raise BadLearner(f"{text} must give probs or logits, and its `provides` names {', '.join(sorted(said))}")
        self.provides = said | {"probs"}
        self.classes: tuple[str, ...] = ()
        self._weights: Arrays | None = None
        self._kind = ""
        self._photos = Decoded(plan.size, None if cache is None else cache / f"photos-{plan.size}")

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """All labels are trained on: what a framework holds back of them is its own affair."""
        began = perf_counter()
        rows, classes, y = labelled(samples, labels)
        kept, x, _ = self._read(rows)
        with undisturbed(seed):
            weights = {name: np.asarray(a) for name, a in self.model.fit(x, y[kept], len(classes), seed).items()}
        self._check_weights(weights)
        self._weights, self.classes, self._kind = weights, classes, samples.kind
        said = {} if validation is None else self._judged(*validation)
        return FitReport(chosen={"trained_on": len(kept)}, validation=said, seconds=perf_counter() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_needs(self.text, self.provides, self.provides if self._weights is not None else self.cold, needs)
        if not needs:
            return Signals(samples.ids)
        if samples.kind != self._kind:
            raise BadLearner(f"{self.text} was trained on {self._kind} samples, and these are {samples.kind}")
        found = list[Signals]()
        with bar("scoring", len(samples)) as done:
            for start in range(0, max(len(samples), 1), BLOCK):
                found.append(self._block(samples.take(np.arange(start, min(start + BLOCK, len(samples)))), needs))
                done(start + BLOCK)
        return found[0] if len(found) == 1 else concat(found)

    def save(self, folder: Path) -> None:
        """The arrays that were learned, as .npz, and the classes."""
        facts = {"learner": self.text, "classes": self.classes, "kind": self._kind, "size": self.plan.size}
        saving.write(folder, facts, self._learned())

    def load(self, folder: Path) -> None:
        facts, arrays = saving.read(folder, self.text)
        if facts["kind"] == "image" and facts["size"] != self.plan.size:
            raise BadLearner(f"{folder} was trained at size={facts['size']}, and this learner has {self.plan.size}")
        self._weights, self.classes, self._kind = arrays, tuple(facts["classes"]), facts["kind"]

    def _learned(self) -> Arrays:
        if self._weights is None:
            raise BadLearner(f"{self.text} has learned nothing yet; fit it first")
        return self._weights

    def _block(self, samples: Samples, needs: frozenset[str]) -> Signals:
        kept, x, skipped = self._read(samples)
        wanted = x if len(x) else self._blank(x)
        with undisturbed(0):
            said = {name: ops.as_numpy(np.asarray(a)) for name, a in self.model.says(self._learned(), wanted).items()}
        if "probs" not in said:
            said["probs"] = ops.softmax(said["logits"])
        self._check_said(said, len(wanted))
        columns = {name: said[name][: len(x)] for name in needs}
        return Signals(samples.ids[kept], columns, skipped=skipped)

    def _blank(self, x: np.ndarray) -> np.ndarray:
        """One row of nothing, for the shapes: no framework is asked about none."""
        return np.array([""], object) if self._kind == "text" else np.zeros((1, *x.shape[1:]), np.float32)

    def _read(self, samples: Samples) -> tuple[np.ndarray, np.ndarray, Mapping[int, str]]:
        """(rows that could be read, what the model is given, why the others could not)"""
        if samples.kind not in READS or (samples.kind == "text" and not self.text.startswith(OF_TEXTS)):
            raise BadLearner(f"{self.text} reads images and arrays, and these samples are {samples.kind}")
        if samples.kind == "image":
            kept, pixels, skipped = self._photos.read(samples)
            if skipped and self.strict:
                raise BadPool(next(iter(skipped.values())))
            return kept, pixels.astype(np.float32) / 255, skipped
        if samples.kind == "text":
            return np.arange(len(samples)), samples.data, {}
        x = np.array(samples.data, np.float32, order="C")
        if (bad := ops.first_bad_row(x)) is not None:
            raise BadLearner(f"the sample {samples.names[bad]} has NaN or infinite values; no model can learn from it")
        return np.arange(len(samples)), x, {}

    def _judged(self, samples: Samples, labels: Sequence[str]) -> dict[str, float]:
        probs = self.signals(samples, frozenset({"probs"}))
        rows = np.isin(samples.ids, probs.ids)
        said = objects([self.classes[c] for c in probs["probs"].argmax(1)])
        return agreement(said, [label for label, row in zip(labels, rows, strict=True) if row])

    def _check_weights(self, weights: Arrays) -> None:
        for name, a in weights.items():
            if a.dtype.kind == "f" and not np.isfinite(a).all():
                raise BadLearner(
                    f"{self.text}: after the fit {name} has values that are not finite; train it at a lower rate"
                )

    def _check_said(self, said: Mapping[str, np.ndarray], rows: int) -> None:
        shape = (rows, len(self.classes))
        if said["probs"].shape != shape:
            raise BadLearner(f"{self.text} must give probs {shape}, and gives {said['probs'].shape}")
        if missing := self.provides - said.keys():
            raise BadLearner(f"{self.text} says that it provides {', '.join(sorted(missing))}, and gives none")
