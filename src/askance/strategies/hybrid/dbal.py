"""Diverse mini-batches: the uncertain, clustered."""

from askance.strategy import recipe

recipe(
    "dbal",
    "margin | top(x=beta) | kmeans(weighted=True)",
    paper="Zhdanov 2019, arXiv:1901.05954",
    doc="Diverse mini-batch learning: the beta * k most in doubt by margin, clustered into k with that as weight, "
    "and the distinct sample nearest to each centre.  probs (N, C), embeddings (N, D) -> k rows.  "
    "Not Gal's deep Bayesian active learning, which is `consensus_entropy` or `bald`.",
    module=__name__,
    cost="O(N C + I beta k^2 D)",
    beta=10,
    bounds={"beta": (1, None)},
)
