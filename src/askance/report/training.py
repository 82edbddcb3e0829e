"""The figure of a network's training: every pass of every round, one after the other.  Floor 6."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.report.axes import Label, axis_names, beside, blank, settle, title, whole
from askance.report.theme import Theme, families

Fit = tuple[int, Sequence[Mapping[str, float]]]  # round number, its epochs


def training(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Losses above, other figures below; a dotted line marks where a round began.  None without passes."""
    fits = [(r.number, r.fit.epochs) for r in rounds if r.fit is not None and r.fit.epochs]
    names = sorted({name for _, epochs in fits for e in epochs for name in e if name != "epoch" and _number(e[name])})
    panels = [p for p in ([n for n in names if "loss" in n], [n for n in names if "loss" not in n]) if p]
    if not panels:
        return None
    figure, axes = blank(theme, height=0.4 + 2.7 * len(panels), rows=len(panels))
    labels = [_passes(ax, theme, fits, panel) for ax, panel in zip(axes, panels, strict=True)]
    axis_names(axes[-1], theme, "epochs, one round after the other; dotted lines: where the round of that number began")
    settle(figure)
    for ax, written in zip(axes, labels, strict=True):
        beside(figure, ax, written)
    return figure


def _passes(ax: Any, theme: Theme, fits: Sequence[Fit], panel: Sequence[str]) -> list[Label]:
    """Draws a line a name, with a gap between the rounds."""
    labels = []
    for i, name in enumerate(panel):
        colour = theme.series[i % len(theme.series)]
        rounds = [[e.get(name) for e in epochs] for _, epochs in fits]
        y = np.array([v if _number(v) else np.nan for values in rounds for v in [*values, np.nan]], float)
        x = np.concatenate([np.arange(len(v) + 1) + 1 + start for start, v in zip(_starts(fits), rounds, strict=False)])
        alone = {"marker": "o", "markersize": 3} if max(map(len, rounds)) == 1 else {}
        ax.plot(x, y, color=colour, linewidth=1.8, **alone)
        last = y[~np.isnan(y)][-1]
        labels.append((float(last), f"{last:.3g} {_spoken(name)}", colour))
    title(ax, theme, "Loss" if "loss" in panel[0] else _heading(panel))
    _mark_rounds(ax, theme, fits)
    whole(ax.xaxis)
    return labels


def _mark_rounds(ax: Any, theme: Theme, fits: Sequence[Fit]) -> None:
    """Dotted lines, and the numbers of as many rounds as have room."""
    starts = _starts(fits)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.1 * (high - low), high)  # room for the numbers
    ax.set_xlim(0.2, starts[-1] + 0.8)
    ax.vlines(
        starts[:-1] + 0.5, 0, 1, transform=ax.get_xaxis_transform(), color=theme.muted, linewidth=0.8, linestyle=":"
    )
    free = -1.0
    for start, (number, _) in zip(starts, fits, strict=False):
        if start >= free:
            free = start + 0.045 * starts[-1]
            ax.annotate(
                str(number), (start + 0.5, 0), (3, 4), xycoords=("data", "axes fraction"),
                textcoords="offset points", color=theme.muted, fontsize=8.5, family=families(),
            )  # fmt: skip


def _starts(fits: Sequence[Fit]) -> np.ndarray:
    """(rounds + 1,) epochs done before each, and in all."""
    return np.cumsum([0, *(len(epochs) for _, epochs in fits)])


def _heading(panel: Sequence[str]) -> str:
    return _spoken(panel[0]).capitalize() if len(panel) == 1 else "Quality"


def _spoken(name: str) -> str:
    return name.replace("val_", "validation ").replace("_", " ")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and bool(np.isfinite(value))
