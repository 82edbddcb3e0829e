"""One fit from data to a trained network, and again with half the batch where memory ran out.  Floor 4."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch import checkpoint
from askance.learners.torch.addons.addon import AddOn
from askance.learners.torch.batches import Data, Feeding, in_order
from askance.learners.torch.caught import Layers
from askance.learners.torch.company import Company, gather, state_of
from askance.learners.torch.compiled import compiled
from askance.learners.torch.devices import placed
from askance.learners.torch.factories import Factory
from askance.learners.torch.forward import AT_ONCE, forward, out_of_memory
from askance.learners.torch.pace import paced
from askance.learners.torch.settings import Settings
from askance.learners.torch.several import Work, fit_on, sharing
from askance.learners.torch.training import Course, Trainer

Before = tuple[nn.Module, Company]
BESIDE = {"checkpoint": 0, "passes": 0, "tune": 0, "choose": "least", "calibrate": "none"}  # on which no weight depends


@dataclass(frozen=True)
class Task:
    """What is learned from: the same for each trial of a tuning and each member of an ensemble.  free: see Trainer."""

    train: Data
    held: Data
    classes: int
    free: torch.Tensor | None = None


@dataclass(frozen=True)
class Fitted:
    """A network and its add-ons; plan: what it was trained with; told: what the user should know; path: to remove."""

    net: nn.Module
    company: Company
    course: Course
    plan: Settings
    told: tuple[str, ...] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Fitting:
    """What all fits of one learner share.  cache: a folder, or None; devices: what a fit is shared among."""

    factory: Factory
    addons: Sequence[AddOn]
    feed: Feeding
    cache: Path | None = None
    counted: bool = field(default=False)  # whether the number of members is settled by the fit
    devices: tuple[torch.device, ...] = ()

    def __call__(
        self, task: Task, plan: Settings, seed: int, before: Before | None = None, keep: bool = False
    ) -> Fitted:
        """before: the last fit, for those that do not start cold; keep: the checkpoint is left for its caller."""
        try:
            return self.once(task, plan, seed, before, keep)
        except RuntimeError as e:
            if not out_of_memory(e):
                raise
            if plan.batch < 4:
                raise _too_much(plan, plan.batch) from None
        if self.feed.device.type == "cuda":
            torch.cuda.empty_cache()
        half = replace(plan, batch=plan.batch // 2)
        try:
            found = self.once(task, half, seed, before, keep)
        except RuntimeError as e:
            if not out_of_memory(e):
                raise
            raise _too_much(half, plan.batch) from None
        told = f"memory ran out with batch={plan.batch}; the fit began again with batch={half.batch}"
        return replace(found, told=(told, *found.told))

    def once(self, task: Task, plan: Settings, seed: int, before: Before | None, keep: bool) -> Fitted:
        plan = paced(plan, len(task.train))
        net = self.beginning(task.classes, seed, plan, before)
        company = self.accompanied(net, task, seed, plan, before)
        path = self._checkpoint(state_of(net, company), seed, plan, task)
        among, why = sharing(self.devices, len(task.train), plan.batch), ""
        if len(among) > 1:
            work = Work(self.factory, task.train, task.held, task.classes, seed, plan, path, keep)
            course = fit_on(among, work, net)
        else:
            runner, why = compiled(net, self.feed(task.train.x[:2]), company) if plan.compile else (None, "")
            trainer = Trainer(net, plan, self.feed, seed, path, company, task.free, keep, runner)
            course = trainer.fit(task.train, task.held if len(task.held) else None)
        if course.failed:
            return Fitted(net, company, course, plan, path=_saved(path, course, plan))
        return Fitted(net, company, course, plan, (why,) if why else (), path)

    def losses(self, done: Fitted, task: Task) -> np.ndarray:
        """(m,) of the samples held back, but those of a class never trained on; one inf where there are no others."""
        rows = torch.nonzero(task.held.y >= 0)[:, 0]
        if not len(rows):
            return np.array([np.inf])
        net, precision = done.company.speaker(done.net), done.plan.precision
        with torch.inference_mode():
            found = [forward(net, self.feed(x), precision).cpu() for x in in_order(task.held.x[rows], AT_ONCE)]
            losses = functional.cross_entropy(torch.cat(found), task.held.y[rows], reduction="none")
        return losses.double().numpy()

    def beginning(self, classes: int, seed: int, plan: Settings, before: Before | None) -> nn.Module:
        """New weights, the last ones, or some of both; buffers are the last ones where any weight is."""
        net = placed(self.factory.network(classes, seed), self.feed.device)
        if before is None:
            return net
        old = checkpoint.weights_of(before[0])
        if plan.start == "shrink":
            trained = {name for name, _ in net.named_parameters()}
            for name, new in checkpoint.weights_of(net).items():
                old[name] = plan.shrink * old[name] + plan.perturb * new if name in trained else old[name]
        checkpoint.restore(net, old, "the last fit")
        return net

    def accompanied(self, net: nn.Module, task: Task, seed: int, plan: Settings, before: Before | None) -> Company:
        company = self.gathered(net, task.classes, task.train.x[:2], seed, plan, len(task.train))
        if before is not None and plan.start == "warm":
            company.parts.load_state_dict(before[1].parts.state_dict())
        return company

    def gathered(
        self, net: nn.Module, classes: int, x: torch.Tensor, seed: int, plan: Settings, labelled: int = 0
    ) -> Company:
        maps = tuple(name.strip() for name in plan.maps.split(",") if name.strip())
        named = Layers(plan.features, maps)
        return gather(self.addons, net, classes, self.feed(x), seed, named, labelled)

    def path_of(self, task: Task, plan: Settings, seed: int, before: Before | None) -> Path | None:
        """Where the checkpoint of such a fit lies; None without a cache."""
        net = self.beginning(task.classes, seed, plan, before)
        company = self.accompanied(net, task, seed, plan, before)
        return self._checkpoint(state_of(net, company), seed, plan, task)

    def _checkpoint(self, state: checkpoint.Tensors, seed: int, plan: Settings, task: Task) -> Path | None:
        """Named by all that the outcome of the fit depends on, so that only the very same fit is ever taken up."""
        if self.cache is None:
            return None
        beside = BESIDE | ({"passes": plan.passes} if self.counted else {})
        train, held = task.train, task.held
        tensors = {**state, "x": train.x, "y": train.y, "held.x": held.x, "held.y": held.y}
        tensors["ids"] = torch.from_numpy(train.ids.view(np.int64).copy())
        if task.free is not None:
            tensors["free"] = task.free
        key = checkpoint.fingerprint([self.factory.text, asdict(plan) | beside, seed], tensors)
        return self.cache / "fits" / f"{key}.safetensors"


def _too_much(plan: Settings, first: int) -> BadLearner:
    tried = f"batch={first}" + (f" and again with batch={plan.batch}" if plan.batch != first else "")
    return BadLearner(
        f"memory ran out in training with {tried}; set batch={max(2, plan.batch // 4)}, a smaller size= for photos, "
        "precision=bf16, or another device="
    )


def stop(fitted: Fitted, text: str) -> BadLearner:
    """What is said of a fit that came to no good end: why, and where its last good weights lie."""
    if not fitted.course.weights:
        kept = "no epoch before it was good, so there are no weights to keep"
    elif fitted.path is None:
        kept = "without a cache folder its weights so far are not kept"
    else:
        kept = f"the weights of its best epoch, {fitted.course.best}, are in {fitted.path}"
    return BadLearner(f"{text}: {fitted.course.failed}; {kept}; what was learned before this fit is as it was")


def _saved(path: Path | None, course: Course, plan: Settings) -> Path | None:
    """Beside the checkpoint, which is not left to be gone on from: it leads to the same end."""
    if path is None:
        return None
    path.unlink(missing_ok=True)
    beside = path.with_name(path.name.replace(".safetensors", ".stopped.safetensors"))
    if course.weights:
        facts = {"why": course.failed, "best_epoch": course.best, "epochs": course.epochs, "settings": asdict(plan)}
        checkpoint.write(beside, {"weights": course.weights}, facts)
    return beside
