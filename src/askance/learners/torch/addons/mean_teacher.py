"""An average of the network's weights tells it what to say of samples without a label.  Floor 4."""

import torch
from torch import nn
from torch.nn import functional

from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, Step, addon
from askance.learners.torch.augmenting import weak
from askance.learners.torch.averaging import Average, re_estimate, warmed
from askance.learners.torch.forward import forward
from askance.learners.torch.guesses import Tensor, nothing, sigmoid_ramp, sober


def consistency(student: Tensor, teacher: Tensor) -> Tensor:
    """() mean squared difference of the probabilities, over samples and classes.  Logits (B, C); no gradient to the
    teacher's."""
    return functional.mse_loss(student.softmax(1), teacher.detach().softmax(1))


@addon("Tarvainen & Valpola 2017, Mean teachers are better role models, NeurIPS, 1703.01780")
def mean_teacher(weight: float = 30.0, decay: float = 0.99, full: float = 0.25, ratio: float = 3.0) -> AddOn:
    """The network is to say of one view what its average over the last steps says of another; the average is asked.

    weight  of the consistency beside the labels' loss; 100 in the paper's CIFAR-10 runs, where the labels' loss is
            divided by the whole batch
    decay   of the average in each step; 0.999 in the paper, whose fits are longer
    full    share of the fit until which the weight grows (epoch 80 of 300 in the paper)
    ratio   samples without a label for each one with a label
    On samples without a label only, and the teacher answers without dropout.  Its batch statistics are its own.
    """
    if weight < 0 or not 0 <= decay < 1 or not 0 <= full <= 1 or ratio <= 0:
        raise BadLearner(
            "mean_teacher wants weight of 0 or more, decay from 0 to below 1, full from 0 to 1 and ratio above 0"
        )

    def build(place: Place) -> Part:
        return Part(Average(place.net))

    def loss(part: Part, step: Step) -> Tensor:
        if step.free is None:
            return nothing(step)
        teacher: Average = part.own  # type: ignore[assignment]
        if step.done == 0:
            teacher.follow(step.look.net, 0)
            teacher.restart()
        with torch.no_grad(), sober(teacher.net):
            said = forward(teacher.net, step.free.feed(weak(step.free.raw, step.free.rng)), step.look.precision)
        return weight * sigmoid_ramp(step.done, full) * consistency(step.look(step.free.x).logits, said)

    def stepped(part: Part, step: Step) -> None:
        teacher: Average = part.own  # type: ignore[assignment]
        if step.done == 0:
            teacher.restart()
        teacher.follow(step.look.net, warmed(decay, int(teacher.count)))

    def epoched(part: Part, epoch: Epoch) -> None:
        teacher: Average = part.own  # type: ignore[assignment]
        if epoch.free is None or not len(epoch.free):  # it was asked nothing that it could take statistics from
            re_estimate(teacher.net, epoch.train.x, epoch.feed)

    def speaks(part: Part, net: nn.Module) -> nn.Module:
        return part.own.net  # type: ignore[return-value]

    return AddOn("mean_teacher", free=ratio, build=build, loss=loss, stepped=stepped, epoched=epoched, speaks=speaks)
