"""Figures of a campaign: the learning curve, sizes, and time.  Plain data in, a matplotlib Figure out.  Floor 6."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.metrics import Forecast, enough
from askance.report.axes import axis_names, beside, blank, per_round, settle, thousands, title
from askance.report.curves import Curve, falls, said
from askance.report.theme import Theme, families

PARTS = ("train", "score", "select")


def learning_curve(
    curves: Sequence[Curve], metric: str, full: float | None, theme: Theme, ahead: Forecast | None = None
) -> Any:
    """Ours first and bold, then the controls; bands are 95 %, and `full` is the level with all labels.

    ahead: where ours is heading, dotted, with its 80 % band; as far as the labels so far once more.
    """
    figure, (ax,) = blank(theme, height=4.3)
    labels = []
    for i, c in reversed(list(enumerate(curves))):  # ours last, on top
        colour = theme.series[i % len(theme.series)]
        look: dict[str, Any] = {"linewidth": 1.8, "linestyle": "--"} if i else {"linewidth": 2.4}
        mark = {"marker": "o", "markersize": 4.2} if len(c.labels) <= 40 else {}
        ax.fill_between(c.labels, c.low, c.high, color=colour, alpha=0.16, linewidth=0)
        ax.plot(c.labels, c.values, color=colour, **look, **mark)
        labels.append((float(c.values[-1]), f"{c.values[-1]:.3f} {c.name}", colour))
    if full is not None:
        near = enough(full, falling=falls(metric)), "is 5 % above it" if falls(metric) else "is 95 % of it", ":"
        for level, name, dots in ((full, "with all labels", "-"), near):
            ax.axhline(level, color=theme.muted, linewidth=1, linestyle=dots)
            labels.append((level, f"{level:.3f} {name}", theme.muted))
    if ahead is not None:
        _continued(ax, curves[0], ahead, theme)
    several = max(c.seeds for c in curves)
    band = f"mean and 95 % band over {several} seeds" if several > 1 else "band: 95 % interval of the measurement"
    title(ax, theme, said(metric), band if ahead is None else f"{band}; dotted: forecast with its 80 % interval")
    axis_names(ax, theme, "labels")
    thousands(ax.xaxis)
    ax.margins(x=0.02)
    settle(figure)
    beside(figure, ax, labels)
    return figure


def _continued(ax: Any, ours: Curve, ahead: Forecast, theme: Theme) -> None:
    near = ahead.labels <= 2 * ahead.last
    low, middle, high = (np.append(ours.values[-1], side[near]) for side in ahead.band)
    x = np.append(ahead.last, ahead.labels[near])
    ax.fill_between(x, low, high, color=theme.series[0], alpha=0.09, linewidth=0)
    ax.plot(x, middle, color=theme.series[0], linewidth=2, linestyle=":")


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
        per_round(ax, theme, rounds, most=10)
        thousands(ax.yaxis)
        if len(rounds) <= 6:
            _on_top(ax, theme, counts)
    return figure


def seconds(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Where the time went; None when no round was timed."""
    names = [*PARTS, *sorted({n for r in rounds for n in r.seconds} - {*PARTS})]
    spent = np.array([[r.seconds.get(n, 0.0) for r in rounds] for n in names])
    used = [i for i in range(len(names)) if spent[i].any()]
    if not used:
        return None
    figure, (ax,) = blank(theme, height=3.3)
    base, labels = np.zeros(len(rounds)), []
    for n, i in enumerate(used):
        colour = theme.series[n % len(theme.series)]
        ax.bar(range(len(rounds)), spent[i], bottom=base, color=colour, width=0.75)
        labels.append((float(base[-1] + spent[i][-1] / 2), f"{names[i]} {spoken_time(spent[i].sum())}", colour))
        base += spent[i]
    title(ax, theme, "Seconds a round", f"{spoken_time(spent.sum())} in all")
    per_round(ax, theme, rounds)
    settle(figure)
    beside(figure, ax, labels)
    return figure


def spoken_time(s: float) -> str:
    """0.4 s, 12 s, 3 min 20 s, 2 h 05 min."""
    if s < 59.5:
        return f"{s:.0f} s" if s >= 10 else f"{s:.2g} s"
    minutes, rest = divmod(round(s), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _on_top(ax: Any, theme: Theme, counts: Sequence[int]) -> None:
    look: dict[str, Any] = {"ha": "center", "color": theme.ink, "fontsize": 8.5, "family": families()}
    for i, count in enumerate(counts):
        ax.annotate(f"{count:,}", (i, count), (0, 3), textcoords="offset points", **look)
