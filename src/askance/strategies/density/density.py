"""How typical a sample is of the pool."""

import numpy as np

from askance.strategy import Utility, recipe, strategy

PAPER = "Settles & Craven 2008, section 3.4"


@strategy(
    PAPER,
    local=False,
    bounds={"beta": (0.0, None)},
    fails={"not_worse_than_random": "typical samples alone are of one kind: it is there to weigh other scorers with"},
    cost="O(N D)",
)
def density(embeddings, *, beta=1.0) -> Utility:
    """Mean cosine similarity to the whole pool, to the power beta.  embeddings (N, D) -> (N,) in [0, 1].

    The mean of the cosines is the cosine with the mean unit vector, so no N x N is made.  Below 0 counts as 0: less
    alike than if it had nothing in common with the pool.  It is meant for features of 0 or more (words, ReLU); where
    they are centred on 0 it says little.
    """
    length = np.sqrt(np.einsum("nd,nd->n", embeddings, embeddings))
    length = np.where(length > 0, length, 1.0)
    mean = (1.0 / length) @ embeddings / max(len(embeddings), 1)
    return np.clip(embeddings @ mean / length, 0.0, 1.0) ** beta


recipe(
    "information_density",
    "entropy * density(beta=beta)",
    paper=PAPER,
    doc="Entropy weighted by how typical the sample is, so that outliers are not asked about.  "
    "probs (N, C), embeddings (N, D) -> (N,) in [0, ln C].",
    module=__name__,
    cost="O(N (C + D))",
    fails={"not_worse_than_random": "the trial's features are centred on 0, where a mean cosine says little"},
    beta=1.0,
    bounds={"beta": (0.0, None)},
)
