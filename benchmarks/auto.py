"""What people get who name no strategy, on sets that had no part in choosing it: docs/auto.md.

    python benchmarks/auto.py run WORK [--seeds 10] [--sets sst2 ...]   may be killed and goes on where it was
    python benchmarks/auto.py keep WORK                                 into benchmarks/auto_data
    python benchmarks/auto.py page                                      docs/auto.md, from what is committed

The sets of docs/results.md are those that the default was chosen by; WORK can be that study's folder.
"""

import argparse
import csv
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
from study import kept
from study.held_out import HELD_OUT, chosen_c
from study.runs import add, done, one_run
from study.sets import Set, opened
from study.tables import RANDOM, Group, best_first, compared, complete, ranked, values

from askance.metrics import Comparison, aubc
from askance.ops import softmax
from askance.select import select
from askance.signals import Signals
from askance.usual import usual_strategy

OURS = usual_strategy({"probs", "embeddings"})
STRATEGIES = (RANDOM, OURS, "dbal", "margin", "badge", "entropy", "typiclust", "max_herding")
DATA = Path(__file__).parent / "auto_data" / "runs.csv"
PAGE = Path(__file__).parents[1] / "docs" / "auto.md"
COLUMNS = ("set", "strategy", "seed", "c", "labels", "area", "first", "last", "seconds", "select", "picks", "git")


