"""Spoken digits by `mel`: accuracy against labels, of what is chosen by strategies and at random.

    python benchmarks/audio.py ../shared/data/fsdd_speech [seeds]

The Free Spoken Digit Dataset: 3,000 recordings, ten digits, six speakers.  Chosen from are the 2,700 of the official
split, 20 at a time after 20 at random; measured is on its 300 others.  Prints the tables of docs/audio.md.
"""

import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from askance.learners import make_learner
from askance.metrics.compare import compare
from askance.pools import HeldPool, open_pool
from askance.simulate import simulate

SHOWN = (40, 100, 200, 300)
BATCH, BUDGET = 20, 300
FEW, DRAWS = 150, 4
TEST_INDEX = 5  # DIGIT_SPEAKER_INDEX.wav: those below are the test


def main(source: Path, seeds: int) -> None:
    with TemporaryDirectory() as folder:
        with tarfile.open(source / "fsdd_wav.tar.xz") as tar:
            tar.extractall(folder, filter="data")
        began = perf_counter()
        pool = open_pool(folder)
        truth, index, _ = told(pool)
        test = pool.ids[index < TEST_INDEX]
        cache = Path(folder) / "cache"
        learner = make_learner("mel", pool_kind="audio", cache=cache)
        whole = accuracy(learner, pool, truth, test, pool.ids[index >= TEST_INDEX])
        print(f"{len(pool):,} recordings opened, heard and learned from in {perf_counter() - began:.0f} s")
        print(f"with all {len(pool) - len(test):,} labels: {whole:.3f}\n")
        against(pool, truth, test, cache, seeds)
        unseen(pool, truth, cache)
        stretches(pool, truth, test, cache)


def told(pool: HeldPool) -> tuple[dict[int, str], np.ndarray, np.ndarray]:
    """{id: digit}, then (N,) the number of each recording and (N,) its speaker, all from the names."""
    parts = [str(name).rpartition("/")[2].removesuffix(".wav").split("_") for name in pool.names]
    digits = {int(i): digit for i, (digit, _, _) in zip(pool.ids, parts, strict=True)}
    return digits, np.array([int(n) for _, _, n in parts]), np.array([who for _, who, _ in parts])


def accuracy(learner, pool: HeldPool, truth: dict[int, str], test: np.ndarray, known: np.ndarray) -> float:
    """Of what is learned from all that is `known`."""
    train = pool.take(known)
    learner.fit(train, [truth[i] for i in train.ids.tolist()])
    probs = learner.signals(pool.take(test), frozenset({"probs"}))["probs"]
    guesses = np.array(learner.classes)[probs.argmax(1)]
    return float(np.mean(guesses == [truth[i] for i in test.tolist()]))


def against(pool: HeldPool, truth: dict[int, str], test: np.ndarray, cache: Path, seeds: int) -> None:
    """A row a strategy: the accuracy after so many labels, and the area under the curve against random."""
    print(f"| strategy | {' | '.join(f'{n} labels' for n in SHOWN)} | area | more than random |")
    print("|---" * (len(SHOWN) + 3) + "|")
    control: np.ndarray | None = None
    for strategy in ("random", "margin", "auto"):
        curves = np.array([curve(pool, truth, test, cache, strategy, seed) for seed in range(seeds)])
        areas = curves.mean(1)
        shown = " | ".join(f"{curves[:, n // BATCH - 1].mean():.3f}" for n in SHOWN)
        gain = "" if control is None else said(areas, control)
        control = areas if control is None else control
        print(f"| `{strategy}` | {shown} | {areas.mean():.3f} | {gain} |", flush=True)


def curve(
    pool: HeldPool, truth: dict[int, str], test: np.ndarray, cache: Path, strategy: str, seed: int
) -> list[float]:
    """The accuracy after 20, 40, ... labels."""

    def make():
        return make_learner("mel", pool_kind="audio", cache=cache)

    done = simulate(pool, make, strategy, truth, batch=BATCH, warmup=BATCH, budget=BUDGET, seed=seed, test=test)
    return [r.metrics["accuracy@test"].value for r in done.rounds if r.metrics]


def said(ours: np.ndarray, theirs: np.ndarray) -> str:
    found = compare(ours, theirs)
    return f"{found.difference:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def unseen(pool: HeldPool, truth: dict[int, str], cache: Path) -> None:
    """Each speaker in turn is one that was never heard."""
    who = told(pool)[2]
    print("\n| never heard | accuracy on them, all other labels |\n|---|---|")
    for speaker in sorted(set(who.tolist())):
        learner = make_learner("mel", pool_kind="audio", cache=cache)
        theirs, others = pool.ids[who == speaker], pool.ids[who != speaker]
        print(f"| {speaker} | {accuracy(learner, pool, truth, theirs, others):.3f} |", flush=True)


def stretches(pool: HeldPool, truth: dict[int, str], test: np.ndarray, cache: Path) -> None:
    """What into how many stretches a recording is divided does to FEW labels drawn at random, DRAWS times."""
    rest = pool.ids[~np.isin(pool.ids, test)]
    drawn = [np.random.default_rng(seed).choice(rest, FEW, replace=False) for seed in range(DRAWS)]
    print(f"\n| `parts` | accuracy with {FEW} labels | with all |\n|---|---|---|")
    for parts in (1, 2, 3, 4, 8):
        learner = make_learner(f"mel?parts={parts}", pool_kind="audio", cache=cache)
        few = [accuracy(learner, pool, truth, test, ids) for ids in drawn]
        shown = f"{np.mean(few):.3f} ({min(few):.3f} to {max(few):.3f})"
        print(f"| {parts} | {shown} | {accuracy(learner, pool, truth, test, rest):.3f} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
