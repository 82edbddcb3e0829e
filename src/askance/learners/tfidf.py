"""Texts without a network: TF-IDF and a linear head.  Floor 4."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import numpy as np
from scipy import sparse

from askance import ops
from askance.errors import BadLearner
from askance.learners import saving
from askance.learners.head import LinearHead
from askance.learners.training import agreement, check_kind, check_needs, in_blocks, labelled, unprepared
from askance.learners.vocabulary import Vocabulary, read_vocabulary, restored
from askance.progress import bar
from askance.protocols import FitReport
from askance.samples import Samples
from askance.signals import Signals

NAME, HEAD = "tfidf", "head"
MOST_TEXTS = 50_000  # that the vocabulary is learned from, and whose vectors are kept
DRAW = 7200


class TfidfLearner:
    """probs, embeddings, and members of a bootstrap committee of S where `members` is S >= 2.

    `prepare` reads the words of the pool once, without labels: at most MOST_TEXTS texts of it, drawn by their ids.
    From then on there are embeddings (`dims` main directions of latent semantic analysis).  The head is fitted on the
    TF-IDF vectors and these together.  A fit that nothing was prepared for learns its words from the labelled texts.
    """

    def __init__(self, members: int = 0, dims: int = 128):
        if dims < 1:
            raise BadLearner(f"tfidf has dims={dims}; embeddings need at least 1")
        self.dims = dims
        self.head = LinearHead(members, scaled=False)
        self.cold = frozenset({"embeddings"})
        self.provides = frozenset({"embeddings", "probs", "members"} if members else {"embeddings", "probs"})
        self._words: Vocabulary | None = None
        self._prepared = False
        self._kept: tuple[np.ndarray, sparse.csr_matrix] | None = None  # rising ids, and their vectors

    @property
    def classes(self) -> tuple[str, ...]:
        return self.head.classes

    def prepare(self, samples: Samples) -> None:
        check_kind(NAME, samples, ("text",))
        self._read(samples)
        self._prepared = True

    def fit(
        self,
        samples: Samples,
        labels: Sequence[str],
        *,
        seed: int = 0,
        validation: tuple[Samples, Sequence[str]] | None = None,
    ) -> FitReport:
        """`chosen` names C and how it was chosen."""
        began = monotonic()
        check_kind(NAME, samples, ("text",))
        rows, classes, y = labelled(samples, labels)
        if not self._prepared:  # the labels of this fit count, not those of an earlier one
            self._read(rows)
        words, vectors = self._vectors(rows)
        chosen = self.head.fit(words.features(vectors), np.array(classes)[y], rows.ids, seed)
        said = {} if validation is None else agreement(self.predict(validation[0]), validation[1])
        return FitReport(chosen=chosen, validation=said, seconds=monotonic() - began)

    def signals(self, samples: Samples, needs: frozenset[str]) -> Signals:
        check_kind(NAME, samples, ("text",))
        check_needs(NAME, self.provides, self.provides if self.classes else self.cold, needs)
        return Signals(samples.ids, in_blocks(samples, lambda block: self._say(block, needs)) if needs else {})

    def predict(self, samples: Samples) -> np.ndarray:
        """(N,) class names."""
        probs = self.signals(samples, frozenset({"probs"}))["probs"]
        return np.array(self.classes, dtype=object)[probs.argmax(1)]

    def save(self, folder: Path) -> None:
        words = self._words
        facts = {"learner": NAME, "fitted": bool(self.classes), "prepared": self._prepared}
        saving.write(
            folder, facts | {"words": None if words is None else words.words}, {} if words is None else words.arrays()
        )
        if self.classes:
            self.head.save(folder / HEAD)

    def load(self, folder: Path) -> None:
        facts, arrays = saving.read(folder, NAME)
        self._prepared = bool(facts["prepared"])
        if facts["words"] is not None:
            self._words, self._kept = restored(facts, arrays), None
        if facts["fitted"]:
            self.head.load(folder / HEAD)

    def _read(self, samples: Samples) -> None:
        drawn = np.sort(np.argsort(ops.noise(0, samples.ids, DRAW))[:MOST_TEXTS])
        known = samples.take(drawn[np.argsort(samples.ids[drawn])])
        with bar("reading the words", len(known)) as done:
            self._words, vectors = read_vocabulary(known.data, self.dims)
            done(len(known))
        self._kept = (known.ids, vectors)

    def _say(self, samples: Samples, needs: frozenset[str]) -> dict[str, np.ndarray]:
        words, vectors = self._vectors(samples)
        out = {"embeddings": words.embeddings(vectors)} if "embeddings" in needs else {}
        if needs <= {"embeddings"}:
            return out
        x = words.features(vectors)
        make = {"probs": self.head.probs, "members": self.head.members}
        return out | {name: make[name](x) for name in sorted(needs - {"embeddings"})}

    def _vectors(self, samples: Samples) -> tuple[Vocabulary, sparse.csr_matrix]:
        """The vocabulary, and (N, V) CSR vectors; those of the pool were made when it was read."""
        if self._words is None:
            raise unprepared(NAME)
        if self._kept is not None and len(self._kept[0]):
            ids, vectors = self._kept
            at = np.minimum(np.searchsorted(ids, samples.ids), len(ids) - 1)
            if (ids[at] == samples.ids).all():
                return self._words, vectors[at]
        return self._words, self._words.vectors(samples.data)
