"""A pool whose samples, or where they lie, are held in memory.  Floor 4."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

import numpy as np

from askance.pools.ids import Lookup
from askance.samples import Kind, Samples
from askance.signals import Signals


@final
@dataclass(frozen=True, eq=False)
class HeldPool:
    """Images by their locations, texts, table rows, arrays and signals; arrays may be memory-mapped files.

    labels     (N,) object array of str, None where the source has no answer; None when it has none at all
    conflicts  (kept, left out, label of the kept, label of the other): the same content under two labels
    """

    samples: Samples
    labels: np.ndarray | None = None
    duplicates: Sequence[tuple[str, str]] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    conflicts: Sequence[tuple[str, str, str, str]] = ()

    @property
    def kind(self) -> Kind:
        return self.samples.kind

    @property
    def ids(self) -> np.ndarray:
        return self.samples.ids

    @property
    def names(self) -> np.ndarray:
        return self.samples.names

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.ids)

    def take(self, ids: np.ndarray) -> Samples:
        """The samples with these ids, in this order.  An unknown id is a BadPool that names it."""
        if np.array_equal(ids, self.ids):
            return self.samples
        return self.samples.take(self._lookup.rows(ids))

    def shards(self, rows: int) -> Iterator[Callable[[], Samples]]:
        """The pool in pieces of `rows`."""
        for start in range(0, len(self), rows):
            yield Given(stretch(self.samples, start, start + rows))

    def answers(self) -> Mapping[int, str]:
        """id -> label, where the source itself tells."""
        if self.labels is None:
            return {}
        pairs = zip(self.ids.tolist(), self.labels.tolist(), strict=True)
        return {sample: label for sample, label in pairs if label is not None}


@final
@dataclass(frozen=True, eq=False)
class Given:
    """A shard that is there already.  A class and not a closure, so that it can be sent to another process."""

    samples: Samples

    def __call__(self) -> Samples:
        return self.samples


def stretch(samples: Samples, start: int, stop: int) -> Samples:
    """Neighbouring rows, without a copy."""
    part = slice(start, stop)
    match samples.kind:
        case "table":
            data = samples.data.slice(start, stop - start)
        case "signals":
            columns = {name: a[part] for name, a in samples.data.columns.items()}
            data = Signals(samples.ids[part], columns)
        case _:
            data = samples.data[part]
    return Samples(samples.ids[part], samples.kind, data, samples.names[part])
