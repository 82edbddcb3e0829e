"""Axes of one look: quiet lines, titles at the left, labels beside the data instead of legends.  Floor 6.

Figures are made as objects and never through pyplot, so no global state of matplotlib is read or moved.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.report.theme import Theme, drawable, families, folded


def blank(
    theme: Theme, width: float = 7.6, height: float = 3.9, rows: int = 1, columns: int = 1
) -> tuple[Any, list[Any]]:
    """(figure, its axes by rows), in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.06, hspace=0.04)
    figure = Figure(figsize=(width, height), layout=layout, facecolor=theme.paper)
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for ax in axes:
        plain(ax, theme)
    return figure, axes


def plain(ax: Any, theme: Theme) -> None:
    """Light horizontal lines, no box, quiet ticks."""
    ax.set_facecolor(theme.paper)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(theme.muted)
    ax.grid(axis="y", color=theme.grid, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(colors=theme.muted, labelsize=9.5, length=0, pad=5, labelfontfamily=families())
    ax.tick_params(axis="x", length=3)


def title(ax: Any, theme: Theme, text: str, below: str = "") -> None:
    """A bold line at the left, and a quiet one under it."""
    say = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False, "family": families()}
    bold = {"color": theme.ink, "fontsize": 12, "fontweight": "bold"}
    ax.annotate(drawable(text), (0, 1), (0, 22 if below else 7), **bold, **say)
    if below:
        ax.annotate(drawable(below), (0, 1), (0, 7), color=theme.muted, fontsize=9.5, **say)


def axis_names(ax: Any, theme: Theme, x: str = "", y: str = "") -> None:
    ax.set_xlabel(x, color=theme.muted, fontsize=9.5, family=families())
    ax.set_ylabel(y, color=theme.muted, fontsize=9.5, family=families())


Label = tuple[float, str, str]  # y in data units, text, colour


def settle(figure: Any) -> None:
    """Gives the axes their places, so that data units have one on paper."""
    figure.get_layout_engine().execute(figure)


def beside(figure: Any, ax: Any, labels: Sequence[Label], size: float = 10.0) -> None:
    """Writes labels at the right edge of settled axes, each as near to its y as it can be without overlap."""
    box, points = ax.get_window_extent(), 72 / figure.dpi
    wanted = [(ax.transData.transform((0, y))[1] - box.y0) * points for y, _, _ in labels]
    texts = ["\n".join(folded(text)) for _, text, _ in labels]
    tall = [1.35 * size * (text.count("\n") + 1) for text in texts]
    for at, y, text, (_, _, colour) in zip(
        spread(wanted, tall, box.height * points), wanted, texts, labels, strict=True
    ):
        ax.annotate(
            text, (1, y / (box.height * points)), (9, at - y), xycoords="axes fraction", textcoords="offset points",
            color=colour, fontsize=size, va="center", annotation_clip=False, linespacing=1.15, family=families(),
        )  # fmt: skip


def spread(wanted: Sequence[float], tall: Sequence[float], height: float) -> list[float]:
    """Places of the middles of labels on a line from 0 to `height`: in the order wanted, none over another, and as
    near to where they are wanted as that allows.

    By least squares: once the heights stacked below each are taken off, that is isotonic regression.
    """
    from scipy.optimize import isotonic_regression

    order = np.argsort(wanted, kind="stable")
    high = np.asarray(tall, float)[order]
    stacked = np.cumsum(high) - high / 2
    lifted = isotonic_regression(np.asarray(wanted, float)[order] - stacked).x
    at = np.empty(len(order))
    at[order] = np.clip(lifted, 0.0, max(0.0, height - high.sum())) + stacked
    return at.tolist()


def per_round(ax: Any, theme: Theme, rounds: Sequence[Round], most: int = 16) -> None:
    """Round numbers under bars at 0, 1, 2, ..., at most so many, so that they never touch."""
    at = range(0, len(rounds), -(-len(rounds) // most))
    ax.set_xticks(list(at), [str(rounds[i].number) for i in at])
    ax.set_xlim(-0.6, len(rounds) - 0.4)
    axis_names(ax, theme, "round")


def thousands(axis: Any) -> None:
    whole(axis)
    axis.set_major_formatter(lambda v, _: f"{v:,.0f}")


def whole(axis: Any) -> None:
    """Ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
