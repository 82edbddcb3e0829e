"""docs/regression-results.md and its picture, from benchmarks/regression_data alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from askance.metrics import Comparison, compare_all
from study.pictures import _figure, _save
from study.regression_rows import SETS, STRATEGIES, Row, rows

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "images" / "regression" / "curves.png"
RANDOM = "random"
FIRST, BATCH = 40, 20
SHOWN = {
    "lcmd": "#d03a3a",
    "bait_fb": "#5b3fa0",
    "kmeanspp": "#007f5c",
    "igs": "#3aa7c8",
    "max_diag, last layer": "#e08a3c",
    "qbc_variance": "#a8487f",
}
ALONE = ("max_diag, last layer", "max_diag, gradient", "qbc_variance")
Curves = Mapping[str, np.ndarray]  # {strategy: (seeds, batches + 1)}, row i of all from one seed

HEAD = """# Regression: strategies compared

Written by `python benchmarks/regression.py page` from the runs kept in `benchmarks/regression_data`; do not edit.
What the strategies are: [strategies.md](strategies.md); Gaussian process, forest and linear model, and how to work with
labels that are numbers: [regression.md](regression.md).

## What was measured

The algebra of Holzmüller et al. 2023 (arXiv:2203.09410), *kernel | transforms | selector*, and the strategies for
numbers from elsewhere, all with the same learner: `mlp`, two layers of 32 units, as the paper's claim is about
networks. Of UCI {sets}.
20 % of a set is for testing; of the rest at most 2,000 rows, drawn at random, are the pool. 40 labels at random, the
same for all strategies of a seed, then 8 batches of 20; after each the network is trained anew. The measure is the
natural logarithm of the RMSE on the test rows, as the paper has it: -0.10 is an RMSE lower by 9.5 %.
{seeds}
All strategies have the same seeds; differences are paired, p by Student's t, corrected by Holm for all strategies of a
table; the mean over the sets speaks of these sets. Committees are of 4 more networks, each on a bootstrap sample.
`python benchmarks/regression.py run` repeats it, {minutes:.0f} CPU minutes in all.

Differences from the paper, declared: four sets and not fifteen, 40 to 200 labels and not 256 to 4,352, a small network
trained by L-BFGS and not by Adam, gradients sketched to 256 columns and not 512, plain gradients in the weights where
the paper scales layers by their width, and Frank-Wolfe as `acs_fw` has it. Sets, sizes and strategies were fixed
before the first run was looked at{but}.

## The algebra

| step | what there is |
|---|---|
| kernel | `linear`, `last_layer`, `full_gradient`, `ensemble_gradient`, `laplace`, `nngp`; of classes `gradients` |
| transform | `sketched(dims=512)`, `scaled`, `posterior(sigma=0.001)`, `acs_rp(dims=512)` |
| selector | `max_diag`, `max_det`, `max_dist`, `kmeanspp`, `kmeanspp_tp`, `lcmd`, `frank_wolfe`, `bait_f`, `bait_fb` |

    askance strategies lcmd_gradient
    askance new diabetes --pool diabetes.csv --id patient --features age,sex,bmi,bp --label target \\
        --labels number --learner mlp --strategy lcmd_gradient --batch 10 --warmup 20 --budget 60
    askance run diabetes

