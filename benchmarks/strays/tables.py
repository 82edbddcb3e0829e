"""The tables of docs/messy-data.md, from the rows that are kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from askance.metrics import compare, compare_all
from askance.metrics.intervals import t_interval
from strays.campaigns import Row
from strays.plan import BASE, BUDGET, PLAN, UNEVEN


def tables(kept: Sequence[Row]) -> Iterator[str]:
    for of, key, strategies in PLAN:
        mine = {
            n: sorted((r for r in kept if (r.set, r.key, r.strategy) == (of, key, n)), key=lambda r: r.seed)
            for n in strategies
        }
        mine = {n: found for n, found in mine.items() if found}
        seeds = set.intersection(*({r.seed for r in found} for found in mine.values())) if mine else set()
        mine = {n: [r for r in found if r.seed in seeds] for n, found in mine.items()}
        if seeds:
            yield f"\n{of}, strays {key}, {len(seeds)} seeds"
            yield from table(mine, of in UNEVEN)


def table(mine: Mapping[str, Sequence[Row]], uneven: bool) -> Iterator[str]:
    """Paired differences of the area, Holm over the table against random; against the ungated one by itself."""
    what = "balanced accuracy" if uneven else "accuracy"
    area = {n: [r.b_area if uneven else r.area for r in found] for n, found in mine.items()}
    last = {n: [r.b_last if uneven else r.last for r in found] for n, found in mine.items()}
    to_random = compare_all(area, "random")
    yield f"\n| strategy | strays asked about | {what}: area | after {BUDGET} | less random's area | less the ungated |"
    yield "|---|---|---|---|---|---|"
    for n, found in mine.items():
        away = f"{percent([r.strays for r in found])}"
        against = "" if n == "random" else said(to_random[n], to_random[n].holm_p)
        base = compare(area[n], area[BASE[n]]) if BASE[n] != n and BASE[n] in area else None
        yield (
            f"| {n} | {away} | {np.mean(area[n]):.3f} | {np.mean(last[n]):.3f} | {against} | "
            f"{'' if base is None else said(base, base.t_p)} |"
        )


def percent(values: Sequence[float]) -> str:
    mean, low, high = t_interval([100 * v for v in values])
    return f"{mean:.1f} % ({max(low, 0):.1f} to {high:.1f})"


def said(c: Any, p: float) -> str:
    mark = "**" if p < 0.05 else ""
    return f"{mark}{c.difference:+.3f}{mark} ({c.low:+.3f} to {c.high:+.3f})"
