"""What the model itself says of how sure its numbers are."""

import numpy as np

from askance.strategy import Utility, recipe, strategy


@strategy("MacKay 1992; Cohn, Ghahramani & Jordan 1996; Seo et al. 2000", cost="O(N)")
def alm(variance) -> Utility:
    """The predictive variance, in the square of the numbers' unit.  variance (N,) -> (N,) >= 0.

    The ten largest lie close together, mostly at the rim: take it in small batches, or put a selector after it.
    """
    return np.asarray(variance)


recipe(
    "gp_variance",
    "alm",
    paper="Seo et al. 2000; Rasmussen & Williams 2006, section 2.2",
    doc="The posterior variance of a Gaussian process, with the learner `gp`: the same number as `alm`.  "
    "variance (N,) -> (N,) >= 0.",
    module=__name__,
    cost="O(N)",
)

recipe(
    "qbc_variance",
    "output_variance",
    paper="Burbidge, Rowland & King 2007; RayChaudhuri & Hamey 1995",
    doc="Query by committee for numbers: the variance of what the members predict, the same number as "
    "`output_variance`.  outputs (N, S) -> (N,) >= 0.",
    module=__name__,
    cost="O(N S)",
)


@strategy("Meinshausen 2006; Koenker & Bassett 1978", bounds={"share": (0.0, 1.0)}, cost="O(N S)")
def quantile_width(outputs, *, share=0.8) -> Utility:
    """Width of the middle interval that holds this share of the members' numbers.  outputs (N, S) -> (N,) >= 0.

    Unlike the variance, one stray member does not decide it.  In the unit of the numbers.
    """
    ends = np.quantile(np.asarray(outputs, np.float64), [0.5 - share / 2, 0.5 + share / 2], axis=1)
    return ends[1] - ends[0]
