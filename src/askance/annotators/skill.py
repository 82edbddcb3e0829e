"""How good each person is, with an interval: by gold questions, or by the others.  Floor 2."""

from collections.abc import Mapping

import numpy as np

from askance import ops
from askance.annotators.answers import Answers
from askance.errors import BadLabel, nearest
from askance.history import Metric
from askance.metrics import wilson


def against_truth(answers: Answers, truth: Mapping[int, str]) -> dict[str, Metric]:
    """{person: share of right answers}, on samples whose label is known: gold questions.  Wilson's 95 % interval.

    Whoever answered none of them is left out.  Labels that nobody may give are an error.
    """
    place = {c: n for n, c in enumerate(answers.classes)}
    for i, label in truth.items():
        if label not in place:
            raise BadLabel(f"the true label {label!r} of sample {ops.hex_id(i)} is no class{nearest(label, place)}")
    known = np.array([place[truth[i]] if i in truth else -1 for i in answers.ids.tolist()], np.int64)
    judged = known[answers.item] >= 0
    return _shares(answers, judged, (known[answers.item] == answers.value).astype(np.float64))


def among_others(answers: Answers) -> dict[str, Metric]:
    """{person: how often they say what most of the others say}, on samples that others have answered too.

    A person's own answer has no part in the majority it is held against; of m classes with equal votes each is right
    with 1 / m.  This is agreement: where the others err together, so does it.  Wilson's 95 % interval.
    """
    votes = answers.votes()
    others = votes[answers.item].astype(np.float64)
    others[np.arange(len(answers)), answers.value] -= 1
    judged = others.sum(1) > 0
    best = others == others.max(1, keepdims=True)
    return _shares(answers, judged, best[np.arange(len(answers)), answers.value] / best.sum(1))


def _shares(answers: Answers, judged: np.ndarray, right: np.ndarray) -> dict[str, Metric]:
    n = np.bincount(answers.person[judged], minlength=len(answers.people))
    hits = np.bincount(answers.person[judged], right[judged], len(answers.people))
    return {name: wilson(int(np.rint(hits[j])), int(n[j])) for j, name in enumerate(answers.people) if n[j] > 0}
