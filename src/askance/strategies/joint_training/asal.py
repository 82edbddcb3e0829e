"""The real samples nearest to what was made up where the network is most in doubt."""

from askance.strategy import Utility, strategy


@strategy("Mayer & Timofte 2020, Adversarial Sampling for Active Learning, WACV, 1808.06671", cost="O(N)")
def asal(synthetic) -> Utility:
    """The entropy of the made-up sample that led to a real one, from a learner `asal:cnn`.  synthetic (N,) -> (N,).

    The search is the learner's, after its fit, and does not grow with the pool; a sample that nothing led to has 0, so
    that a batch of more than `queries` is filled up at random.
    """
    return synthetic
