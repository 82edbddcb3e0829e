"""What the model has learned of the samples that people said do not belong."""

import numpy as np

from askance.errors import BadSignal
from askance.strategy import Utility, strategy


@strategy("-", part=True, local=False, labelled=True, cost="O(N)")
def belongs(probs, labels, *, exclude="") -> Utility:
    """How likely it is not of the class `exclude`, as in `belongs(exclude="other") | gate(share=0.1) | margin`.

    probs (N, C), whose columns are the classes of labels (L,) in their order -> (N,) in [0, 1].  exclude: the label
    that people give to what does not belong.  While nobody has given it, all belong and a gate holds nothing back.
    """
    names = np.unique([str(label) for label in ([] if labels is None else labels)])
    if exclude not in names:
        return np.ones(len(probs))
    if len(names) != probs.shape[1]:
        raise BadSignal(
            f"belongs cannot tell which of {probs.shape[1]} columns is {exclude!r}: there are labels of "
            f"{len(names)} classes"
        )
    return 1.0 - probs[:, int(np.searchsorted(names, exclude))]
