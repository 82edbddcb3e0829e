"""What looks least like the labelled samples to a discriminator that was trained with the network."""

from askance.strategy import Utility, strategy


@strategy("Sinha, Ebrahimi & Darrell 2019, arXiv:1904.00370", cost="O(N)")
def vaal(labelled_like) -> Utility:
    """One minus the probability of being labelled: `cnn?add=vaal`, or `add=ta_vaal`.  labelled_like (N,) -> (N,)."""
    return 1.0 - labelled_like


@strategy("Kim, Park, Kim & Chun 2021, arXiv:2002.04709", cost="O(N)")
def ta_vaal(labelled_like) -> Utility:
    """The same of a discriminator that knows the rank of a sample's loss: `cnn?add=ta_vaal`.  (N,) -> (N,)."""
    return 1.0 - labelled_like
