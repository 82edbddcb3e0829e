"""Two lots of samples of one kind as one.  Floor 4."""

from typing import Any

import numpy as np

from askance.errors import BadLearner
from askance.samples import Samples


def joined(a: Samples, b: Samples) -> Samples:
    """The samples of `a` and then those of `b`; of two kinds they are a BadLearner."""
    if a.kind != b.kind:
        raise BadLearner(f"{a.kind} and {b.kind} samples cannot be learned from together")
    ids, names = np.concatenate([a.ids, b.ids]), np.concatenate([a.names, b.names])
    return Samples(ids, a.kind, _data(a, b), names)


def _data(a: Samples, b: Samples) -> Any:
    match a.kind:
        case "table":
            import pyarrow as pa

            return pa.concat_tables([a.data, b.data])
        case "signals":
            from askance.signals import concat

            return concat([a.data, b.data])
    return np.concatenate([a.data, b.data])
