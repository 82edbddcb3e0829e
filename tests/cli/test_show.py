"""What is printed, and where."""

import json
from pathlib import Path

import numpy as np
import pytest

from askance.cli import files, show
from askance.errors import BadConfig
from askance.history import Metric


def test_json_is_one_strict_object(capsys: pytest.CaptureFixture[str]) -> None:
    show.as_json(
        {"a": np.float32(0.5), "b": float("nan"), "c": (np.int64(3),), "d": Metric(1.0, 0.5, float("inf"), 4), 5: {"e"}}
    )
    assert json.loads(capsys.readouterr().out) == {
        "a": 0.5,
        "b": None,
        "c": [3],
        "d": {"value": 1.0, "low": 0.5, "high": None, "n": 4},
        "5": ["e"],
    }


def test_names_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.table("", ("item",), [("a\x1b[2Jb[red]c[/red].jpg",), ("bad\udcff.jpg",)])
    out = capsys.readouterr().out
    assert "a\\x1b[2Jb[red]c[/red].jpg" in out
    assert "bad\\udcff.jpg" in out


def test_a_long_name_is_not_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    show.table("", ("item", "n"), [("x" * 150, 1)])
    assert "x" * 150 in capsys.readouterr().out


ROWS = [{"id": "00ff", "item": "a, b.jpg", "rank": 1, "utility": 0.5, "why": "margin 0.5"}]


def test_picks_are_written_in_each_format(tmp_path: Path) -> None:
    for suffix in files.SUFFIXES:
        files.write_rows(tmp_path / f"picks{suffix}", ROWS)
    assert (tmp_path / "picks.csv").read_text().splitlines() == [
        "id,item,rank,utility,why",
        '00ff,"a, b.jpg",1,0.5,margin 0.5',
    ]
    assert json.loads((tmp_path / "picks.json").read_text()) == ROWS
    assert [json.loads(line) for line in (tmp_path / "picks.jsonl").read_text().splitlines()] == ROWS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["picks.csv", "picks.json", "picks.jsonl", "picks.tsv"]


def test_no_picks_still_have_a_header(tmp_path: Path) -> None:
    files.write_rows(tmp_path / "picks.csv", [])
    assert (tmp_path / "picks.csv").read_text() == "id,item,rank,utility,why\n"


def test_an_unknown_suffix_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"picks\.xls: the picks are written as \.csv, .*not \.xls"):
        files.write_rows(tmp_path / "picks.xls", ROWS)


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picks.csv"
    path.write_text("precious")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(path, "new")
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]
