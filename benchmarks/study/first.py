"""The very first batch, chosen before there is any label: what the cold-start strategies are made for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import fill
from time import process_time

import numpy as np

from askance.errors import BadLearner
from askance.metrics import Comparison, compare_all
from askance.pools.held import HeldPool
from askance.simulate import simulate
from askance.spec import parse
from askance.strategy import RECIPES
from study.kept import First
from study.learner import Logistic
from study.runs import TEST, Run, both, catalogue, run_of, version
from study.sets import SETS, Set
from study.tables import RANDOM, verdict


def cold() -> list[str]:
    """Strategies that need nothing but embeddings, and no label to compare with."""
    return [n for n in catalogue()[0] if parse(n).needs <= {"embeddings"} and not RECIPES[n].meta.labelled]


def one_first(of: Set, pool: HeldPool, strategy: str, seed: int) -> Run:
    """The warm-up of the set, chosen by the strategy, and what the learner makes of it."""
    began = process_time()
    try:
        history = simulate(
            pool,
            lambda: Logistic(of.c),
            RANDOM,
            pool.answers(),
            batch=of.warmup,
            warmup=of.warmup,
            budget=of.warmup,
            seed=seed,
            test=TEST,
            warmup_strategy=strategy,
            measure=both,
        )
    except BadLearner:
        return of_one_class(of, pool, strategy, seed, process_time() - began)
    return run_of(of.name, strategy, seed, history, process_time() - began)


def of_one_class(of: Set, pool: HeldPool, strategy: str, seed: int, seconds: float) -> Run:
    """All labels of the batch were the same, and nothing can be learned: chance is what that is worth."""
    chance = round(1 / len(set(pool.answers().values())), 5)
    return Run(of.name, strategy, seed, (of.warmup,), (chance,), (chance,), round(seconds, 3), 0.0, "", version())


def tests(rows: Sequence[First]) -> Mapping[str, Mapping[str, Comparison]]:
    """{set: {strategy: against random}}, Holm over the strategies of a set."""
    found: dict[str, dict[str, dict[int, float]]] = {}
    for r in rows:
        found.setdefault(r.set, {}).setdefault(r.strategy, {})[r.seed] = r.value
    out = {}
    for name in (n for n in SETS if n in found):
        seeds = sorted(found[name][RANDOM])
        whole = {s: [by[i] for i in seeds] for s, by in found[name].items() if set(seeds) <= set(by)}
        out[name] = compare_all(whole, RANDOM)
    return out


def section(rows: Sequence[First], shown: Collection[str]) -> str:
    """The part of the page, best mean first.  shown: sets that the page has told of already."""
    if not rows:
        return ""
    by_set = tests(rows)
    names = sorted(set.intersection(*(set(t) for t in by_set.values())), key=lambda n: -gain(by_set, n))
    head = "| strategy | mean | " + " | ".join(by_set) + " |"
    lines = [head, "|---" * (2 + len(by_set)) + "|", *(line(by_set, n) for n in names)]
    seeds = min(c.n for t in by_set.values() for c in t.values())
    level = "; ".join(
        f"{name} {SETS[name].warmup}, {np.mean([r.value for r in rows if r.set == name and r.strategy == RANDOM]):.3f}"
        for name in by_set
    )
    return f"""## The very first batch

What the strategies that need no label at all are made for, and the tables above leave out: here they choose the warm-up
itself, and the learner is fitted on that and nothing else. The measure less that of a warm-up drawn at random, mean of
{seeds} seeds; **+** and **-** where it differs after Holm's correction. A batch of one class alone counts as chance.

{fill(f"Labels and random's own measure: {level}.{others(by_set, shown)}", 120)}

{chr(10).join(lines)}"""


def others(names: Iterable[str], shown: Collection[str]) -> str:
    """What the sets are that are here alone."""
    return "".join(f" {name} is {SETS[name].what}." for name in names if name not in shown)


def line(by_set: Mapping[str, Mapping[str, Comparison]], name: str) -> str:
    return f"| `{name}` | {gain(by_set, name):+.3f} | " + " | ".join(cell(t[name]) for t in by_set.values()) + " |"


def gain(by_set: Mapping[str, Mapping[str, Comparison]], name: str) -> float:
    return float(np.mean([t[name].difference for t in by_set.values()]))


def cell(c: Comparison) -> str:
    mark = {"better": " **+**", "loses": " **-**", "": ""}[verdict(c)]
    return f"{c.difference:+.3f}{mark}"
