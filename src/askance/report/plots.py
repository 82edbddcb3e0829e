"""All figures of a report, drawn light and dark, as pieces of the page and as files beside it.  Floor 6."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askance.history import Round
from askance.metrics import Forecast
from askance.progress import track
from askance.report import classes, figures, reliability, training
from askance.report.curves import Curve, said
from askance.report.html import Html, data_uri, tag
from askance.report.sheet import put
from askance.report.theme import DARK, LIGHT, Theme, png


@dataclass(frozen=True)
class Plot:
    """draw gives a figure, or None without data; words: what it shows, for who cannot see it; size: its CSS class."""

    name: str
    draw: Callable[[Theme], Any]
    words: str
    size: str = ""


def plots(
    rounds: Sequence[Round],
    metric: str | None,
    curves: Sequence[Curve],
    full: float | None,
    folder: Path,
    ahead: Forecast | None = None,
) -> Mapping[str, Html | None]:
    """{name: the piece of the page, None without data}; the light ones are written as NAME.png into the folder.

    ahead: where our learning curve is heading.
    """
    every = (_learning(metric, curves, full, ahead), *_by_round(rounds))
    return {plot.name: _made(plot, folder) for plot in track(every, "drawing the report")}


def _learning(metric: str | None, curves: Sequence[Curve], full: float | None, ahead: Forecast | None) -> Plot:
    if metric is None or not curves:
        return Plot("learning-curve", lambda t: None, "")
    ends = "; ".join(f"{c.name} ends at {c.values[-1]:.3f} with {c.labels[-1]:,.0f} labels" for c in curves)
    return Plot(
        "learning-curve",
        lambda t: figures.learning_curve(curves, metric, full, t, ahead),
        f"{said(metric)} by labels: {ends}",
    )


def _by_round(rounds: Sequence[Round]) -> tuple[Plot, ...]:
    left = f"{rounds[-1].labeled:,} labelled and {rounds[-1].unlabeled:,} unlabelled in the newest round"
    size = "broad" if sum("ece" in r.calibration for r in rounds) > 1 else "small"
    return (
        Plot("sizes", lambda t: figures.sizes(rounds, t), left),
        Plot("training", lambda t: training.training(rounds, t), "loss and quality of every epoch, round after round"),
        Plot("class-balance", lambda t: classes.class_balance(rounds, t), "labels of each class, round by round"),
        Plot(
            "calibration",
            lambda t: reliability.calibration(rounds, t),
            "how often it is right by how sure it is",
            size,
        ),
        Plot("seconds", lambda t: figures.seconds(rounds, t), "seconds of each round, by what they were spent on"),
    )


def _made(plot: Plot, folder: Path) -> Html | None:
    light = plot.draw(LIGHT)
    if light is None:
        return None
    file, shown = f"{plot.name}.png", png(light)
    put(folder / file, shown)
    dark = data_uri(png(plot.draw(DARK)), "image/png")
    source = tag("source", srcset=dark, media="(prefers-color-scheme: dark)")
    image = tag("img", src=data_uri(shown, "image/png"), alt=plot.words)
    picture = tag("div", tag("picture", source, image), class_=f"wide plot {plot.size}".strip())
    return tag("div", picture, tag("p", tag("a", file, href=file), class_="quiet"))
