"""A first label for a new sample, or one more for an old one: on one scale."""

import numpy as np

from askance.errors import BadSignal
from askance.ops import crowd
from askance.strategy import Utility, strategy


@strategy("Goh & Mueller 2023, arXiv:2301.11856", local=False, cost="O(N (C + J))")
def active_lab(probs, answers) -> Utility:
    """One minus how sure it is that the label is right, after what people and the model say.  -> (N,) in [0, 1).

    probs (N, C), out of sample where there are labels; answers (N, J): the class number that each of J people gave, -1
    for none.  Samples with labels stay in the pool: they are not passed as `labeled`, or they would never come back.
    The label is that of CROWDLAB, without one the model's guess; one more person of mean weight is taken to guess
    blindly, so that few answers are less sure than many.  While no sample has two answers, the weights are 1 and what
    speaks for a label is the model alone, as in the authors' program, which also tunes a temperature; ours takes the
    probabilities as they come.
    """
    table = checked(answers, probs.shape[1])
    if not len(table):
        return np.zeros(0)
    by = crowd.trust(table, probs)
    if by is None:
        label = np.where((table >= 0).any(1), table.max(1), probs.argmax(1))
        sure, behind, mean = probs[np.arange(len(label)), label], 1.0 + (table >= 0).sum(1), 1.0
    else:
        mixed, behind = crowd.combined(table, probs, by)
        sure, mean = mixed.max(1), float(by.people.mean())
    return 1.0 - (sure * behind + mean / probs.shape[1]) / (behind + mean)


def checked(answers: np.ndarray, classes: int) -> np.ndarray:
    """(N, J) whole numbers from -1 to C - 1, or a BadSignal that names the first row that has another."""
    if answers.ndim != 2 or not answers.shape[1]:
        raise BadSignal(f"answers must be (N, J), the class number that each of J people gave, not {answers.shape}")
    wrong = np.flatnonzero(((answers < -1) | (answers >= classes) | (answers != np.floor(answers))).any(1))
    if len(wrong):
        raise BadSignal(
            f"answers must be class numbers from 0 to {classes - 1}, or -1 for none; row {int(wrong[0])} has "
            f"{answers[wrong[0]].tolist()}"
        )
    return answers.astype(np.int64)
