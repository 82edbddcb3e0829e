"""Every example of docs/meta.md runs, and every text in its tables reads."""

import re
from pathlib import Path

import pytest

from askance.among import FORMS
from askance.meta import Past, odds_of
from askance.spec import parse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "meta.md").read_text()


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    parse("albl(margin, kcenter)")  # all forms are found before one is added
    monkeypatch.setattr(FORMS, "_items", dict(FORMS._items))
    names: dict[str, object] = {"__name__": "docs_meta"}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, "docs/meta.md", "exec"), names)
    assert odds_of(parse("in_turns(margin, kcenter)"), Past(("margin", "kcenter"))).tolist() == [1.0, 0.0]


def test_the_texts_in_the_tables_read() -> None:
    texts = re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE)
    assert len(texts) > 8
    for text in texts:
        assert parse(text.replace(r"\|", "|")).kind is not None
