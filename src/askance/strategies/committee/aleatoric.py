"""What a committee does not know, split in two: what labels can teach, and what is in the data themselves."""

import numpy as np

from askance import ops
from askance.strategy import Utility, recipe, strategy

PAPER = "Depeweg et al. 2018, arXiv:1710.07283; Kendall & Gal 2017, arXiv:1703.04977"


@strategy(PAPER, cost="O(N S C)")
def aleatoric(members) -> Utility:
    """Mean entropy of the members: the doubt that each has by itself, in nats.  members (N, S, C) -> (N,), up to ln C.

    `consensus_entropy` is the sum of this and of `epistemic`.  Much of it is noise that no label removes, so it is a
    thing to look at or to weigh down, rather than to ask by.
    """
    return np.asarray(ops.entropy_of(members)).mean(1)


recipe(
    "epistemic",
    "bald",
    paper=PAPER,
    doc="The part of the members' doubt that labels can remove, `consensus_entropy` minus `aleatoric`: the same "
    "number as `bald`, in nats.  members (N, S, C) -> (N,), up to ln C.",
    module=__name__,
    cost="O(N S C)",
)
