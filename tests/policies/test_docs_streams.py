"""The page on streams lists what there is, and its commands and examples work."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from askance.cli.exits import run
from askance.policies import POLICIES, parse_policy
from askance.policies.page import renewed, row

PAGE = Path(__file__).parents[2] / "docs" / "streams.md"


def text() -> str:
    return PAGE.read_text("utf-8")


def test_the_table_is_current() -> None:
    assert renewed(text()) == text(), "run: python -m askance.policies.page docs/streams.md"
    assert all(row(POLICIES[name]) in text() for name in POLICIES.names())


def test_the_policies_that_it_writes_are_read() -> None:
    written = re.findall(r'--policy "([^"]+)"', text())
    assert len(written) >= 2
    for one in written:
        parse_policy(one)


def test_the_examples_run() -> None:
    first, own = re.findall(r"```python\n(.*?)```", text(), re.DOTALL)
    scope: dict[str, object] = {}
    exec(first, scope)
    assert scope["state"].seen == 1000  # type: ignore[attr-defined]
    assert 90 < scope["state"].asked <= 101  # type: ignore[attr-defined]
    try:
        exec(own, scope)
        assert repr(parse_policy("surprising(by=0.3)")) == "surprising(budget=0.1, by=0.3)"
    finally:
        POLICIES._items.pop("surprising", None)


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    probs = np.random.default_rng(0).dirichlet(np.ones(2), 30).round(3)
    lines = [json.dumps({"id": f"mail-{n}", "probs": p.tolist()}) for n, p in enumerate(probs)]
    Path("arrivals.jsonl").write_text("\n".join(lines))
    Path("arrivals.csv").write_text("name,cat,dog\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in enumerate(probs)))
    commands = re.findall(r"^    (?:tail.*\| )?askance (stream .*)$", text(), re.MULTILINE)
    assert len(commands) == 3
    for words in commands:
        monkeypatch.setattr("sys.stdin", iter(lines))
        assert run([w.strip('"') for w in re.findall(r'"[^"]*"|\S+', words)]) == 0, words
        said = capsys.readouterr().err
        assert " of 30 arrivals" in said
    shown = re.search(r'^    (\{"id".*"ask".*\})$', text(), re.MULTILINE)
    assert shown is not None
    assert set(json.loads(shown[1])) == set(json.loads(Path("decisions.jsonl").read_text().splitlines()[0]))
