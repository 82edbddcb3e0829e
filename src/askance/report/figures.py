"""The figures of a report, one function each: plain data in, a matplotlib Figure out.  Floor 6."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.report.curves import Curve, said
from askance.report.theme import Theme, axis_names, beside, blank, drawable, families, short, title

MOST_NAMED = 8  # classes that colours can tell apart
MOST_ROWS = 24  # classes that rows can
PARTS = ("train", "score", "select")


def learning_curve(curves: Sequence[Curve], metric: str, full: float | None, theme: Theme) -> Any:
    """Ours first and bold, then the controls; bands are 95 %, and `full` the level with all labels."""
    figure, (ax,) = blank(theme, height=4.3)
    labels = []
    for i, c in reversed(list(enumerate(curves))):
        colour = theme.series[i % len(theme.series)]
        ax.fill_between(c.labels, c.low, c.high, color=colour, alpha=0.16, linewidth=0)
        mark = {"marker": "o", "markersize": 4.2} if len(c.labels) <= 40 else {}
        ax.plot(
            c.labels,
            c.values,
            color=colour,
            linewidth=2.4 if i == 0 else 1.8,
            linestyle="-" if i == 0 else "--",
            **mark,
        )
        labels.append((float(c.values[-1]), f"{c.name} {c.values[-1]:.3f}", colour))
    if full is not None:
        ax.axhline(full, color=theme.muted, linewidth=1)
        ax.axhline(0.95 * full, color=theme.muted, linewidth=1, linestyle=(0, (1, 2)))
        labels += [
            (full, f"all labels {full:.3f}", theme.muted),
            (0.95 * full, f"95 % of it {0.95 * full:.3f}", theme.muted),
        ]
    several = max(c.seeds for c in curves)
    band = f"mean and 95 % band over {several} seeds" if several > 1 else "band: 95 % interval of the measurement"
    title(ax, theme, said(metric), band)
    axis_names(ax, theme, "labels")
    _thousands(ax.xaxis)
    ax.margins(x=0.02)
    beside(figure, ax, labels)
    return figure


def sizes(rounds: Sequence[Round], theme: Theme) -> Any:
    """Labels that each round learned from, and what was left."""
    figure, axes = blank(theme, height=3.1, columns=2)
    shown = (
        ("Labelled", [r.labeled for r in rounds], theme.series[0]),
        ("Still unlabelled", [r.unlabeled for r in rounds], theme.faint),
    )
    for ax, (name, counts, colour) in zip(axes, shown, strict=True):
        ax.bar(range(len(rounds)), counts, color=colour, width=0.75)
        ax.set_ylim(0, max([*counts, 1]) * 1.12)
        title(ax, theme, name)
        _rounds(ax, theme, rounds)
        _thousands(ax.yaxis)
        if len(rounds) <= 8:
            _on_top(ax, theme, counts)
    return figure


def training(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Every pass of every fit, one after the other; a line marks where a round began.  None without passes."""
    fits = [(r.number, r.fit.epochs) for r in rounds if r.fit is not None and r.fit.epochs]
    names = sorted({name for _, epochs in fits for e in epochs for name in e if name != "epoch" and _number(e[name])})
    panels = [p for p in ([n for n in names if "loss" in n], [n for n in names if "loss" not in n]) if p]
    if not panels:
        return None
    figure, axes = blank(theme, width=7.6 if len(panels) == 1 else 9.6, height=3.6, columns=len(panels))
    starts = np.cumsum([0, *(len(epochs) for _, epochs in fits)])
    for ax, panel in zip(axes, panels, strict=True):
        _passes(figure, ax, theme, fits, starts, panel)
        title(
            ax,
            theme,
            "Loss" if "loss" in panel[0] else _spoken(panel[0]).capitalize() if len(panel) == 1 else "Quality",
        )
        axis_names(ax, theme, "epochs, over all rounds")
    return figure


