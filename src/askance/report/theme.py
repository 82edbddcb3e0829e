"""How every figure looks: two palettes, and letters that some font here can draw.  Floor 6."""

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
    ("#0072b2", "#c65000", "#007f5c", "#a8487f", "#7d6300", "#3a86c8", "#7a4b1e", "#5c6675"),
)  # fmt: skip
DARK = Theme(
    "dark", "#151a21", "#e7ebf1", "#9aa5b4", "#2a323d", "#465160", "cividis",
    ("#5cb8f0", "#f0853e", "#2fc79a", "#e08cc0", "#e0c040", "#8fd0ff", "#c99a6b", "#9aa5b4"),
)  # fmt: skip


def folded(text: str, width: int = 26, lines: int = 3) -> list[str]:
    """The text in lines of about `width`, the rest left out with an ellipsis."""
    from textwrap import wrap

    return [drawable(line) for line in wrap(text, width, max_lines=lines, placeholder=" …") or [""]]


def short(text: str, most: int = 22) -> str:
    """Cut in the middle: class names tend to differ at their ends."""
    tail = most // 2 - 1
    return text if len(text) <= most else f"{text[: most - tail - 1]}…{text[-tail:]}"


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
    """The figure's bytes.  Through the canvas: savefig would lay out and draw everything twice."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = BytesIO()
    figure.set_dpi(DPI)
    FigureCanvasAgg(figure).print_png(out)
    return out.getvalue()
