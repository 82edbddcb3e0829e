"""How often the 80 % intervals of the forecast hold, over all recorded curves: the tables of docs/evaluation.md.

    python benchmarks/forecast.py keep WORK     what benchmarks/results.py ran so far, into benchmarks/forecast_data
    python benchmarks/forecast.py               the tables, from benchmarks/forecast_data alone
    python benchmarks/forecast.py --most 50     of so many curves a set, drawn at random

Every curve is cut at several points; what was measured later is held against the forecast from what came before.  The
one constant of the method, STRETCH, is chosen without the set it is then judged on: leave one set out.
"""

import argparse
import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np

from askance.metrics.forecast import FEWEST, LEVEL, STRETCH, Forecast, forecast

DATA = Path(__file__).parent / "forecast_data" / "curves.csv.gz"
CUTS = (0.2, 0.35, 0.5, 0.7)  # of the points of a curve, FEWEST at least
TARGETS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99)
TEST = {"digits": 449, "segment": 577, "cats_dogs": 750, "cifar10": 1250, "fashion_mnist": 2500}  # samples, a quarter
OTHERS = 1250
TAIL = (1 - LEVEL) / 2


@dataclass(frozen=True)
class Recorded:
    set: str
    strategy: str
    seed: int
    labels: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Judged:
    """Later measurements against the band.

    rows (R, 6): number of the set, labels as a multiple of those at the cut, measured, low, middle, high
    """

    rows: np.ndarray

    def scores(self) -> np.ndarray:
        """How many half widths, of its own side, a measurement is away from the middle."""
        _, _, y, low, middle, high = self.rows.T
        return np.abs(y - middle) / np.maximum(np.where(y > middle, high - middle, middle - low), 1e-9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", nargs="?", choices=["keep", "judge"], default="judge")
    parser.add_argument("work", nargs="?", default="")
    parser.add_argument("--most", type=int, default=10**9)
    said = parser.parse_args()
    if said.command == "keep":
        return keep(Path(said.work) / "runs.jsonl")
    return judge(some(list(recorded()), said.most))


# ---------------------------------------------------------------- the curves


def keep(file: Path) -> None:
    """One line a run: plain accuracies, in ten-thousandths."""
    found = {}
    for line in file.read_text("utf-8").splitlines():
        run = json.loads(line)
        if len(run["labels"]) > FEWEST:
            found[run["set"], run["strategy"], run["seed"]] = run
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    for key, run in sorted(found.items()):
        accuracy = " ".join(str(round(1e4 * v)) for v in run["accuracy"])
        out.writerow([*key, " ".join(map(str, run["labels"])), accuracy])
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    print(f"{len(found)} curves kept in {DATA}")


def recorded() -> Iterator[Recorded]:
    with gzip.open(DATA, "rt", encoding="utf-8") as f:
        for name, strategy, seed, labels, values in csv.reader(f):
            n, y = (np.array(text.split(), float) for text in (labels, values))
            yield Recorded(name, strategy, int(seed), n, y / 1e4)


def some(curves: Sequence[Recorded], most: int) -> list[Recorded]:
    """At most so many of each set."""
    order = np.random.default_rng(0).permutation(len(curves))
    left: dict[str, int] = {}
    out = []
    for i in order:
        left[curves[i].set] = left.get(curves[i].set, 0) + 1
        if left[curves[i].set] <= most:
            out.append(curves[i])
    return out


# ---------------------------------------------------------------- the judgement


def judge(curves: Sequence[Recorded]) -> None:
    began = process_time()
    names = sorted({c.set for c in curves})
    raw = [(c, m, f) for c in curves for m, f in forecasts(c)]
    band = Judged(np.concatenate([against(names.index(c.set), c, m, f) for c, m, f in raw]))
    print(f"{len(curves)} curves of {len(names)} sets, {len(raw)} forecasts, {len(band.rows)} later measurements")
    chosen = [stretch(band, [i for i in range(len(names)) if i != out]) for out in range(len(names))]
    values_table(names, band, chosen)
    distance_table(band, chosen)
    labels_table(names, raw, chosen)
    print(f"\nSTRETCH over all sets {stretch(band, range(len(names))):.3f}, in the code {STRETCH}")
    print(f"{process_time() - began:.0f} s of CPU")


def forecasts(c: Recorded) -> Iterator[tuple[int, Forecast]]:
    """(points it saw, forecast without any stretch) at each cut."""
    se = np.sqrt(c.values * (1 - c.values) / TEST.get(c.set, OTHERS))
    for m in sorted({max(FEWEST, round(cut * len(c.labels))) for cut in CUTS}):
        until = int(c.labels[-1])
        yield m, forecast(c.labels[:m], c.values[:m], se[:m], until=until, draws=400, stretch=1.0)


def against(number: int, c: Recorded, m: int, f: Forecast) -> np.ndarray:
    low, middle, high = f.band
    measured = c.values[np.searchsorted(c.labels, f.labels)]
    return np.column_stack([np.full(len(middle), number), f.labels / c.labels[m - 1], measured, low, middle, high])


def stretch(band: Judged, sets: Sequence[int]) -> float:
    """What half widths must be multiplied by for LEVEL of the measurements to be inside; each set counts the same."""
    scores, number = band.scores(), band.rows[:, 0].astype(int)
    used = np.isin(number, list(sets))
    weight = (1 / np.bincount(number))[number][used]
    order = np.argsort(scores[used])
    share = np.cumsum(weight[order]) / weight.sum()
    return float(scores[used][order][np.searchsorted(share, LEVEL)])


def values_table(names: Sequence[str], band: Judged, chosen: Sequence[float]) -> None:
    number, scores = band.rows[:, 0].astype(int), band.scores()
    print("\n| set | inside, STRETCH from the other sets | below | above | STRETCH | width | mean error |")
    print("|---|---|---|---|---|---|---|")
    held = []
    for i, name in enumerate(names):
        rows, s = band.rows[number == i], scores[number == i]
        out, up = s > chosen[i], rows[:, 2] > rows[:, 4]
        held.append(1 - out.mean())
        width = chosen[i] * (rows[:, 5] - rows[:, 3]).mean()
        error = np.abs(rows[:, 2] - rows[:, 4]).mean()
        print(
            f"| `{name}` | {held[-1]:.1%} | {(out & ~up).mean():.1%} | {(out & up).mean():.1%} | {chosen[i]:.2f} "
            f"| {width:.3f} | {error:.3f} |"
        )
    print(f"| mean over the sets | {np.mean(held):.1%} | | | | | |")


def distance_table(band: Judged, chosen: Sequence[float]) -> None:
    inside = band.scores() <= np.asarray(chosen)[band.rows[:, 0].astype(int)]
    ahead = band.rows[:, 1]
    print("\n| labels, times those at the cut | measurements | hold | mean error |\n|---|---|---|---|")
    for low, high in ((1, 1.25), (1.25, 1.5), (1.5, 2), (2, 3), (3, 6)):
        rows = (ahead > low) & (ahead <= high)
        if rows.any():
            error = np.abs(band.rows[rows, 2] - band.rows[rows, 4]).mean()
            print(f"| {low} to {high} | {rows.sum():,} | {inside[rows].mean():.1%} | {error:.3f} |")


def labels_table(names: Sequence[str], raw: Sequence[tuple[Recorded, int, Forecast]], chosen: Sequence[float]) -> None:
    """Labels to the next two round targets above all that was measured, within the labels that were recorded."""
    rng = np.random.default_rng(1)
    rows = np.array([row for c, m, f in raw for row in targets(names.index(c.set), c, m, f, chosen, rng)])
    print(
        "\n| set | targets | reached | 80 % of the distribution holds | the interval as told holds | of those reached |"
    )
    print("|---|---|---|---|---|---|")
    for i, name in enumerate([*names, "all"]):
        r = rows[rows[:, 0] == i] if i < len(names) else rows
        reached = r[:, 1] > 0
        print(
            f"| {name} | {len(r):,} | {reached.mean():.0%} | {r[:, 2].mean():.1%} | {r[:, 3].mean():.1%} "
            f"| {r[reached, 3].mean():.1%} |"
        )


def targets(
    number: int, c: Recorded, m: int, f: Forecast, chosen: Sequence[float], rng: np.random.Generator
) -> Iterator[tuple[int, bool, bool, bool]]:
    """(set, whether it was reached, whether the central 80 % of the distribution hold it, whether the interval does).

    A target that was not reached counts as one more round than was recorded.  The distribution of a count has steps,
    and where a step lies across the edge of the 80 %, chance decides, as the step is shared.
    """
    middle = np.median(f.paths, 0)
    paths = middle + chosen[number] * (f.paths - middle)
    later = c.values[m:]
    for target in [t for t in TARGETS if t > c.values[:m].max()][:2]:
        there = paths >= target
        first = np.where(there.any(1), there.argmax(1), len(later))
        true = int((later >= target).argmax()) if (later >= target).any() else len(later)
        u = (first < true).mean() + rng.random() * (first == true).mean()
        low, high = np.quantile(first, [TAIL, 1 - TAIL], method="nearest")
        yield number, true < len(later), bool(TAIL <= u <= 1 - TAIL), bool(low <= true <= high)


if __name__ == "__main__":
    main()
