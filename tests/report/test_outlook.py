"""The forecast where people look: on the page and in `askance status`."""

from pathlib import Path

from making import made_up

from askance.report import outlook, write_report
from askance.report.curves import curve
from askance.report.figures import learning_curve
from askance.report.theme import LIGHT


def test_the_page_says_how_many_more_labels(tmp_path: Path) -> None:
    page = write_report(made_up(9, gain=-0.1), tmp_path, title="x", target=0.97).read_text()
    found = outlook.foreseen(made_up(9, gain=-0.1), "accuracy@test", 0.97)
    assert found is not None
    assert f"Forecast. Accuracy on the test set: {found.sentence}." in page
    assert "80 % interval" in found.sentence or "not likely" in found.sentence


def test_too_few_rounds_are_said_and_several_seeds_are_not_forecast(tmp_path: Path) -> None:
    few = write_report(made_up(4), tmp_path / "few", title="x").read_text()
    assert "6 measured rounds are needed for a forecast, and there are 3: fewer would be guessing." in few
    repeats = [made_up(9, 1, gain=-0.1)]
    many = write_report(made_up(9, gain=-0.1), tmp_path / "many", title="x", repeats=repeats).read_text()
    assert "Forecast." not in many


def test_the_curve_is_continued_as_far_as_the_labels_so_far_once_more() -> None:
    found = outlook.foreseen(made_up(9, gain=-0.1), "accuracy@test", 0.97)
    ours = curve("margin", [made_up(9, gain=-0.1)], "accuracy@test")
    assert found is not None
    assert ours is not None
    ax = learning_curve([ours], "accuracy@test", None, LIGHT, found.forecast).axes[0]
    dotted = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert len(dotted) == 1
    assert (min(dotted[0].get_xdata()), max(dotted[0].get_xdata())) == (90, 100)  # the pool has 100
    assert dotted[0].get_ydata()[0] == ours.values[-1]


def test_the_target_is_that_of_the_rule() -> None:
    from dataclasses import replace

    history = made_up(4)
    assert outlook.named_target(history) == 0.95
    for stop, target in (("budget | target(at=0.8)", 0.8), ("target(metric='macro_f1', at=0.7)", 0.95), ("", 0.95)):
        assert outlook.named_target(replace(history, config={"stop": stop})) == target
