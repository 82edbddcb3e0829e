"""docs/joint-training-results.md and its picture, from benchmarks/joint_training_data alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from askance.metrics import Comparison, compare_all
from study.joint_rows import SETS, WAYS, Row, rows
from study.pictures import _figure, _save
from study.regression_page import p_of

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "images" / "joint" / "curves.png"
RANDOM, MARGIN = "random", "margin"
SHOWN = {
    "margin": "#0072b2",
    "badge": "#d03a3a",
    "learning loss": "#007f5c",
    "WAAL": "#5b3fa0",
    "DeepFool": "#e08a3c",
    "BALD, dropout": "#a8487f",
    "margin, FlexMatch": "#3aa7c8",
}
Curves = Mapping[str, np.ndarray]  # {way: (seeds, batches + 1)}, row i of all from one seed

HEAD = """# Methods that train with the network, compared

Written by `python benchmarks/joint_training.py page` from the runs kept in `benchmarks/joint_training_data`; do not
edit. What the methods are: [add-ons.md](add-ons.md), [learners-torch.md](learners-torch.md),
[semi-supervised.md](semi-supervised.md).

## What was measured

Fashion-MNIST (28 × 28, grey) and CIFAR-10 (32 × 32, colour), ten classes each. For each seed 1,500 images drawn from
the first ten thousand are the pool and 1,000 others are for testing. 60 labels at random, the same for all of a seed,
then 3 batches of 50: that is the beginning of a project, where most of these methods were published with thousands of
labels. The network is the same for all: two convolutions, a dense layer of 64, dropout; 200 steps of 32 from the same
first weights after each batch, AdamW, no validation set, no augmentation but where a method brings its own. What is
shown under a name is in the last table. {seeds}

*fashion_mnist, more labels*: 300 first labels, 3 batches of 150 from a pool of 3,000, 400 steps, for the learning loss,
which its authors begin with 1,000 labels and let rank a part of the pool drawn at random (*among 10 batches*). It was
added after the first seed had shown the learning loss below random with few labels.

