"""The figure of calibration: how often the model is right when it says how sure it is.  Floor 6."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from askance.history import Round
from askance.report.axes import axis_names, blank, thousands, title
from askance.report.theme import Theme


def calibration(rounds: Sequence[Round], theme: Theme) -> Any | None:
    """Reliability of the newest round that measured it, and the ECE of all; None when none did."""
    measured = [r for r in rounds if r.calibration.get("bins")]
    if not measured:
        return None
    wide = len(measured) > 1
    figure, axes = blank(theme, 9.0 if wide else 4.9, 4.2, columns=2 if wide else 1)
    _diagram(axes[0], measured[-1], theme)
    if wide:
        _by_round(axes[1], measured, theme)
    return figure


def _diagram(ax: Any, newest: Round, theme: Theme) -> None:
    confidence, right, n = np.array(newest.calibration["bins"], float).T
    colour = theme.series[0]
    ax.plot([0, 1], [0, 1], color=theme.muted, linewidth=1)
    between = np.minimum(confidence, right), np.maximum(confidence, right)
    ax.vlines(confidence, *between, color=colour, linewidth=2, alpha=0.35)
    ax.scatter(
        confidence, right, s=18 + 240 * n / n.sum(), color=colour, zorder=3, edgecolor=theme.paper, linewidth=0.8
    )
    ax.set_xlim(-0.02, 1.04)
    ax.set_ylim(-0.02, 1.06)
    ax.set_aspect("equal")
    ece = newest.calibration["ece"]
    title(ax, theme, f"ECE {ece:.3f} in round {newest.number}", "dot size: samples; on the line: calibrated")
    axis_names(ax, theme, "how sure the model says it is", "how often it is right")


def _by_round(ax: Any, measured: Sequence[Round], theme: Theme) -> None:
    values = [r.calibration["ece"] for r in measured]
    mark = {"marker": "o", "markersize": 4} if len(values) <= 40 else {}
    ax.plot([r.labeled for r in measured], values, color=theme.series[0], linewidth=2.2, **mark)
    ax.set_ylim(0, max(values) * 1.15 or 1)
    title(ax, theme, "ECE round by round", "0 is calibrated")
    axis_names(ax, theme, "labels")
    thousands(ax.xaxis)
