"""A network trained on the labels alone, as a learner.  Floor 4."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners.head import class_numbers
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.text import read_addons
from askance.learners.torch.batches import Data, Feeding
from askance.learners.torch.caught import Layers
from askance.learners.torch.company import Company, gather, put_back, state_of
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.devices import device_of
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
FREE = 7102  # keeps these draws apart from those of strategies and folds


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
        self.feed = Feeding(device_of(self.settings.device), factory.mean, factory.scale)
        self._addons = read_addons(self.settings.add)
        given = frozenset().union(*(a.provides for a in self._addons))
        self.provides = provided(factory.network(2, 0)) | given
        self.classes: tuple[str, ...] = ()
        self._net: nn.Module | None = None
        self._kind, self._seed, self._split = "", 0, Split()
        self._company = Company()
        self._shape: tuple[tuple[int, ...], str] = ((0,), "float32")
        self._offered: Samples | None = None
        folder = None if cache is None else cache / f"photos-{self.settings.size}"
        self._read = Reader(factory.text, Decoded(self.settings.size, folder), strict)

    @property
    def added(self) -> Mapping[int, str]:
        """{}: what add-ons take samples without a label to be is theirs, and no label."""
        return {}

    def offer(self, samples: Samples, number: int) -> None:
        """Samples without a label that add-ons may learn from; those of before are forgotten."""
        self._offered = samples

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
        company = self._accompanied(net, len(classes), train, seed, warm)
        free = self._unlabelled(seed, known.ids, validation) if company.free else None
        path = self._checkpoint(state_of(net, company), seed, train, held, free)
        trainer = Trainer(net, self.settings, self.feed, seed, path, company, free)
        course = trainer.fit(train, held if len(held) else None)
        self._net, self._company, self.classes = net, company, classes
        self._shape = (tuple(train.x.shape[1:]), str(train.x.dtype).removeprefix("torch."))
        self._kind, self._seed, self._split = known.kind, seed, parts
        if path is not None:
            path.unlink(missing_ok=True)
        told = company.tells(np.sort(parts.train))
        return _report(course, "warm" if warm else "cold", len(train), len(held), perf_counter() - began, told)

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
            "shape": self._shape,
        }
        roles = {"train": _signed(self._split.train), "held": _signed(self._split.held)}
        checkpoint.write(folder / FILE, {"weights": state_of(self._trained(), self._company), "ids": roles}, facts)

    def load(self, folder: Path) -> None:
        """Brings the network back; one that another factory made is a BadLearner."""
        groups, facts = checkpoint.read(folder / FILE)
        if facts.get("learner") != "torch" or facts.get("factory") != self.factory.text:
            made = facts.get("factory", "something else")
            raise BadLearner(f"{folder / FILE} was made by {made}, and this learner is {self.factory.text}")
        if facts["kind"] == "image" and facts["settings"]["size"] != self.settings.size:
            made = facts["settings"]["size"]
            raise BadLearner(f"{folder / FILE} was trained at size={made}, and this learner has {self.settings.size}")
        if (added := facts["settings"].get("add", "")) != self.settings.add:
            raise BadLearner(
                f"{folder / FILE} was trained with add={added or 'nothing'}, and this learner has "
                f"{self.settings.add or 'nothing'}"
            )
        net = self._placed(self.factory.network(len(facts["classes"]), int(facts["seed"]))).eval()
        shape, dtype = facts.get("shape", [[0], "float32"])
        self._shape = (tuple(shape), dtype)
        blank = torch.zeros(2, *shape, dtype=getattr(torch, dtype))
        company = self._gathered(net, len(facts["classes"]), blank, int(facts["seed"]))
        put_back(net, company, groups["weights"], str(folder / FILE))
        self._net, self._company = net, company
        self._company.parts.eval()
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
        net = self._company.speaker(self._trained())
        return Scorer(net, self.feed, plan.precision, len(self.classes), self._seed, plan.passes, self._company)

    def _beginning(self, classes: int, seed: int, warm: bool) -> nn.Module:
        net = self._placed(self.factory.network(classes, seed))
        if warm:
            checkpoint.restore(net, checkpoint.weights_of(self._trained()), "the last fit")
        return net

    def _accompanied(self, net: nn.Module, classes: int, train: Data, seed: int, warm: bool) -> Company:
        company = self._gathered(net, classes, train.x[:2], seed, len(train))
        if warm:
            company.parts.load_state_dict(self._company.parts.state_dict())
        return company

    def _gathered(self, net: nn.Module, classes: int, x: torch.Tensor, seed: int, labelled: int = 0) -> Company:
        maps = tuple(name.strip() for name in self.settings.maps.split(",") if name.strip())
        named = Layers(self.settings.features, maps)
        return gather(self._addons, net, classes, self.feed(x), seed, named, labelled)

    def _unlabelled(
        self, seed: int, labelled: np.ndarray, validation: tuple[Samples, Sequence[str]] | None
    ) -> torch.Tensor | None:
        """At most `free` of the samples that were offered, the same for the same seed; none that is judged on."""
        if self._offered is None:
            return None
        taken = [labelled, *([] if validation is None else [validation[0].ids])]
        rows = np.flatnonzero(~np.isin(self._offered.ids, np.concatenate(taken)))
        order = np.argsort(ops.noise(seed, self._offered.ids[rows], FREE), kind="stable")
        rows = rows[order[: self.settings.free]]
        return self._read(self._offered.take(rows[np.argsort(self._offered.ids[rows])])).x

    def _placed(self, net: nn.Module) -> nn.Module:
        # Channels last is the faster layout wherever it was measured; see docs/learners-torch.md.
        return net.to(self.feed.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _judges(self, validation: tuple[Samples, Sequence[str]], classes: tuple[str, ...]) -> Data:
        samples, names = self._read.labelled(*validation)
        place = {name: n for n, name in enumerate(classes)}
        return self._read.data(samples, np.array([place.get(name, -1) for name in names], np.int64), samples.ids)

    def _checkpoint(
        self, state: checkpoint.Tensors, seed: int, train: Data, held: Data, free: torch.Tensor | None
    ) -> Path | None:
        """Named by all that the outcome of the fit depends on, so that only the very same fit is ever taken up."""
        if self.cache is None:
            return None
        plan = asdict(self.settings) | {"checkpoint": 0, "passes": 0}
        tensors = {**state, "x": train.x, "y": train.y, "held.x": held.x, "held.y": held.y}
        if free is not None:
            tensors["free"] = free
        key = checkpoint.fingerprint([self.factory.text, plan, seed], tensors)
        return self.cache / "fits" / f"{key}.safetensors"


def _signed(ids: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(ids.view(np.int64).copy())


def _report(course: Course, start: str, n: int, held: int, seconds: float, told: Mapping[str, Any]) -> FitReport:
    best = course.epochs[course.best - 1]
    judged = {"accuracy": best["val_accuracy"], "loss": best["val_loss"], "n": held} if held else {}
    chosen = {"epochs": len(course.epochs), "best_epoch": course.best, "start": start, "trained_on": n, **told}
    return FitReport(tuple(course.epochs), chosen, judged, seconds)
