"""The network that is judged and asked is a moving average of the trained one's weights.  Floor 4."""

from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, Step, addon
from askance.learners.torch.averaging import Average, re_estimate, warmed


@addon("Polyak & Juditsky 1992, Acceleration of stochastic approximation by averaging, SIAM J. Control Optim.")
def ema(decay: float = 0.99) -> AddOn:
    """An exponential moving average of the weights, after every step; batch statistics are collected anew each epoch.

    decay  share of the average that stays; in step n at most 1 - 1 / n, so that short fits are averaged whole
    """
    if not 0 <= decay < 1:
        raise BadLearner("ema wants decay from 0 to below 1")

    def build(place: Place) -> Part:
        return Part(Average(place.net))

    def stepped(part: Part, step: Step) -> None:
        average: Average = part.own  # type: ignore[assignment]
        if step.done == 0:
            average.restart()
        average.follow(step.look.net, warmed(decay, int(average.count)))

    def epoched(part: Part, epoch: Epoch) -> None:
        average: Average = part.own  # type: ignore[assignment]
        re_estimate(average.net, epoch.train.x, epoch.feed)

    def speaks(part: Part, net: nn.Module) -> nn.Module:
        return part.own.net  # type: ignore[return-value]

    return AddOn("ema", build=build, stepped=stepped, epoched=epoched, speaks=speaks)
