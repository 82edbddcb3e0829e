"""CROWDLAB (Goh, Tkachenko & Mueller 2022, 2210.06812): a model votes too, weighted as it has earned.  Floor 2."""

from dataclasses import dataclass

import numpy as np

from askance import ops
from askance.annotators.answers import Answers, Consensus
from askance.errors import BadLabel, BadSignal
from askance.ops import crowd


@dataclass(frozen=True)
class Crowdlab:
    """model: the weight of the model; the people's are `consensus.quality`.  right: what an answer gives its class."""

    consensus: Consensus
    model: float
    right: float


def crowdlab(answers: Answers, probs: np.ndarray) -> Crowdlab:
    """The weighted mean of what the model says and of what people say; see ops/crowd.py for the weights.

    probs  (N, C) for `answers.ids` and `answers.classes`, of a model that was not trained on the very sample
           (`askance.learners.out_of_fold`): one that was agrees with whatever it was told
    A sample that nobody answered has the model's probabilities, and no label.
    """
    p = _checked(answers, probs)
    table = answers.table()
    by = crowd.trust(table, p)
    if by is None:
        raise BadLabel(
            "no sample has answers of two people, so CROWDLAB cannot weigh them against each other; majority takes the "
            "labels as they are, and askance.audit looks for errors in them"
        )
    mixed, _ = crowd.combined(table, p, by)
    chosen = np.where((table >= 0).any(1), mixed.argmax(1), -1)
    quality = dict(zip(answers.people, by.people.tolist(), strict=True))
    consensus = Consensus(answers.ids, answers.classes, mixed, chosen, "crowdlab", quality)
    return Crowdlab(consensus, by.model, by.right)


def _checked(answers: Answers, probs: np.ndarray) -> np.ndarray:
    p = np.asarray(probs, np.float64)
    wanted = (len(answers.ids), len(answers.classes))
    if p.shape != wanted:
        raise BadSignal(f"probs must be {wanted}, a row a sample and a column a class of the answers, not {p.shape}")
    wrong = ops.first_bad_probs(p)
    if wrong is not None or not np.isfinite(p).all():
        row, why = wrong or (int(np.flatnonzero(~np.isfinite(p).all(1))[0]), "has NaN or infinite values")
        raise BadSignal(f"probs are not probabilities: row {row} (sample {ops.hex_id(answers.ids[row])}) {why}")
    return p
