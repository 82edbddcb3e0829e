"""Which strategies to choose by when nobody says: warm-ups and strategies on the digits, 5 seeds.

    python benchmarks/usual.py

Prints the table of docs/cli.md: median labels to 95 % of the full-data accuracy, and the mean area under the learning
curve from 20 to 150 labels with its paired difference from the first line.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from askance.cli import trials
from askance.cli.trials import Trial
from askance.demo import config, write_digits
from askance.learners import make_learner
from askance.pools import open_pool, read_answers

SEEDS = range(5)
RUNS = [
    ("random", "random"),
    ("random", "entropy"),
    ("random", "margin"),
    ("random", "badge"),
    ("random", "dbal"),
    ("typiclust", "random"),
    ("typiclust", "typiclust"),
    ("typiclust", "margin"),
    ("typiclust", "badge"),
    ("typiclust", "max_herding"),
    ("typiclust", "uherding"),
    ("typiclust", "dbal(beta=5)"),
    ("typiclust", "dbal"),
]


def main() -> None:
    with TemporaryDirectory() as folder:
        compare(*write_digits(Path(folder)))


def compare(source: Path, truth_file: Path) -> None:
    pool, base = open_pool(source), config(source, truth_file, 150)
    truth = read_answers(truth_file, pool)

    def make():
        return make_learner(base.learner, pool_kind=pool.kind)

    full = {seed: trials.ceiling(pool, make(), truth, base, seed) for seed in SEEDS}
    control: list[Trial] = []
    print("| warm-up | then | labels | area | better than random by |\n|---|---|---|---|---|")
    for warmup, strategy in RUNS:
        curves = [trials.run_one(pool, make, truth, base, strategy, warmup, seed) for seed in SEEDS]
        done = [Trial(strategy, seed, full[seed], h) for seed, h in zip(SEEDS, curves, strict=True)]
        control = control or done
        reached, gain = trials.median([t.reached for t in done]), trials.paired(done, control)
        area = float(np.mean([t.aubc for t in done]))
        by = f"{gain.difference:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})" if done is not control else ""
        print(f"| `{warmup}` | `{strategy}` | {reached or 'over 150'} | {area:.3f} | {by} |", flush=True)


if __name__ == "__main__":
    main()