def main() -> None:
    said = arguments()
    if said.command == "run":
        run(Path(said.work), said.sets, said.strategies, said.seeds)
    elif said.command == "keep":
        keep(Path(said.work))
    elif said.command == "time":
        time()
    else:
        PAGE.write_text(page(), encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("work")
    run.add_argument("--seeds", type=int, default=10)
    run.add_argument("--sets", nargs="+", default=list(HELD_OUT), choices=list(HELD_OUT))
    run.add_argument("--strategies", nargs="+", default=list(STRATEGIES))
    command.add_parser("keep").add_argument("work")
    command.add_parser("page")
    command.add_parser("time")
    return parser.parse_args()


def run(work: Path, sets: list[str], strategies: list[str], seeds: int) -> None:
    file = work / "auto.jsonl"
    known = {r.key for r in done(file)}
    for name in sets:
        of = known_c(name, work)
        pool = opened(of, work)
        for key in [(name, s, seed) for seed in range(seeds) for s in strategies]:
            if key not in known:
                found = one_run(of, pool, key[1], key[2])
                add(file, found)
                print(*key, f"ends at {found.accuracy[-1]:.3f}, {found.seconds:.1f} s", flush=True)


def known_c(name: str, work: Path) -> Set:
    return replace(HELD_OUT[name], c=chosen_c(HELD_OUT[name], work))


def keep(work: Path) -> None:
    """One line a run."""
    c = {name: known_c(name, work).c for name in HELD_OUT}
    runs = sorted(
        (r for r in done(work / "auto.jsonl") if r.set in c and r.strategy in STRATEGIES), key=lambda r: r.key
    )
    DATA.parent.mkdir(exist_ok=True)
    with DATA.open("w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(COLUMNS)
        for r in runs:
            v = r.balanced if HELD_OUT[r.set].uneven else r.accuracy
            area = round(aubc(r.labels, v), 5)
            out.writerow([*r.key, c[r.set], r.labels[-1], area, v[0], v[-1], r.seconds, r.select, r.picks, r.git])
    print(f"{len(runs)} runs kept in {DATA}")


def time() -> None:
    """CPU seconds of one batch of 50, with 300 labelled."""
    rng = np.random.default_rng(0)
    for n, d in ((25_000, 128), (25_000, 1_280), (200_000, 64)):
        x = (rng.normal(size=(50, d))[rng.integers(0, 50, n)] + rng.normal(size=(n, d))).astype(np.float32)
        probs = softmax(0.1 * x @ rng.normal(size=(d, 10)).astype(np.float32))
        there = Signals(np.arange(n), {"probs": probs, "embeddings": x})
        asked = Signals(np.arange(n, n + 300), {"probs": probs[:300], "embeddings": x[:300] + 0.01})
        began = process_time()
        select(OURS, there, 50, labeled=asked, labels=np.array(["a"] * 300, object))
        print(f"{n:,} x {d:,}: {process_time() - began:.2f} CPU s", flush=True)


# ---------------------------------------------------------------- the page


def held_out() -> dict[str, Group]:
    with DATA.open(encoding="utf-8", newline="") as f:
        rows = [
            kept.Row(
                r["set"],
                r["strategy"],
                int(r["seed"]),
                float(r["area"]),
                float(r["area"]),
                0.0,
                0.0,
                0,
                float(r["seconds"]),
                float(r["select"]),
                r["picks"],
                r["git"],
            )
            for r in csv.DictReader(f)
        ]
    return complete(rows)


def page() -> str:
    chosen_by = complete(kept.load(kept.Row, "runs"))
    return TEXT.format(
        ours=OURS,
        chosen="\n".join(line(name, group) for name, group in chosen_by.items()),
        sets="\n".join(f"- {n}: {s.what}; {s.warmup} to {s.budget} labels" for n, s in HELD_OUT.items()),
        head=" | ".join(f"`{s}`" for s in STRATEGIES if s != RANDOM),
        rule="---|" * len(STRATEGIES),
        held="\n".join(differences(name, group) for name, group in held_out().items()),
        ranks=mean_ranks(held_out()),
        gains=gains(held_out()),
        worse=worse(chosen_by, held_out()),
    )


def line(name: str, group: Group) -> str:
    c, place = compared(group)[OURS], best_first(group).index(OURS) + 1
    return (
        f"| {name} | {c.difference:+.4f} ({c.low:+.4f} to {c.high:+.4f}) | {c.wins} of {c.n} | {c.holm_p:.3f} | "
        f"{place} of {len(group)} |"
    )


def differences(name: str, group: Group) -> str:
    found = compared(group)
    return f"| {name} | " + " | ".join(cell(found[s]) for s in STRATEGIES if s != RANDOM) + " |"


def cell(c: Comparison) -> str:
    sign = "" if c.holm_p >= 0.05 else " **+**" if c.difference > 0 else " **-**"
    return f"{c.difference:+.4f}{sign}"


def mean_ranks(groups: dict[str, Group]) -> str:
    ranks = []
    for group in groups.values():
        mean = values(group)
        ranks.append(ranked([float(np.mean(mean[s])) for s in STRATEGIES]))
    found = dict(zip(STRATEGIES, np.mean(ranks, 0), strict=True))
    return ", ".join(f"`{s}` {r:.1f}" for s, r in sorted(found.items(), key=lambda kv: kv[1]))


def gains(groups: dict[str, Group]) -> str:
    tests = [compared(g) for g in groups.values()]
    found = {s: float(np.mean([t[s].difference for t in tests])) for s in STRATEGIES if s != RANDOM}
    return ", ".join(f"`{s}` {g:+.4f}" for s, g in sorted(found.items(), key=lambda kv: -kv[1]))


def worse(*studies: dict[str, Group]) -> str:
    found = [(n, compared(g)[OURS]) for study in studies for n, g in study.items()]
    lost = [n for n, c in found if c.holm_p < 0.05 and c.difference < 0]
    least_name, least = min(found, key=lambda f: f[1].difference)
    where = f"on {', '.join(lost)}" if lost else "on none"
    said = f"its least is {least.difference:+.4f} ({least_name})"
    return f"significantly worse than random {where} of {len(found)} sets; {said}"


TEXT = """# `auto`: what is chosen when you name no strategy

<!-- Made by `python benchmarks/auto.py page`; do not edit. -->

`--strategy auto`, or no strategy at all, is `{ours}` where the model gives probabilities and embeddings, `margin`
where it gives probabilities alone, `typiclust` before anything was learned where there are embeddings, and `random`
where there is nothing to go by; a matrix of your own that does not fit into memory takes `dbal`, which gives the same
picks out of core. Where the model predicts numbers it is `lcmd_gradient` for a network whose layers are open, else
`igs` (chosen after [their](regression-results.md) [results](regression.md)). `askance strategies auto` prints that
table. A campaign keeps the name of what it stood for when it was made, so it goes on alike when a later version knows
better.

Areas under the curve (mean accuracy over the budget; balanced accuracy where classes are uneven), less random's with
the same seed, 10 seeds. It is {worse}.

## On the sets it was chosen by

`{ours}` was made the default **after** the [results page](results.md) had shown it first, so its place in this table
is no evidence: the table is here because the rule is that the default must lose nowhere. p is Holm's, over all
strategies of the set.

| set | better than random by | seeds | p | place |
|---|---|---|---|---|
{chosen}

## On sets that had no part in it

{sets}

The same loop and learner as on the results page; C is the best of five on random samples of the set, the same for all
strategies. **+** and **-** where it differs from random after Holm's correction within the set.

| set | {head} |
|{rule}
{held}

- Mean ranks on these: {ranks}.
- Means over them of the difference: {gains}.
- fashion_mnist and cifar10 had been seen before in the table of first batches, which says nothing of `{ours}`.

    python benchmarks/auto.py run WORK && python benchmarks/auto.py keep WORK && python benchmarks/auto.py page

`python benchmarks/auto.py time` prints what a batch of 50 costs: two runs gave 0.9 and 1.2 CPU seconds for 25,000
samples with 128 features, 5.4 and 5.8 with 1,280, and 3.7 and 4.2 for 200,000 with 64.
"""


if __name__ == "__main__":
    main()
