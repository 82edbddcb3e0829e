"""Drawings of what each strategy picks on one small pool, one a family.  Floor 6.

python -m askance.report.families docs/images/families

SVG, written by hand: the pool is drawn once and used in every panel, no font is measured, and the same picks give the
same bytes.
"""

import sys
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np

from askance import describe
from askance.progress import track
from askance.report.plane import REACH, Plane, grades, plane
from askance.select import select

K, COLUMNS = 10, 5
WIDE, HIGH, GAP = 190, 137, 10  # a panel, and the space around it
NAME, LINE, LETTERS = 20, 10, 36  # the height of a name, that of a small line below it, and how much fits on that
LEGEND = 44
PAPER, INK, MUTED, DOT, PICK, EDGE = "#ffffff", "#1b2330", "#5c6675", "#8d96a3", "#0072b2", "#ccd2da"
DOUBT = ((0.3, "#fef7e0"), (0.55, "#fdebb8"), (0.8, "#fad97f"))  # from this share of the most doubt there can be
SHAPES = {"a": "M-4 -4h8v8h-8z", "b": "M0 -5.2L5 3.8H-5z", "c": "M0 -5.4L5.4 0 0 5.4 -5.4 0z"}
FONT = "'DejaVu Sans',Verdana,Arial,sans-serif"
FRESH = frozenset({"cold start"})  # families that are shown with nothing labelled
NUMBERED = frozenset({"regression"})  # and with the classes as grades 0, 1, 2


@dataclass(frozen=True)
class Panel:
    """One strategy, what is said below its name, and where its picks lie, best first, (K, 2)."""

    name: str
    small: tuple[str, ...]
    picks: np.ndarray


def draw(folder: Path) -> None:
    """Writes FAMILY.svg for every family, and takes away the drawings of families that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = describe.pictures()
    for picture in track(wanted, "drawing", total=len(wanted)):
        (folder / f"{picture.name}.svg").write_text(drawing(picture), encoding="utf-8")
    for old in folder.glob("*.svg"):
        if old.stem not in {p.name for p in wanted}:
            old.unlink()


def drawing(picture: describe.Picture) -> str:
    """The whole SVG."""
    here, fresh = world(), picture.family in FRESH
    panels = panels_of(picture)
    across = -(-len(panels) // -(-len(panels) // COLUMNS))
    rows = [panels[i : i + across] for i in range(0, len(panels), across)]
    width = max(len(rows[0]), 4) * (WIDE + GAP) + GAP  # the legend takes four
    body, y = [], GAP
    for row in rows:
        y += NAME + LINE * max(len(p.small) for p in row)
        body += [drawn(p, GAP + i * (WIDE + GAP), y, fresh) for i, p in enumerate(row)]
        y += HIGH + GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + LEGEND}" '
            f'viewBox="0 0 {width} {y + LEGEND}" font-family="{FONT}">',
            f'<rect width="{width}" height="{y + LEGEND}" fill="{PAPER}"/>',
            f"<defs>{'' if fresh else doubt(here) + marks(here)}{dots(here)}{balls()}</defs>",
            *body,
            legend(y + LEGEND // 2, fresh),
            "</svg>\n",
        ]
    )


def panels_of(picture: describe.Picture) -> list[Panel]:
    fresh = picture.family in FRESH
    return [Panel(shown.entry.name, small(shown), picked(world(), shown.entry, fresh)) for shown in picture.panels]


@cache
def world() -> Plane:
    return plane()


def picked(here: Plane, e: describe.Entry, fresh: bool) -> np.ndarray:
    """Where its picks lie.  -> (K, 2)."""
    told = grades(here.labels) if e.family in NUMBERED else here.labels
    labeled, labels = (None, None) if fresh else (here.labeled, told)
    batch = select(describe.usage(e), here.pool, K, seed=1, labeled=labeled, labels=labels)
    place = {int(i): row for row, i in enumerate(here.pool.ids)}
    return here.pool["embeddings"][[place[int(i)] for i in batch.ids]]


def small(shown: describe.Shown) -> tuple[str, ...]:
    """The other names of the very same, or the expression that shows a part."""
    text = describe.usage(shown.entry)
    said = "also " + ", ".join(shown.also) if shown.also else text if text != shown.entry.name else ""
    return tuple(wrap(said, LETTERS))


# ------------------------------------------------------------------------------------------------ what panels share


def to_panel(x: np.ndarray) -> np.ndarray:
    """Places in the plane as places in a panel, y downwards.  (n, 2) -> (n, 2)."""
    return (np.array([1, -1]) * x / REACH + 1) / 2 * [WIDE, HIGH]


def doubt(here: Plane) -> str:
    """The model's doubt, in bands."""
    from contourpy import FillType, contour_generator

    across, down = np.linspace(0, WIDE, 77), np.linspace(0, HIGH, 56)
    grid = np.stack(np.meshgrid(across, down), -1).reshape(-1, 2)
    share = here.doubt((grid / [WIDE, HIGH] * 2 - 1) * [1, -1] * REACH).reshape(len(down), len(across))
    lines: Any = contour_generator(across, down, share, fill_type=FillType.OuterOffset)
    paths = []
    for level, colour in DOUBT:
        areas, ends, *_ = lines.filled(level, 1.1)
        closed = [area[a:b] for area, cuts in zip(areas, ends, strict=True) for a, b in pairwise(cuts)]
        path = "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in line[:-1]) + "z" for line in closed)
        paths.append(f'<path fill="{colour}" fill-rule="evenodd" d="{path}"/>')
    return f'<g id="doubt">{"".join(paths)}</g>'


