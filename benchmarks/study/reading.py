"""What the figures say, with the figures put in from the runs: so it cannot say what a later run no longer shows."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np

from askance.metrics import compare
from study.tables import RANDOM, Group, Overall, area, best_first, compared, overall, verdict

PLAIN = ("bald", "epig", "core_mse", "max_kl", "mean_std")  # committee scores whose k highest are taken
SPREAD = ("power_bald", "softmax_bald", "batch_bald", "bemps")  # of the same doubt, made to differ within a batch


def reading(groups: Mapping[str, Group]) -> str:
    """The part of the page; empty while there is too little to speak of."""
    every = overall(groups)
    if len(every) < 10:
        return ""
    said = [best_of_each(groups), first_of_all(groups, every), early_and_late(every), batches(every), losers(every)]
    return "## What holds\n\n" + "\n".join(wrapped(s) for s in said if s)


def wrapped(text: str) -> str:
    return fill(f"- {text}", 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def best_of_each(groups: Mapping[str, Group]) -> str:
    best = {name: best_first(g)[0] for name, g in groups.items()}
    words = ", ".join(f"`{s}` on {name}" for name, s in best.items())
    counts = {name: [verdict(c) for c in compared(g).values()] for name, g in groups.items()}
    better = ", ".join(f"{v.count('better')} of {len(v)} on {name}" for name, v in counts.items())
    loses = ", ".join(f"{v.count('loses')} on {name}" for name, v in counts.items())
    return (
        f"**{'No strategy wins everywhere' if len(set(best.values())) > 1 else 'One strategy is first everywhere'}.** "
        f"The largest area has {words}. Better than random are {better}; worse are {loses}. {unsure(counts)}"
    ).rstrip()


def unsure(counts: Mapping[str, Sequence[str]]) -> str:
    none = [name for name, v in counts.items() if "better" not in v]
    if not none:
        return ""
    where = " and ".join(none)
    return f"On {where} these seeds show none better with so many tests: the order there is much by chance."


def first_of_all(groups: Mapping[str, Group], every: Sequence[Overall]) -> str:
    """The first by mean rank, against the second and against margin, over all pairs of a set and a seed."""
    first, second = every[0].name, every[1].name
    plain = [o.name for o in every[2:] if o.name == "margin"]
    against = "; ".join(duel(groups, first, other) for other in [second, *plain])
    return f"**Best on the whole** is `{first}`, mean rank {every[0].rank:.1f} of {len(every)}: {against}."


def duel(groups: Mapping[str, Group], one: str, other: str) -> str:
    """Set by set: seeds of one set are not independent of each other, so the sets are what is counted."""
    found = [compare([area(r) for r in g[one]], [area(r) for r in g[other]]) for g in groups.values()]
    above = sum(c.difference > 0 for c in found)
    gain = float(np.mean([c.difference for c in found]))
    return f"against `{other}` {gain:+.4f} in area, above it on {above} of {len(found)} sets"


def early_and_late(every: Sequence[Overall]) -> str:
    """Whose rank falls and rises most from the first to the last third, of those in the upper half on the whole."""
    upper = [o for o in every[: len(every) // 2] if o.name != RANDOM]
    change = sorted(upper, key=lambda o: o.late - o.early)
    rises, falls = change[:4], change[::-1][:4]
    margin = [f"; `margin` goes from {o.early:.0f} to {o.late:.0f}" for o in every if o.name == "margin"]
    return (
        "**Early is not late.** Of the upper half, those that gain most from the first to the last third of the budget "
        f"are {moved(rises)}; those that fall back most are {moved(falls)}"
        + "".join(margin)
        + ". (Mean ranks, first third to last.)"
    )


def moved(some: Sequence[Overall]) -> str:
    return ", ".join(f"`{o.name}` ({o.early:.0f} to {o.late:.0f})" for o in some)


def batches(every: Sequence[Overall]) -> str:
    by = {o.name: o for o in every}
    plain, spread = ([by[n] for n in names if n in by] for names in (PLAIN, SPREAD))
    if not plain or not spread:
        return ""
    return (
        "**The highest scores are no batch.** Committee scores whose highest are taken as they come are "
        f"{gains(plain)} from random on the mean of the sets; the same doubt made to differ within a batch is "
        f"{gains(spread)}. (With 8 members the joint information of a batch cannot exceed ln 8, which a few picks use "
        "up.)"
    )


def gains(some: Sequence[Overall]) -> str:
    return ", ".join(f"{o.gain:+.3f} (`{o.name}`)" for o in some)


def losers(every: Sequence[Overall]) -> str:
    """Those that lose somewhere and win nowhere, most first."""
    never = sorted((o for o in every if o.loses and not o.better), key=lambda o: (-o.loses, o.gain))
    mixed = [o for o in every if o.loses and o.better]
    if not never:
        return ""
    words = ", ".join(f"`{o.name}` ({o.loses})" for o in never)
    both = ", ".join(f"`{o.name}` ({o.better} and {o.loses})" for o in mixed)
    return (
        f"**Losing to random** on this many sets, and better than it on none: {words}."
        + (f" Better on some and worse on others: {both}." if both else "")
        + " Some are not meant to stand alone: `density` and `graph_density` weigh other scores, and the mutual-"
        "information functions (`flmi`, `gcmi`, `logdet_mi`) look for more of what is labelled already."
    )