(`diabetes.csv` is made in [regression.md](regression.md).)
Labelled and pending samples go through the same kernel and transforms as the pool. A selector counts them as picked
(the paper's mode TP), or `posterior` does (mode P, `posterior | max_det(mode='p')`); not both. Kernels without columns
are never made as a matrix: a selector that asks for distances or determinants runs on their values, and `sketched`
gives them columns. `full_gradient` needs a learner that gives `layers`, such as `mlp`: what each layer is given, and
how the prediction changes with what it gives; so no gradient is ever built.
"""


def write() -> None:
    found = rows()
    curves = {name: paired([r for r in found if r.set == name]) for name in SETS}
    curves = {name: c for name, c in curves.items() if c}
    names = [s for s in STRATEGIES if all(s in c for c in curves.values())]
    fewest = min(len(c[RANDOM]) for c in curves.values())
    text = HEAD.format(
        sets=", ".join(curves),
        seeds=f"Seeds: {', '.join(f'{len(c[RANDOM])} for {name}' for name, c in curves.items())}.",
        minutes=sum(r.seconds for r in found) / 60,
        but=", but for the choice of which seeds had time to run" if fewest < 10 else "",
    )
    joined = {s: np.mean([c[s][:fewest] for c in curves.values()], 0) for s in names}
    said = picture(curves)
    parts = [
        text,
        reading(joined, curves),
        "## Mean over the sets\n",
        f"Mean of the {len(curves)} sets, seed by seed ({fewest} seeds). *better* and *worse*: on how many sets "
        "significantly so (Holm, .05).\n",
        table(joined, curves),
        f"\n![{said}](images/regression/curves.png)\n",
        *(f"## {name}\n\n{table(c)}\n" for name, c in curves.items()),
        asked(names),
    ]
    (DOCS / "regression-results.md").write_text("\n".join(parts) + "\n", "utf-8")
    print(f"{DOCS / 'regression-results.md'}: {len(found)} runs")


def paired(found: Sequence[Row]) -> Curves:
    """Of strategies that ran, the seeds that all of them have."""
    by: dict[str, dict[int, list[float]]] = {}
    for r in found:
        by.setdefault(r.strategy, {})[r.seed] = r.log_rmse
    most = max((len(seeds) for seeds in by.values()), default=0)
    full = {s: seeds for s, seeds in by.items() if len(seeds) >= most - 1}  # one run may be under way
    common = sorted(set.intersection(*(set(seeds) for seeds in full.values()))) if full else []
    return {s: np.array([full[s][seed] for seed in common]) for s in STRATEGIES if s in full} if common else {}


def means(curves: Curves) -> dict[str, Comparison]:
    """Mean over the batches (the first labels are the same for all) against random's."""
    return dict(compare_all({s: c[:, 1:].mean(1).tolist() for s, c in curves.items()}, RANDOM))


def ends(curves: Curves) -> dict[str, Comparison]:
    return dict(compare_all({s: c[:, -1].tolist() for s, c in curves.items()}, RANDOM))


def table(curves: Curves, sets: Mapping[str, Curves] | None = None) -> str:
    """Best first.  Differences to random; below 0 is better."""
    mean, last = means(curves), ends(curves)
    extra = "| better | worse " if sets else ""
    lines = [
        "| strategy | log RMSE, mean of the curve | less random's | 95 % | p | after the last batch, less random's | p "
        + f"{extra}|",
        "|---|--:|--:|---|--:|--:|--:|" + ("--:|--:|" if sets else ""),
    ]
    for s in sorted(curves, key=lambda s: curves[s][:, 1:].mean()):
        level = f"{curves[s][:, 1:].mean():.3f}"
        if s == RANDOM:
            lines.append(f"| **{s}** | {level} | | | | | |" + (" | |" if sets else ""))
            continue
        m, e = mean[s], last[s]
        counts = f" {verdicts(s, sets, -1)} | {verdicts(s, sets, 1)} |" if sets else ""
        lines.append(
            f"| {s} | {level} | {m.difference:+.3f} | {m.low:+.3f} to {m.high:+.3f} | {p_of(m)} | {e.difference:+.3f} "
            f"| {p_of(e)} |{counts}"
        )
    return "\n".join(lines)


def verdicts(strategy: str, sets: Mapping[str, Curves], sign: int) -> int:
    """On how many sets it is significantly above (1) or below (-1) random."""
    found = [means(c)[strategy] for c in sets.values()]
    return sum(m.holm_p < 0.05 and m.difference * sign > 0 for m in found)


def p_of(c: Comparison) -> str:
    return "< .001" if c.holm_p < 0.001 else f"{c.holm_p:.3f}".lstrip("0")


def reading(joined: Curves, sets: Mapping[str, Curves]) -> str:
    """What the tables say, in words that follow from them."""
    mean = means(joined)
    lines = ["## What it says\n"]
    lines += [f"- `{s}` on gradients: {told(mean[s])}{on_sets(s, sets)}" for s in ("lcmd", "bait_f", "bait_fb")]
    lines.append("- Variance alone, sample by sample, with no eye for what a batch repeats:")
    lines += [f"  - `{s}`: {told(mean[s])}{on_sets(s, sets)}" for s in ALONE if s in mean]
    best = min(mean, key=lambda s: mean[s].difference)
    lines.append(f"- The lowest of all is `{best}`: {told(mean[best])}.")
    return "\n".join(lines) + "\n"


def told(c: Comparison) -> str:
    way = "lower" if c.difference < 0 else "higher"
    share = 100 * abs(1 - np.exp(c.difference))
    return f"RMSE {share:.1f} % {way} than random's over the curve ({c.difference:+.3f}, p {p_of(c)})"


def on_sets(strategy: str, sets: Mapping[str, Curves]) -> str:
    better, worse = verdicts(strategy, sets, -1), verdicts(strategy, sets, 1)
    return f"; significantly better on {better} of {len(sets)} sets, significantly worse on {worse}."


def asked(names: Sequence[str]) -> str:
    lines = ["## The strategies as expressions\n", "| name above | expression |", "|---|---|"]
    return "\n".join([*lines, *(f"| {s} | `{STRATEGIES[s].replace('|', chr(92) + '|')}` |" for s in names)])


def picture(curves: Mapping[str, Curves]) -> str:
    """One panel a set: log RMSE by labels; gives the words for who cannot see it."""
    figure, axes = _figure(13, 3.6, len(curves))
    for panel, (name, of) in zip(axes, curves.items(), strict=True):
        labels = FIRST + BATCH * np.arange(of[RANDOM].shape[1])
        panel.plot(labels, of[RANDOM].mean(0), color="#222222", lw=1.8, ls="--", label=RANDOM)
        for s, colour in SHOWN.items():
            if s in of:
                panel.plot(labels, of[s].mean(0), color=colour, lw=1.4, label=s)
        panel.set_title(name, loc="left", fontsize=9)
        panel.set_xlabel("labels")
    axes[0].set_ylabel("log RMSE on the test rows")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
    _save(figure, PICTURE)
    return "log RMSE by labels, mean over the seeds, on " + ", ".join(curves)
