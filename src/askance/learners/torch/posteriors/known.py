"""Posteriors by name, and why a network cannot have one.  Floor 4.

Two are no add-ons: `dropout` needs nothing that is kept, and `ensemble` is made by fitting several times.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from torch import nn

from askance.errors import BadLearner, nearest
from askance.learners.torch.addons.addon import AddOn, Maker
from askance.learners.torch.addons.text import read_addons
from askance.learners.torch.forward import dropouts
from askance.learners.torch.posteriors.bbb import bbb
from askance.learners.torch.posteriors.heads import heads
from askance.learners.torch.posteriors.laplace import laplace
from askance.learners.torch.posteriors.posterior import MEMBERS, Making
from askance.learners.torch.posteriors.snapshot import snapshot
from askance.learners.torch.posteriors.swag import swag
from askance.learners.torch.settings import Settings

TAG = "posterior"  # what the add-on is called, so that none of the user's has that name
ADDED: Mapping[str, Callable[..., AddOn]] = {f.__name__: f for f in (bbb, heads, laplace, snapshot, swag)}
NAMES = ("dropout", "ensemble", *ADDED)
FITTED = ("ensemble", "snapshot")  # each member is trained for itself, so that a few are many
COUNTED = ("ensemble", "snapshot", "swag", "heads")  # how many there are is settled by the fit


def name_of(plan: Settings) -> str:
    return plan.posterior.partition("(")[0].strip()


def passes_of(plan: Settings) -> int:
    """Members that are drawn or trained."""
    return plan.passes or (5 if name_of(plan) in FITTED else 20)


def read_posterior(plan: Settings) -> tuple[AddOn, ...]:
    """None or one; a name that nobody knows, and an option that it does not have, are errors."""
    name = name_of(plan)
    if name not in NAMES:
        raise BadLearner(
            f"no posterior is named {name!r}{nearest(name, NAMES)}; members come from {', '.join(NAMES[:-1])} "
            f"or {NAMES[-1]}"
        )
    if name not in ADDED:
        if plan.posterior.strip() != name:
            raise BadLearner(f"posterior={name} has no options, and {plan.posterior!r} gives it some")
        return ()
    making = Making(passes_of(plan), plan.batch, plan.rate, plan.decay, plan.augment, plan.precision)
    (made,) = read_addons(plan.posterior, {name: Maker(partial(ADDED[name], making), "")})
    return (replace(made, name=TAG, provides=MEMBERS),)


def refused(plan: Settings, net: nn.Module, text: str) -> str:
    """Why there can be no members; "" where there can, or where the fit will say it."""
    if name_of(plan) != "dropout" or dropouts(net):
        return ""
    return (
        f"{text} has no dropout layer with p above 0 (nn.Dropout, Dropout1d, 2d or 3d), so that all its members would "
        "be equal; add one, or take members from elsewhere: posterior=ensemble, snapshot or swag for any network, "
        "laplace, bbb or heads for one that ends in a dense layer"
    )
