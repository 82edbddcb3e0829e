"""PowerBALD: a batch drawn in proportion to what each label would tell."""

from askance.strategy import recipe

recipe(
    "power_bald",
    "bald | power(beta=beta)",
    paper="Kirsch et al. 2021, arXiv:2106.12059",
    doc="PowerBALD: a draw without replacement with weights bald ** beta.  members (N, S, C) -> (N,) keys >= 0.",
    module=__name__,
    cost="O(N S C)",
    beta=1.0,
    bounds={"beta": (0.0, None)},
)
