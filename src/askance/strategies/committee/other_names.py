"""Committee disagreements that are known by several names."""

from askance.strategy import recipe

recipe(
    "soft_vote_entropy",
    "consensus_entropy",
    paper="Settles 2009, section 3.2",
    doc="Entropy of the members' mean prediction: the same number as `consensus_entropy`, in nats.  "
    "members (N, S, C) -> (N,) in [0, ln C].",
    module=__name__,
    cost="O(N S C)",
)

recipe(
    "jensen_shannon",
    "bald",
    paper="Lin 1991; Melville et al. 2005",
    doc="Jensen-Shannon divergence of the members, equally weighted: the same number as `bald`, in nats.  "
    "members (N, S, C) -> (N,) in [0, ln min(S, C)].",
    module=__name__,
    cost="O(N S C)",
)
