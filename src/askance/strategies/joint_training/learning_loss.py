"""How large the loss of a sample will be, as a head on the network's inner layers says."""

from askance.strategies.joint_training.rising import rising
from askance.strategy import Utility, strategy


@strategy("Yoo & Kweon 2019, Learning Loss for Active Learning, CVPR, 1905.03677", cost="O(N)")
def learning_loss(loss) -> Utility:
    """The loss that the add-on `learning_loss` of a network predicts: `cnn?add=learning_loss`.  loss (N,) -> (N,).

    Its scale says nothing: the head is trained to rank, and may say less than 0; its order is brought to (0, 1).
    """
    return rising(loss)