def dots(here: Plane) -> str:
    """All that is not labelled: lines of no length with round ends."""
    return f'<path id="dots" d="{specks(to_panel(here.pool["embeddings"]))}" {round_ends(DOT, 3)}/>'


def specks(at: np.ndarray) -> str:
    return "".join(f"M{x:.0f} {y:.0f}h0" for x, y in at)


def round_ends(colour: str, wide: float) -> str:
    return f'stroke="{colour}" stroke-width="{wide:g}" stroke-linecap="round"'


def marks(here: Plane) -> str:
    """What is labelled, a shape a class."""
    at = to_panel(here.labeled["embeddings"])
    return f'<g id="marks">{"".join(mark(c, x, y) for c, (x, y) in zip(here.labels, at, strict=True))}</g>'


def mark(name: str, x: float, y: float) -> str:
    return f'<path transform="translate({x:.0f} {y:.0f})" d="{SHAPES[name]}" fill="{INK}" stroke="{PAPER}"/>'


def balls() -> str:
    """A numbered ball for each place in the order: #n1 to #n10."""
    return "".join(
        f'<g id="n{i}"><circle r="6.5" fill="{PICK}" stroke="{PAPER}"/>'
        f'<text y="3" font-size="8.5" text-anchor="middle" fill="{PAPER}">{i}</text></g>'
        for i in range(1, K + 1)
    )


# ------------------------------------------------------------------------------------------------ one panel


def drawn(p: Panel, x: int, y: int, fresh: bool) -> str:
    """A panel with its top left corner at x, y, and its name above it."""
    shade, known = ("", "") if fresh else ('<use href="#doubt"/>', '<use href="#marks"/>')
    return (
        f'<g id="picks-{p.name}" transform="translate({x} {y})">{title(p)}'
        f'<rect width="{WIDE}" height="{HIGH}" fill="{PAPER}" stroke="{EDGE}"/>{shade}<use href="#dots"/>{known}'
        f"{order(to_panel(p.picks))}</g>"
    )


def title(p: Panel) -> str:
    top = -6 - LINE * len(p.small)
    lines = [
        f'<text x="1" y="{top + LINE * (i + 1)}" font-size="9" fill="{MUTED}">{escape(line)}</text>'
        for i, line in enumerate(p.small)
    ]
    return f'<text x="1" y="{top}" font-size="11.5" font-weight="bold" fill="{INK}">{p.name}</text>' + "".join(lines)


def order(at: np.ndarray) -> str:
    """The picks with their numbers, the first on top, and a line to each that had to make room.  (K, 2)."""
    seen = apart(at)
    ties = "".join(f"M{x:.0f} {y:.0f}L{u:.0f} {v:.0f}" for (x, y), (u, v) in zip(at, seen, strict=True))
    uses = [f'<use href="#n{i + 1}" x="{u:.0f}" y="{v:.0f}"/>' for i, (u, v) in enumerate(seen)]
    true = f'<path d="{specks(at)}" {round_ends(PICK, 4.4)}/>'
    return f'<path d="{ties}" stroke="{PICK}"/>{true}{"".join(reversed(uses))}'


def apart(at: np.ndarray, least: float = 13.5) -> np.ndarray:
    """Places moved until they are `least` apart, or nearly, and inside the panel.  (n, 2) -> (n, 2)."""
    low, high = 8, np.array([WIDE, HIGH]) - 8
    out = np.clip(at, low, high)
    for step in range(200):
        turn = 2.4 * np.arange(len(at)) + step
        out = out + 0.05 * np.stack([np.cos(turn), np.sin(turn)], 1)  # so that copies have somewhere to go
        gap = out[:, None] - out
        far = np.sqrt((gap**2).sum(2)) + np.eye(len(out)) * least
        push = gap / far[..., None] * np.maximum(least - far, 0)[..., None]
        out = np.clip(out + 0.3 * push.sum(1), low, high)
    return out


def legend(y: int, fresh: bool) -> str:
    """What the signs mean, in a row."""
    shapes = "".join(f'<g transform="translate({15 * i} 0)">{mark(c, 0, 0)}</g>' for i, c in enumerate(SHAPES))
    bands = [f'<rect x="{14 * i - 6}" y="-6" width="14" height="12" fill="{c}"/>' for i, (_, c) in enumerate(DOUBT)]
    words = [
        (f'<path d="M0 0h0" {round_ends(DOT, 3)}/>', 8, "not labelled"),
        ('<use href="#n1"/>', 12, "picked, best first"),
    ]
    if not fresh:
        words += [(shapes, 40, "labelled, by class"), ("".join(bands), 42, "the model is in doubt")]
    out, x = [], GAP + 8
    for drawing, wide, said in words:
        text = f'<text x="{wide}" y="4" font-size="11" fill="{MUTED}">{said}</text>'
        out.append(f'<g transform="translate({x} {y})">{drawing}{text}</g>')
        x += wide + 7 * len(said) + 24
    return "".join(out)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
