"""Snapshot ensembles: further training whose rate falls to 0 again and again, and the network at each end.  Floor 4."""

import torch
from torch import nn

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place
from askance.learners.torch.posteriors.further import flat, further, reestimated, unflat, with_norms
from askance.learners.torch.posteriors.posterior import Filled, Making, held_by


def snapshot(making: Making, cycle: int = 10, rate: float = 0.05) -> AddOn:
    """Huang et al. 2017, 1704.00109: the network at the end of each of several cycles of the rate.

    cycle  passes over the labels in each
    rate   with which a cycle begins: high enough to leave the valley that the last one ended in

    The first cycle begins at the best weights of the fit, and not at new ones as in the paper.
    """
    if cycle < 1 or rate <= 0:
        raise BadLearner("snapshot wants a cycle of 1 or more and a rate above 0")

    def build(place: Place) -> Part:
        return Part(Filled(("weights", "norms")))

    def finished(part: Part, epoch: Epoch) -> None:
        held = held_by(part)
        weights, statistics = [], []
        with torch.enable_grad():
            walk = further(epoch, making, int(held["key"]), cycle * making.passes, rate, cycle)
            for n, net in enumerate(walk, 1):
                if n % cycle == 0:
                    weights.append(flat(net))
                    statistics.append(reestimated(unflat(net, weights[-1]), epoch, making))
        held.fill(weights=torch.stack(weights), norms=torch.stack(statistics))

    def member(part: Part, net: nn.Module, t: int) -> nn.Module:
        return with_norms(unflat(net, held_by(part)["weights"][t]), held_by(part)["norms"][t])

    return AddOn("snapshot", build=build, finished=finished, member=member)