Accuracy on the test images, mean over the three batches. Differences are paired by seed, p by Student's t, corrected
by Holm for all methods of a table. Time is processor seconds on one core, the mean of a round. `python
benchmarks/joint_training.py run` repeats it, {minutes:.0f} CPU minutes in all. Sizes, methods and settings were fixed
before the first complete seed was looked at; the number of steps and of batches was made smaller after one run had
been timed. Left out for want of processor time: TA-VAAL, with its auto-encoder of pixels, of which a run was not done
after nearly two CPU minutes; and after their first seed, which is in the file, BALD of snapshots and random picks with
pseudo-labels and with FlexMatch.
"""


def write() -> None:
    found = rows()
    curves = {name: paired([r for r in found if r.set == name]) for name in SETS}
    curves = {name: c for name, c in curves.items() if c}
    seeds = ", ".join(f"{len(c[RANDOM])} on {name}" for name, c in curves.items())
    minutes = sum(r.train + r.score + r.select for r in found) / 60
    said = picture(curves)
    parts = [
        HEAD.format(seeds=f"Seeds: {seeds}.", minutes=minutes),
        reading(curves),
        f"![{said}](images/joint/curves.png)\n",
        *(f"## {name}\n\n{table(c, [r for r in found if r.set == name])}\n" for name, c in curves.items()),
        asked(),
    ]
    (DOCS / "joint-training-results.md").write_text("\n".join(parts) + "\n", "utf-8")
    print(f"{DOCS / 'joint-training-results.md'}: {len(found)} runs")


def paired(found: Sequence[Row]) -> Curves:
    """The seeds that every way has, of which one run may be under way."""
    by: dict[str, dict[int, list[float]]] = {}
    for r in found:
        by.setdefault(r.way, {})[r.seed] = r.accuracy
    if not by:
        return {}
    ways = SETS[found[0].set].ways
    common = sorted(set.intersection(*(set(by.get(w, {})) for w in ways)))
    return {w: np.array([by[w][seed] for seed in common]) for w in ways} if common else {}


def means(curves: Curves, to: str) -> dict[str, Comparison]:
    """Mean over the batches: the first labels are the same for all.  Of a way that was not run there is nothing."""
    if to not in curves:
        return {}
    return dict(compare_all({w: c[:, 1:].mean(1).tolist() for w, c in curves.items()}, to))


def table(curves: Curves, found: Sequence[Row]) -> str:
    """Best first.  Above 0 is better."""
    to_random, to_margin = means(curves, RANDOM), means(curves, MARGIN)
    lines = [
        "| method | accuracy | less random's | 95 % | p | less margin's | p | after the last batch "
        "| train, s | score, s | select, s |",
        "|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for way in sorted(curves, key=lambda w: -curves[w][:, 1:].mean()):
        c = curves[way]
        row = [way, f"{c[:, 1:].mean():.3f}", *cells(to_random.get(way), True), *cells(to_margin.get(way), False)]
        row += [f"{c[:, -1].mean():.3f}", *times([r for r in found if r.way == way], c.shape[1])]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


def cells(c: Comparison | None, interval: bool) -> list[str]:
    """Of the reference itself there is nothing to say."""
    if c is None:
        return [""] * (3 if interval else 2)
    return [f"{c.difference:+.3f}", *([f"{c.low:+.3f} to {c.high:+.3f}"] if interval else []), p_of(c)]


def times(found: Sequence[Row], fits: int) -> list[str]:
    """A round is one fit; the last has no scoring and no selection after it."""
    train, score, picked = (np.mean([getattr(r, what) for r in found]) for what in ("train", "score", "select"))
    return [f"{train / fits:.1f}", f"{score / (fits - 1):.2f}", f"{picked / (fits - 1):.2f}"]


def reading(curves: Mapping[str, Curves]) -> str:
    """What the tables say, in words that follow from them."""
    lines = ["## What it says\n"]
    for name, c in curves.items():
        for to in (to for to in (RANDOM, MARGIN) if to in c):
            found = means(c, to)
            better = [w for w, d in found.items() if d.holm_p < 0.05 and d.difference > 0]
            worse = [w for w, d in found.items() if d.holm_p < 0.05 and d.difference < 0]
            lines.append(f"- On {name}, against {to}: significantly better {named(better)}; worse {named(worse)}.")
    whole = {name: means(c, RANDOM) for name, c in curves.items() if len(c) > 5}
    both = [w for w in WAYS if w != RANDOM and all(w in d and d[w].difference > 0 for d in whole.values())]
    lines.append(f"- Above random on {' and '.join(whole)} by the mean, significant or not: {named(both)}.")
    lines += [
        f"- *{w}*, {name}: {told(d)}" for name, c in curves.items() for w, d in means(c, RANDOM).items() if is_loss(w)
    ]
    lines.append("- Five seeds and nineteen comparisons are few: only large differences can be significant here.")
    return "\n".join(lines) + "\n"


def is_loss(way: str) -> bool:
    return way.startswith("learning loss")


def told(d: Comparison) -> str:
    return f"{d.difference:+.3f} against random ({d.low:+.3f} to {d.high:+.3f}, p {p_of(d)})."


def named(ways: Sequence[str]) -> str:
    return ", ".join(f"*{w}*" for w in ways) or "none"


def asked() -> str:
    lines = ["## The methods as texts\n", "| name above | `--strategy` | options of `--learner` |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {w} | `{v.strategy}` | {code(v.learner)} |" for w, v in WAYS.items())])


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def picture(curves: Mapping[str, Curves]) -> str:
    """One panel a set: accuracy less random's by labels; gives the words for who cannot see it."""
    figure, axes = _figure(11, 3.8, len(curves))
    for panel, (name, of) in zip(axes, curves.items(), strict=True):
        labels = SETS[name].labels
        panel.axhline(0, color="#222222", lw=1.8, ls="--", label=f"{RANDOM} (0)")
        for way, colour in SHOWN.items():
            if way in of:
                panel.plot(labels, (of[way] - of[RANDOM]).mean(0), color=colour, lw=1.5, label=way)
        panel.set_title(name, loc="left", fontsize=9)
        panel.set_xlabel("labels")
    lows, highs = zip(*(panel.get_ylim() for panel in axes), strict=True)
    for panel in axes:
        panel.set_ylim(min(lows), max(highs))
    axes[0].set_ylabel("accuracy less random's")
    named_lines = axes[0].get_legend_handles_labels()
    axes[-1].legend(*named_lines, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
    _save(figure, PICTURE)
    return "accuracy less random's by labels, mean over the seeds, on " + " and ".join(curves)
