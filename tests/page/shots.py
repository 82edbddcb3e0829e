"""Pictures of every screen, for the docs: python tests/page/shots.py docs/images/page [NAME ...]"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import page_server
from PIL import Image
from visits import Visit, chromium, serving, visits

from conftest import CHROMIUM

DESK = {"viewport": {"width": 1280, "height": 800}}
DARK = {**DESK, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "device_scale_factor": 2}


def after(*keys: str, n: int = 5, wait: float = 0.6) -> Callable[[Visit], None]:
    """Some answers first, by their digits, and then these keys."""

    def do(v: Visit) -> None:
        v.label(n, lambda i, _: [str(1 + i % 4)])
        v.press(*keys)
        v.page.wait_for_timeout(1000 * wait)

    return do


def filled(v: Visit) -> None:
    v.page.get_by_label("Class").select_option("3")
    v.press("n")
    v.page.locator(".grid button").first.wait_for()
    v.press("ArrowRight", "ArrowRight", " ")
    v.page.wait_for_timeout(300)


def circled(v: Visit) -> None:
    box = v.page.locator("canvas").bounding_box()
    corners = [(0.14, 0.5), (0.2, 0.3), (0.32, 0.28), (0.36, 0.45), (0.3, 0.62), (0.18, 0.64)]
    for n, (x, y) in enumerate(corners):
        v.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        if not n:
            v.page.mouse.down()
    v.page.mouse.up()


def offline(v: Visit) -> None:
    v.label(3, lambda i, _: [str(1 + i)])
    v.saved()
    v.page.context.set_offline(True)
    v.press("2")
    v.page.get_by_text("offline:").wait_for()


def pressed(*keys: str) -> Callable[[Visit], None]:
    return lambda v: (v.press(*keys), v.page.wait_for_timeout(400))[0]


def home(v: Visit) -> None:
    v.page.goto(v.site.url)
    v.page.locator(".cards").wait_for()


def leap(word: str, n: int) -> list[str]:
    return [f"Shift+Arrow{word}"] * n


def line(*steps: tuple[int, int]) -> list[str]:
    """The pen at the end of each step, (right, down) in tens of pixels."""
    return [k for x, y in steps for k in (*leap("Right", x), *leap("Left", -x), *leap("Down", y), *leap("Up", -y), "p")]


BOXES = [*line((-10, -4), (5, 6)), *line((8, -15), (9, 9)), "2"]
OUTLINE = [*line((-10, -1), (1, -2), (3, 0), (1, 2), (-1, 2), (-3, 0)), "Enter", *line((11, -9), (2, -4), (5, -1))]
STROKES = [*line((-8, -1), (1, 0)), "2", *line((14, -7), (2, 0))]
SPANS = [*["ArrowRight"] * 4, "Shift+ArrowRight", "2", "ArrowRight", "ArrowRight", "3"]
SPANS += [*["ArrowRight"] * 4, "Shift+ArrowRight", "1"]
SHOTS: dict[str, tuple[str, str, dict[str, Any], Callable[[Visit], Any]]] = {
    "label": ("news", "", DESK, after()),
    "label-phone": ("news", "", PHONE, after()),
    "suggestion": ("learned", "", DESK, after("s", wait=1.5)),
    "keys": ("news", "", DESK, pressed("?")),
    "skip": ("news", "", DESK, pressed("Shift+Space")),
    "offline": ("news", "", DESK, offline),
    "several": ("topics", "", DESK, pressed("1", "3")),
    "number": ("strength", "", DESK, pressed(*"37.5")),
    "rating": ("stars", "", DESK, pressed()),
    "text": ("summaries", "", DESK, pressed(*"Vote put off until spring")),
    "spans": ("names", "", DESK, pressed(*SPANS)),
    "boxes": ("boxes", "", DESK, pressed(*BOXES)),
    "polygons": ("outlines", "", DESK, pressed(*OUTLINE)),
    "keypoints": ("points", "", DESK, pressed(*line((-7, -1), (2, 0), (12, -7), (4, 0)))),
    "mask": ("masks", "", DESK, pressed(*STROKES)),
    "preference": ("better", "", DESK, pressed()),
    "grid": ("learned", "grid", DESK, filled),
    "grid-phone": ("learned", "grid", PHONE, filled),
    "map": ("learned", "map", DESK, circled),
    "review": ("learned", "review", DESK, pressed()),
    "review-phone": ("learned", "review", PHONE, pressed()),
    "dashboard": ("learned", "dashboard", {"viewport": {"width": 1280, "height": 1250}}, pressed()),
    "dashboard-dark": ("learned", "dashboard", {**DARK, "viewport": {"width": 1280, "height": 1250}}, pressed()),
    "dashboard-phone": ("learned", "dashboard", PHONE, pressed()),
    "settings": ("learned", "settings", DESK, pressed()),
    "home": ("learned", "", DESK, home),
}


def small(path: Path, picture: bytes) -> None:
    """In 128 colours: a third of the bytes, and nobody sees it."""
    with Image.open(io.BytesIO(picture)) as found:
        found.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def shoot(browser: Any, root: Path, to: Path, names: list[str]) -> None:
    with serving(root, str(Path(__file__).parent / "page_server.py"), str(root)) as site:
        for name in names:
            spec, screen, options, act = SHOTS[name]
            with visits(browser, site) as visit:
                v = visit(f"{spec}", screen, **options)
                v.expect("ERR_|events")
                act(v)
                v.page.wait_for_timeout(500)
                small(to / f"{name}.png", v.page.screenshot())
                v.page.context.set_offline(False)
                print(name, flush=True)


if __name__ == "__main__":
    to, names = Path(sys.argv[1]), sys.argv[2:] or list(SHOTS)
    to.mkdir(parents=True, exist_ok=True)
    page_server.TAIL = ""  # what the tests need of nasty characters has no place in the docs
    with tempfile.TemporaryDirectory() as folder:
        for spec in {SHOTS[name][0] for name in names}:
            page_server.make(Path(folder), spec)
        for browser in chromium(CHROMIUM):
            shoot(browser, Path(folder), to, names)
