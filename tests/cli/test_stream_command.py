"""`askance stream`: lines in, decisions out, bad lines set aside, and on from where it stood."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Askance = Callable[..., Any]  # how a command ended: conftest.Ended
RNG = np.random.default_rng(0)
PROBS = RNG.dirichlet(np.ones(3), 600).round(4)
PROBS[:, 2] = 1 - PROBS[:, :2].sum(1)


def line(n: int) -> str:
    return json.dumps({"id": f"mail-{n}", "probs": PROBS[n].tolist(), "subject": "ignored"})


def decided(text: str) -> list[dict[str, object]]:
    return [json.loads(row) for row in text.splitlines()]


def written(name: str, lines: list[str]) -> str:
    Path(name).write_text("\n".join(lines) + "\n")
    return name


def test_it_decides_line_by_line_within_the_budget(askance: Askance) -> None:
    done = askance("stream", written("a.jsonl", [line(n) for n in range(600)]), "--policy", "quantile(budget=0.2)")
    assert done.code == 0
    rows = decided(done.out)
    assert [r["id"] for r in rows] == [f"mail-{n}" for n in range(600)]
    asked = np.cumsum([r["ask"] for r in rows])
    assert (asked <= 0.2 * np.arange(1, 601) + 1).all()
    assert 110 < asked[-1] <= 121
    top = np.sort(PROBS, 1)
    assert rows[0]["utility"] == pytest.approx(1 - top[0, 2] + top[0, 1])
    assert f"asked about {asked[-1]} of 600 arrivals" in done.err


def test_a_csv_and_a_pipe_are_decided_as_the_lines(askance: Askance, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(n) for n in range(200)]
    table = ["id,a,b,c", *(f"mail-{n},{a!r},{b!r},{c!r}" for n, (a, b, c) in enumerate(PROBS[:200].tolist()))]
    words = ("--policy", "random(budget=0.3)", "--seed", 5)
    of_lines = askance("stream", written("a.jsonl", lines), *words).out
    assert askance("stream", written("a.csv", table), *words).out == of_lines
    named = askance("stream", "a.csv", *words, "--features", "a, b,c", "--id", "id")
    assert named.out == of_lines
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n\n"))
    assert askance("stream", "-", *words).out == of_lines


def test_it_goes_on_from_where_it_stood(askance: Askance) -> None:
    whole = askance("stream", written("whole.jsonl", [line(n) for n in range(300)]), "--policy", "split").out
    kept = ("--policy", "split", "--state", "state.json", "--out", "decisions.jsonl")
    for name, span in (("one.jsonl", range(120)), ("two.jsonl", range(120, 300))):
        done = askance("stream", written(name, [line(n) for n in span]), *kept)
        assert (done.code, done.out) == (0, "")
    assert Path("decisions.jsonl").read_text() == whole
    assert json.loads(Path("state.json").read_text())["state"]["seen"] == 300


BAD = {
    3: ('{"probs": [0.5, 0.5, NaN]}', "NaN"),
    7: ('{"probs": [0.5, 0.5]}', "have the shape (2), those before it had (3)"),
    8: ("{probs: oops", "broken JSON"),
    9: ("[1, 2]", "no JSON object"),
    10: ('{"id": "x", "prob": [1, 0, 0]}', "it has no probs"),
    11: ('{"id": "x", "probs": ["a", "b", "c"]}', "its probs are no numbers"),
    12: ('{"id": "x", "probs": [[0.5], [0.5, 0.5]]}', "its probs are no numbers"),
    13: ('{"id": "x", "probs": 0.5}', "probs must have shape (N, C)"),
    14: ('{"id": "x", "probs": [0.9, 0.9, 0.9]}', "sum to 2.7"),
}


def test_bad_lines_are_set_aside_and_change_nothing_for_the_others(askance: Askance) -> None:
    good = [line(n) for n in range(60)]
    mixed = list(good)
    for place, (text, _) in BAD.items():
        mixed.insert(place, text)
    clean = decided(askance("stream", written("good.jsonl", good)).out)
    done = askance("stream", written("mixed.jsonl", mixed))
    rows = decided(done.out)
    assert done.code == 0
    assert [r for r in rows if not r["aside"]] == clean
    for place, (_, part) in BAD.items():
        assert part in str(rows[place]["why"]), place
        assert rows[place] | {"id": 0, "why": ""} == {
            "id": 0, "ask": False, "utility": None, "chance": 0.0, "aside": True, "why": ""
        }  # fmt: skip
    assert "9 arrivals set aside" in done.err


def test_bad_rows_of_a_csv_are_set_aside(askance: Askance) -> None:
    rows = ["a,b", "0.5,0.5", "0.5", "x,0.5", "0.4,0.6"]
    done = askance("stream", written("a.csv", rows), "--json")
    found = done.data["decisions"]
    assert [r["id"] for r in found] == ["0", "1", "2", "3"]
    assert [r["why"] for r in found if r["aside"]] == [
        "it has 1 cells, and the header has 2",
        "its probs are no numbers, or lists of different lengths",
    ]
    assert (done.data["seen"], done.data["aside"]) == (2, 2)
    assert done.data["policy"] == "quantile(budget=0.1, window=100, tolerance=50.0)"


def refused(done: Any) -> str:
    return str(done.sentence)


def test_wrong_input_is_one_sentence(askance: Askance) -> None:
    rows = written("a.jsonl", [line(n) for n in range(5)])
    table = written("a.csv", ["a,b", "0.5,0.5"])
    assert "did you mean 'variable'" in refused(askance("stream", rows, "--policy", "varable"))
    assert "kcenter looks at the whole pool" in refused(askance("stream", rows, "--strategy", "kcenter"))
    assert "bald needs members" in refused(askance("stream", rows, "--strategy", "bald"))
    assert "needs embeddings" in refused(askance("stream", rows, "--policy", "density"))
    assert "no such file" in refused(askance("stream", "gone.jsonl"))
    assert "has no column 'c'; its columns are a, b" in refused(askance("stream", table, "--features", "a,c"))
    assert askance("stream", rows, "--state", "s.json").code == 0
    other = refused(askance("stream", rows, "--state", "s.json", "--seed", 3))
    assert other == "s.json was kept with the seed 0, not 3; give that, or another file"
    written("s.json", ["{}"])
    assert "s.json is no state of a stream" in refused(askance("stream", rows, "--state", "s.json"))


def test_an_empty_file_has_no_arrivals(askance: Askance) -> None:
    Path("none.jsonl").write_text("")
    Path("none.csv").write_text("")
    for name in ("none.jsonl", "none.csv"):
        done = askance("stream", name, "--json")
        assert (done.code, done.data["seen"]) == (0, 0)
