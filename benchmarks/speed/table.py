"""The tables of docs/speed.md, from the JSON files of a run."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from speed.cases import BY_NAME, CASES, Case
from speed.floor import all_pairs, one_pass
from speed.quality import MEASURES
from speed.runner import DATA, OURS

BEGIN = "<!-- made by `python benchmarks/selection.py table`; do not edit -->\n"
END = "<!-- end of what is made -->\n"
HEAD = "case", "askance", "others", "best other / askance", "one pass", "all pairs", "target", "reached"
QUALITY = "case", "figure", "askance", "others (share of their picks that are askance's too)"


def write(page: Path) -> str:
    """Puts the tables where the page wants them."""
    text = page.read_text()
    head, rest = text.split(BEGIN)
    said = read(DATA)
    if not said:
        sys.exit(f"there is nothing in {DATA}; first: python benchmarks/selection.py run WORK")
    block = tables(said)
    page.write_text(head + BEGIN + block + END + rest.split(END)[1])
    return block


def read(folder: Path) -> list[dict]:
    """In the order of the cases."""
    said = {(s["case"], s["law"]): s for s in (json.loads(f.read_text()) for f in folder.glob("*.json"))}
    return [said[c.name, law] for c in CASES for law in c.laws if (c.name, law) in said]


def tables(said: list[dict]) -> str:
    speed, quality = markdown(HEAD, map(row, said)), markdown(QUALITY, map(quality_row, said))
    return f"{origin(said)}\n\n{speed}\n\n{quality}\n" + missing(said)


def missing(said: list[dict]) -> str:
    """One line that names the cases nobody has measured; nothing where there are none."""
    there = {s["case"] for s in said}
    names = [c.title for c in CASES if c.name not in there]
    return f"\nNot measured here: {'; '.join(names)}.\n" if names else ""


def markdown(head: tuple[str, ...], rows: Iterable[list[str]]) -> str:
    cells = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def origin(said: list[dict]) -> str:
    """Machine, days, versions, measured rates with their range, load."""
    rates = {name: [s["rates"][name] for s in said] for name in said[0]["rates"]}
    versions = {one: r["version"] for s in said for one, r in s["runs"].items() if "version" in r and one != OURS}
    machines, days = sorted({s["machine"] for s in said}), sorted({s["taken"] for s in said})
    lines = (
        f"machine: {'; '.join(machines)}; one thread each",
        f"taken: {', '.join(days)}; code at commit {', '.join(sorted({s['commit'] for s in said}))}",
        f"load average {spread([s['load'] for s in said])}, to which the run itself adds 1",
        f"at best: one pass over memory {spread(rates['pass_gb_s'])} GB/s; sgemv {spread(rates['sgemv_gb_s'])} GB/s; "
        f"nearest of 1,000 by sgemm {spread(rates['nearest_gflop_s_64'])} GFLOP/s at D=64, "
        f"{spread(rates['nearest_gflop_s_512'])} at D=512",
        f"versions: {', '.join(f'{one} {v}' for one, v in sorted(versions.items()))}",
    )
    return "\n".join(f"- {line}" for line in lines)


def row(said: dict) -> list[str]:
    case, runs = BY_NAME[said["case"]], said["runs"]
    ours = runs[OURS]
    return [
        named(case, said),
        cost(ours),
        "<br>".join(f"{one} {cost(r)}{reduced(case, r)}" for one, r in runs.items() if one != OURS),
        ahead(case, said),
        against(ours, one_pass(case, said["rates"])),
        against(ours, all_pairs(case, said["rates"])),
        f"{case.target[0]:g} s" + (f" · {case.target[1]:g} MB" if case.target[1] else ""),
        reached(case, ours),
    ]


def quality_row(said: dict) -> list[str]:
    case, runs = BY_NAME[said["case"]], said["runs"]
    what, _, better = MEASURES[case.family]
    others = [
        f"{one} {r['quality']:.4g} ({r.get('shared', 0):.0%}){reduced(case, r)}{repeated(r)}"
        for one, r in runs.items()
        if one != OURS and "quality" in r
    ]
    ours = f"{runs[OURS]['quality']:.4g}" if "quality" in runs[OURS] else "—"
    return [named(case, said), f"{what}, {better} is good", ours, "<br>".join(others) or "—"]


def named(case: Case, said: dict) -> str:
    return case.title + (f", {said['law']}" if len(case.laws) > 1 else "")


def cost(run: dict) -> str:
    """'0.12–0.15 s · 31 MB', or why not."""
    if "gave_up" in run:
        return f"— ({run['gave_up']})"
    return f"{spread(run['seconds'])} s · {max(run['extra_mb']):.0f} MB"


def reduced(case: Case, run: dict) -> str:
    if run.get("rounds", case.rounds) != case.rounds:
        return f" (at {run['rounds']} rounds)"
    return f" (at k={run['k']:,})" if run.get("k", case.k) != case.k else ""


def repeated(run: dict) -> str:
    twice = run["k"] * run["rounds"] - run["distinct"]
    return f", {twice} picked twice" if twice else ""


def ahead(case: Case, said: dict) -> str:
    """How many times longer the fastest other took; at least so many where none did all of it."""
    runs = said["runs"]
    if "gave_up" in runs[OURS]:
        return "—"
    whole, parts = [], []
    for one, r in runs.items():
        if one != OURS:
            done = "gave_up" not in r and not reduced(case, r)
            (whole if done else parts).append(said["limit"] if "gave_up" in r else min(r["seconds"]))
    if not whole and not parts:
        return "—"
    return ("" if whole else "> ") + number(min(whole or parts) / min(runs[OURS]["seconds"])) + " ×"


def against(ours: dict, seconds: float | None) -> str:
    """'0.014 s (× 4.2)': how long it takes at best, and how many times that askance takes."""
    if seconds is None:
        return ""
    return number(seconds) + " s" + ("" if "gave_up" in ours else f" (× {number(min(ours['seconds']) / seconds)})")


def reached(case: Case, ours: dict) -> str:
    if "gave_up" in ours:
        return "no"
    seconds, mb = case.target
    words = [] if min(ours["seconds"]) <= seconds else [f"× {number(min(ours['seconds']) / seconds)}"]
    words += [] if mb is None or max(ours["extra_mb"]) <= mb else [f"{max(ours['extra_mb']):.0f} MB"]
    return f"no: {', '.join(words)}" if words else "yes"


def spread(values: list[float]) -> str:
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low}–{high}"


def number(value: float) -> str:
    """Two digits that count."""
    return f"{value:,.0f}" if value >= 10 else f"{float(f'{value:.2g}'):g}"
