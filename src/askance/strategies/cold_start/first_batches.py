"""Recipes for a first batch: none needs a label, and each takes what is labelled already into account where it can."""

from askance.strategy import recipe

SPREAD = "embeddings (N, D) -> k rows."

recipe(
    "start_kmeans",
    "kmeans",
    paper="MacQueen 1967; Yuan, Lin & Boyd-Graber 2020, arXiv:2010.09535",
    doc="A first batch: the sample nearest to the centre of each of k clusters.  " + SPREAD,
    module=__name__,
    cost="O(I k N D)",
)
recipe(
    "start_medoids",
    "k_medoids",
    paper="Kaufman & Rousseeuw 1987",
    doc="A first batch: k samples with the least sum of distances to everybody's nearest.  " + SPREAD,
    module=__name__,
    cost="O(N D (M + k))",
)
recipe(
    "start_cover",
    "prob_cover(classes=classes)",
    paper="Yehuda et al. 2022, arXiv:2205.11320",
    doc="A first batch: balls that cover the most, as large as `classes` pseudo-classes leave them pure; "
    "0: as many as are labelled, else 10.  " + SPREAD,
    module=__name__,
    cost="O(N M D)",
    classes=0,
    bounds={"classes": (0, None)},
)
recipe(
    "start_herding",
    "max_herding",
    paper="Bae et al. 2024, arXiv:2407.12212",
    doc="A first batch: the samples that stand for the whole pool best.  " + SPREAD,
    module=__name__,
    cost="O(N M D)",
)
