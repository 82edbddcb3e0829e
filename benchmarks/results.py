"""Every strategy of the catalogue on the classification sets of ../shared/data, in pairs: what docs/results.md shows.

    python benchmarks/results.py run WORK [--sets digits adult] [--strategies margin badge] [--seeds 10] [--jobs 2]
    python benchmarks/results.py first WORK    the very first batch, in the same way
    python benchmarks/results.py keep WORK     what WORK holds, compact, into benchmarks/results_data
    python benchmarks/results.py page          docs/results.md and its pictures, from benchmarks/results_data alone

`run` makes the features once, appends one line for each finished run, never repeats one, and may be killed at any time.
A strategy of which a run on a set took over --most CPU seconds has no more runs there until --most is more.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from study import first, kept, page
from study.runs import ALL_LABELS, OneRun, Run, Task, add, attempt, catalogue, done, one_run, planned
from study.sets import SETS, opened

GIVEN_UP = 5  # times --most: a run is broken off then


def main() -> None:
    said = arguments()
    if said.command == "run":
        names, left = catalogue()
        for name, why in left.items():
            print(f"left out: {name}, {why}")
        run(said, "runs.jsonl", said.strategies or [ALL_LABELS, *names], one_run)
    elif said.command == "first":
        run(said, "first.jsonl", said.strategies or first.cold(), first.one_first)
    elif said.command == "keep":
        kept.keep(Path(said.work))
    else:
        page.write()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "first"):
        run = command.add_parser(name)
        run.add_argument("work")
        run.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
        run.add_argument("--strategies", nargs="+", default=[])
        run.add_argument("--seeds", type=int, default=10)
        run.add_argument("--jobs", type=int, default=1)
        run.add_argument("--most", type=float, default=12.0)
    command.add_parser("keep").add_argument("work")
    command.add_parser("page")
    return parser.parse_args()


def run(said: argparse.Namespace, file_name: str, strategies: Sequence[str], one: OneRun) -> None:
    work = Path(said.work)
    for name in said.sets:  # before any other process looks for them
        opened(SETS[name], work)
    tasks = planned(said.sets, strategies, range(said.seeds))
    before = done(work / file_name)
    known = {r.key for r in before if not (out_of_time(r) and r.seconds < said.most)}
    slow = {r.key[:2] for r in before if too_slow(r, said.most)}
    left = [t for t in tasks if t not in known]
    print(f"{len(tasks)} runs, {len(tasks) - len(left)} of them done; load {os.getloadavg()[0]:.1f}", flush=True)
    began = time.monotonic()
    for n, found in enumerate(results(work, left, said.jobs, said.most, slow, one), 1):
        add(work / file_name, found)
        if too_slow(found, said.most):
            slow.add(found.key[:2])
        hours = (time.monotonic() - began) / n * (len(left) - n) / 3600
        print(f"{n}/{len(left)} {told(found)}; {hours:.2f} h left", flush=True)


def told(one: Run) -> str:
    ends = one.error or f"ends at {one.accuracy[-1]:.3f}"
    return f"{one.set} {one.strategy} seed {one.seed}: {one.seconds:.1f} s, {ends}"


def out_of_time(one: Run) -> bool:
    return one.error.startswith("TimeoutError")


def too_slow(one: Run, most: float) -> bool:
    """Whether there is to be no other run like it."""
    return one.seconds > most or bool(one.error and not out_of_time(one))


def results(
    work: Path, tasks: Sequence[Task], jobs: int, most: float, slow: set[tuple[str, str]], one: OneRun
) -> Iterator[Run]:
    """As they are done.  Tasks of what has turned out `slow` meanwhile are passed over."""
    left, limit = (t for t in tasks if t[:2] not in slow), GIVEN_UP * most
    if jobs == 1:
        yield from (attempt(work, t, limit, one) for t in left)
        return
    with ProcessPoolExecutor(jobs) as processes:
        running: set[Future[Run]] = set()
        while True:
            while len(running) < jobs and (task := next(left, None)):
                running.add(processes.submit(attempt, work, task, limit, one))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ended)


if __name__ == "__main__":
    main()
