"""docs/regression.md: its Python runs, and its strategies and learners exist."""

import re
from pathlib import Path

import numpy as np

from askance.learners import make_learner
from askance.strategy import RECIPES

PAGE = (Path(__file__).parents[1] / "docs" / "regression.md").read_text("utf-8")


def test_the_python_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    x = np.random.default_rng(0).normal(size=(150, 3))
    for block in code:
        lines = block.strip().splitlines()
        names: dict[str, object] = {"x": x, "y": x[:, 0] + x[:, 1] ** 2}
        exec("\n".join(lines[:-1]), names)
        curve = eval(lines[-1], names)
        assert [n for n, _ in curve] == list(range(20, 101, 10))
        assert curve[-1][1] < curve[0][1]
    assert code


def test_what_it_names_is_there() -> None:
    table = PAGE[PAGE.index("## Which strategy") :]
    named = re.findall(
        r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    )
    assert {"igs", "alc", "emcm"} <= set(named)
    for name in set(named) - {"gp", "ridge", "random"}:
        assert name in RECIPES
    learners = PAGE[PAGE.index("## Learners") : PAGE.index("## What is measured")]
    for text in re.findall(r"^\| `([^`]+)`", learners, re.MULTILINE):
        assert "prediction" in make_learner(text.replace("(...)", "()"), pool_kind="array").provides
