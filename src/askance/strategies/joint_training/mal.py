"""In doubt, and unlike what is labelled."""

from askance import ops
from askance.strategy import Utility, strategy


@strategy("Ebrahimi et al. 2020, arXiv:2012.10467", cost="O(N C)")
def mal(probs, labelled_like) -> Utility:
    """Entropy times the probability of not being labelled: `cnn?add=mal`.  probs (N, C), labelled_like (N,) -> (N,).

    The paper takes the samples of highest entropy among those that its discriminator calls unlabelled; here nothing
    hangs on where that line is drawn.
    """
    return ops.entropy_of(probs) * (1.0 - labelled_like)
