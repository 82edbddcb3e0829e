"""What the model thinks of the questions it chose: suggestions for whoever answers them.  Floor 5."""

from collections.abc import Sequence

import numpy as np

from askance.ops import hex_id
from askance.protocols import Learner, Pool

SHOWN = 3  # classes of a question, the likeliest first


def suggested(learner: Learner, pool: Pool, ids: Sequence[int]) -> dict[str, list[list[str | float]]]:
    """{sample: [[class, probability]]}; empty where the model gives no probabilities."""
    if not ids or "probs" not in learner.provides or not learner.classes:
        return {}
    said = learner.signals(pool.take(np.array(ids, np.uint64)), frozenset({"probs"}))
    return {
        hex_id(i): [[learner.classes[c], round(float(p[c]), 4)] for c in np.argsort(-p, kind="stable")[:SHOWN]]
        for i, p in zip(said.ids.tolist(), said["probs"], strict=True)
    }
