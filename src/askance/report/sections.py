"""The sections of the page that are words and tables.  Each gives None where there is nothing to say.  Floor 6."""

from collections.abc import Iterator, Sequence
from math import isnan

from askance.history import History, Metric, Round
from askance.meta import spoken as spoken_arms
from askance.metrics import enough
from askance.ops import hex_id
from askance.protocols import Verdict
from askance.report.curves import Standing, said
from askance.report.figures import spoken_time
from askance.report.html import EMPTY, Html, table, tag


def optional(inside: Html | None, heading: str, note: str = "") -> Html:
    """A section, or nothing at all where there is nothing inside."""
    if not inside:
        return EMPTY
    return tag("section", tag("h2", heading), tag("p", note, class_="quiet") if note else EMPTY, inside)


def tiles(history: History, metric: str | None, standings: Sequence[Standing], full: float | None) -> Html:
    """The key numbers."""
    found = [*_labels(history), *_quality(history, metric, standings), *_reached(standings, full), *_work(history)]
    return tag("div", *found, class_="tiles")


def standings_table(standings: Sequence[Standing], full: float | None) -> Html | None:
    """How ours stands against the controls; None without controls."""
    if len(standings) < 2:
        return None
    head = ["strategy", "seeds", "area", "at the end", _difference(standings), "95 % interval", "wins – losses", "p"]
    rows = [
        [s.curve.name, str(s.curve.seeds), _mean(s.areas), f"{s.curve.values[-1]:.3f}", *_paired(s)] for s in standings
    ]
    if full is not None:
        head.insert(4, f"labels to {_near(standings)}")
        for row, s in zip(rows, standings, strict=True):
            row.insert(4, _count(s.reached))
    note = (
        "Area: under the curve, as a mean over the labels that all runs share, first measured point included. "
        "Differences of areas are paired by seed; p is of the paired t test."
    )
    return tag("div", table(head, rows, numbers=range(1, len(head))), tag("p", note, class_="quiet"))


def verdicts(rounds: Sequence[Round]) -> Html | None:
    """What the stopping rules say now, and since when."""
    judged = [r for r in rounds if r.verdicts]
    if not judged:
        return None
    rows = [(tag("code", v.rule), _says(v), v.why, _since(judged, v.rule)) for v in judged[-1].verdicts]
    note = "Rules are shown; one acts only where the configuration names it under stop. None has seen the test set."
    return tag("div", table(("rule", "says", "why", "says so since"), rows), tag("p", note, class_="quiet"))


def calibrated(rounds: Sequence[Round]) -> str:
    """How the newest round's model was calibrated, as a sentence; "" where it was not."""
    chosen = next((r.fit.chosen for r in reversed(rounds) if r.fit), {})
    ece = chosen.get("held_out_ece")
    if not ece:
        return ""
    how = f"{chosen['calibration']} {chosen['temperature']:.3g}" if "temperature" in chosen else chosen["calibration"]
    said = f"from {ece['before']:.3f} to {ece['after']:.3f} on the held-out labels that it was fitted to"
    return f" Calibrated anew in each round, in the newest by {how}: {said}."


def suspicious(rounds: Sequence[Round]) -> Html | None:
    """Labels that the newest round's training could not fit, the worst first; None where nobody kept watch."""
    chosen = next((r.fit.chosen for r in reversed(rounds) if r.fit), {})
    found = chosen.get("dynamics", {})
    if not found.get("suspicious"):
        return None
    names = {hex_id(p.id): p.name for r in rounds for p in r.picks}
    rows = [
        (
            names.get(one["id"], one["id"]),
            f"{one['confidence']:.2f}",
            f"{one['correctness']:.2f}",
            "never right" if one["forgotten"] is None else str(one["forgotten"]),
        )
        for one in found["suspicious"]
    ]
    note = (
        f"Of the labels trained on, {found['forgotten']:,} were forgotten at least once and {found['never_learned']:,} "
        "never learned. Named are those whose label had a mean probability below one half over the epochs: hard, or "
        "wrong. askance audit asks a model that has not seen them."
    )
    head = ("sample", "mean probability", "share of epochs right", "forgotten")
    return tag("div", table(head, rows, numbers=(1, 2, 3)), tag("p", note, class_="quiet"))


