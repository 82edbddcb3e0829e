"""Progress on stderr."""

import time

import pytest

from askance.cli import bars
from askance.progress import bar


def test_what_is_quick_stays_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with bars.reporting(), bar("reading", 3) as done:
        done(3)
    assert capsys.readouterr() == ("", "")


def test_lines_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = bars.Lines()
    update, inner = lines.start("reading", 1000), lines.start("one file", 4)
    for seconds, done in ((0.5, 50), (2, 100), (3, 200), (12.5, 500), (20, 1000)):
        now[0] = 100 + seconds
        update(done)
        inner(1 if done < 500 else 2)
    inner(-1)
    update(-1)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "reading: 100 of 1000 (10 %), about 18 s left",
        "reading: 500 of 1000 (50 %), about 12 s left",
        "one file: 2 of 4 (50 %), about 12 s left",
        "one file: done in 20 s",
        "reading: done in 20 s",
    ]


def test_a_bar_comes_in_when_it_takes_long_and_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "PATIENCE", 0.01)
    shown = bars.Bars()
    outer, inner = shown.start("outer", 10), shown.start("inner", None)
    time.sleep(0.1)
    outer(4)
    inner(1)
    assert shown.display is not None
    assert sorted((t.description, t.completed, t.total) for t in shown.display.tasks) == [
        ("inner", 1, None),
        ("outer", 4, 10),
    ]
    inner(-1)
    assert [t.description for t in shown.display.tasks] == ["outer"]
    outer(-1)
    assert shown.display is None


def test_a_quick_bar_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "PATIENCE", 0.05)
    shown = bars.Bars()
    shown.start("quick", 1)(-1)
    time.sleep(0.1)
    assert shown.display is None
