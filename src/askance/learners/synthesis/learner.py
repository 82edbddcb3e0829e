"""ASAL around a network: it makes up the most doubtful samples after a fit, and finds the real ones nearest.  Floor 4.

Mayer & Timofte 2020, Adversarial Sampling for Active Learning, WACV, 1808.06671.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from askance import ops
from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.cache import default_folder
from askance.learners.synthesis.canvas import Canvas
from askance.learners.synthesis.gan import Gan
from askance.learners.synthesis.latent import seek
from askance.learners.synthesis.nearest import Index
from askance.learners.synthesis.plan import Plan
from askance.learners.synthesis.space import Measure, measure
from askance.learners.synthesis.training import codes, learned
from askance.learners.torch.decoded import Decoded
from askance.learners.torch.learner import TorchLearner
from askance.learners.torch.reading import Reader
from askance.learners.training import unprepared
from askance.protocols import FitReport, Learner
from askance.samples import Samples
from askance.signals import Signals

DRAW, BLOCK = 7503, 2048
INSIDE = "network"  # the folder of the network, in the learner's own
SIGNAL = "synthetic"


@dataclass(frozen=True)
class Synthesis:
    """What was made up after the last fit, most doubtful first, each with the real sample that it led to.

    ids      (q,) uint64 of the real samples
    entropy  (q,) of the network on what was made up, in nats
    made     (q, ...) as samples are read: bytes of photos (S, S, 3), or numbers
    """

    ids: np.ndarray
    entropy: np.ndarray
    made: np.ndarray


@dataclass(frozen=True)
class Studio:
    """What is known of a pool: how its samples are made up, and where each of them lies."""

    gan: Gan
    canvas: Canvas
    place: Measure
    index: Index


class AsalLearner:
    """What the network inside gives, and `synthetic` (N,): the entropy of the made-up sample that led to a real one,
    0 for those that none led to.

    `prepare` learns a generator from the pool, without labels, and builds the index; minutes.  `offer` says which
    samples may be asked about; without it, all of the pool that the fit is not on.
    """

    def __init__(self, inner: Learner, plan: Plan, cache: Path | None = None, strict: bool = False):
        if not isinstance(inner, TorchLearner):
            raise BadLearner(
                "asal follows gradients through the network; write asal:cnn or asal:torch:module:factory, not a "
                "learner that is frozen or no network"
            )
        self.inner, self.plan, self.cache, self.strict = inner, plan, cache, strict
        self.synthesis: Synthesis | None = None
        self._studio: Studio | None = None
        self._given = False  # whether the pool was shown, or the labelled samples had to do
        self._offered: np.ndarray | None = None

    @property
    def provides(self) -> frozenset[str]:
        return self.inner.provides | {SIGNAL}

    @property
    def cold(self) -> frozenset[str]:
        return self.inner.cold

    @property
    def classes(self) -> tuple[str, ...]:
        return self.inner.classes

    @property
    def added(self) -> Mapping[int, str]:
        return self.inner.added

    def offer(self, samples: Samples, number: int) -> None:
        self._offered = samples.ids
        self.inner.offer(samples, number)

    def prepare(self, samples: Samples) -> None:
        """Learns the generator, and where every sample of the pool lies.  A run that was killed goes on."""
        self._learn(samples)
        self._given = True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """The network's own fit, and then the search."""
        report = self.inner.fit(samples, labels, seed=seed, validation=validation)
        if not self._given:
            self._learn(samples)
        taken = [samples.ids, *([] if validation is None else [validation[0].ids])]
        self.synthesis = self._search(np.concatenate(taken), seed)
        return report

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        said = self.inner.signals(samples, needs - {SIGNAL})
        if SIGNAL not in needs:
            return said
        if self.synthesis is None:
            raise BadLearner("asal has made up nothing yet; fit it first")
        worth = dict(zip(self.synthesis.ids.tolist(), self.synthesis.entropy.tolist(), strict=True))
        column = np.array([worth.get(i, 0.0) for i in said.ids.tolist()])
        return Signals(said.ids, {**said.columns, SIGNAL: column}, skipped=said.skipped)

    def save(self, folder: Path) -> None:
        if self.synthesis is None:
            raise BadLearner("asal has made up nothing yet; fit it first")
        self.inner.save(folder / INSIDE)
        arrays = {"ids": self.synthesis.ids, "entropy": self.synthesis.entropy, "made": self.synthesis.made}
        saving.write(folder, {"learner": "asal"}, arrays)

    def load(self, folder: Path) -> None:
        _, arrays = saving.read(folder, "asal")
        self.inner.load(folder / INSIDE)
        self.synthesis = Synthesis(arrays["ids"], arrays["entropy"], arrays["made"])

    def _learn(self, samples: Samples) -> None:
        plan, inner = self.plan, self.inner
        order = np.argsort(ops.noise(plan.gan_seed, samples.ids, DRAW), kind="stable")[: plan.gan_limit]
        chosen = samples.take(order[np.argsort(samples.ids[order], kind="stable")])
        raw = self._reader()(chosen).x
        home = (default_folder().parent if self.cache is None else self.cache) / "synthesis"
        gan, canvas = learned(plan, raw, home, inner.feed.device, inner.settings.checkpoint)
        place = measure(plan.space, gan, canvas, raw)
        self._studio = Studio(gan, canvas, place, self._index(samples, canvas, place))

    def _index(self, samples: Samples, canvas: Canvas, place: Measure) -> Index:
        """A block at a time: the photos of the pool are never all in memory."""
        ids, rows, read = [np.zeros(0, np.uint64)], list[np.ndarray](), self._reader()
        samples = samples.take(np.argsort(samples.ids, kind="stable"))
        for start in range(0, len(samples), BLOCK):
            block = samples.take(np.arange(start, min(start + BLOCK, len(samples))))
            found = read(block)
            ids.append(block.ids[found.rows])
            rows.append(place(canvas.drawn(found.x)))
        return Index(np.concatenate(ids), np.concatenate(rows))

    def _search(self, taken: np.ndarray, seed: int) -> Synthesis:
        studio, plan, inner = self._known(), self.plan, self.inner
        free = studio.index.ids if self._offered is None else self._offered
        index = studio.index.among(free[~np.isin(free, taken)])
        net, feed = inner.asked(), inner.feed
        start = codes(np.random.default_rng([seed, DRAW]), plan.queries, plan.latent, feed.device)
        found = seek(
            studio.gan.average.net, lambda drawn: net(studio.canvas.seen(drawn, feed)), start, plan.seek, plan.reach
        )
        ids, which = index.retrieve(studio.place(found.drawn))
        entropy, made = ops.as_numpy(found.entropy)[which], studio.canvas.raw(found.drawn).cpu().numpy()[which]
        return Synthesis(ids, entropy.astype(np.float64), np.ascontiguousarray(made))

    def _reader(self) -> Reader:
        size = self.inner.settings.size
        folder = None if self.cache is None else self.cache / f"photos-{size}"
        return Reader("asal", Decoded(size, folder), self.strict)

    def _known(self) -> Studio:
        if self._studio is None:
            raise unprepared("asal")
        return self._studio
