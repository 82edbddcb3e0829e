"""Choosing among strategies, against the strategies themselves: four tables, paired seeds.

    python benchmarks/meta.py WORK [--seeds 6] [--sets ionosphere segment]

Prints the tables of docs/meta.md.  Logistic regression with a fixed C (study/learner.py); 40 % of a set is the test
share; 20 labels drawn at random, the same for all of a seed, then 5 at a time up to 150 (120 for heart), and all of
them count, also those that pshea has drawn to measure on.  WORK/runs.jsonl keeps every finished run; none is repeated.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from study.learner import Logistic
from study.sets import DATA, scaled

from askance.cli.trials import accuracy_alone
from askance.metrics import aubc, compare, compare_all
from askance.pools.held import HeldPool
from askance.progress import track
from askance.samples import Samples, objects
from askance.simulate import simulate

BATCH, WARMUP, TEST = 5, 20, 0.4
SETS = {
    "heart": ("aubc/heart.csv", "y", 120),
    "ionosphere": ("aubc/ionosphere.csv", "y", 150),
    "pima_diabetes": ("tabular/pima_diabetes.csv.gz", "label", 150),
    "segment": ("tabular/segment.csv.gz", "label", 150),
}
ARMS = ("margin", "kcenter", "badge", "random")
ALL = ", ".join(ARMS)
RULES = {
    "borda": "(margin | rank) + (density | rank)",
    "rrf": "(margin | rrf) + (density | rrf)",
    "refine": "refine",
    "albl": f"albl({ALL})",
    "exp3, surprise": f"exp3({ALL}, reward='surprise')",
    "exp3, accuracy": f"exp3({ALL}, reward='accuracy')",
    "thompson, surprise": f"thompson({ALL}, reward='surprise')",
    "thompson, accuracy": f"thompson({ALL}, reward='accuracy')",
    "thompson, balance": f"thompson({ALL}, reward='balance')",
    "pshea": f"pshea({ALL})",
}
TEXTS = {**{arm: arm for arm in ARMS}, **RULES}
Runs = dict[tuple[str, str], list[float]]  # (set, name) -> area of each seed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    said = parser.parse_args()
    said.work.mkdir(parents=True, exist_ok=True)
    tables(areas(said.work / "runs.jsonl", said.sets, said.seeds), said.sets)


def areas(kept: Path, sets: list[str], seeds: int) -> Runs:
    """Runs what is not in the file yet."""
    lines = kept.read_text().splitlines() if kept.exists() else []
    done = {tuple(key): area for key, area in map(json.loads, lines)}
    wanted = [(s, name, seed) for s in sets for seed in range(seeds) for name in TEXTS]
    pools = {s: opened(s) for s in sets}
    for key in track([w for w in wanted if w not in done], "runs"):
        done[key] = run(pools[key[0]], *key)
        with kept.open("a") as f:
            f.write(json.dumps([key, done[key]]) + "\n")
    out: Runs = defaultdict(list)
    for s, name, seed in wanted:
        out[s, name].append(done[s, name, seed])
    return out


def opened(name: str) -> HeldPool:
    file, label, _ = SETS[name]
    frame = pd.read_csv(DATA / file).drop(columns="split", errors="ignore")
    x = frame.drop(columns=label).to_numpy(float)
    x = (x - x.mean(0)) / (x.std(0) + 1e-9)
    ids = np.arange(len(x), dtype=np.uint64)
    y = objects([str(v) for v in frame[label]])
    return HeldPool(Samples(ids, "array", scaled(x), objects([str(i) for i in ids])), y)


def run(pool: HeldPool, of: str, name: str, seed: int) -> float:
    """The area under the curve of accuracy on the test share, from the first labels to the last."""
    history = simulate(
        pool,
        lambda: Logistic(10.0),
        TEXTS[name],
        pool.answers(),
        batch=BATCH,
        warmup=WARMUP,
        budget=SETS[of][2],
        seed=seed,
        test=TEST,
        validation=0.2 if name == "pshea" else 0.0,
        measure=accuracy_alone,
    )
    curve = [(r.labeled, r.metrics["accuracy@test"].value) for r in history.rounds if "accuracy@test" in r.metrics]
    return aubc(*map(list, zip(*curve, strict=True)))


def tables(runs: Runs, sets: list[str]) -> None:
    for title, base in (("random", dict.fromkeys(sets, "random")), ("the best arm", best_arms(runs, sets))):
        shown = ", ".join(f"{s} {b}" for s, b in base.items())
        print(f"\nArea minus that of {title}" + (f" ({shown})" if title != "random" else "") + "\n")
        print("| | " + " | ".join(sets) + " | mean |\n|---|" + "---|" * (len(sets) + 1))
        for name in TEXTS:
            print(f"| {name} | " + " | ".join(cells(runs, sets, name, base)) + " |")
    print("\n| | mean rank of " + str(len(TEXTS)) + " |\n|---|---|")
    for name, place in sorted(ranks(runs, sets).items(), key=lambda found: found[1]):
        print(f"| {name} | {place:.1f} |")


def best_arms(runs: Runs, sets: list[str]) -> dict[str, str]:
    """With hindsight: nobody knows it beforehand."""
    return {s: max(ARMS, key=lambda arm: float(np.mean(runs[s, arm]))) for s in sets}


def cells(runs: Runs, sets: list[str], name: str, base: dict[str, str]) -> list[str]:
    """A star: the paired t test says so at 5 % after Holm's correction over all lines of the set."""
    out, mean = [], []
    for s in sets:
        if name == base[s]:
            out.append(f"({np.mean(runs[s, name]):.3f})")
            mean.append(0.0)
            continue
        found = compare(runs[s, name], runs[s, base[s]])
        sure = compare_all({n: runs[s, n] for n in TEXTS}, base[s])[name].holm_p < 0.05
        out.append(f"{found.difference:+.3f}{'*' if sure else ''}")
        mean.append(found.difference)
    return [*out, f"{np.mean(mean):+.4f}"]


def ranks(runs: Runs, sets: list[str]) -> dict[str, float]:
    """1 is the best, over sets and seeds."""
    rows = np.array([[runs[s, n][i] for n in TEXTS] for s in sets for i in range(len(runs[s, "random"]))])
    places = 1 + (-rows).argsort(1).argsort(1)
    return dict(zip(TEXTS, places.mean(0).tolist(), strict=True))


if __name__ == "__main__":
    main()
