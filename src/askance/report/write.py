"""Writes the report of a campaign: one page that stands alone, and its figures beside it.  Floor 6."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from askance.errors import BadConfig
from askance.history import History
from askance.progress import track
from askance.report import classes, figures, reliability, training
from askance.report.curves import Standing, main_metric, said, seed_of, standings
from askance.report.gallery import Shows, gallery
from askance.report.html import EMPTY, Html, data_uri, join, style, table, tag
from askance.report.origin import toml_text, versions
from askance.report.sections import every_round, optional, standings_table, tiles, verdicts
from askance.report.sheet import put
from askance.report.theme import DARK, LIGHT, Theme, png

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # nothing is loaded, nothing runs
Draw = Callable[[Theme], Any]


def write_report(
    history: History,
    folder: Path,
    *,
    title: str,
    shows: Shows | None = None,
    controls: Mapping[str, Sequence[History]] | None = None,
    repeats: Sequence[History] = (),
    full: float | None = None,
    name: str = "",
) -> Path:
    """Writes `report.html` and its figures as PNG into the folder, and gives the page's path.

    shows     how a sample looks, see `gallery.of_pool`; without it the names of the samples are listed
    controls  {"random": histories of the same job under another strategy}; paired with ours by the seed in their config
    repeats   histories of the very same job with other seeds: with them the curve is a mean with a 95 % band
    full      the quality with all labels, where it is known
    name      what the curve is called; the strategy's text unless given

    A section without data is left out.
    """
    if not history.rounds:
        raise BadConfig(f"there is nothing to report of {title!r} yet: no round was run")
    _make(folder)
    name = name or next((r.strategy for r in reversed(history.rounds) if r.strategy), "") or title
    metric = main_metric(history)
    runs = (history, *repeats)
    standing = standings(name, runs, controls or {}, metric, full) if metric else ()
    plots = _plots(_drawings(history, metric, standing, full), folder)
    chosen = gallery(history.rounds, shows or (lambda ids: {}), folder)
    sections = (
        optional(_with(plots["learning-curve"], standings_table(standing, full)), "Learning curve"),
        optional(plots["sizes"], "Labelled and unlabelled, round by round"),
        optional(plots["training"], "Training, epoch by epoch"),
        optional(plots["class-balance"], "Class balance"),
        optional(plots["calibration"], "Calibration", CALIBRATION),
        optional(chosen, "What each round chose, and why"),
        optional(verdicts(history.rounds), "When to stop"),
        optional(plots["seconds"], "Time"),
        optional(every_round(history.rounds, metric), "Every round in numbers"),
        optional(_origin(runs, controls or {}), "How to make this again"),
    )
    top = tiles(history, metric, standing, full)
    page = _page(title, tag("p", _subtitle(history, name), class_="quiet"), top, *sections)
    put(folder / "report.html", page.encode("utf-8"))
    return folder / "report.html"


CALIBRATION = (
    "Each dot is the samples about which the model was equally sure; above the line it was right more often than it "
    "said, below less often. The expected calibration error (ECE) is the mean distance, over 15 bins."
)


def _drawings(
    history: History, metric: str | None, standing: Sequence[Standing], full: float | None
) -> Mapping[str, tuple[Draw, str, str]]:
    """{file: (draw, what it shows in words, its size on the page)}"""
    rounds, curves = history.rounds, [s.curve for s in standing]
    newest = rounds[-1]
    ends = "; ".join(f"{c.name} ends at {c.values[-1]:.3f} with {c.labels[-1]:,.0f} labels" for c in curves)
    return {
        "learning-curve": (
            lambda t: figures.learning_curve(curves, metric or "", full, t) if curves else None,
            f"{said(metric)} by labels: {ends}" if metric else "",
            "",
        ),
        "sizes": (lambda t: figures.sizes(rounds, t), f"{newest.labeled:,} labelled, {newest.unlabeled:,} not", ""),
        "training": (lambda t: training.training(rounds, t), "figures of every epoch, round after round", ""),
        "class-balance": (lambda t: classes.class_balance(rounds, t), "share of each class among the labels", ""),
        "calibration": (
            lambda t: reliability.calibration(rounds, t),
            "how often the model is right by how sure it is",
            "broad" if sum(1 for r in rounds if r.calibration) > 1 else "small",
        ),
        "seconds": (lambda t: figures.seconds(rounds, t), "seconds of each round by train, score and select", ""),
    }


def _plots(drawings: Mapping[str, tuple[Draw, str, str]], folder: Path) -> Mapping[str, Html | None]:
    """Draws all, light and dark; the light ones are also written beside the page."""
    made: dict[str, Html | None] = {}
    for name, (draw, words, size) in track(drawings.items(), "drawing the report", len(drawings)):
        light, dark = draw(LIGHT), draw(DARK)
        made[name] = None
        if light is not None:
            put(folder / f"{name}.png", shown := png(light))
            source = tag("source", srcset=data_uri(png(dark), "image/png"), media="(prefers-color-scheme: dark)")
            image = tag("img", src=data_uri(shown, "image/png"), alt=words)
            link = tag("p", tag("a", f"{name}.png", href=f"{name}.png"), class_="quiet")
            made[name] = tag("div", tag("div", tag("picture", source, image), class_=f"wide plot {size}".strip()), link)
    return made


def _with(plot: Html | None, below: Html | None) -> Html | None:
    return join([plot, below or EMPTY]) if plot else None


def _origin(runs: Sequence[History], controls: Mapping[str, Sequence[History]]) -> Html:
    told = [(name, ", ".join(map(_seed, histories))) for name, histories in {"this": runs, **controls}.items()]
    config = runs[0].config
    recipe = tag("pre", tag("code", toml_text(config))) if config else tag("p", "No configuration was kept.")
    return join([recipe, table(("runs", "seeds"), told), table(("package", "version"), versions().items())])


def _seed(history: History) -> str:
    found = seed_of(history.config)
    return "not said" if found is None else str(found)


def _subtitle(history: History, name: str) -> str:
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    return f"{name} · {len(history.rounds)} rounds · written {when} by askance {versions().get('askance', '')}".strip()


def _page(title: str, *body: Html) -> Html:
    css = files("askance.report").joinpath("page.css").read_text("utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        style(css),
    )
    whole = tag("html", head, tag("body", tag("h1", title), *body), lang="en")
    return Html("<!doctype html>\n" + whole + "\n")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadConfig(f"cannot make the folder {folder} for the report: {error.strerror or error}") from error
