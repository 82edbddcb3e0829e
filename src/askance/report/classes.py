"""The figure of class balance: which classes the labels of each round belong to.  Floor 6."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.report.axes import beside, blank, per_round, settle, title
from askance.report.theme import Theme, drawable, families, short

MOST_NAMED = 8  # classes that colours can tell apart
MOST_ROWS = 24  # classes that rows can
MOST_COUNTED = 14  # rounds in which a row has room for its counts


def class_balance(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Stacked shares for few classes, rows of counts for many; None when no round counted them."""
    rounds = [r for r in rounds if sum(r.class_counts.values())]
    if not rounds:
        return None
    last = rounds[-1].class_counts
    names = sorted({n for r in rounds for n in r.class_counts}, key=lambda n: (-last.get(n, 0), n))
    counts = np.array([[r.class_counts.get(n, 0) for r in rounds] for n in names], float)
    draw = _stacked if len(names) <= MOST_NAMED else _rows
    return draw(names, counts, rounds, theme)


def _stacked(names: Sequence[str], counts: np.ndarray, rounds: Sequence[Round], theme: Theme) -> Any:
    figure, (ax,) = blank(theme, height=3.6)
    share = 100 * counts / counts.sum(0)
    base, labels = np.zeros(len(rounds)), []
    for i, name in enumerate(names):
        look = {"color": theme.series[i], "edgecolor": theme.paper, "linewidth": 0.8}
        ax.bar(range(len(rounds)), share[i], bottom=base, width=0.8, **look)
        labels.append((float(base[-1] + share[i][-1] / 2), f"{short(name)} {int(counts[i][-1]):,}", theme.series[i]))
        base += share[i]
    ax.set_ylim(0, 100)
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0f} %")
    title(ax, theme, "Share of each class among the labels", "beside it: labels of each in the newest round")
    per_round(ax, theme, rounds)
    settle(figure)
    beside(figure, ax, labels)
    return figure


def _rows(names: Sequence[str], counts: np.ndarray, rounds: Sequence[Round], theme: Theme) -> Any:
    share = counts / counts.sum(0)
    if len(names) > MOST_ROWS:
        rest = len(names) - MOST_ROWS + 1
        names = [*names[: MOST_ROWS - 1], f"{rest} others"]
        counts = np.vstack([counts[: MOST_ROWS - 1], counts[MOST_ROWS - 1 :].sum(0)])
        share = np.vstack([share[: MOST_ROWS - 1], np.full(len(rounds), np.nan)])  # no one class: no colour
    figure, (ax,) = blank(theme, height=1.5 + 0.27 * len(names))
    ax.grid(False)
    ax.imshow(share, aspect="auto", cmap=theme.scale, vmin=0, vmax=np.nanmax(share))
    ax.set_yticks(range(len(names)), [drawable(short(n)) for n in names])
    if len(rounds) <= MOST_COUNTED:
        _counts(ax, counts, share / np.nanmax(share), theme)
    shade = "darker" if theme.name == "light" else "brighter"
    title(ax, theme, "Labels of each class", f"{shade}: a larger share of the round's labels")
    per_round(ax, theme, rounds)
    ax.set_xlim(-0.5, len(rounds) - 0.5)
    return figure


def _counts(ax: Any, counts: np.ndarray, shade: np.ndarray, theme: Theme) -> None:
    """The number in each cell, white on dark and dark on bright."""
    from matplotlib import colormaps

    red, green, blue, _ = np.moveaxis(colormaps[theme.scale](np.nan_to_num(shade)), -1, 0)
    dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
    paint = np.where(np.isnan(shade), theme.ink, np.where(dark, "#ffffff", "#1b2330"))
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8.5, "family": families()}
    for (row, column), count in np.ndenumerate(counts):
        ax.text(column, row, f"{int(count):,}", color=str(paint[row, column]), **look)
