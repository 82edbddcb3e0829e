"""What several people said about the same samples.  Floor 2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from askance import ops
from askance.errors import BadLabel, nearest


@dataclass(frozen=True)
class Answers:
    """One row an answer.  `gather` makes one from (sample, person, label); the order of those cannot show.

    ids      (N,) uint64, ascending: the samples, also those that nobody has answered
    people   (J,) names, sorted; classes: (C,) names, sorted
    item     (A,) int rows of `ids`; person (A,) int into `people`; value (A,) int into `classes`
    """

    ids: np.ndarray
    people: tuple[str, ...]
    classes: tuple[str, ...]
    item: np.ndarray
    person: np.ndarray
    value: np.ndarray

    def __len__(self) -> int:
        return len(self.item)

    def votes(self) -> np.ndarray:
        """(N, C) how often each class was said."""
        out = np.zeros((len(self.ids), len(self.classes)), np.int64)
        np.add.at(out, (self.item, self.value), 1)
        return out

    def table(self) -> np.ndarray:
        """(N, J) class numbers, -1 where a person said nothing.  Two answers of one person to one sample are an
        error: which of them counts is not ours to say."""
        out = np.full((len(self.ids), len(self.people)), -1, np.int64)
        out[self.item, self.person] = self.value
        if (out >= 0).sum() < len(self):
            seen = self.item * len(self.people) + self.person
            twice = int(np.flatnonzero(seen[1:] == seen[:-1])[0])
            raise BadLabel(
                f"{self.people[self.person[twice]]} answered sample {ops.hex_id(self.ids[self.item[twice]])} more than "
                "once; keep the answer that counts"
            )
        return out

    def of(self, *people: str) -> "Answers":
        """The answers of those people alone, about the same samples."""
        for name in people:
            if name not in self.people:
                raise BadLabel(f"nobody is called {name!r} among {_listed(self.people)}{nearest(name, self.people)}")
        kept = np.isin(self.person, [self.people.index(p) for p in people])
        names = tuple(sorted(people))
        place = np.array([names.index(p) if p in names else -1 for p in self.people], np.int64)
        return Answers(self.ids, names, self.classes, self.item[kept], place[self.person[kept]], self.value[kept])

    def only(self, rows: np.ndarray) -> "Answers":
        """The answers about some of the samples.  rows: of `ids`, ascending."""
        place = np.full(len(self.ids), -1, np.int64)
        place[rows] = np.arange(len(rows))
        kept = place[self.item] >= 0
        item, person, value = place[self.item[kept]], self.person[kept], self.value[kept]
        return Answers(self.ids[rows], self.people, self.classes, item, person, value)


def gather(
    rows: Iterable[tuple[int, str, str]], ids: Sequence[int] | np.ndarray = (), classes: Sequence[str] = ()
) -> Answers:
    """(sample id, person, label) rows -> Answers.

    ids      samples that may have no answer at all; others that turn up are added
    classes  all that a label may be; () = those that turn up
    A person may answer a sample twice, as the first anaesthetist of Dawid & Skene did; not every method takes that.
    """
    told = list(rows)
    if not told:
        raise BadLabel("there are no answers; each is (sample id, person, label)")
    known = _known(sorted({label for _, _, label in told}), classes)
    people = tuple(sorted({who for _, who, _ in told}))
    said = np.array([int(i) for i, _, _ in told], np.uint64)
    every = np.unique(np.concatenate([said, np.asarray(ids, np.uint64)]))
    seat = {p: n for n, p in enumerate(people)}
    place = {c: n for n, c in enumerate(known)}
    item = np.searchsorted(every, said)
    person = np.array([seat[who] for _, who, _ in told], np.int64)
    value = np.array([place[label] for _, _, label in told], np.int64)
    order = np.lexsort((value, person, item))
    return Answers(every, people, known, item[order], person[order], value[order])


@dataclass(frozen=True)
class Consensus:
    """One label a sample out of several people's.

    probs     (N, C) what speaks for each class, rows of sum 1
    chosen    (N,) int into `classes`; -1 where nobody has answered
    quality   {person: how far they are to be trusted}, in the method's own unit, higher is better
    """

    ids: np.ndarray
    classes: tuple[str, ...]
    probs: np.ndarray
    chosen: np.ndarray
    method: str
    quality: dict[str, float] = field(default_factory=dict)

    @property
    def labels(self) -> dict[int, str]:
        """{id: label}, of the samples that somebody has answered."""
        return {int(i): self.classes[c] for i, c in zip(self.ids, self.chosen, strict=True) if c >= 0}

    @property
    def confidence(self) -> np.ndarray:
        """(N,) what speaks for the label; 0 where there is none."""
        return np.where(self.chosen >= 0, self.probs[np.arange(len(self.ids)), self.chosen], 0.0)


def settled(scores: np.ndarray, answers: Answers, seed: int) -> np.ndarray:
    """The class of the highest score, ties drawn by noise(seed, id); -1 where nobody has answered.  (N, C) -> (N,)."""
    tied = scores >= scores.max(1, keepdims=True) * (1.0 - 1e-12)
    turn = np.floor(ops.noise(seed, answers.ids) * tied.sum(1)).astype(np.int64)
    chosen = (np.cumsum(tied, 1) > turn[:, None]).argmax(1)
    return np.where(np.bincount(answers.item, minlength=len(answers.ids)) > 0, chosen, -1)


def _known(said: list[str], classes: Sequence[str]) -> tuple[str, ...]:
    known = tuple(sorted(set(classes) or set(said)))
    for label in said:
        if label not in known:
            raise BadLabel(f"{label!r} is not one of the classes {_listed(known)}{nearest(label, known)}")
    return known


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:12])) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