def class_balance(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Shares of the classes among the labels of each round; None when no round counted them."""
    rounds = [r for r in rounds if sum(r.class_counts.values())]
    if not rounds:
        return None
    last = rounds[-1].class_counts
    names = sorted({n for r in rounds for n in r.class_counts}, key=lambda n: (-last.get(n, 0), n))
    counts = np.array([[r.class_counts.get(n, 0) for r in rounds] for n in names], float)
    draw = _stacked if len(names) <= MOST_NAMED else _heat
    return draw(names, counts, rounds, theme)


def calibration(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Reliability of the newest round that measured it, and the ECE of all; None when none did."""
    measured = [r for r in rounds if r.calibration.get("bins")]
    if not measured:
        return None
    newest = measured[-1]
    wide = len(measured) > 1
    figure, axes = blank(
        theme,
        width=9.0 if wide else 4.9,
        height=4.2,
        columns=2 if wide else 1,
        **({"width_ratios": [1, 1]} if wide else {}),
    )
    _reliability(axes[0], np.array(newest.calibration["bins"], float), theme)
    title(
        axes[0],
        theme,
        f"ECE {newest.calibration['ece']:.3f} in round {newest.number}",
        "dot size: samples; the line is perfect calibration",
    )
    if wide:
        axes[1].plot(
            [r.labeled for r in measured],
            [r.calibration["ece"] for r in measured],
            color=theme.series[0],
            linewidth=2.2,
            marker="o",
            markersize=4,
        )
        axes[1].set_ylim(0, max(r.calibration["ece"] for r in measured) * 1.15 or 1)
        title(axes[1], theme, "ECE round by round", "0 is calibrated")
        axis_names(axes[1], theme, "labels")
        _thousands(axes[1].xaxis)
    return figure


def seconds(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Where the time went; None when no round was timed."""
    names = [*PARTS, *sorted({n for r in rounds for n in r.seconds} - {*PARTS})]
    spent = np.array([[r.seconds.get(n, 0.0) for r in rounds] for n in names])
    if not spent.any():
        return None
    used = [i for i in range(len(names)) if spent[i].any()]
    figure, (ax,) = blank(theme, height=3.3)
    base, labels = np.zeros(len(rounds)), []
    for colour, i in zip(theme.series, used, strict=False):
        ax.bar(range(len(rounds)), spent[i], bottom=base, color=colour, width=0.75)
        labels.append((float(base[-1] + spent[i][-1] / 2), f"{names[i]} {_time(spent[i].sum())}", colour))
        base += spent[i]
    title(ax, theme, "Seconds a round", f"{_time(spent.sum())} in all")
    _rounds(ax, theme, rounds)
    beside(figure, ax, labels)
    return figure


# -- parts -------------------------------------------------------------------------------------------------------------


def _passes(figure: Any, ax: Any, theme: Theme, fits: Sequence[Any], starts: np.ndarray, panel: Sequence[str]) -> None:
    labels = []
    for colour, name in zip(theme.series, panel, strict=False):
        seen = []
        for start, (_, epochs) in zip(starts, fits, strict=False):
            rows = [(start + i + 1, e[name]) for i, e in enumerate(epochs) if _number(e.get(name))]
            if rows:
                x, y = zip(*rows, strict=True)
                ax.plot(x, y, color=colour, linewidth=1.8, marker="o" if len(rows) == 1 else "", markersize=3)
                seen += list(y)
        if seen:
            labels.append((float(seen[-1]), f"{_spoken(name)} {seen[-1]:.3g}", colour))
    every = -(-len(fits) // 8)
    for i, (start, (number, _)) in enumerate(zip(starts, fits, strict=False)):
        ax.axvline(start + 0.5, color=theme.muted, linewidth=0.8, linestyle=(0, (2, 3)))
        if i % every == 0:
            ax.annotate(
                f"{'round ' if i == 0 else ''}{number}", (start + 0.5, 0), (3, 4), xycoords=("data", "axes fraction"),
                textcoords="offset points", color=theme.muted, fontsize=8.5, family=families(),
            )  # fmt: skip
    ax.set_xlim(0.2, starts[-1] + 0.8)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.09 * (high - low), high)  # room for the round numbers
    _whole(ax.xaxis)
    beside(figure, ax, labels)


def _stacked(names: Sequence[str], counts: np.ndarray, rounds: Sequence[Round], theme: Theme) -> Any:
    figure, (ax,) = blank(theme, height=3.6)
    share = 100 * counts / counts.sum(0)
    base, labels = np.zeros(len(rounds)), []
    for i, name in enumerate(names):
        ax.bar(
            range(len(rounds)),
            share[i],
            bottom=base,
            color=theme.series[i],
            width=0.8,
            edgecolor=theme.paper,
            linewidth=0.8,
        )
        labels.append((float(base[-1] + share[i][-1] / 2), f"{short(name)} {int(counts[i][-1]):,}", theme.series[i]))
        base += share[i]
    ax.set_ylim(0, 100)
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0f} %")
    title(ax, theme, "Share of each class among the labels", "counts beside are of the newest round")
    _rounds(ax, theme, rounds)
    beside(figure, ax, labels)
    return figure


def _heat(names: Sequence[str], counts: np.ndarray, rounds: Sequence[Round], theme: Theme) -> Any:
    if len(names) > MOST_ROWS:
        rest = len(names) - MOST_ROWS + 1
        names = [*names[: MOST_ROWS - 1], f"{rest} others"]
        counts = np.vstack([counts[: MOST_ROWS - 1], counts[MOST_ROWS - 1 :].sum(0)])
    figure, (ax,) = blank(theme, height=1.5 + 0.27 * len(names))
    ax.grid(False)
    share = counts / counts.sum(0)
    ax.imshow(share, aspect="auto", cmap=theme.scale, vmin=0, vmax=max(share.max(), 1e-9))
    ax.set_yticks(range(len(names)), [drawable(short(n)) for n in names])
    if len(rounds) <= 16:
        _cell_counts(ax, counts, share, theme)
    title(
        ax,
        theme,
        "Labels of each class",
        "darker: a larger share of the round's labels"
        if theme.name == "light"
        else "brighter: a larger share of the round's labels",
    )
    _rounds(ax, theme, rounds)
    return figure


def _cell_counts(ax: Any, counts: np.ndarray, share: np.ndarray, theme: Theme) -> None:
    from matplotlib import colormaps

    paint = colormaps[theme.scale]
    for (row, column), count in np.ndenumerate(counts):
        red, green, blue, _ = paint(share[row, column] / max(share.max(), 1e-9))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
        ax.text(
            column,
            row,
            f"{int(count):,}",
            ha="center",
            va="center",
            fontsize=8.5,
            color="#ffffff" if dark else "#1b2330",
            family=families(),
        )


def _reliability(ax: Any, bins: np.ndarray, theme: Theme) -> None:
    confidence, right, n = bins.T
    ax.plot([0, 1], [0, 1], color=theme.muted, linewidth=1)
    ax.vlines(
        confidence,
        np.minimum(confidence, right),
        np.maximum(confidence, right),
        color=theme.series[0],
        linewidth=2,
        alpha=0.35,
    )
    ax.scatter(
        confidence,
        right,
        s=18 + 240 * n / n.sum(),
        color=theme.series[0],
        zorder=3,
        edgecolor=theme.paper,
        linewidth=0.8,
    )
    ax.set_xlim(-0.02, 1.04)
    ax.set_ylim(-0.02, 1.06)
    ax.set_aspect("equal")
    axis_names(ax, theme, "how sure the model says it is", "how often it is right")


def _rounds(ax: Any, theme: Theme, rounds: Sequence[Round]) -> None:
    """Round numbers under the bars, thinned so that they never touch."""
    every = -(-len(rounds) // 16)
    at = range(0, len(rounds), every)
    ax.set_xticks(list(at), [str(rounds[i].number) for i in at])
    ax.set_xlim(-0.6, len(rounds) - 0.4)
    axis_names(ax, theme, "round")


def _on_top(ax: Any, theme: Theme, counts: Sequence[int]) -> None:
    for i, count in enumerate(counts):
        ax.annotate(
            f"{count:,}",
            (i, count),
            (0, 3),
            textcoords="offset points",
            ha="center",
            color=theme.ink,
            fontsize=8.5,
            family=families(),
        )


def _thousands(axis: Any) -> None:
    _whole(axis)
    axis.set_major_formatter(lambda v, _: f"{v:,.0f}")


def _whole(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))


def _spoken(name: str) -> str:
    return name.replace("val_", "validation ").replace("_", " ")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and bool(np.isfinite(value))


def _time(s: float) -> str:
    """12 s, 3 min 20 s, 2 h 05 min."""
    if s < 60:
        return f"{s:.3g} s"
    minutes, rest = divmod(round(s), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
