"""The page on PAL shows what was measured, and its commands and examples work."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sklearn.datasets import load_iris

from askance.cli.exits import run
from askance.pal import FEATURES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pal.md").read_text("utf-8")


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_pal", ROOT / "benchmarks" / "pal.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_tables_are_those_that_were_measured() -> None:
    made = benchmark()
    kept = made.read_kept()
    assert len(kept) == sum(map(len, made.PAIRS.values()))
    assert all(len(runs) == len(made.SEEDS) * made.STREAMS for runs in kept.values())
    assert made.tables(kept) in PAGE, "put what `python benchmarks/pal.py --table` prints into docs/pal.md"


def test_every_feature_is_named() -> None:
    table = PAGE.partition("## What it sees")[2].partition("## ")[0]
    assert set(FEATURES) <= set(re.findall(r"`(\w+)`", table))


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, {})
    assert Path("pal.json").exists()


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    x, y = load_iris(return_X_y=True)
    rows = [f"{','.join(map(str, row))},kind {k}" for row, k in zip(x.tolist(), y, strict=True)]
    Path("labelled.csv").write_text("\n".join(["a,b,c,d,kind", *rows]) + "\n")
    probs = np.random.default_rng(0).dirichlet(np.ones(2), 60)
    lines = [json.dumps({"probs": p.tolist(), "embeddings": (10 * p).tolist()}) for p in probs]
    Path("arrivals.jsonl").write_text("\n".join(lines))
    commands = re.findall(r"^    askance (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    for words in commands:
        fewer = ["--episodes", "16"] if words.startswith("pal ") else []  # the usual number takes seconds
        assert run([w.strip('"') for w in re.findall(r'"[^"]*"|\S+', words)] + fewer) == 0, capsys.readouterr().err
    assert "of 60 arrivals" in capsys.readouterr().err
