"""Runs the cases: every contender in turn, then all once more, and one JSON file a case."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from speed import environments
from speed.cases import BY_NAME, CASES, Case
from speed.environments import python_of
from speed.libraries import LIBRARIES

DATA = environments.SCRIPT.with_name("selection_data")
OURS = "askance"


@dataclass(frozen=True)
class Plan:
    """limit: CPU seconds a call may take; patience: a contender that has used so many is not asked again.

    rows: 0, or how many at most, to try everything out; the files then go to the scratch folder.
    """

    work: Path
    repeats: int
    limit: float
    patience: float
    resume: bool
    rows: int = 0


def run(plan: Plan, names: list[str], big: bool) -> None:
    wanted = [BY_NAME[n] for n in names] if names else [c for c in CASES if big or not c.big]
    check_set_up(plan.work, wanted)
    folder = plan.work / "tried" if plan.rows else DATA
    folder.mkdir(exist_ok=True)
    began, done = time.time(), []
    for case in wanted:
        for law in case.laws:
            file = folder / f"{case.name}-{law}.json"
            if plan.resume and file.exists():
                done.append(json.loads(file.read_text()))
                continue
            done.append(one_case(plan, case, law, done))
            file.write_text(json.dumps(done[-1], indent=1, ensure_ascii=False) + "\n")
    print(f"{(time.time() - began) / 60:.1f} minutes; now: python benchmarks/selection.py table")


def check_set_up(work: Path, wanted: list[Case]) -> None:
    for venv in {LIBRARIES[one].venv for case in wanted for one in case.others}:
        if not python_of(work, venv).exists():
            sys.exit(f"there is no {work / venv}; first: python benchmarks/selection.py setup {work}")


def one_case(plan: Plan, case: Case, law: str, before: list[dict]) -> dict:
    inputs = plan.work / "inputs"
    shutil.rmtree(inputs, ignore_errors=True)
    words = ["make", case.name, law, str(plan.rows), str(inputs)]
    need(environments.job(Path(sys.executable), *words, wall=1800), "the data")
    print(f"\n{case.title}, {law}", flush=True)
    runs = {one: asked_before(one, case, before) for one in (OURS, *case.others)}
    load = os.getloadavg()[0]
    for _ in range(plan.repeats):
        for one, said in runs.items():
            if "gave_up" not in said and sum(said["seconds"]) < plan.patience:
                once(plan, case, one, said)
    rates = floor(plan)
    shutil.rmtree(inputs)
    about = {"case": case.name, "law": law, "taken": time.strftime("%Y-%m-%d"), "limit": plan.limit}
    where = {"machine": machine(), "commit": commit(), "load": round(load, 1), "rates": rates}
    return about | where | {"runs": {one: summed(said, runs[OURS]) for one, said in runs.items()}}


def asked_before(one: str, case: Case, before: list[dict]) -> dict:
    """Who gave up at a case of the family is not tried at a larger one, nor at the same with other vectors."""
    for said in before:
        smaller = BY_NAME[said["case"]]
        if one != OURS and smaller.family == case.family and "gave_up" in said["runs"].get(one, {}):
            return {"gave_up": f"not tried after {smaller.title.split(', ')[1]}"}
    return {"seconds": [], "extra_mb": []}


def once(plan: Plan, case: Case, one: str, said: dict) -> None:
    out = plan.work / "said.json"
    out.unlink(missing_ok=True)
    words = ["measure", case.name, one, str(plan.rows), str(plan.work / "inputs"), str(plan.limit), str(out)]
    status, last = environments.job(python_of(plan.work, LIBRARIES[one].venv), *words, wall=1800 + 10 * plan.limit)
    got = json.loads(out.read_text()) if out.exists() else {"gave_up": why(status, last, plan.limit)}
    if "gave_up" in got:
        print(f"  {one:16} gave up: {got['gave_up']}", flush=True)
        said.update(got)
        return
    print(f"  {one:16} {got['seconds']:9.3f} s  {got['extra_mb']:8.1f} MB  {got['quality']:.4g}", flush=True)
    said["seconds"].append(got.pop("seconds"))
    said["extra_mb"].append(got.pop("extra_mb"))
    said.update(got)


def why(status: int, last: str, limit: float) -> str:
    if status == -signal.SIGXCPU:
        return f"over {limit:.0f} s"
    return "killed: no memory, or no end" if status == -signal.SIGKILL else f"ended with {status}: {last}"


def summed(said: dict, ours: dict) -> dict:
    """Without the picks, and with the share of them that are ours too."""
    picks = said.pop("picks", None) if said is not ours else said.get("picks")
    if picks is None or "picks" not in ours:
        return said
    shared = len(set(picks) & set(ours["picks"])) / len(picks)
    return {name: v for name, v in said.items() if name != "picks"} | {"shared": round(shared, 3)}


def floor(plan: Plan) -> dict[str, float]:
    out = plan.work / "floor.json"
    need(environments.job(Path(sys.executable), "floor", str(out), wall=300), "the floor")
    return json.loads(out.read_text())


def need(ended: tuple[int, str], what: str) -> None:
    if ended[0]:
        sys.exit(f"{what} could not be made: {ended[1]}")


def commit() -> str:
    """Of the code that was measured, with + where files of the package were changed since."""
    git = ["git", "-C", str(DATA.parent)]
    said = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "../src"], check=False).returncode
    return said.stdout.strip() + ("+" if changed else "")


def machine() -> str:
    words = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{words[0]}, {len(words)} cores, {memory:.0f} GiB, Python {platform.python_version()}"
