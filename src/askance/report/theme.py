"""How every figure looks: two palettes, fonts that are there, labels beside lines instead of legends.  Floor 6.

Figures are made as objects and never through pyplot, so no global state of matplotlib is read or moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

DPI = 200  # twice the 100 that the page shows, for sharp screens and paper

# Fonts that cover what DejaVu Sans lacks, taken where they are installed.
WIDER = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
    "WenQuanYi Zen Hei", "Malgun Gothic", "Arial Unicode MS", "Noto Sans Devanagari", "Noto Sans Thai",
)  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """Colours of one figure.  series: after Okabe and Ito, told apart by the colour-blind; the first is our own."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    faint: str  # areas that are only there for comparison
    scale: str  # matplotlib colour map for counts
    series: tuple[str, ...]


LIGHT = Theme(
    "light", "#ffffff", "#1b2330", "#5c6675", "#e4e7ec", "#ccd2da", "Blues",
    ("#0072b2", "#d55e00", "#009e73", "#b0568c", "#8a6d00", "#2b7fb8", "#7a4b1e", "#5c6675"),
)  # fmt: skip
DARK = Theme(
    "dark", "#151a21", "#e7ebf1", "#9aa5b4", "#2a323d", "#465160", "cividis",
    ("#5cb8f0", "#f0853e", "#2fc79a", "#e08cc0", "#e0c040", "#8fd0ff", "#c99a6b", "#9aa5b4"),
)  # fmt: skip


def blank(
    theme: Theme, width: float = 7.6, height: float = 3.9, columns: int = 1, **widths: Any
) -> tuple[Any, list[Any]]:
    """(figure, its axes from left to right), in inches; widths: gridspec options such as width_ratios=[2, 1]."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.06)
    figure = Figure(figsize=(width, height), layout=layout, facecolor=theme.paper)
    axes = figure.subplots(1, columns, squeeze=False, gridspec_kw=widths or None)[0]
    for ax in axes:
        plain(ax, theme)
    return figure, list(axes)


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
    say = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    lift = 20 if below else 6
    ax.annotate(drawable(text), (0, 1), (0, lift), color=theme.ink, fontsize=12, fontweight="bold", **say, **_font())
    if below:
        ax.annotate(drawable(below), (0, 1), (0, 6), color=theme.muted, fontsize=9.5, **say, **_font())


def axis_names(ax: Any, theme: Theme, x: str = "", y: str = "") -> None:
    ax.set_xlabel(x, color=theme.muted, fontsize=9.5, **_font())
    ax.set_ylabel(y, color=theme.muted, fontsize=9.5, **_font())


def beside(figure: Any, ax: Any, labels: Sequence[tuple[float, str, str]], size: float = 10.0) -> None:
    """Writes (y in data units, text, colour) at the right edge, each as near to its y as it can be without overlap."""
    figure.draw_without_rendering()  # settles the axes, so that data units have a place on paper
    box, points = ax.get_window_extent(), 72 / figure.dpi
    wanted = [(ax.transData.transform((0, y))[1] - box.y0) * points for y, _, _ in labels]
    texts = ["\n".join(folded(text)) for _, text, _ in labels]
    tall = [1.35 * size * (text.count("\n") + 1) for text in texts]
    for at, y, text, (_, _, colour) in zip(
        spread(wanted, tall, box.height * points), wanted, texts, labels, strict=True
    ):
        ax.annotate(
            text, (1, y / (box.height * points)), (9, at - y), xycoords="axes fraction", textcoords="offset points",
            color=colour, fontsize=size, va="center", annotation_clip=False, linespacing=1.15, **_font(),
        )  # fmt: skip


def spread(wanted: Sequence[float], tall: Sequence[float], height: float) -> list[float]:
    """Places of the middles of labels on a line from 0 to `height`: in the order wanted, apart, as near as can be."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    at = list(wanted)
    floor = 0.0
    for i in order:  # upwards: none sits on the one below
        at[i] = max(at[i], floor + tall[i] / 2)
        floor = at[i] + tall[i] / 2
    roof = max(height, sum(tall))
    for i in reversed(order):  # downwards: none sticks out above
        at[i] = min(at[i], roof - tall[i] / 2)
        roof = at[i] - tall[i] / 2
    return at


def folded(text: str, width: int = 26, lines: int = 3) -> list[str]:
    """The text in lines of about `width`, the rest left out with an ellipsis."""
    from textwrap import wrap

    return [drawable(line) for line in wrap(text, width, max_lines=lines, placeholder=" …") or [""]]


def short(text: str, most: int = 22) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def drawable(text: str) -> str:
    """The text as a figure can draw it: no mathematics, no line breaks, no letter that no font here has."""
    seen = "".join(c if ord(c) in letters() else ("?" if c.isprintable() else " ") for c in text)
    return seen.replace("$", r"\$")


@lru_cache
def families() -> list[str]:
    """Fonts in the order in which a letter is looked for."""
    from matplotlib import font_manager

    there = {f.name for f in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in WIDER if name in there)]


@lru_cache
def letters() -> frozenset[int]:
    """Code points that those fonts can draw."""
    from matplotlib import font_manager

    paths = [font_manager.findfont(name) for name in families()]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


def png(figure: Any) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", dpi=DPI, facecolor=figure.get_facecolor())
    return out.getvalue()


def _font() -> dict[str, Any]:
    return {"family": families()}
