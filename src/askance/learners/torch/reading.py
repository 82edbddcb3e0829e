"""From samples to tensors: photos as bytes, arrays as numbers.  Floor 4."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from askance import ops
from askance.errors import BadLearner, BadPool
from askance.learners.torch.batches import Data
from askance.learners.torch.decoded import Decoded
from askance.samples import Samples


@dataclass(frozen=True)
class Read:
    """What could be read of some samples: rows (m,) of them, x (m, ...), and why the others could not."""

    rows: np.ndarray
    x: torch.Tensor
    skipped: Mapping[int, str]


@dataclass(frozen=True)
class Reader:
    """text: the learner's, for messages; strict: a photo that cannot be read is an error, and not left out.

    tokens  (texts, most) -> (N, 2, most) whole numbers; most: of them
    """

    text: str
    photos: Decoded
    strict: bool = False
    tokens: Callable[[Sequence[str], int], np.ndarray] | None = None
    most: int = 128

    def __call__(self, samples: Samples) -> Read:
        if self.tokens is not None and samples.kind == "text":
            return Read(np.arange(len(samples)), torch.from_numpy(self.tokens(samples.data, self.most)), {})
        if self.tokens is not None:
            raise BadLearner(f"{self.text} learns from texts here, and these samples are of kind {samples.kind!r}")
        if samples.kind == "array":
            return Read(np.arange(len(samples)), torch.from_numpy(_numbers(samples)), {})
        if samples.kind != "image":
            raise BadLearner(
                f"{self.text} learns from images or arrays, and these samples are of kind {samples.kind!r}"
            )
        rows, pixels, skipped = self.photos.read(samples)
        if skipped and self.strict:
            raise BadPool(next(iter(skipped.values())))
        return Read(rows, torch.from_numpy(pixels), skipped)

    def labelled(self, samples: Samples, labels: Sequence[str]) -> tuple[Samples, np.ndarray]:
        """The samples that can be read, sorted by id, and their labels: the order that they came in does not matter."""
        if len(labels) != len(samples):
            raise BadLearner(f"there are {len(labels)} labels for {len(samples)} samples")
        rows = self(samples).rows
        rows = rows[np.argsort(samples.ids[rows], kind="stable")]
        return samples.take(rows), np.array([str(label) for label in labels], dtype=object)[rows]

    def data(self, samples: Samples, y: np.ndarray, ids: np.ndarray) -> Data:
        """Those of the samples that have one of the ids; y (N,) class numbers."""
        rows = np.flatnonzero(np.isin(samples.ids, ids))
        return Data(self(samples.take(rows)).x, torch.from_numpy(y[rows].astype(np.int64)), samples.ids[rows])


def _numbers(samples: Samples) -> np.ndarray:
    x = np.array(samples.data, np.float32, order="C")
    bad = ops.first_bad_row(x)
    if bad is not None:
        raise BadLearner(f"the sample {samples.names[bad]} has NaN or infinite values; a network cannot learn from it")
    return x
