"""The table and the figure of `cats_dogs_loop.py`, from the lines that it has written so far.

python examples/cats_dogs_report.py cats_dogs_run --figure docs/examples/cats_dogs_loop.png
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from askance import metrics

BAND = 0.0025
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """curves: {(learner, strategy): {seed: rows}}; whole: {learner: {seed: the fit on the whole pool}}."""

    curves: Mapping[tuple[str, str], Mapping[int, Sequence[Row]]]
    whole: Mapping[str, Mapping[int, Row]]

    def at(self, learner: str, strategy: str) -> Iterator[tuple[int, list[float]]]:
        """(labels, test accuracy of each seed), where every seed has got to."""
        seeds = self.curves[learner, strategy]
        for n, row in enumerate(min(seeds.values(), key=len)):
            yield row["labeled"], [rows[n]["test"] for _, rows in sorted(seeds.items())]

    def full(self, learner: str, part: str = "test") -> float:
        return float(np.mean([row[part] for row in self.whole[learner].values()]))

    def stops(self, learner: str, strategy: str) -> dict[int, int | None]:
        """Labels at which the article's rule stops each seed; None where it has not yet."""
        goal = {seed: row["check"] - BAND for seed, row in self.whole[learner].items()}
        curves = self.curves[learner, strategy]
        return {
            s: next((r["labeled"] for r in rows if r["check"] >= goal[s]), None) for s, rows in sorted(curves.items())
        }


def read(run: Path) -> Run:
    curves: dict[tuple[str, str], dict[int, Sequence[Row]]] = {}
    whole: dict[str, dict[int, Row]] = {}
    for path in sorted(run.glob("*-*-*.jsonl")):
        learner, strategy, seed = path.stem.rsplit("-", 2)
        rows = [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
        if strategy == "all" and rows:
            whole.setdefault(learner, {})[int(seed)] = rows[0]
        elif strategy != "start" and rows:
            curves.setdefault((learner, strategy), {})[int(seed)] = rows
    return Run(curves, whole)


def table(run: Run, learner: str) -> str:
    """Markdown: mean test accuracy over the seeds with its 95 % interval, and the paired difference to random."""
    names = [s for name, s in run.curves if name == learner]
    lines = ["| labels | " + " | ".join(names) + " | difference |", "|---:|" + "---:|" * (len(names) + 1)]
    for turn in zip(*(run.at(learner, name) for name in names), strict=False):
        found = dict(zip(names, (values for _, values in turn), strict=True))
        cells = [interval(found[name]) for name in names]
        lines.append(f"| {turn[0][0]} | " + " | ".join([*cells, difference(found)]) + " |")
    whole = interval([row["test"] for row in run.whole[learner].values()])
    lines.append("| the whole pool | " + " | ".join([whole] * len(names)) + " | |")
    return "\n".join(lines)


def difference(found: Mapping[str, Sequence[float]]) -> str:
    """entropy - random in points, paired by seed."""
    if not {"entropy", "random"} <= set(found):
        return ""
    c = metrics.compare(found["entropy"], found["random"])
    return f"{100 * c.difference:+.1f} ({100 * c.low:+.1f} to {100 * c.high:+.1f})"


def interval(values: Sequence[float]) -> str:
    mean, low, _ = metrics.t_interval(list(values))
    return f"{100 * mean:.1f} ± {100 * (mean - low):.1f}"


def areas(run: Run, learner: str) -> str:
    """The mean accuracy over the budget, entropy against random, paired by seed."""
    found = {}
    for strategy in ("entropy", "random"):
        seeds = run.curves[learner, strategy]
        length = min(len(rows) for key in ("entropy", "random") for rows in run.curves[learner, key].values())
        cut = [rows[:length] for _, rows in sorted(seeds.items())]
        found[strategy] = [metrics.aubc([r["labeled"] for r in rows], [r["test"] for r in rows]) for rows in cut]
    c = metrics.compare(found["entropy"], found["random"])
    return (
        f"{learner}: mean accuracy over the budget, entropy {100 * np.mean(found['entropy']):.2f}, "
        f"random {100 * np.mean(found['random']):.2f}; difference {100 * c.difference:+.2f} points "
        f"(95 % {100 * c.low:+.2f} to {100 * c.high:+.2f}, {c.wins} of {c.n} seeds above, paired t p = {c.t_p:.2f})"
    )


def first_at(run: Run, learner: str, strategy: str, goal: float) -> list[int | None]:
    """Labels at which each seed first tests at the goal or above."""
    seeds = sorted(run.curves[learner, strategy].items())
    return [next((row["labeled"] for row in rows if row["test"] >= goal), None) for _, rows in seeds]


def figure(run: Run, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    learners = [name for name in ("cnn", "frozen") if any(key[0] == name for key in run.curves)]
    fig, axes = plt.subplots(1, len(learners), figsize=(6.4 * len(learners), 4.4), sharey=True, squeeze=False)
    titles = {"cnn": "CNN from scratch, 64 px, warm start", "frozen": "Frozen MobileNetV2, linear head, 128 px"}
    for ax, learner in zip(axes[0], learners, strict=True):
        for strategy, colour in (("entropy", "#0072b2"), ("random", "#c65000")):
            draw(ax, list(run.at(learner, strategy)), strategy, colour)
        for name in run.whole:
            own = name == learner
            label = f"{'this' if own else name} network on the whole pool: {100 * run.full(name):.1f} %"
            ax.axhline(
                100 * run.full(name), color="#1b2330" if own else "#9aa5b4", linestyle="--" if own else ":", label=label
            )
        ax.set(title=titles[learner], xlabel="labels")
        ax.grid(color="#e4e7ec")
        ax.legend(loc="best", fontsize=8)
    axes[0][0].set_ylabel("accuracy on the test photos, %")
    seeds = max(len(s) for s in run.curves.values())
    fig.suptitle(f"Cats and dogs: mean of {seeds} seeds with its 95 % interval", fontsize=11)
    fig.tight_layout()
    fig.savefig(path, dpi=130)


def draw(ax: Any, points: Sequence[tuple[int, Sequence[float]]], label: str, colour: str) -> None:
    x = [labels for labels, _ in points]
    mean, low, high = 100 * np.array([metrics.t_interval(list(values)) for _, values in points]).T
    ax.plot(x, mean, color=colour, marker="o", markersize=3, label=label)
    ax.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)


def main() -> None:
    parser = ArgumentParser(description="Tables and a figure of a run of cats_dogs_loop.py, finished or not.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--figure", type=Path, help="PNG; else RUN/cats_dogs_loop.png")
    args = parser.parse_args()
    show(args.run, args.figure or args.run / "cats_dogs_loop.png")


def show(folder: Path, png: Path) -> None:
    run = read(folder)
    for learner in sorted({name for name, _ in run.curves}):
        print(f"\n{table(run, learner)}\n\n{areas(run, learner)}")
        for name, strategy in run.curves:
            if name == learner:
                print(f"{strategy}: the rule stops at {run.stops(learner, strategy)} labels by seed")
    for strategy in ("entropy", "random"):
        if {("frozen", strategy), ("cnn", strategy)} <= set(run.curves):
            goal = run.full("cnn")
            needed = {learner: first_at(run, learner, strategy, goal) for learner in ("cnn", "frozen")}
            print(f"{strategy}: the CNN's {100 * goal:.1f} % on the whole pool is first reached, by seed, at {needed}")
    figure(run, png)
    print(f"figure: {png}")


if __name__ == "__main__":
    main()
