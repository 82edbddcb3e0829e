"""The pages on stopping and reports say what there is, and their examples run."""

import re
from pathlib import Path

import pytest

from askance.history import History, Round
from askance.stopping import RULES, parse
from askance.stopping.rule import RULES as REGISTRY

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def table_of_rules() -> dict[str, str]:
    """{name: defaults as written}"""
    rules = (DOCS / "stopping.md").read_text("utf-8").split("## What they are worth")[0]
    lines = [line for line in rules.splitlines() if line.startswith("| `")]
    return {re.findall(r"`(\w+)`", line)[0]: line.rsplit("|", 2)[-2] for line in lines}


def test_every_rule_is_on_the_page_with_its_defaults() -> None:
    rows = table_of_rules()
    assert sorted(rows) == RULES.names()
    for name, written in rows.items():
        said = re.findall(r"`(\w+)=([^`]+)`", written)
        assert parse(f"{name}({', '.join(f'{k}={v}' for k, v in said)})") == parse(name)
        assert {k for k, _ in said} == set(RULES[name].defaults)


def test_the_examples_on_stopping_run() -> None:
    first, own = blocks("stopping.md")
    scope: dict[str, object] = {"history": History(rounds=(Round(0, 5, 5),))}
    exec(first, scope)
    assert scope["verdict"].stop is False  # type: ignore[attr-defined]
    try:
        exec(own, scope)
        assert parse("patience(rounds=1)")(History(rounds=(Round(0, 5, 5),))).stop is True
    finally:
        REGISTRY._items.pop("patience", None)


def test_what_ten_right_answers_show_is_as_the_page_says() -> None:
    from askance.metrics import wilson

    assert "no more than 0.72" in (DOCS / "stopping.md").read_text("utf-8")
    assert wilson(10, 10).low == pytest.approx(0.72, abs=0.005)


def test_the_page_on_reports_names_what_is_written() -> None:
    from askance.report.gallery import MOST_PICKS, MOST_PICTURES, MOST_ROUNDS
    from askance.report.sheet import MOST

    page = (DOCS / "report.md").read_text("utf-8")
    for name in ("learning-curve", "sizes", "training", "class-balance", "calibration", "seconds"):
        assert f"`{name}.png`" in page
    assert f"{MOST_ROUNDS} rounds, {MOST_PICKS} picks a round and about {MOST_PICTURES} pictures" in page
    assert f"{MOST} pictures" in " ".join(page.split())
