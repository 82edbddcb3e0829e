"""Several people's labels: one label out of many, who is how good, how far they agree, whom to ask.  Floor 2."""

from askance.annotators.agreement import (
    cohen_kappa,
    distance_alpha,
    fleiss_kappa,
    interval_alpha,
    krippendorff_alpha,
)
from askance.annotators.answers import Answers, Consensus, gather
from askance.annotators.crowdlab import Crowdlab, crowdlab
from askance.annotators.dawid_skene import DawidSkene, dawid_skene
from askance.annotators.glad import Glad, glad
from askance.annotators.majority import majority
from askance.annotators.pairs import Pair, pairwise
from askance.annotators.skill import against_truth, among_others
from askance.annotators.whom import ie_thresh, rewards_of, round_robin, upper_bounds

__all__ = [
    "Answers",
    "Consensus",
    "Crowdlab",
    "DawidSkene",
    "Glad",
    "Pair",
    "against_truth",
    "among_others",
    "cohen_kappa",
    "crowdlab",
    "dawid_skene",
    "distance_alpha",
    "fleiss_kappa",
    "gather",
    "glad",
    "ie_thresh",
    "interval_alpha",
    "krippendorff_alpha",
    "majority",
    "pairwise",
    "rewards_of",
    "round_robin",
    "upper_bounds",
]
