"""How long a fit is and how fast it goes: passes, steps, and the rate of each step.  Floor 4."""

from dataclasses import replace
from math import cos, pi

from askance.learners.torch.batches import count
from askance.learners.torch.settings import Settings


def paced(plan: Settings, n: int) -> Settings:
    """The same with as many epochs as `least` and `most` steps ask for, where n samples are trained on.

    A fit on a few labels has more epochs than the plan says, so that it has `least` steps; one on many has fewer, so
    that it has no more than `most`, but never less than one.
    """
    a_pass = count(n, plan.batch)
    epochs = max(plan.epochs, -(-plan.least // a_pass))
    return replace(plan, epochs=max(1, min(epochs, plan.most // a_pass)) if plan.most else epochs)


def speed(plan: Settings, over: float) -> float:
    """What the rate is multiplied by when the share `over` of the fit, 0 to 1, is over."""
    if plan.schedule == "constant":
        return 1.0
    if over < plan.warmup:
        return (over + 1e-3) / (plan.warmup + 1e-3)  # the first step moves something, too
    return 0.5 * (1 + cos(pi * (over - plan.warmup) / max(1 - plan.warmup, 1e-9)))
