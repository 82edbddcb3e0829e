"""Figures: labels that never overlap or leave the paper, hard names, and nothing drawn without data."""

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from making import made_up

from askance.history import Round
from askance.report.axes import spread
from askance.report.classes import MOST_NAMED, class_balance
from askance.report.curves import curve
from askance.report.figures import learning_curve, seconds, sizes, spoken_time
from askance.report.reliability import calibration
from askance.report.theme import DARK, LIGHT, drawable, png, short
from askance.report.training import training

HARD = ("$x^2$", "a$b", "<img src=x onerror=alert(1)>", "猫", "кошка", "e\u0301\n\tz", "w" * 90, "\\frac{", "🙂", "")


def texts(figure: Any) -> list[Any]:
    """All that is written: axis names, labels, and the tick labels that lie within the axes."""
    found = []
    for ax in figure.axes:
        found += [*ax.texts, ax.xaxis.label, ax.yaxis.label]
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            at = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
            found += [label for place, label in at if min(limits) <= place <= max(limits)]
    return [t for t in found if t.get_text().strip()]


def untidy(figure: Any) -> list[str]:
    """What leaves the paper, and what lies over something else."""
    figure.draw_without_rendering()
    boxes = [(t.get_text(), t.get_window_extent().shrunk(0.98, 0.8)) for t in texts(figure)]
    paper = figure.bbox
    out = [a for a, b in boxes if not (b.x0 >= 0 and b.y0 >= 0 and b.x1 <= paper.x1 and b.y1 <= paper.y1)]
    return out + [f"{a} / {b}" for i, (a, x) in enumerate(boxes) for b, y in boxes[i + 1 :] if x.overlaps(y)]


def all_of(rounds: tuple[Round, ...], names: tuple[str, ...] = ("margin", "random")) -> dict[str, Any]:
    curves = [
        curve(name, [made_up(len(rounds), s, gain=0.05 * (i == 0)) for s in range(3)], "accuracy@test")
        for i, name in enumerate(names)
    ]
    return {
        "learning": learning_curve([c for c in curves if c], "accuracy@test", 0.97, LIGHT),
        "sizes": sizes(rounds, LIGHT),
        "training": training(rounds, LIGHT),
        "classes": class_balance(rounds, LIGHT),
        "calibration": calibration(rounds, LIGHT),
        "seconds": seconds(rounds, LIGHT),
    }


@pytest.mark.parametrize("rounds", [2, 30])
def test_nothing_overlaps_or_leaves_the_paper(rounds: int) -> None:
    names = (
        "0.3 * (entropy | rank) + (density | rank) | top(x=10) | kmeans(weighted=True)",
        "random",
        "margin",
        "kcenter",
    )
    for name, figure in all_of(made_up(rounds).rounds, names).items():
        assert not untidy(figure), name


@pytest.mark.parametrize("count", [1, 2, MOST_NAMED, MOST_NAMED + 1, 60])
def test_class_balance_of_few_and_many_classes(count: int) -> None:
    names = tuple(f"class number {i:03d} with a long name" for i in range(count))
    figure = class_balance(made_up(5, classes=names).rounds if count < 11 else _counted(names), LIGHT)
    assert figure is not None
    assert not untidy(figure)
    said = " ".join(t.get_text() for t in texts(figure))
    assert ("37 others" in said) == (count == 60)


def _counted(names: tuple[str, ...]) -> tuple[Round, ...]:
    return tuple(Round(i, 500, 0, class_counts={n: 1 + (i * j) % 23 for j, n in enumerate(names)}) for i in range(5))


def test_hard_names_are_drawn_without_a_warning() -> None:
    """Warnings are errors here: a letter that no font has, or a $ read as mathematics, would be one."""
    rounds = made_up(3, classes=HARD[:6]).rounds
    png(class_balance(rounds, DARK))
    assert not untidy(class_balance(_counted((*HARD, *"abcdef")), LIGHT))
    runs = [c for name in HARD if (c := curve(name, [made_up(3)], "accuracy@test"))]
    figure = learning_curve(runs, "accuracy@test", None, LIGHT)
    assert png(figure).startswith(b"\x89PNG")
    assert not untidy(figure)


def test_what_no_font_has_becomes_a_question_mark() -> None:
    assert drawable("cost: 5$") == r"cost: 5\$"
    assert drawable("a\nb\x00c") == "a b c"
    assert "\U0010fffd" not in drawable("x\U0010fffd")
    assert short("european red squirrel, adult") == "european re…rel, adult"
    assert short("w" * 22) == "w" * 22


def test_no_data_no_figure() -> None:
    bare = (Round(0, 10, 90), Round(1, 20, 80))
    assert training(bare, LIGHT) is None
    assert class_balance(bare, LIGHT) is None
    assert calibration(bare, LIGHT) is None
    assert seconds(bare, LIGHT) is None
    assert sizes(bare, LIGHT) is not None


def test_training_marks_where_each_round_began_and_survives_nan() -> None:
    rounds = made_up(4).rounds
    figure = training(rounds, LIGHT)
    assert figure is not None
    top = figure.axes[0]
    starts = [segment[0][0] for lines in top.collections for segment in lines.get_segments()]
    assert starts == [0.5, 3.5, 6.5]
    assert {t.get_text() for t in top.texts} >= {"1", "2", "3"}
    broken = rounds[3].fit
    assert broken is not None
    nan = replace(broken, epochs=({"epoch": 1.0, "loss": float("nan")}, {"epoch": 2.0, "loss": 0.5}))
    assert training((*rounds[:3], replace(rounds[3], fit=nan)), LIGHT) is not None


def test_the_curve_draws_what_was_measured() -> None:
    c = curve("ours", [made_up(4)], "accuracy@test")
    assert c is not None
    figure = learning_curve([c], "accuracy@test", None, LIGHT)
    line = figure.axes[0].lines[0]
    np.testing.assert_array_equal(line.get_xdata(), [20, 30, 40])
    np.testing.assert_array_equal(line.get_ydata(), c.values)
    assert any(t.get_text() == f"{c.values[-1]:.3f} ours" for t in texts(figure))


def test_figures_leave_pyplot_and_its_settings_alone() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    png(sizes(made_up(2).rounds, DARK))
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


@pytest.mark.parametrize(
    "wanted", [[5.0, 5.0, 5.0], [0.0, 100.0], [-40.0, 180.0, 50.0], [99.0, 100.0, 98.0, 1.0], [50.0]]
)
def test_labels_are_spread_in_order_and_apart(wanted: list[float]) -> None:
    tall = [12.0] * len(wanted)
    at = spread(wanted, tall, 100.0)
    order = np.argsort(wanted, kind="stable")
    placed = np.array(at)[order]
    assert (np.diff(placed) >= 12 - 1e-9).all()
    assert placed[0] >= 6
    assert placed[-1] <= 94
    if len(wanted) == 1:
        assert at == wanted


def test_spread_moves_no_label_that_has_room() -> None:
    assert spread([10.0, 50.0, 52.0], [10.0, 10.0, 10.0], 100.0) == pytest.approx([10.0, 46.0, 56.0])


@pytest.mark.parametrize(
    ("s", "text"),
    [(0.0412, "0.041 s"), (12.3, "12 s"), (59.7, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_spoken_time(s: float, text: str) -> None:
    assert spoken_time(s) == text
