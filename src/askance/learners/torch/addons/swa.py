"""The network that is judged and asked is the mean of the trained one's weights over the last epochs.  Floor 4."""

from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, addon
from askance.learners.torch.averaging import Average, re_estimate, warmed


@addon("Izmailov et al. 2018, Averaging Weights Leads to Wider Optima, UAI, 1803.05407")
def swa(start: float = 0.75) -> AddOn:
    """The plain mean of the weights at the ends of the epochs from `start` on; before, the network itself is asked.

    start  share of all epochs after which the mean begins
    The step size stays what it is: the paper's is constant and large, or cyclic, from there on.  A fit that is stopped
    early, or whose best epoch came before, has no mean: raise `patience`.
    """
    if not 0 <= start < 1:
        raise BadLearner("swa wants start from 0 to below 1")

    def build(place: Place) -> Part:
        return Part(Average(place.net))

    def epoched(part: Part, epoch: Epoch) -> None:
        mean: Average = part.own  # type: ignore[assignment]
        if epoch.number == 1:
            mean.restart()
        if epoch.number > start * epoch.of:
            mean.follow(epoch.look.net, warmed(1.0, int(mean.count)))
            re_estimate(mean.net, epoch.train.x, epoch.feed)

    def speaks(part: Part, net: nn.Module) -> nn.Module:
        mean: Average = part.own  # type: ignore[assignment]
        return mean.net if int(mean.count) else net

    return AddOn("swa", build=build, epoched=epoched, speaks=speaks)
