"""The label that most people gave, each counting once or by a weight.  Floor 2."""

from collections.abc import Mapping

import numpy as np

from askance.annotators.answers import Answers, Consensus, settled
from askance.errors import BadLabel, nearest


def majority(answers: Answers, seed: int = 0, weights: Mapping[str, float] | None = None) -> Consensus:
    """probs are shares of the votes; a sample without an answer has all classes alike.

    weights  {person: 0 or more}; whoever is not named counts 1
    A tie is drawn by noise(seed, id), so no class wins by its name, and the same seed always draws the same.
    """
    weight = _weights(answers, weights or {})
    votes = np.zeros((len(answers.ids), len(answers.classes)))
    np.add.at(votes, (answers.item, answers.value), weight[answers.person])
    total = votes.sum(1, keepdims=True)
    share = np.where(total > 0, votes / np.where(total > 0, total, 1.0), 1.0 / len(answers.classes))
    chosen = settled(share, answers, seed)
    quality = dict(zip(answers.people, weight.tolist(), strict=True))
    return Consensus(answers.ids, answers.classes, share, chosen, "majority", quality)


def _weights(answers: Answers, weights: Mapping[str, float]) -> np.ndarray:
    for name, weight in weights.items():
        if name not in answers.people:
            raise BadLabel(f"a weight is for {name!r}, who has answered nothing{nearest(name, answers.people)}")
        if not 0 <= weight < float("inf"):
            raise BadLabel(f"the weight of {name} must be 0 or more, not {weight!r}")
    return np.array([weights.get(name, 1.0) for name in answers.people])
