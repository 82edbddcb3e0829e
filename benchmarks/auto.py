"""What people get who name no strategy, on sets that had no part in choosing it: the tables of docs/auto.md.

    python benchmarks/auto.py run WORK [--seeds 10] [--sets sst2 ...]   may be killed and goes on where it was
    python benchmarks/auto.py keep WORK                                 into benchmarks/auto_data
    python benchmarks/auto.py page                                      docs/auto.md's tables, from what is committed

The sets of docs/results.md are those that the default was chosen by; WORK can be that study's folder.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from study.held_out import HELD_OUT, chosen_c
from study.runs import add, done, one_run
from study.sets import SETS, opened

STRATEGIES = ("random", "uherding", "dbal", "margin", "badge", "entropy", "typiclust", "max_herding")
CHOSEN_BY = {"uherding(witnesses=1000)": tuple(SETS)[:6]}  # also on the sets of the results page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    run = command.add_parser("run")
    run.add_argument("work")
    run.add_argument("--seeds", type=int, default=10)
    run.add_argument("--sets", nargs="+", default=list(HELD_OUT))
    run.add_argument("--strategies", nargs="+", default=list(STRATEGIES))
    command.add_parser("keep").add_argument("work")
    said = parser.parse_args()
    if said.command == "run":
        work, file = Path(said.work), Path(said.work) / "auto.jsonl"
        known = {r.key for r in done(file)}
        for name in said.sets:
            of = HELD_OUT.get(name) or SETS[name]
            of = of if of.c else replace(of, c=chosen_c(of, work))
            pool = opened(of, work)
            for seed in range(said.seeds):
                for strategy in said.strategies:
                    if (name, strategy, seed) not in known:
                        found = one_run(of, pool, strategy, seed)
                        add(file, found)
                        print(name, of.c, strategy, seed, found.accuracy[-1], found.seconds, flush=True)


if __name__ == "__main__":
    main()
