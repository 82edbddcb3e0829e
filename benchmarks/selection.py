"""Side by side with scikit-activeml, small-text, modAL, bmdal, apricot and faiss: CPU seconds, memory and picks.

    python benchmarks/selection.py setup WORK     the other libraries, in environments of their own below WORK
    python benchmarks/selection.py run WORK       every case, each contender in turn; writes benchmarks/selection_data/
    python benchmarks/selection.py table          the tables of docs/speed.md from those files

Every measurement is a process of its own on one thread.  Linux only: it asks /proc for memory.
"""

import argparse
import sys
from pathlib import Path

from speed.cases import BY_NAME, sized

PAGE = Path(__file__).resolve().parents[1] / "docs" / "speed.md"


def main() -> None:
    if sys.argv[1:2] == ["job"]:
        return job(*sys.argv[2:])
    args = parsed()
    if args.command == "setup":
        from speed.environments import set_up

        set_up(args.work.resolve())
    elif args.command == "run":
        from speed.runner import Plan, run

        plan = Plan(args.work.resolve(), args.repeats, args.limit, args.patience, args.resume, args.rows)
        run(plan, args.cases, args.big)
    else:
        from speed.table import write

        print(write(PAGE))
    return None


def job(what: str, *words: str) -> None:
    """What the processes of a run do."""
    if what == "make":
        from speed.data import make

        name, law, rows, folder = words
        make(sized(name, rows), law).save(Path(folder))
    elif what == "floor":
        from speed.floor import rates

        rates(*words)
    else:
        from speed.measure import measure

        measure(*words)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="install the other libraries")
    run = commands.add_parser("run", help="measure")
    commands.add_parser("table", help="write the tables of docs/speed.md")
    for one in (setup, run):
        one.add_argument("work", type=Path, help="a scratch folder outside the repository")
    run.add_argument("--cases", nargs="+", default=[], choices=sorted(BY_NAME), metavar="CASE", help="these only")
    run.add_argument("--big", action="store_true", help="the cases that need gigabytes and minutes too")
    run.add_argument("--repeats", type=int, default=3)
    run.add_argument("--limit", type=float, default=60, help="CPU seconds a call may take")
    run.add_argument("--patience", type=float, default=8, help="CPU seconds after which none is asked again")
    run.add_argument("--resume", action="store_true", help="leave out the cases whose file is there")
    run.add_argument("--rows", type=int, default=0, help="so many at most, to try everything out; no table")
    return parser.parse_args()


if __name__ == "__main__":
    main()
