"""A network trained on the labels alone, as a learner.  Floor 4."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

from askance import ops
from askance.errors import BadLearner, MissingSignal
from askance.learners.head import class_numbers
from askance.learners.torch import checkpoint
from askance.learners.torch.batches import Data, Feeding, in_order
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.factories import Factory
from askance.learners.torch.forward import dropouts, embedding_of, forward, last_linear, member
from askance.learners.torch.settings import Settings
from askance.learners.torch.split import Split, split
from askance.learners.torch.training import SCORED_AT_ONCE, Course, Trainer
from askance.progress import bar
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals, listed

FILE = "network.safetensors"
BLOCK = 2048  # samples that are scored from one reading of their photos
PLAIN = frozenset({"probs", "logits"})


@dataclass(frozen=True)
class Read:
    """What could be read of some samples: rows (m,) of them, x (m, ...), and why the others could not."""

    rows: np.ndarray
    x: torch.Tensor
    skipped: Mapping[int, str]


class TorchLearner:
    """Photos (kind image) or arrays in; probs, logits, embeddings and, by dropout, members out.

    cache  a folder for decoded photos and the checkpoints of fits that were cut short
    """

    cold: frozenset[str] = frozenset()

    def __init__(self, factory: Factory, settings: Settings | None = None, cache: Path | None = None):
        self.factory = factory
        self.settings = settings or Settings(size=factory.size)
        self.cache = cache
        self.device = _device(self.settings.device)
        self.classes: tuple[str, ...] = ()
        self.provides = _provided(factory.network(2, 0))
        self._net: nn.Module | None = None
        self._seed = 0
        self._split = Split()
        folder = None if cache is None else cache / f"photos-{self.settings.size}"
        self._photos = Decoded(self.settings.size, folder)

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
        known, names = self._labelled(samples, labels)
        classes, y = class_numbers(names)
        warm = self.settings.start == "warm" and self._net is not None and classes == self.classes
        share = 0.0 if validation is not None else self.settings.validation
        parts = split(known.ids, y, share, seed, self._split if warm else None)
        train = self._data(known, y, parts.train)
        held = self._data(known, y, parts.held) if validation is None else self._judges(validation, classes)
        net = self._network(len(classes), seed, warm)
        path = self._checkpoint(net, seed, (train, held), parts)
        course = Trainer(net, self.settings, self._feed(), seed, path).fit(train, held if len(held) else None)
        self._net, self.classes, self._seed, self._split = net, classes, seed, parts
        if path is not None:
            path.unlink(missing_ok=True)
        return _report(course, "warm" if warm else "cold", len(train), len(held), perf_counter() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        """probs and logits of the plain network, embeddings (N, D), members (N, `passes`, C).

        members  pass t is one thinned network for all samples: the answer depends neither on their order nor on the
                 size of a batch, and asking changes nothing in the network
        """
        self._check_needs(needs)
        net = self._trained()
        parts: list[dict[str, np.ndarray]] = []
        kept, skipped = list[np.ndarray](), dict[int, str]()
        with bar("scoring", len(samples)) as done, torch.inference_mode():
            for start in range(0, len(samples), BLOCK):
                block = samples.take(np.arange(start, min(start + BLOCK, len(samples))))
                read = self._read(block)
                kept.append(block.ids[read.rows])
                skipped |= read.skipped
                parts.append(self._say(net, read.x, needs))
                done(start + len(block))
        if not parts:
            return Signals(samples.ids, self._say(net, torch.zeros(0), needs))
        columns = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
        return Signals(np.concatenate(kept), columns, skipped=skipped)

    def save(self, folder: Path) -> None:
        """One safetensors file: the weights, and in its header the classes and all that made them."""
        facts = {
            "learner": "torch",
            "factory": self.factory.text,
            "settings": asdict(self.settings),
            "classes": self.classes,
            "seed": self._seed,
        }
        roles = {"train": _signed(self._split.train), "held": _signed(self._split.held)}
        checkpoint.write(folder / FILE, {"weights": checkpoint.weights_of(self._trained()), "ids": roles}, facts)

    def load(self, folder: Path) -> None:
        groups, facts = checkpoint.read(folder / FILE)
        if facts.get("learner") != "torch" or facts.get("factory") != self.factory.text:
            made = facts.get("factory", "something else")
            raise BadLearner(f"{folder / FILE} was made by {made}, and this learner is {self.factory.text}")
        net = self.factory.network(len(facts["classes"]), int(facts["seed"]))
        checkpoint.restore(net, groups["weights"], str(folder / FILE))
        self._net = self._placed(net).eval()
        self.classes, self._seed = tuple(facts["classes"]), int(facts["seed"])
        self._split = Split(*(groups["ids"][role].numpy().view(np.uint64) for role in ("train", "held")))

    def _say(self, net: nn.Module, x: torch.Tensor, needs: frozenset[str]) -> dict[str, np.ndarray]:
        """What the network says of samples that have been read, (m, ...) -> {signal: (m, ...)}."""
        out: dict[str, np.ndarray] = {}
        if needs & {*PLAIN, "embeddings"}:
            logits, embeddings = self._plain(net, x)
            found = {"logits": logits, "probs": ops.softmax(logits), "embeddings": embeddings}
            out |= {name: a for name, a in found.items() if name in needs}
        if "members" in needs:
            out["members"] = np.stack([self._member(net, x, t) for t in range(self.settings.passes)], axis=1)
        return out

    def _plain(self, net: nn.Module, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
        logits, vectors = [np.zeros((0, len(self.classes)), np.float32)], list[np.ndarray]()
        with embedding_of(net) as caught:
            for part in in_order(x, SCORED_AT_ONCE):
                logits.append(self._logits(net, part))
                vectors.extend(ops.as_numpy(v) for v in caught)
        layer = last_linear(net)
        return np.concatenate(logits), np.concatenate(
            vectors or [np.zeros((0, layer.in_features if layer else 0), np.float32)]
        )

    def _member(self, net: nn.Module, x: torch.Tensor, number: int) -> np.ndarray:
        """(m, C): the softmax of each row, over the classes, in member `number`."""
        with member(net, self._seed, number):
            found = [ops.softmax(self._logits(net, part)) for part in in_order(x, SCORED_AT_ONCE)]
        return np.concatenate([np.zeros((0, len(self.classes)), np.float32), *found])

    def _logits(self, net: nn.Module, x: torch.Tensor) -> np.ndarray:
        return ops.as_numpy(forward(net, self._feed()(x), self.settings.precision))

    def _check_needs(self, needs: frozenset[str]) -> None:
        if "members" in needs and "members" not in self.provides:
            raise BadLearner(
                f"{self.factory.text} has no dropout layer with p above 0 (nn.Dropout, Dropout1d, 2d or 3d), so that "
                "all its members would be equal; add one, or use a strategy that needs no members"
            )
        if missing := needs - self.provides:
            raise MissingSignal(f"{self.factory.text} gives no {listed(missing)}; it gives {listed(self.provides)}")

    def _trained(self) -> nn.Module:
        if self._net is None:
            raise BadLearner(f"{self.factory.text} has learned nothing yet; fit it first")
        return self._net

    def _network(self, classes: int, seed: int, warm: bool) -> nn.Module:
        net = self._placed(self.factory.network(classes, seed))
        if warm:
            checkpoint.restore(net, checkpoint.weights_of(self._trained()), "the last fit")
        return net

    def _placed(self, net: nn.Module) -> nn.Module:
        # Channels last is the faster layout wherever it was measured; see docs/learners-torch.md.
        return net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _feed(self) -> Feeding:
        return Feeding(self.device, self.factory.mean, self.factory.scale)

    def _labelled(self, samples: Samples, labels: Sequence[str]) -> tuple[Samples, np.ndarray]:
        """The samples that can be read, sorted by id, and their labels: the order that they came in does not matter."""
        if len(labels) != len(samples):
            raise BadLearner(f"there are {len(labels)} labels for {len(samples)} samples")
        read = self._read(samples)
        rows = read.rows[np.argsort(samples.ids[read.rows], kind="stable")]
        return samples.take(rows), np.array([str(label) for label in labels], dtype=object)[rows]

    def _data(self, samples: Samples, y: np.ndarray, ids: np.ndarray) -> Data:
        rows = np.flatnonzero(np.isin(samples.ids, ids))
        return Data(self._read(samples.take(rows)).x, torch.from_numpy(y[rows].astype(np.int64)))

    def _judges(self, validation: tuple[Samples, Sequence[str]], classes: tuple[str, ...]) -> Data:
        samples, names = self._labelled(*validation)
        place = {name: n for n, name in enumerate(classes)}
        y = np.array([place.get(name, -1) for name in names], np.int64)
        return self._data(samples, y, samples.ids)

    def _read(self, samples: Samples) -> Read:
        if samples.kind == "image":
            rows, pixels, skipped = self._photos.read(samples)
            return Read(rows, torch.from_numpy(pixels), skipped)
        if samples.kind == "array":
            return Read(np.arange(len(samples)), torch.from_numpy(_numbers(samples)), {})
        raise BadLearner(
            f"{self.factory.text} learns from images or arrays, and these samples are of kind {samples.kind!r}"
        )

    def _checkpoint(self, net: nn.Module, seed: int, data: tuple[Data, Data], parts: Split) -> Path | None:
        """Named by all that the outcome of the fit depends on, so that only the very same fit is ever taken up."""
        if self.cache is None:
            return None
        plan = replace(self.settings, checkpoint=0.0, passes=1)
        key = blake2b(json.dumps([self.factory.text, asdict(plan), seed]).encode(), digest_size=16)
        for name, t in checkpoint.weights_of(net).items():
            key.update(f"{name} {tuple(t.shape)}".encode())
            key.update(t.numpy().tobytes())
        for t in (*(t for d in data for t in (d.x, d.y)), torch.from_numpy(_both(parts))):
            key.update(f"{tuple(t.shape)}".encode())
            key.update(t.numpy().tobytes())
        return self.cache / "fits" / f"{key.hexdigest()}.safetensors"


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as e:
        raise BadLearner(f"there is no device {name!r}: {str(e).splitlines()[0]}") from None


def _provided(net: nn.Module) -> frozenset[str]:
    some = {"embeddings"} if last_linear(net) is not None else set()
    return frozenset(PLAIN | some | ({"members"} if dropouts(net) else set()))


def _numbers(samples: Samples) -> np.ndarray:
    x = np.ascontiguousarray(samples.data, np.float32)
    bad = ops.first_bad_row(x)
    if bad is not None:
        raise BadLearner(f"the sample {samples.names[bad]} has NaN or infinite values; a network cannot learn from it")
    return x


def _signed(ids: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(ids.view(np.int64).copy())


def _both(parts: Split) -> np.ndarray:
    return np.concatenate([parts.train, np.zeros(1, np.uint64), parts.held]).view(np.int64)


def _report(course: Course, start: str, n: int, held: int, seconds: float) -> FitReport:
    best = course.epochs[course.best - 1]
    judged = {"accuracy": best["val_accuracy"], "loss": best["val_loss"], "n": held} if held else {}
    chosen = {"epochs": len(course.epochs), "best_epoch": course.best, "start": start, "trained_on": n}
    return FitReport(tuple(course.epochs), chosen, judged, seconds)
