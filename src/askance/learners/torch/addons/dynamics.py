"""How a fit went for each sample: the network at some times of it, and which labels it could not learn.  Floor 4.

Of labelled samples every epoch is looked at.  Of others nothing is known while the network trains that would help with
one that was not offered, so the network itself is kept at a few times, and asked later about whatever comes.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from askance import ops
from askance.errors import BadLearner
from askance.learners.torch.addons.addon import AddOn, Epoch, Part, Place, addon
from askance.learners.torch.batches import in_order
from askance.learners.torch.caught import Look
from askance.learners.torch.forward import AT_ONCE

Tensor = torch.Tensor
WORST = 20  # labels that are named in the report of a fit


class Past(nn.Module):
    """The weights at up to `keep` epochs, evenly apart: when there is no room, every other one goes.

    weights (keep, P), at (keep,) the epochs, 0 where there is none yet; stride: epochs from one to the next.
    """

    weights: Tensor
    at: Tensor
    stride: Tensor

    def __init__(self, net: nn.Module, keep: int):
        super().__init__()
        self.shapes = {name: t.shape for name, t in net.state_dict().items() if t.is_floating_point()}
        self.register_buffer("weights", torch.zeros(keep, sum(shape.numel() for shape in self.shapes.values())))
        self.register_buffer("at", torch.zeros(keep, dtype=torch.long))
        self.register_buffer("stride", torch.ones((), dtype=torch.long))

    def note(self, net: nn.Module, epoch: int) -> None:
        if epoch == 1:
            self.at.zero_()
            self.stride.fill_(1)
        while epoch % int(self.stride) == 0 and (self.at > 0).all():
            self.stride *= 2
            kept = (self.at % self.stride == 0).nonzero()[:, 0]
            count = len(kept)
            self.weights[:count], self.at[:count] = self.weights[kept], self.at[kept]
            self.at[count:] = 0
        if epoch % int(self.stride) == 0:
            row = int((self.at > 0).sum())
            state = net.state_dict()
            self.weights[row] = torch.cat([state[name].detach().flatten().float() for name in self.shapes])
            self.at[row] = epoch

    def states(self) -> list[dict[str, Tensor]]:
        """The weights of each epoch kept, the oldest first, by name."""
        found = []
        for row in range(int((self.at > 0).sum())):
            parts = torch.split(self.weights[row], [shape.numel() for shape in self.shapes.values()])
            found.append({n: t.view(s) for (n, s), t in zip(self.shapes.items(), parts, strict=True)})
        return found


class Tally(nn.Module):
    """Of each labelled sample, over the epochs of a fit: right last, ever, how often; forgotten; sums of p(label).

    `whole` are the figures after the last epoch, which stay when the state of the best one is put back.
    """

    last: Tensor
    ever: Tensor
    events: Tensor
    right: Tensor
    total: Tensor
    squares: Tensor
    epochs: Tensor

    def __init__(self, labelled: int):
        super().__init__()
        for name in ("last", "ever"):
            self.register_buffer(name, torch.zeros(labelled, dtype=torch.bool))
        for name in ("events", "right"):
            self.register_buffer(name, torch.zeros(labelled, dtype=torch.long))
        for name in ("total", "squares"):
            self.register_buffer(name, torch.zeros(labelled, dtype=torch.float64))
        self.register_buffer("epochs", torch.zeros((), dtype=torch.long))
        self.whole = self.figures()

    def begin(self, labelled: int) -> None:
        for name, t in list(self.named_buffers()):
            setattr(self, name, t.new_zeros(labelled if t.ndim else ()))

    def note(self, probs: Tensor, y: Tensor) -> None:
        """probs (L, C), y (L,)"""
        right, p = probs.argmax(1) == y, probs.gather(1, y[:, None])[:, 0].double()
        self.events += self.last & ~right
        self.right += right
        self.ever |= right
        self.last.copy_(right)
        self.total += p
        self.squares += p.square()
        self.epochs += 1
        self.whole = self.figures()

    def figures(self) -> dict[str, np.ndarray]:
        """forgotten (L,), infinite for what was never right; confidence, variability and correctness (L,) in [0, 1]."""
        count = max(int(self.epochs), 1)
        mean = self.total / count
        spread = (self.squares / count - mean.square()).clamp_min(0).sqrt()
        events = torch.where(self.ever, self.events.double(), torch.inf)
        named = {"forgotten": events, "confidence": mean, "variability": spread, "correctness": self.right / count}
        return {name: ops.as_numpy(t.cpu()) for name, t in named.items()}

    def _load_from_state_dict(self, state: Any, prefix: str, *rest: Any) -> None:
        """Takes whatever number of labelled samples was saved."""
        before = int(self.epochs)
        if prefix + "last" in state:
            self.begin(len(state[prefix + "last"]))
        super()._load_from_state_dict(state, prefix, *rest)
        if int(self.epochs) > before:
            self.whole = self.figures()


class Diary(nn.Module):
    def __init__(self, place: Place, keep: int):
        super().__init__()
        self.past, self.tally = Past(place.net, keep), Tally(place.labelled)
        self._net = [place.net]  # in a list, so that it is not taken for a part of this module

    def course(self, look: Look, x: Tensor) -> Tensor:
        """(B, S, C) probabilities, oldest first; the last of the network that is asked."""
        net = self._net[0]
        older = [functional_call(net, state, (x,)).float().softmax(1) for state in self.past.states()]
        return torch.stack([*older, look(x).logits.softmax(1)], 1)


def diary(part: Part) -> Diary:
    return cast(Diary, part.own)


@addon("Toneva et al. 2019, 1812.05159; Swayamdipta et al. 2020, 2009.10795; Huang et al. 2021, 2107.14153")
def dynamics(keep: int = 5) -> AddOn:
    """What was said at up to `keep` times of the fit, as the signal `course`, and which labels were never learned.

    keep  copies of the network that are kept, evenly over the epochs; each costs its size, and a pass of every sample
    """
    if keep < 1:
        raise BadLearner("dynamics wants keep of 1 or more")

    def epoched(part: Part, epoch: Epoch) -> None:
        if epoch.number == 1:
            diary(part).tally.begin(len(epoch.train))
        said = [epoch.look(epoch.feed(x)).logits.softmax(1) for x in in_order(epoch.train.x, AT_ONCE)]
        probs = torch.cat(said)
        diary(part).tally.note(probs, epoch.train.y.to(probs.device))
        diary(part).past.note(epoch.look.net, epoch.number)

    def says(part: Part, look: Look, x: Tensor) -> dict[str, Tensor]:
        return {"course": diary(part).course(look, x)}

    def tells(part: Part, ids: np.ndarray) -> dict[str, Any]:
        return {"dynamics": summary(diary(part).tally.whole, ids)}

    return AddOn(
        "dynamics",
        frozenset({"course"}),
        build=lambda place: Part(Diary(place, keep)),
        epoched=epoched,
        says=says,
        tells=tells,
    )


def summary(figures: Mapping[str, np.ndarray], ids: np.ndarray) -> dict[str, Any]:
    """How many were forgotten and never learned, and the labels least believed in, worst first.  ids (L,).

    Only labels with a mean probability below one half are named: what training could not fit is hard, or wrong.
    """
    events, sure = figures["forgotten"], figures["confidence"]
    never = np.isinf(events)
    rows = [r for r in np.lexsort((ids, sure))[:WORST].tolist() if sure[r] < 0.5]
    worst = [
        {
            "id": ops.hex_id(ids[r]),
            "confidence": round(float(sure[r]), 4),
            "correctness": round(float(figures["correctness"][r]), 4),
            "forgotten": None if never[r] else int(events[r]),
        }
        for r in rows
    ]
    return {"forgotten": int((events[~never] > 0).sum()), "never_learned": int(never.sum()), "suspicious": worst}
