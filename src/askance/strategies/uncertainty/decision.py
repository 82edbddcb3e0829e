"""How close a sample is to where the decision turns, for classifiers without probabilities."""

import numpy as np

from askance import ops
from askance.errors import BadSignal
from askance.strategy import Utility, strategy


@strategy(
    "Tong & Koller 2001; Schohn & Cohn 2000; Joshi, Porikli & Papanikolopoulos 2009",
    bounds={"to": ("rival", "nearest")},
    cost="O(N C)",
)
def decision_distance(decision, *, to="rival") -> Utility:
    """1 / (1 + distance) to the hyper-plane, in the decision's unit.  decision (N,) or (N, C) -> (N,) in (0, 1].

    Two classes: the distance is |decision|.  More, with to="rival": half the gap of the two highest decisions, which
    for two columns -d and d is |d| too.  to="nearest": the least |decision| of any column, which is what values of one
    against one (`decision_function_shape='ovo'`) take.  1 on the hyper-plane itself; order is all that it means.
    """
    if decision.ndim > 2:
        raise BadSignal(f"decision must be (N,) for two classes or (N, C), not {decision.shape}")
    d = np.asarray(decision, np.float64).reshape(len(decision), -1 if len(decision) else 1)
    if d.shape[1] == 1 or to == "nearest":
        return 1.0 / (1.0 + np.abs(d).min(1, initial=np.inf))
    first, second = ops.top_two(d)
    return 1.0 / (1.0 + (first - second) / 2.0)
