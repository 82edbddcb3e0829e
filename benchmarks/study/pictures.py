"""The pictures of the results page: curves of a few well-known strategies, and who beats whom."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from askance.metrics import WinMatrix
from askance.report.theme import LIGHT
from study.kept import Mean
from study.sets import Set
from study.tables import RANDOM, Group, values

SHOWN = {
    "margin": "#0072b2",
    "entropy": "#e08a3c",
    "bald": "#a8487f",
    "kcenter": "#7d6300",
    "typiclust": "#007f5c",
    "max_herding": "#3aa7c8",
    "badge": "#d03a3a",
    "uherding": "#5b3fa0",
}


def curves(of: Set, means: Mapping[str, Mean], group: Group, full: float, to: Path) -> str:
    """Two panels: the measure by labels, and the same less random's; gives the words for who cannot see it."""
    figure, (left, right) = _figure(10, 3.6, 2)
    control = means[RANDOM]
    shown = {name: colour for name, colour in SHOWN.items() if name in group}
    left.axhline(full, color=LIGHT.muted, lw=0.8, ls=":")
    left.plot(control.labels, control.values, color=LIGHT.ink, lw=1.8, ls="--", label=RANDOM)
    right.axhline(0, color=LIGHT.ink, lw=1.8, ls="--", label=RANDOM)
    for name, colour in shown.items():
        y = np.array(means[name].values)
        wide = 2.4 if name == "margin" else 1.3  # with two classes entropy lies on top of it
        left.plot(means[name].labels, y, color=colour, lw=wide)
        right.plot(control.labels, y - np.array(control.values), color=colour, lw=wide, label=name)
    what = "balanced accuracy" if of.uneven else "accuracy"
    left.set_ylabel(what)
    right.set_ylabel(f"{what} less random's")
    for axes in (left, right):
        axes.set_xlabel("labels")
    right.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
    left.set_title(f"{of.name}: mean over the seeds; dotted, all labels", loc="left", fontsize=9)
    _save(figure, to)
    mean = {name: np.mean(v) - np.mean(values(group)[RANDOM]) for name, v in values(group).items() if name in shown}
    said = ", ".join(f"{name} {gain:+.3f}" for name, gain in sorted(mean.items(), key=lambda item: -item[1]))
    return f"{of.name}, area under the curve less random's: {said}"


def heat(matrix: WinMatrix, to: Path) -> str:
    """Rows beat columns where it is blue; best first; random has a frame."""
    n = len(matrix.names)
    figure, (axes,) = _figure(0.17 * n + 2.6, 0.17 * n + 2.0, 1)
    image = axes.imshow(matrix.shares, cmap="RdBu", vmin=0, vmax=1)
    axes.grid(False)
    axes.set_xticks(range(n), matrix.names, rotation=90, fontsize=7)
    axes.set_yticks(range(n), matrix.names, fontsize=7)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    if RANDOM in matrix.names:
        at = matrix.names.index(RANDOM)
        for draw in (axes.axhspan, axes.axvspan):
            draw(at - 0.5, at + 0.5, fill=False, edgecolor=LIGHT.ink, lw=1.2)
    bar = figure.colorbar(image, ax=axes, shrink=0.4, pad=0.01)
    bar.set_label("share of the pairs of a set and a seed that the row won", fontsize=8)
    _save(figure, to)
    return f"Who beats whom, best first: {', '.join(matrix.names[:5])} ... {', '.join(matrix.names[-5:])}"


def _figure(width: float, height: float, panels: int) -> tuple[Any, Sequence[Any]]:
    from matplotlib.figure import Figure

    figure = Figure((width, height), layout="constrained")
    figure.patch.set_facecolor("white")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for one in axes:
        one.grid(True, color=LIGHT.grid, lw=0.6)
        one.set_axisbelow(True)
        one.tick_params(labelsize=8)
        for side in one.spines.values():
            side.set_color(LIGHT.faint)
    return figure, axes


def _save(figure: Any, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(to, dpi=100, bbox_inches="tight", metadata={"Software": None})
