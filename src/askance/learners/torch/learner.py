"""A network trained on the labels alone, as a learner.  Floor 4."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

from askance.errors import BadLearner, MissingSignal
from askance.learners.head import class_numbers
from askance.learners.torch import checkpoint
from askance.learners.torch.batches import Data, Feeding
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.factories import Factory
from askance.learners.torch.reading import Reader
from askance.learners.torch.scoring import Scorer, provided
from askance.learners.torch.settings import Settings
from askance.learners.torch.split import Split, split
from askance.learners.torch.training import Course, Trainer
from askance.progress import bar
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals, concat, listed

FILE = "network.safetensors"
BLOCK = 2048  # samples that are scored from one reading of their photos


class TorchLearner:
    """Photos (kind image) or arrays in; probs, logits, embeddings and, by dropout, members out.

    cache   a folder for decoded photos and the checkpoints of fits that were cut short; None keeps neither
    strict  a photo that cannot be read stops everything; else it is left out and named in `Signals.skipped`
    """

    cold: frozenset[str] = frozenset()

    def __init__(
        self, factory: Factory, settings: Settings | None = None, cache: Path | None = None, strict: bool = False
    ):
        self.factory = factory
        self.settings = settings or Settings(size=factory.size)
        self.cache = cache
        self.feed = Feeding(_device(self.settings.device), factory.mean, factory.scale)
        self.provides = provided(factory.network(2, 0))
        self.classes: tuple[str, ...] = ()
        self._net: nn.Module | None = None
        self._kind, self._seed, self._split = "", 0, Split()
        folder = None if cache is None else cache / f"photos-{self.settings.size}"
        self._read = Reader(factory.text, Decoded(self.settings.size, folder), strict)

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """Trains until the validation loss no longer falls, and keeps the best weights of this fit.

        Where no validation set is given, a share of the labels is held back: it comes out of the labels paid for.
        """
        began = perf_counter()
        known, names = self._read.labelled(samples, labels)
        classes, y = class_numbers(names)
        warm = self.settings.start == "warm" and classes == self.classes and known.kind == self._kind
        share = 0.0 if validation is not None else self.settings.validation
        parts = split(known.ids, y, share, seed, self._split if warm else None)
        train = self._read.data(known, y, parts.train)
        held = self._read.data(known, y, parts.held) if validation is None else self._judges(validation, classes)
        net = self._beginning(len(classes), seed, warm)
        path = self._checkpoint(net, seed, train, held)
        course = Trainer(net, self.settings, self.feed, seed, path).fit(train, held if len(held) else None)
        self._net, self.classes = net, classes
        self._kind, self._seed, self._split = known.kind, seed, parts
        if path is not None:
            path.unlink(missing_ok=True)
        return _report(course, "warm" if warm else "cold", len(train), len(held), perf_counter() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        """probs and logits of the plain network, embeddings (N, D), members (N, `passes`, C).

        Member t is one thinned network for all samples: the answer depends neither on their order nor on the size of
        a batch, and asking changes nothing in the network.
        """
        self._check(samples, needs)
        if not needs:
            return Signals(samples.ids)
        scorer, found = self._scorer(), list[Signals]()
        with bar("scoring", len(samples)) as done:
            for start in range(0, max(len(samples), 1), BLOCK):
                block = samples.take(np.arange(start, min(start + BLOCK, len(samples))))
                read = self._read(block)
                found.append(Signals(block.ids[read.rows], scorer(read.x, needs), skipped=read.skipped))
                done(start + len(block))
        return found[0] if len(found) == 1 else concat(found)

    def save(self, folder: Path) -> None:
        """One safetensors file: the weights, and in its header the classes and all that made them."""
        facts = {
            "learner": "torch",
            "factory": self.factory.text,
            "settings": asdict(self.settings),
            "classes": self.classes,
            "kind": self._kind,
            "seed": self._seed,
        }
        roles = {"train": _signed(self._split.train), "held": _signed(self._split.held)}
        checkpoint.write(folder / FILE, {"weights": checkpoint.weights_of(self._trained()), "ids": roles}, facts)

    def load(self, folder: Path) -> None:
        """Brings the network back; one that another factory made is a BadLearner."""
        groups, facts = checkpoint.read(folder / FILE)
        if facts.get("learner") != "torch" or facts.get("factory") != self.factory.text:
            made = facts.get("factory", "something else")
            raise BadLearner(f"{folder / FILE} was made by {made}, and this learner is {self.factory.text}")
        if facts["kind"] == "image" and facts["settings"]["size"] != self.settings.size:
            made = facts["settings"]["size"]
            raise BadLearner(f"{folder / FILE} was trained at size={made}, and this learner has {self.settings.size}")
        net = self.factory.network(len(facts["classes"]), int(facts["seed"]))
        checkpoint.restore(net, groups["weights"], str(folder / FILE))
        self._net = self._placed(net).eval()
        self.classes, self._kind, self._seed = tuple(facts["classes"]), facts["kind"], int(facts["seed"])
        self._split = Split(*(groups["ids"][role].numpy().view(np.uint64) for role in ("train", "held")))

    def _check(self, samples: Samples, needs: frozenset[str]) -> None:
        text = self.factory.text
        if "members" in needs and "members" not in self.provides:
            raise BadLearner(
                f"{text} has no dropout layer with p above 0 (nn.Dropout, Dropout1d, 2d or 3d), so that all its "
                "members would be equal; add one, or use a strategy that needs no members"
            )
        if missing := needs - self.provides:
            raise MissingSignal(f"{text} does not give {listed(missing)}; it gives {listed(self.provides)}")
        if needs and self._trained() and samples.kind != self._kind:
            raise BadLearner(f"{text} was trained on {self._kind} samples, and these are {samples.kind}")

    def _trained(self) -> nn.Module:
        if self._net is None:
            raise BadLearner(f"{self.factory.text} has learned nothing yet; fit it first")
        return self._net

    def _scorer(self) -> Scorer:
        plan = self.settings
        return Scorer(self._trained(), self.feed, plan.precision, len(self.classes), self._seed, plan.passes)

    def _beginning(self, classes: int, seed: int, warm: bool) -> nn.Module:
        net = self._placed(self.factory.network(classes, seed))
        if warm:
            checkpoint.restore(net, checkpoint.weights_of(self._trained()), "the last fit")
        return net

    def _placed(self, net: nn.Module) -> nn.Module:
        # Channels last is the faster layout wherever it was measured; see docs/learners-torch.md.
        return net.to(self.feed.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _judges(self, validation: tuple[Samples, Sequence[str]], classes: tuple[str, ...]) -> Data:
        samples, names = self._read.labelled(*validation)
        place = {name: n for n, name in enumerate(classes)}
        return self._read.data(samples, np.array([place.get(name, -1) for name in names], np.int64), samples.ids)

    def _checkpoint(self, net: nn.Module, seed: int, train: Data, held: Data) -> Path | None:
        """Named by all that the outcome of the fit depends on, so that only the very same fit is ever taken up."""
        if self.cache is None:
            return None
        plan = asdict(self.settings) | {"checkpoint": 0, "passes": 0}
        tensors = {**checkpoint.weights_of(net), "x": train.x, "y": train.y, "held.x": held.x, "held.y": held.y}
        key = checkpoint.fingerprint([self.factory.text, plan, seed], tensors)
        return self.cache / "fits" / f"{key}.safetensors"


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as e:
        raise BadLearner(f"there is no device {name!r}: {str(e).splitlines()[0]}") from None


def _signed(ids: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(ids.view(np.int64).copy())


def _report(course: Course, start: str, n: int, held: int, seconds: float) -> FitReport:
    best = course.epochs[course.best - 1]
    judged = {"accuracy": best["val_accuracy"], "loss": best["val_loss"], "n": held} if held else {}
    chosen = {"epochs": len(course.epochs), "best_epoch": course.best, "start": start, "trained_on": n}
    return FitReport(tuple(course.epochs), chosen, judged, seconds)
