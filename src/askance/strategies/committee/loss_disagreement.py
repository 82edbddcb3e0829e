"""How differently the members of a committee would be punished, whatever the answer."""

from askance.strategy import Utility, strategy


@strategy("IWAL's bootstrap rejection threshold, Beygelzimer, Dasgupta & Langford 2009", cost="O(N S C)")
def loss_disagreement(members) -> Utility:
    """Largest difference of two members' losses 1 - p(y), over all answers y.  members (N, S, C) -> (N,) in [0, 1].

    The loss is that of a draw from the member's probabilities, which lies in [0, 1] as the paper asks; logistic loss,
    which the authors take, has to be clipped for that.  With the stream policy `iwal` it is their bootstrap variant.
    """
    return (members.max(1) - members.min(1)).max(1, initial=0.0)
