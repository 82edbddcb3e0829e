"""SoftmaxBALD and SoftrankBALD: batches drawn by what each label would tell, in two other ways than by its power."""

from askance.strategy import recipe

PAPER = "Kirsch et al. 2021, arXiv:2106.12059"

recipe(
    "softmax_bald",
    "bald | boltzmann(temperature=temperature)",
    paper=PAPER,
    doc="SoftmaxBALD: a draw without replacement with weights exp(bald / temperature); the paper's coldness is "
    "1 / temperature.  members (N, S, C) -> (N,) keys >= 0.",
    module=__name__,
    cost="O(N S C)",
    temperature=1.0,
    bounds={"temperature": (1e-6, None)},
    fails={"certain_is_worth_nothing": "as published: exp(0) is 1, so the sure are drawn too, only more rarely"},
)

recipe(
    "softrank_bald",
    "bald | softrank(beta=beta)",
    paper=PAPER,
    doc="SoftrankBALD: a draw without replacement with weights rank ** -beta, ranked by bald.  "
    "members (N, S, C) -> (N,) keys >= 0.",
    module=__name__,
    cost="O(N S C + N log N)",
    beta=1.0,
    bounds={"beta": (0.0, None)},
    fails={"certain_is_worth_nothing": "as published: a last rank has a weight too, so the sure are drawn, rarely"},
)
