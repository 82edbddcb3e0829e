"""Samples of tables, arrays and signals as the two matrices that learning and diversity need.  Floor 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from askance import ops
from askance.errors import BadLearner
from askance.learners.scaling import scaling
from askance.learners.tables import TableCode, from_facts, read_columns
from askance.samples import Kind, Samples

READS: tuple[Kind, ...] = ("array", "signals", "table")

INSTEAD = {
    "image": "; for photos name a network, as in onnx:model.onnx or transformers:microsoft/resnet-18, or use cnn",
    "audio": "; for recordings use mel",
    "text": "; for texts use tfidf, or a sentence encoder as in transformers:sentence-transformers/all-MiniLM-L6-v2",
}


@dataclass(frozen=True)
class Features:
    """Made by `read_features` from the rows of a pool, and the same ever after.

    inputs       what a classifier is fitted on: an array as it is, (N, D) float64; a table as tables.py encodes it
    embeddings   where distances are measured: a table as above; an array centred, in its own unit or, where its columns
                 have different units, a unit each; the embeddings in `signals` as they are.  (N, D) float32
    """

    kind: Kind
    table: TableCode | None
    shift: np.ndarray  # (D,)
    scale: np.ndarray  # (D,)

    def inputs(self, samples: Samples) -> np.ndarray:
        self._check(samples)
        if self.table is not None:
            return self.table.encode(samples.data, samples.ids)
        x = _flat(samples)
        if x.shape[1] != len(self.shift):
            raise BadLearner(
                f"the learner was made for {len(self.shift)} features a sample, and these have {x.shape[1]}"
            )
        return x.astype(np.float64)

    def embeddings(self, samples: Samples) -> np.ndarray:
        return np.asarray((self.inputs(samples) - self.shift) * self.scale, np.float32)

    def facts(self) -> dict[str, Any]:
        return {"kind": self.kind, "table": None if self.table is None else self.table.facts()}

    def arrays(self) -> dict[str, np.ndarray]:
        return {"shift": self.shift, "scale": self.scale}

    def _check(self, samples: Samples) -> None:
        if samples.kind != self.kind:
            raise BadLearner(f"the learner was made for {self.kind} samples, and these are {samples.kind}")


def read_features(samples: Samples) -> Features:
    """What the columns are like, from these rows without their labels."""
    if not len(samples):
        raise BadLearner("there are no samples to learn the columns from")
    if samples.kind == "table":
        code = read_columns(samples.data, samples.ids)
        return Features("table", code, np.zeros(code.width), np.ones(code.width))
    x = _flat(samples)
    if samples.kind == "signals":
        return Features("signals", None, np.zeros(x.shape[1]), np.ones(x.shape[1]))
    shift, scale = scaling(x.astype(np.float64))
    return Features("array", None, shift, scale)


def restored(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Features:
    table = None if facts["table"] is None else from_facts(facts["table"])
    return Features(facts["kind"], table, arrays["shift"], arrays["scale"])


def _flat(samples: Samples) -> np.ndarray:
    x: np.ndarray = samples.data["embeddings"] if samples.kind == "signals" else samples.data
    if x.dtype.kind not in "fiub":
        raise BadLearner(f"features must be numbers, and this array holds {x.dtype}")
    flat = x.reshape(len(x), int(np.prod(x.shape[1:])))
    _check_finite(flat, samples.ids)
    return flat


def _check_finite(x: np.ndarray, ids: np.ndarray) -> None:
    row = ops.first_bad_row(x)
    if row is not None:
        column = int(np.flatnonzero(~np.isfinite(x[row]))[0])
        raise BadLearner(
            f"the array has NaN or infinite values, first in feature {column} of sample {ops.hex_id(ids[row])}; "
            "fill them, or give the pool as a table, where gaps are allowed"
        )
