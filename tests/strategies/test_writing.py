"""The examples of docs/writing-a-strategy.md, as files of a stranger's package, through the contract."""

import importlib
import re
import sys
from pathlib import Path

import pytest

from askance import contract
from askance.contract import CHECKS
from askance.select import select
from askance.strategy import ATOMS, RECIPES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "writing-a-strategy.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)
WHAT = [
    "doubt",
    "doubt(sharpness=2.0)",
    "each_class",
    "margin | each_class",
    "far_in_doubt",
    "margin_far",
    "directions | kcenter",
]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block is a module of its own; they are forgotten after the test."""
    for registry in (ATOMS, RECIPES):
        registry.load()
        monkeypatch.setattr(registry, "_items", dict(registry._items))
    monkeypatch.syspath_prepend(str(tmp_path))
    for number, block in enumerate(BLOCKS):
        name = f"writing_example_{number}"
        (tmp_path / f"{name}.py").write_text(block)
        monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.import_module(name)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("what", WHAT)
def test_an_example_keeps_the_contract(what: str) -> None:
    contract.verify(what)


@pytest.mark.usefixtures("written")
def test_an_example_is_listed_and_takes_parameters() -> None:
    assert {"doubt", "each_class", "far_in_doubt", "margin_far"} <= {*RECIPES.names()}
    assert "directions" not in RECIPES.names()
    assert len(select("margin_far(width=3)", contract.example({"probs", "embeddings"}), 7)) == 7


def test_the_checks_that_the_page_explains_exist() -> None:
    assert {*re.findall(r"^\| `(\w+)` \| ", PAGE.split("## What the contract")[1], re.M)} <= set(CHECKS)