def every_round(rounds: Sequence[Round], metric: str | None) -> Html:
    """The figures behind the plots."""
    quality = [said(metric)] if metric else []
    judged = ["ECE"] if any("ece" in r.calibration for r in rounds) else []
    head = ["round", "labels", "unlabelled", "chosen", *quality, *judged, "seconds", "strategy"]
    rows = []
    for before, r in zip((None, *rounds), rounds, strict=False):
        sizes = [str(r.number), f"{r.labeled:,}", f"{r.unlabeled:,}", f"{len(r.picks):,}"]
        measured = [spoken(r.metrics[metric]) if metric in r.metrics else "–"] if metric else []
        ece = [f"{r.calibration['ece']:.3f}" if "ece" in r.calibration else "–" for _ in judged]
        changed = before is None or before.strategy != r.strategy
        by = (r.strategy if changed else "same") + (f": {spoken_arms(r.arms)}" if r.arms else "")
        rows.append([*sizes, *measured, *ece, f"{sum(r.seconds.values()):.1f}", by])
    return table(head, rows, numbers=range(len(head) - 1))


def spoken(m: Metric) -> str:
    """0.916 (0.903–0.927)."""
    return f"{m.value:.3f} ({m.low:.3f}–{m.high:.3f})" if m.high > m.low else f"{m.value:.3f}"


# -- parts -------------------------------------------------------------------------------------------------------------


def _labels(history: History) -> Iterator[Html]:
    limit = "no budget set" if history.budget is None else f"of a budget of {history.budget:,}"
    yield _tile("Labels told", f"{history.labels:,}", limit)


def _quality(history: History, metric: str | None, standings: Sequence[Standing]) -> Iterator[Html]:
    """Of one run its newest measurement, of several seeds their mean."""
    if metric is None or not standings:
        return
    c = standings[0].curve
    if c.seeds > 1:
        below = f"mean of {c.seeds} seeds, 95 % band {c.low[-1]:.3f}–{c.high[-1]:.3f}"
        yield _tile(said(metric), f"{c.values[-1]:.3f}", below)
        return
    m = next(r.metrics[metric] for r in reversed(history.rounds) if metric in r.metrics)
    yield _tile(said(metric), f"{m.value:.3f}", f"95 % interval {m.low:.3f}–{m.high:.3f}, {m.n:,} samples")


def _reached(standings: Sequence[Standing], full: float | None) -> Iterator[Html]:
    if full is None or not standings:
        return
    ours, *controls = standings
    others = ", ".join(f"{s.curve.name}: {_count(s.reached)}" for s in controls)
    level = enough(full, falling=ours.falling)
    heading = f"Labels to {level:.3f}, {_near(standings)}"
    yield _tile(heading, _count(ours.reached), others or f"all give {full:.3f}")


def _difference(standings: Sequence[Standing]) -> str:
    return "it − ours" if standings[0].falling else "ours − it"


def _near(standings: Sequence[Standing]) -> str:
    return "5 % above full" if standings[0].falling else "95 % of full"


def _work(history: History) -> Iterator[Html]:
    total = sum(sum(r.seconds.values()) for r in history.rounds)
    yield _tile("Rounds", f"{len(history.rounds):,}", f"{spoken_time(total)} of computing" if total else "not timed")


def _tile(heading: str, figure: str, below: str) -> Html:
    return tag("div", tag("span", heading), tag("b", figure), tag("span", below), class_="tile")


def _count(reached: int | None) -> str:
    return "not reached" if reached is None else f"{reached:,}"


def _mean(areas: Sequence[float]) -> str:
    return f"{sum(areas) / len(areas):.4f}" if areas else "–"


def _paired(s: Standing) -> tuple[str, str, str, str]:
    c = s.paired
    if c is None or isnan(c.low):
        return "–", "–", "–", "–"
    return f"{c.difference:+.4f}", f"{c.low:+.4f} to {c.high:+.4f}", f"{c.wins} – {c.losses}", f"{c.t_p:.2g}"


def _says(v: Verdict) -> Html:
    return tag("span", "stop" if v.stop else "go on", class_="stop" if v.stop else "go")


def _since(judged: Sequence[Round], rule: str) -> str:
    """The first round of the unbroken row in which the rule says stop."""
    first = ""
    for r in reversed(judged):
        if not any(v.rule == rule and v.stop for v in r.verdicts):
            break
        first = f"round {r.number}, {r.labeled:,} labels"
    return first or "–"
