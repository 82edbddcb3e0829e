"""When to ask in a stream: one policy a file, state in and state out.  Floor 2.

    policy = parse_policy("split(budget=0.1, share=0.2)")
    state, choice = policy(policy.init(), Arrival(utility=0.7, noise=0.3))

Any row-local scorer says how much there is to learn from an arrival; a policy says whether that is worth a question.
`askance.stream.stream` drives both.
"""

from askance.policies.adwin import Adwin
from askance.policies.density import density
from askance.policies.drift import drift
from askance.policies.fixed import fixed
from askance.policies.iwal import iwal
from askance.policies.ledger import Ledger, plain
from askance.policies.pal import pal
from askance.policies.policy import POLICIES, Arrival, Choice, Policy, bounded, policy, worded
from askance.policies.quantile import quantile
from askance.policies.random import random
from askance.policies.randomised_variable import randomised_variable
from askance.policies.selective import selective
from askance.policies.split import split
from askance.policies.text import parse_policy
from askance.policies.variable import variable

__all__ = [
    "POLICIES",
    "Adwin",
    "Arrival",
    "Choice",
    "Ledger",
    "Policy",
    "bounded",
    "density",
    "drift",
    "fixed",
    "iwal",
    "pal",
    "parse_policy",
    "plain",
    "policy",
    "quantile",
    "random",
    "randomised_variable",
    "selective",
    "split",
    "variable",
    "worded",
]
