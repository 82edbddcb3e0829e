"""Writes the report of a campaign: one page that stands alone, and its figures beside it.  Floor 6."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from askance.errors import BadConfig
from askance.history import History
from askance.report.curves import Group, main_metric, seed_of, standings
from askance.report.gallery import Seen, Shows, gallery
from askance.report.html import EMPTY, Html, join, style, table, tag
from askance.report.origin import toml_text, versions
from askance.report.outlook import TARGET, foreseen, heading_to
from askance.report.plots import plots
from askance.report.sections import calibrated, every_round, optional, standings_table, suspicious, tiles, verdicts
from askance.report.sheet import put

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # nothing is loaded, nothing runs


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
    target: float = TARGET,
) -> Path:
    """Writes `report.html` and its figures as PNG into the folder, and gives the page's path.

    shows     how a sample looks, see `gallery.of_pool`; without it the names of the samples are listed
    controls  {"random": histories of the same job under another strategy}; paired with ours by the seed in their config
    repeats   histories of the very same job with other seeds: with them the curve is a mean with a 95 % band
    full      the quality with all labels, where it is known
    name      what the curve is called; the strategy's text unless given
    target    the quality to which the labels that are left are forecast, of one run

    A section without data is left out.
    """
    if not history.rounds:
        raise BadConfig(f"there is nothing to report of {title!r} yet: no round was run")
    _make(folder)
    name = name or next((r.strategy for r in reversed(history.rounds) if r.strategy), "") or title
    metric = main_metric(history)
    groups = ((name, (history, *repeats)), *(controls or {}).items())
    standing = standings(groups, metric, full) if metric else ()
    heading = None if repeats else foreseen(history, metric, target)
    ahead = heading.forecast if heading else None
    drawn = plots(history.rounds, metric, [s.curve for s in standing], full, folder, ahead)
    sections = (
        optional(
            _with(drawn["learning-curve"], join([heading_to(heading), standings_table(standing, full) or EMPTY])),
            "Learning curve",
        ),
        optional(drawn["sizes"], "Labelled and unlabelled, round by round"),
        optional(drawn["training"], "Training, epoch by epoch"),
        optional(drawn["class-balance"], "Class balance"),
        optional(drawn["calibration"], "Calibration", CALIBRATION + calibrated(history.rounds)),
        optional(suspicious(history.rounds), "Labels to look at again"),
        optional(gallery(history.rounds, shows or _names_only, folder), "What each round chose, and why"),
        optional(verdicts(history.rounds), "When to stop"),
        optional(drawn["seconds"], "Time"),
        optional(every_round(history.rounds, metric), "Every round in numbers"),
        optional(_origin(history.config, groups), "How to make this again"),
    )
    head = tag("p", _subtitle(history, name), class_="quiet"), tiles(history, metric, standing, full)
    put(folder / "report.html", _page(title, *head, *sections).encode("utf-8"))
    return folder / "report.html"


CALIBRATION = (
    "Each dot is the samples about which the model was equally sure; above the line it was right more often than it "
    "said, below less often. The expected calibration error (ECE) is the mean distance, over 15 bins."
)


def _names_only(ids: Sequence[int]) -> Mapping[int, Seen]:
    return {}


def _with(plot: Html | None, below: Html | None) -> Html | None:
    return join([plot, below or EMPTY]) if plot else None


def _origin(config: Mapping[str, Any], groups: Sequence[Group]) -> Html:
    told = [(name, ", ".join(map(_seed, histories))) for name, histories in groups]
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
