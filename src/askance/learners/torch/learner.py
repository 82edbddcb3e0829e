"""A network trained on the labels alone, as a learner.  Floor 4."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners.calibration import fit_temperature
from askance.learners.head import class_numbers
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.text import read_addons
from askance.learners.torch.ahead import among
from askance.learners.torch.batches import Data, Feeding
from askance.learners.torch.company import Company, put_back, state_of
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.devices import devices_of, placed
from askance.learners.torch.factories import Factory
from askance.learners.torch.fitting import Before, Fitted, Fitting, Task, stop
from askance.learners.torch.posteriors.known import COUNTED, name_of, passes_of, read_posterior, refused
from askance.learners.torch.posteriors.posterior import MEMBERS
from askance.learners.torch.reading import Read, Reader
from askance.learners.torch.scoring import Scorer, provided
from askance.learners.torch.settings import Settings
from askance.learners.torch.several import check_several
from askance.learners.torch.split import Split, split
from askance.learners.torch.training import marks
from askance.learners.torch.tuning import Space, tuned
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
        self.devices = devices_of(self.settings.device)
        self.feed = Feeding(self.devices[0], factory.mean, factory.scale)
        self._addons = read_addons(self.settings.add) + read_posterior(self.settings)
        if len(self.devices) > 1:
            check_several(factory, self._addons)
        self._refused = refused(self.settings, net := factory.network(2, 0), factory.text)
        given = frozenset().union(*(a.provides for a in self._addons))
        self.provides = provided(net) | given | (frozenset() if self._refused else MEMBERS)
        self.classes: tuple[str, ...] = ()
        self._net: nn.Module | None = None
        self._others: tuple[tuple[nn.Module, Company], ...] = ()
        self._kind, self._seed, self._split, self._temperature = "", 0, Split(), 1.0
        self._company = Company()
        self._shape: tuple[tuple[int, ...], str] = ((0,), "float32")
        self._offered: Samples | None = None
        folder = None if cache is None else cache / f"photos-{self.settings.size}"
        self._read = Reader(
            factory.text, Decoded(self.settings.size, folder), strict, factory.tokens, self.settings.tokens
        )

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
        began, given = perf_counter(), self.settings
        known, names = self._read.labelled(samples, labels)
        classes, y = class_numbers(names)
        goes_on = given.start != "cold" and classes == self.classes and known.kind == self._kind
        share = 0.0 if validation is not None else given.validation
        parts = split(known.ids, y, share, seed, self._split if goes_on else None)
        train = self._read.data(known, y, parts.train)
        held = self._read.data(known, y, parts.held) if validation is None else self._judges(validation, classes)
        task = Task(train, held, len(classes), self._unlabelled(seed, known.ids, validation))
        fitting, before = self._fitting(), (self._trained(), self._company) if goes_on else None
        plan, chosen, trials = self._tuned(fitting, task, seed, before)
        done = self._fitted(fitting, task, plan, seed, before)
        if trials is not None:
            trials.unlink(missing_ok=True)
        first = done[0]
        self._net, self._company, self.classes = first.net, first.company, classes
        self._others = tuple((one.net, one.company) for one in done[1:])
        self._shape = (tuple(train.x.shape[1:]), str(train.x.dtype).removeprefix("torch."))
        self._kind, self._seed, self._split = known.kind, seed, parts
        self._temperature = self._cooled(held)
        told = list(dict.fromkeys(word for one in done for word in one.told))
        chosen |= first.company.tells(np.sort(parts.train))
        chosen |= {"start": given.start if goes_on else "cold"} | ({"warnings": told} if told else {})
        return self._report(first, chosen, task, perf_counter() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        """probs and logits of the plain network, embeddings (N, D), members (N, `passes`, C).

        Member t is one thinned network for all samples: the answer depends neither on their order nor on the size of
        a batch, and asking changes nothing in the network.
        """
        self._check(samples, needs)
        if not needs:
            return Signals(samples.ids)
        found: list[Signals] = []
        with bar("scoring", len(samples)) as done:
            for part in among([partial(_said, scorer, needs) for scorer in self._scorers()], self._opened(samples)):
                found.append(part)
                done(sum(len(s) + len(s.skipped) for s in found))
        return found[0] if len(found) == 1 else concat(found)

    def _opened(self, samples: Samples) -> Iterator[tuple[Samples, Read]]:
        for start in range(0, max(len(samples), 1), BLOCK):
            block = samples.take(np.arange(start, min(start + BLOCK, len(samples))))
            yield block, self._read(block)

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
        facts |= {"temperature": self._temperature, "passes": passes_of(self.settings)}
        every = [(self._trained(), self._company), *self._others]
        weights = {f"weights{n or ''}": state_of(net, company) for n, (net, company) in enumerate(every)}
        roles = {"train": _signed(self._split.train), "held": _signed(self._split.held)}
        checkpoint.write(folder / FILE, {**weights, "ids": roles}, facts)

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
        posterior = facts["settings"].get("posterior", "dropout")
        if posterior != self.settings.posterior:
            raise BadLearner(
                f"{folder / FILE} was trained with posterior={posterior}, and this learner has "
                f"{self.settings.posterior}"
            )
        if self._fitting().counted and facts["passes"] != passes_of(self.settings):
            raise BadLearner(
                f"{folder / FILE} has {facts['passes']} members, and this learner has passes={self.settings.passes}"
            )
        shape, dtype = facts.get("shape", [[0], "float32"])
        self._shape = (tuple(shape), dtype)
        count = sum(name.startswith("weights") for name in groups)
        every = [self._restored(facts, groups[f"weights{n or ''}"], str(folder / FILE)) for n in range(count)]
        (self._net, self._company), self._others = every[0], tuple(every[1:])
        self._temperature = float(facts.get("temperature", 1.0))
        self.classes, self._kind, self._seed = tuple(facts["classes"]), facts["kind"], int(facts["seed"])
        self._split = Split(*(groups["ids"][role].numpy().view(np.uint64) for role in ("train", "held")))

    def _check(self, samples: Samples, needs: frozenset[str]) -> None:
        text = self.factory.text
        if "members" in needs and self._refused:
            raise BadLearner(f"{self._refused}; or use a strategy that needs no members")
        if missing := needs - self.provides:
            raise MissingSignal(f"{text} does not give {listed(missing)}; it gives {listed(self.provides)}")
        if needs and self._trained() and samples.kind != self._kind:
            raise BadLearner(f"{text} was trained on {self._kind} samples, and these are {samples.kind}")

    def _trained(self) -> nn.Module:
        if self._net is None:
            raise BadLearner(f"{self.factory.text} has learned nothing yet; fit it first")
        return self._net

    def asked(self) -> nn.Module:
        """The network that signals come from, in evaluation mode: the trained one, or an add-on's average of it."""
        return self._company.speaker(self._trained())

    def _scorer(self) -> Scorer:
        plan, others = self.settings, [company.speaker(net) for net, company in self._others]
        net, passes = self.asked(), passes_of(plan)
        whole, seed, temperature = len(self.classes), self._seed, self._temperature
        return Scorer(net, self.feed, plan.precision, whole, seed, passes, self._company, others, temperature)

    def _scorers(self) -> list[Scorer]:
        """One on each device, all of the same network."""
        first = self._scorer()
        return [first, *(first.on(device) for device in self.devices[1:])]

    def _fitting(self) -> Fitting:
        counted = name_of(self.settings) in COUNTED
        return Fitting(self.factory, self._addons, self.feed, self.cache, counted, self.devices)

    def _fitted(
        self, fitting: Fitting, task: Task, plan: Settings, seed: int, before: Before | None
    ) -> tuple[Fitted, ...]:
        """One, or the members of an ensemble, which differ in their seed; the checkpoints go when all are there."""
        count = passes_of(plan) if name_of(plan) == "ensemble" else 1
        found: list[Fitted] = []
        for n, old in zip(range(count), [before, *self._others] if before else [None] * count, strict=False):
            found.append(fitting(task, plan, _seed_of(seed, n), old, keep=count > 1))
            if found[-1].course.failed:
                raise stop(found[-1], self.factory.text)
        for one in found:
            if one.path is not None:
                one.path.unlink(missing_ok=True)
        return tuple(found)

    def _tuned(
        self, fitting: Fitting, task: Task, seed: int, before: Before | None
    ) -> tuple[Settings, dict[str, Any], Path | None]:
        """The settings to fit with, what to report of them, and where the trials are written down."""
        if not self.settings.tune:
            return self.settings, {}, None
        if not len(task.held):
            raise BadLearner("tune= judges by labels that are held back; set validation= above 0, or give a set")
        path = fitting.path_of(task, self.settings, seed, before)
        trials = None if path is None else path.with_suffix(".trials.json")

        def losses(plan: Settings) -> np.ndarray:
            found = fitting(task, plan, seed, before)
            if found.path is not None:
                found.path.unlink(missing_ok=True)
            return np.array([np.inf]) if found.course.failed else fitting.losses(found, task)

        plan, chosen = tuned(Space(self.settings, task.train.x.dtype == torch.uint8), seed, losses, trials)
        return plan, chosen, trials

    def _cooled(self, held: Data) -> float:
        """The temperature of what was held back; 1 where it is not asked for or nothing was."""
        self._temperature = 1.0
        rows = torch.nonzero(held.y >= 0)[:, 0]
        if self.settings.calibrate == "none" or not len(rows):
            return 1.0
        logits = self._scorer()(held.x[rows], frozenset({"logits"}))["logits"]
        return fit_temperature(logits.astype(np.float64), held.y[rows].numpy()).t

    def _restored(self, facts: Mapping[str, Any], weights: checkpoint.Tensors, where: str) -> tuple[nn.Module, Company]:
        net = placed(self.factory.network(len(facts["classes"]), int(facts["seed"])), self.feed.device).eval()
        blank = torch.zeros(2, *self._shape[0], dtype=getattr(torch, self._shape[1]))
        company = self._fitting().gathered(net, len(facts["classes"]), blank, int(facts["seed"]), self.settings)
        put_back(net, company, weights, where)
        company.parts.eval()
        return net, company

    def _unlabelled(
        self, seed: int, labelled: np.ndarray, validation: tuple[Samples, Sequence[str]] | None
    ) -> torch.Tensor | None:
        """At most `free` of the samples that were offered, the same for the same seed; none that is judged on."""
        if self._offered is None or not any(a.free for a in self._addons):
            return None
        taken = [labelled, *([] if validation is None else [validation[0].ids])]
        rows = np.flatnonzero(~np.isin(self._offered.ids, np.concatenate(taken)))
        order = np.argsort(ops.noise(seed, self._offered.ids[rows], FREE), kind="stable")
        rows = rows[order[: self.settings.free]]
        return self._read(self._offered.take(rows[np.argsort(self._offered.ids[rows])])).x

    def _judges(self, validation: tuple[Samples, Sequence[str]], classes: tuple[str, ...]) -> Data:
        samples, names = self._read.labelled(*validation)
        place = {name: n for n, name in enumerate(classes)}
        return self._read.data(samples, np.array([place.get(name, -1) for name in names], np.int64), samples.ids)

    def _report(self, first: Fitted, chosen: dict[str, Any], task: Task, seconds: float) -> FitReport:
        course, held = first.course, task.held
        best = course.epochs[course.best - 1]
        if self._others and len(held):  # what is judged is what is asked: the mean of all members
            best = marks(torch.from_numpy(self._scorer()(held.x, frozenset({"logits"}))["logits"]), held.y)
        judged = {"accuracy": best["val_accuracy"], "loss": best["val_loss"], "n": len(held)} if len(held) else {}
        said: dict[str, Any] = {"epochs": len(course.epochs), "best_epoch": course.best, "trained_on": len(task.train)}
        said |= {"batch": first.plan.batch} if first.plan.batch != self.settings.batch else {}
        said |= {"temperature": self._temperature} if self.settings.calibrate != "none" else {}
        return FitReport(tuple(course.epochs), said | chosen, judged, seconds)


def _said(scorer: Scorer, needs: frozenset[str], one: tuple[Samples, Read]) -> Signals:
    block, read = one
    return Signals(block.ids[read.rows], scorer(read.x, needs), skipped=read.skipped)


def _seed_of(seed: int, number: int) -> int:
    """Of member `number` of an ensemble; the first has the seed of the fit."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0]) if number else seed


def _signed(ids: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(ids.view(np.int64).copy())
